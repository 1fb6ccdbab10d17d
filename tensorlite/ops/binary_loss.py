"""Losses for answers that are yes or no, one or many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import ops
from tensorlite.autograd import Array, Op
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.choose import Clamp
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.functions import Log
from tensorlite.ops.loss_reduction import check_reduction, floating, pair, reduced, same_shape

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def _log(x: Array) -> Array:
    return np.maximum(np.log(x), -100)


class BinaryCrossEntropy(Op):
    """Minus the logarithm of the probability of the true answer, at most 100."""

    def forward(self, x: Array, target: Array) -> Array:
        self.save_inputs(0, 1)
        return (target - 1) * _log(1 - x) - target * _log(x)

    def backward(self, grad: Any) -> Any:
        x, target = self.saved
        for_x = for_target = None
        if self.needs[0]:
            for_x = grad * (x - target) / Clamp.apply((1.0 - x) * x, 1e-12, None)
        if self.needs[1]:
            for_target = grad * (Log.apply(1.0 - x) - Log.apply(x))
        return for_x, for_target


def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Cross entropy of yes-or-no answers: ``-(y * log(x) + (1 - y) * log(1 - x))``.

    The logarithms end at -100. ``binary_cross_entropy_with_logits`` is more exact.

    Args:
        input: Probabilities.
        target: The same shape and type, 0 to 1.
        weight: A factor for each element, or what broadcasts to them.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Raises:
        ShapeError: If the shapes differ.
        ConfigError: If an input is not from 0 to 1.

    Example:
        >>> round(binary_cross_entropy([0.5], [1.0]).item(), 4)
        0.6931
    """
    where = "binary_cross_entropy"
    check_reduction(reduction, where, size_average, reduce)
    x, y = floating(input, where), as_tensor(target)
    same_shape(x, y, where)
    if x.dtype != y.dtype:
        raise DTypeError(
            f"expected a target of type {x.dtype}, got {y.dtype}.",
            where=where,
            hint="Use target.to(input.dtype).",
        )
    if not ((x.array >= 0) & (x.array <= 1)).all():
        raise ConfigError(
            f"expected probabilities from 0 to 1, got {x.array.min()} to {x.array.max()}.",
            where=where,
            hint="Use binary_cross_entropy_with_logits for scores, or apply sigmoid first.",
        )
    losses = BinaryCrossEntropy.apply(x, y)
    return reduced(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    pos_weight: Any = None,
) -> Tensor:
    """Cross entropy of yes-or-no answers from scores: of ``sigmoid(input)``, without overflow.

    Args:
        input: Scores.
        target: The same shape, 0 to 1.
        weight: A factor for each element, or what broadcasts to them.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        pos_weight: A factor for the yes of each class, or what broadcasts to the target.

    Raises:
        ShapeError: If the shapes differ.

    Example:
        >>> round(binary_cross_entropy_with_logits([0.0], [1.0]).item(), 4)
        0.6931
    """
    where = "binary_cross_entropy_with_logits"
    check_reduction(reduction, where, size_average, reduce)
    x, y = floating(input, where), floating(target, where, "target")
    same_shape(x, y, where)
    losses = _from_scores(x, y, pos_weight)
    return reduced(losses if weight is None else losses * weight, reduction)


def _from_scores(x: Tensor, y: Tensor, pos_weight: Any = None) -> Tensor:
    """``-y * log(sigmoid(x)) - (1 - y) * log(sigmoid(-x))``, where the second is the first - x."""
    yes = ops.logsigmoid(x)
    if pos_weight is not None:
        yes = yes * (1.0 + (as_tensor(pos_weight) - 1.0) * y)
    return (1.0 - y) * x - yes


def soft_margin_loss(
    input: Any,
    target: Any,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Logistic loss of answers 1 and -1: ``log(1 + exp(-target * input))``."""
    check_reduction(reduction, "soft_margin_loss", size_average, reduce)
    x, y = pair(input, target, "soft_margin_loss", warn=False)
    return reduced(-ops.logsigmoid(y * x), reduction)


def multilabel_soft_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Cross entropy of yes-or-no answers from scores, averaged over the classes.

    Args:
        input: Scores.
        target: 1 for each class that is there, 0 for the others.
        weight: A factor for each class.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: ``(N, C)`` or ``(C,)``
        - Output: a scalar, or ``(N,)`` for ``"none"``
    """
    where = "multilabel_soft_margin_loss"
    check_reduction(reduction, where, size_average, reduce)
    x, y = pair(input, target, where, warn=False)
    losses = _from_scores(x, y)
    losses = losses if weight is None else losses * weight
    return reduced(ops.mean(losses, -1), reduction)


def sigmoid_focal_loss(
    inputs: Any,
    targets: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: str = "none",
) -> Tensor:
    """Cross entropy of yes-or-no answers from scores, with little weight on the easy ones.

    ::

        a * (1 - p) ** gamma * cross entropy,    p the probability of the true answer

    Args:
        inputs: Scores of any shape.
        targets: The same shape, 0 or 1.
        alpha: ``a`` is ``alpha`` for a yes and ``1 - alpha`` for a no; negative for neither.
        gamma: 0 for plain cross entropy.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Raises:
        ShapeError: If the shapes differ.

    Example:
        >>> round(sigmoid_focal_loss([0.0], [1.0]).item(), 4)
        0.0433

    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection".
    """
    where = "sigmoid_focal_loss"
    check_reduction(reduction, where)
    x, y = floating(inputs, where), floating(targets, where, "target")
    same_shape(x, y, where)
    p = ops.sigmoid(x)
    miss = p + y - p * y * 2.0  # 1 - p where the answer is yes, p where it is no
    losses = _from_scores(x, y) * miss**gamma
    if alpha >= 0:
        losses = losses * (1.0 - alpha + (2.0 * alpha - 1.0) * y)
    return reduced(losses, reduction)


def dice_loss(input: Any, target: Any, eps: float = 1e-6, reduction: str = "mean") -> Tensor:
    """One minus the overlap of two masks: ``1 - 2 * sum(p * y) / (sum(p * p) + sum(y * y))``.

    Args:
        input: Probabilities, one mask per example.
        target: The same shape, 0 or 1.
        eps: Added to both sides of the quotient, so that two empty masks agree.
        reduction: ``"mean"`` (over the examples), ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: ``(N, ...)``; the sums are over all but the first dimension
        - Output: a scalar, or ``(N,)`` for ``"none"``

    Raises:
        ShapeError: If the shapes differ, or there is no dimension of examples.

    Example:
        >>> dice_loss([[1.0, 0.0]], [[1.0, 0.0]]).item()
        0.0

    Source: Milletari et al. 2016, "V-Net: Fully Convolutional Neural Networks for Volumetric
    Medical Image Segmentation".
    """
    check_reduction(reduction, "dice_loss")
    x, y = floating(input, "dice_loss"), as_tensor(target)
    same_shape(x, y, "dice_loss")
    if len(x.shape) < 2:
        raise ShapeError(f"expected masks (N, ...), got shape {x.shape}.", where="dice_loss")
    dims = tuple(range(1, len(x.shape)))
    both = ops.sum(x * y, dims) * 2.0 + eps
    return reduced(1.0 - both / (ops.sum(x * x + y * y, dims) + eps), reduction)
