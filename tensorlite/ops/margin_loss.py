"""Losses that want a distance between scores, or between points."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import ops
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.loss_reduction import check_reduction, floating, pair, reduced
from tensorlite.ops.shape import GetItem, PutItem

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def hinge_embedding_loss(
    input: Any,
    target: Any,
    margin: float = 1.0,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Distances that shall be small where the target is 1, and at least ``margin`` where -1.

    ::

        x                   where the target is 1
        max(0, margin - x)  where it is -1
    """
    where = "hinge_embedding_loss"
    check_reduction(reduction, where, size_average, reduce)
    x, y = pair(input, target, where, warn=False)
    apart = ops.where(y != 1, ops.clamp(margin - x, min=0.0), 0.0)
    return reduced(apart + ops.where(y != -1, x, 0.0), reduction)


def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0.0,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Order of two scores: ``max(0, -target * (input1 - input2) + margin)``.

    Args:
        input1: Scores.
        input2: The scores they are compared with.
        target: 1 where the first shall be larger, -1 where the second.
        margin: By how much.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Raises:
        ShapeError: If the numbers of dimensions differ.
    """
    where = "margin_ranking_loss"
    check_reduction(reduction, where, size_average, reduce)
    a, b, y = as_tensor(input1), as_tensor(input2), as_tensor(target)
    _same_dims(where, a, b, y)
    return reduced(ops.clamp(margin - y * (a - b), min=0.0), reduction)


def multi_margin_loss(
    input: Any,
    target: Any,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Hinge loss of a support vector machine over several classes.

    ::

        sum over j != y of weight[y] * max(0, margin - x[y] + x[j]) ** p / C

    Args:
        input: Scores.
        target: Class numbers.
        p: 1, or 2 for the squared hinge.
        margin: By how much the true class shall lead.
        weight: One factor per class.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: ``(N, C)`` or ``(C,)``
        - Target: ``(N,)`` or a scalar
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ConfigError: If ``p`` is neither 1 nor 2.
        ShapeError: If the shapes do not fit, or a class number is not in 0..C-1.

    Example:
        >>> multi_margin_loss([[0.0, 0.0]], [1]).item()
        0.5

    Source: Crammer and Singer 2001, "On the Algorithmic Implementation of Multiclass Kernel-based
    Vector Machines".
    """
    from tensorlite.ops.loss import class_factors, class_numbers

    where = "multi_margin_loss"
    check_reduction(reduction, where, size_average, reduce)
    if p not in (1, 2):
        raise ConfigError(f"expected p of 1 or 2, got {p}.", where=where)
    x, y = floating(input, where), as_tensor(target)
    rows = ops.reshape(x, (1, -1)) if len(x.shape) < 2 else x
    classes = class_numbers(rows, y.array.reshape(-1), None, where)
    at = np.arange(len(classes))
    others = np.ones(rows.shape, bool)
    others[at, classes] = False
    lead = ops.unsqueeze(GetItem.apply(rows, (at, classes)), 1)
    hinge = ops.where(others, ops.relu(margin - lead + rows), 0.0)
    hinge = hinge if p == 1 else hinge * hinge
    losses = ops.mean(hinge, 1)
    if weight is not None:
        losses = losses * class_factors(rows, weight, where)[classes]
    return reduced(ops.reshape(losses, y.shape) if len(x.shape) < 2 else losses, reduction)


def multilabel_margin_loss(
    input: Any,
    target: Any,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Hinge loss between the classes that are there and those that are not.

    ::

        sum over true j and other i of max(0, 1 - x[j] + x[i]) / C

    Args:
        input: Scores.
        target: The numbers of the true classes, up to the first -1.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: ``(N, C)`` or ``(C,)``
        - Output: a scalar; for ``"none"`` ``(N,)`` or a scalar

    Raises:
        ShapeError: If the shapes differ, or a class number is not in 0..C-1.

    Example:
        >>> multilabel_margin_loss([0.0, 0.0, 0.0, 0.0], [3, -1, 0, 0]).item()
        0.75
    """
    where = "multilabel_margin_loss"
    check_reduction(reduction, where, size_average, reduce)
    x, labels = floating(input, where), as_tensor(target).array
    if x.shape != labels.shape or len(x.shape) not in (1, 2):
        raise ShapeError(
            f"expected scores and class numbers (N, C) or (C,), got {x.shape} and {labels.shape}.",
            where=where,
        )
    if labels.dtype.kind not in "iu":
        raise DTypeError(
            f"expected class numbers of an integer type, got {labels.dtype}.",
            where=where,
            hint="Use target.long().",
        )
    rows = ops.reshape(x, (1, -1)) if len(x.shape) == 1 else x
    labels = labels.reshape(rows.shape)
    counted = np.cumsum(labels < 0, axis=1) == 0
    at, classes = np.nonzero(counted)[0], labels[counted]
    if classes.size and classes.max() >= rows.shape[1]:
        raise ShapeError(
            f"expected class numbers below {rows.shape[1]}, got {classes.max()}.", where=where
        )
    others = np.ones(rows.shape, bool)
    others[at, classes] = False
    lead = ops.unsqueeze(GetItem.apply(rows, (at, classes)), 1)
    hinge = ops.relu(1.0 - lead + GetItem.apply(rows, (at,)))  # (true classes of all rows, C)
    hinge = ops.sum(ops.where(others[at], hinge, 0.0), 1) / rows.shape[1]
    losses = PutItem.apply(hinge, (at,), (rows.shape[0],))
    return reduced(ops.reshape(losses, ()) if len(x.shape) == 1 else losses, reduction)


def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0.0,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Directions that shall agree where the target is 1, and differ where it is -1.

    ::

        1 - cos(a, b)               where the target is 1
        max(0, cos(a, b) - margin)  where it is -1

    Shape:
        - Inputs: ``(N, D)`` or ``(D,)``
        - Target: ``(N,)`` or a scalar
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.
    """
    where = "cosine_embedding_loss"
    check_reduction(reduction, where, size_average, reduce)
    a, b, y = floating(input1, where), floating(input2, where), as_tensor(target)
    if len(y.shape) > 1 or {len(a.shape), len(b.shape)} != {len(y.shape) + 1}:
        raise ShapeError(
            f"expected inputs (N, D) with a target (N,), or (D,) with a scalar, got {a.shape}, "
            f"{b.shape} and {y.shape}.",
            where=where,
        )
    tiny = 1e-12
    sizes = (ops.sum(a * a, -1) + tiny) * (ops.sum(b * b, -1) + tiny)
    cosine = ops.sum(a * b, -1) / ops.sqrt(sizes)
    agree = ops.where(y == 1, 1.0 - cosine, 0.0)
    differ = ops.where(y == -1, ops.clamp(cosine - margin, min=0.0), 0.0)
    return reduced(agree + differ, reduction)


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """A point that shall be nearer to one than to another: ``max(0, d(a, p) - d(a, n) + margin)``.

    Args:
        anchor: The points.
        positive: What they shall be near to.
        negative: What they shall be far from.
        margin: By how much.
        p: The norm of the distance.
        eps: Added to each difference.
        swap: Take the distance of positive and negative where it is less than ``d(a, n)``.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Inputs: ``(N, D)`` or ``(D,)``
        - Output: a scalar; for ``"none"`` ``(N,)`` or a scalar

    Raises:
        ConfigError: If ``margin`` is not above 0.
        ShapeError: If the numbers of dimensions differ.

    Source: Balntas et al. 2016, "Learning Local Feature Descriptors with Triplets and Shallow
    Convolutional Neural Networks".
    """
    check_reduction(reduction, "triplet_margin_loss", size_average, reduce)

    def distance(a: Tensor, b: Tensor) -> Tensor:
        return _norm(a - b + eps, p)

    points = (anchor, positive, negative)
    return _triplet(points, distance, margin, swap, reduction, "triplet_margin_loss")


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """The loss of ``triplet_margin_loss`` with a distance of one's own.

    Args:
        anchor: The points.
        positive: What they shall be near to.
        negative: What they shall be far from.
        distance_function: Takes two tensors of points; the Euclidean distance if left out.
        margin: By how much.
        swap: Take the distance of positive and negative where it is less than ``d(a, n)``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Raises:
        ConfigError: If ``margin`` is not above 0.
        ShapeError: If the numbers of dimensions differ.
    """
    where = "triplet_margin_with_distance_loss"
    check_reduction(reduction, where)

    def euclidean(a: Tensor, b: Tensor) -> Tensor:
        return _norm(a - b + 1e-6, 2.0)

    points = (anchor, positive, negative)
    return _triplet(points, distance_function or euclidean, margin, swap, reduction, where)


def _triplet(
    points: tuple[Any, Any, Any],
    distance: Callable[[Any, Any], Any],
    margin: float,
    swap: bool,
    reduction: str,
    where: str,
) -> Tensor:
    if margin <= 0:
        raise ConfigError(f"expected a margin above 0, got {margin}.", where=where)
    anchor, positive, negative = (floating(point, where) for point in points)
    _same_dims(where, anchor, positive, negative)
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    return reduced(ops.clamp(margin + near - far, min=0.0), reduction)


def _same_dims(where: str, *tensors: Tensor) -> None:
    if len({len(x.shape) for x in tensors}) > 1:
        shapes = ", ".join(str(x.shape) for x in tensors)
        raise ShapeError(f"expected as many dimensions in all, got shapes {shapes}.", where=where)


def _norm(x: Tensor, p: float) -> Tensor:
    """The ``p``-norm along the last dimension; its gradient at 0 is 0."""
    size = ops.abs(x)
    if p == 1:
        return ops.sum(size, -1)
    if math.isinf(p):
        return ops.amax(size, -1) if p > 0 else ops.amin(size, -1)
    if p == 0:
        return ops.sum(ops.where(x != 0, 1.0, 0.0 * x), -1)
    total = ops.sum(x * x if p == 2 else size**p, -1)
    zero = total == 0
    kept = ops.where(zero, 1.0, total)
    return ops.where(zero, 0.0, ops.sqrt(kept) if p == 2 else kept ** (1.0 / p))
