"""The losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.choose import Where
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.placing import GetItem
from tensorlite.ops.reduce import mean, sum
from tensorlite.ops.softmax import LogSoftmax, log_softmax

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def nll_loss(
    input: Any,
    target: Any,
    weight: TensorBase | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """Negative log likelihood: minus the logarithm of the true class's probability.

    Args:
        input: Log-probabilities, as ``log_softmax`` gives them.
        target: Class numbers.
        weight: One factor per class; ``"mean"`` then divides by the sum of the factors used.
        ignore_index: Targets of this value count for nothing.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: ``(N, C)`` or ``(N, C, d1, ...)``
        - Target: ``(N,)`` or ``(N, d1, ...)``
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit, or a class number is not in 0..C-1.
    """
    x = as_tensor(input)
    classes, factors = _check_classes(x, target, weight, ignore_index, "nll_loss")
    return _average(_picked(x, classes, factors), factors, reduction, "nll_loss")


def _check_classes(
    x: Tensor, target: Any, weight: Any, ignore_index: int, where: str
) -> tuple[Array, Array]:
    """Class numbers that can be looked up, and the factor of each target, 0 for an ignored one."""
    classes = as_tensor(target).array
    if len(x.shape) < 2 or classes.shape != (x.shape[0], *x.shape[2:]):
        raise ShapeError(
            f"expected scores (N, C, ...) and class numbers (N, ...), got {x.shape} and "
            f"{classes.shape}.",
            where=where,
        )
    if classes.dtype.kind not in "iu":
        raise DTypeError(
            f"expected class numbers of an integer type, got {classes.dtype}.",
            where=where,
            hint="Use target.long().",
        )
    counted = classes != ignore_index
    wrong = classes[counted & ((classes < 0) | (classes >= x.shape[1]))]
    if wrong.size:
        raise ShapeError(
            f"expected class numbers from 0 to {x.shape[1] - 1}, got {wrong[0]}.", where=where
        )
    classes = np.where(counted, classes, 0)
    return classes, counted * _class_factors(x, weight, where)[classes]


def _class_factors(x: Tensor, weight: Any, where: str) -> Array:
    if weight is None:
        return np.ones(x.shape[1], x.dtype)
    factors = as_tensor(weight).array.astype(x.dtype)
    if factors.shape != (x.shape[1],):
        raise ShapeError(
            f"expected a weight for each of {x.shape[1]} classes, got shape {factors.shape}.",
            where=where,
        )
    return factors


def _picked(logs: Tensor, classes: Array, factors: Array) -> Tensor:
    """Minus the logarithms of the true classes, times the factors; 0 where nothing counts."""
    grid = np.ogrid[tuple(slice(n) for n in classes.shape)]
    chosen = GetItem.apply(logs, (grid[0], classes, *grid[1:]))
    return Where.apply(factors != 0, chosen, 0.0) * -factors


def _average(losses: Tensor, factors: Array, reduction: str, where: str) -> Tensor:
    """Reduce; the mean is over what counts, each by its factor."""
    if reduction == "mean":
        return sum(losses) / (float(factors.sum()) or np.nan)
    return _reduce(losses, reduction, where)


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
    weight: TensorBase | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Cross entropy between scores and class numbers: ``nll_loss(log_softmax(input), target)``.

    Args:
        input: Scores before any softmax.
        target: Class numbers.
        weight: One factor per class.
        ignore_index: Targets of this value count for nothing.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        label_smoothing: Share of the probability, 0 to 1, that is spread over all classes.

    Shape:
        - Input: ``(N, C)`` or ``(N, C, d1, ...)``
        - Target: ``(N,)`` or ``(N, d1, ...)``

    Example:
        >>> round(cross_entropy([[0.0, 0.0]], [1]).item(), 4)
        0.6931

    Source: Szegedy et al. 2015, "Rethinking the Inception Architecture", for the smoothing.
    """
    x, where = as_tensor(input), "cross_entropy"
    if not 0 <= label_smoothing <= 1:
        raise ConfigError(
            f"expected label_smoothing from 0 to 1, got {label_smoothing}.", where=where
        )
    classes, factors = _check_classes(x, target, weight, ignore_index, where)
    plain = weight is None and reduction == "mean" and not label_smoothing
    if plain and len(x.shape) == 2 and factors.all() and factors.size:
        return CrossEntropy.apply(x, classes)
    logs = log_softmax(x, 1)
    losses = _picked(logs, classes, factors)
    if label_smoothing:
        of_class = _class_factors(x, weight, where).reshape(-1, *[1] * (len(x.shape) - 2))
        spread = sum(logs * -of_class, 1) * (1.0 / x.shape[1])
        spread = Where.apply(factors != 0, spread, 0.0)
        losses = losses * (1.0 - label_smoothing) + spread * label_smoothing
    return _average(losses, factors, reduction, where)


def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Tensor:
    """Mean squared error: the mean of ``(input - target) ** 2``.

    Raises:
        ShapeError: If the shapes differ (broadcasting would hide a mistake).
    """
    x, y = as_tensor(input), as_tensor(target)
    if x.shape != y.shape:
        raise ShapeError(f"expected a target of shape {x.shape}, got {y.shape}.", where="mse_loss")
    distance = x - y
    return _reduce(distance * distance, reduction, "mse_loss")


def _reduce(losses: Tensor, reduction: str, where: str) -> Tensor:
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ConfigError(
            f"expected reduction 'mean', 'sum' or 'none', got {reduction!r}.", where=where
        )
    return mean(losses) if reduction == "mean" else sum(losses)
