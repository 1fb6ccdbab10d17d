"""The losses between scores and classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.choose import Where
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.functions import Exp
from tensorlite.ops.loss_reduction import check_reduction, floating, reduced
from tensorlite.ops.reduce import mean, sum
from tensorlite.ops.shape import GetItem, reshape, unsqueeze
from tensorlite.ops.softmax import LogSoftmax, log_softmax

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class ClassNumberError(ShapeError, IndexError):
    """A class number that there is no score for."""


def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: None = None,
    ignore_index: int = -100,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Negative log likelihood: minus the logarithm of the true class's probability.

    Args:
        input: Log-probabilities, as ``log_softmax`` gives them.
        target: Class numbers.
        weight: One factor per class; ``"mean"`` then divides by the sum of the factors used.
        size_average: Not taken; use ``reduction``.
        ignore_index: Targets of this value count for nothing.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: ``(N, C)``, ``(N, C, d1, ...)`` or ``(C,)``
        - Target: ``(N,)``, ``(N, d1, ...)`` or a scalar
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit, or a class number is not in 0..C-1.
    """
    check_reduction(reduction, "nll_loss", size_average, reduce)
    x, classes, shape = _rows(floating(input, "nll_loss"), target)
    classes, counted, factors = _check_classes(x, classes, weight, ignore_index, "nll_loss")
    return _average(_picked(x, classes, counted) * factors, factors, reduction, shape)


def _rows(x: Tensor, target: Any) -> tuple[Tensor, Array, tuple[int, ...]]:
    """Scores and class numbers with a dimension of examples, and the shape of the losses."""
    classes = as_tensor(target).array
    if len(x.shape) == 1 and not classes.shape:
        return unsqueeze(x, 0), classes.reshape(1), ()
    return x, classes, classes.shape


def _check_classes(
    x: Tensor, target: Array, weight: Any, ignore_index: int, where: str
) -> tuple[Array, Array, Array]:
    """Class numbers that can be looked up, which of them count, and the factor of each."""
    counted = target != ignore_index
    classes = class_numbers(x, target, counted, where)
    return classes, counted, counted * class_factors(x, weight, where)[classes]


def class_numbers(x: Tensor, target: Array, counted: Array | None, where: str) -> Array:
    """The class numbers of scores ``(N, C, ...)``, 0 where they do not count.

    Raises:
        ShapeError: If the shapes do not fit, or a class number is not in 0..C-1.
        DTypeError: If these are no integers.
    """
    if len(x.shape) < 2 or target.shape != (x.shape[0], *x.shape[2:]):
        raise ShapeError(
            f"expected scores (N, C, ...) and class numbers (N, ...), got {x.shape} and "
            f"{target.shape}.",
            where=where,
        )
    if target.dtype.kind not in "iu":
        raise DTypeError(
            f"expected class numbers of an integer type, got {target.dtype}.",
            where=where,
            hint="Use target.long().",
        )
    classes = target if counted is None else np.where(counted, target, 0)
    wrong = classes[(classes < 0) | (classes >= x.shape[1])]
    if wrong.size:
        raise ClassNumberError(
            f"expected class numbers from 0 to {x.shape[1] - 1}, got {wrong[0]}.", where=where
        )
    return classes


def class_factors(x: Tensor, weight: Any, where: str) -> Array:
    """One factor for each class of scores ``(N, C, ...)``, 1 unless given.

    Raises:
        ShapeError: If there is not one for each.
    """
    if weight is None:
        return np.ones(x.shape[1], x.dtype)
    factors = as_tensor(weight).array.astype(x.dtype)
    if factors.shape != (x.shape[1],):
        raise ShapeError(
            f"expected a weight for each of {x.shape[1]} classes, got shape {factors.shape}.",
            where=where,
        )
    return factors


def _picked(logs: Tensor, classes: Array, counted: Array) -> Tensor:
    """Minus the logarithms of the true classes; 0 where nothing counts."""
    grid = np.ogrid[tuple(slice(n) for n in classes.shape)]
    chosen = GetItem.apply(logs, (grid[0], classes, *grid[1:]))
    return Where.apply(counted, -chosen, 0.0)


def _average(losses: Tensor, factors: Array, reduction: str, shape: tuple[int, ...]) -> Tensor:
    """Reduce; the mean is over what counts, each by its factor."""
    if reduction == "mean":
        return sum(losses) / (float(factors.sum()) or np.nan)
    return sum(losses) if reduction == "sum" else reshape(losses, shape)


def _composed_cross_entropy(x: Any, classes: Array) -> Any:
    """Cross entropy from plain ops."""
    chosen = GetItem.apply(LogSoftmax.apply(x, 1), (np.arange(len(classes)), classes))
    return -mean(chosen)


class CrossEntropy(Op):
    """The mean over rows of minus the logarithm of the true class's softmax."""

    composed = staticmethod(_composed_cross_entropy)

    def forward(self, x: Array, classes: Array) -> Array:
        losses, self.slope = kernels.cross_entropy(x, classes)
        return losses.mean()

    def backward(self, grad: Any) -> Any:
        return self.slope * (grad * (1.0 / len(self.slope)))


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: None = None,
    ignore_index: int = -100,
    reduce: None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Cross entropy between scores and classes: ``nll_loss(log_softmax(input), target)``.

    Args:
        input: Scores before any softmax.
        target: Class numbers, or probabilities of the input's shape.
        weight: One factor per class.
        size_average: Not taken; use ``reduction``.
        ignore_index: Class numbers of this value count for nothing.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        label_smoothing: Share of the probability, 0 to 1, that is spread over all classes.

    Shape:
        - Input: ``(N, C)``, ``(N, C, d1, ...)`` or ``(C,)``
        - Target: ``(N,)``, ``(N, d1, ...)`` or a scalar; the input's shape for probabilities
        - Output: a scalar; for ``"none"`` the input's shape without ``C``

    Raises:
        ShapeError: If the shapes do not fit, or a class number is not in 0..C-1.
        ConfigError: If ``label_smoothing`` is not from 0 to 1.

    Example:
        >>> round(cross_entropy([[0.0, 0.0]], [1]).item(), 4)
        0.6931

    Source: Szegedy et al. 2015, "Rethinking the Inception Architecture", for the smoothing.
    """
    where = "cross_entropy"
    check_reduction(reduction, where, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise ConfigError(
            f"expected label_smoothing from 0 to 1, got {label_smoothing}.", where=where
        )
    x, target = floating(input, where), as_tensor(target)
    if x.shape == target.shape and x.shape:
        if ignore_index >= 0:
            raise ConfigError(
                f"expected no ignore_index with probabilities, got {ignore_index}.", where=where
            )
        return _from_probabilities(x, target, weight, reduction, label_smoothing)
    x, classes, shape = _rows(x, target)
    classes, counted, factors = _check_classes(x, classes, weight, ignore_index, where)
    plain = weight is None and reduction == "mean" and not label_smoothing
    if plain and len(x.shape) == 2 and counted.all() and counted.size:
        return CrossEntropy.apply(x, classes)
    logs = log_softmax(x, 1)
    losses = _picked(logs, classes, counted) * factors
    if label_smoothing:
        spread = sum(logs * -_along_classes(x, weight, where), 1) * (1.0 / x.shape[1])
        spread = Where.apply(counted, spread, 0.0)
        losses = losses * (1.0 - label_smoothing) + spread * label_smoothing
    return _average(losses, factors, reduction, shape)


def _from_probabilities(
    x: Tensor, target: Tensor, weight: Any, reduction: str, label_smoothing: float
) -> Tensor:
    """Cross entropy with the probability of each class; the mean is over all but the classes."""
    where = "cross_entropy"
    target = floating(target, where, "target of class probabilities")
    shape = (*x.shape[:1], *x.shape[2:]) if len(x.shape) > 1 else ()
    x, target = (unsqueeze(t, 0) if len(t.shape) == 1 else t for t in (x, target))
    if label_smoothing:
        target = target * (1.0 - label_smoothing) + label_smoothing / x.shape[1]
    parts = log_softmax(x, 1) * target
    if weight is not None:
        parts = parts * _along_classes(x, weight, where)
    return reduced(reshape(-sum(parts, 1), shape), reduction)


def _along_classes(x: Tensor, weight: Any, where: str) -> Array:
    """The factors of the classes, in the shape that meets scores ``(N, C, ...)``."""
    return class_factors(x, weight, where).reshape(-1, *[1] * (len(x.shape) - 2))


def focal_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    gamma: float = 2.0,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """Cross entropy with little weight on examples that are easy: ``(1 - p) ** gamma * -log(p)``.

    ``p`` is the softmax of the true class. ``sigmoid_focal_loss`` is for yes-or-no answers.

    Args:
        input: Scores before any softmax.
        target: Class numbers.
        weight: One factor per class; the mean is over the number of targets all the same.
        gamma: 0 for plain cross entropy.
        ignore_index: Targets of this value count for nothing.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: ``(N, C)``, ``(N, C, d1, ...)`` or ``(C,)``
        - Target: ``(N,)``, ``(N, d1, ...)`` or a scalar
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit, or a class number is not in 0..C-1.

    Example:
        >>> round(focal_loss([[0.0, 0.0]], [1]).item(), 4)
        0.1733

    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection".
    """
    check_reduction(reduction, "focal_loss")
    x, classes, shape = _rows(floating(input, "focal_loss"), target)
    classes, counted, factors = _check_classes(x, classes, weight, ignore_index, "focal_loss")
    losses = _picked(log_softmax(x, 1), classes, counted)
    miss = 1.0 - Exp.apply(-losses)
    return _average(losses * miss**gamma * factors, counted, reduction, shape)
