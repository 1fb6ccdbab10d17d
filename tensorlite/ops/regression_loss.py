"""Losses between numbers, counts and distributions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tensorlite import ops
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.loss_reduction import check_reduction, floating, pair, reduced

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def mse_loss(
    input: Any,
    target: Any,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Tensor:
    """Mean squared error: the mean of ``(input - target) ** 2``.

    Args:
        input: Any shape.
        target: The same shape; another that broadcasts brings a warning.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        weight: A factor for each element; the mean is then over the sum of the factors.

    Raises:
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> mse_loss([1.0, 3.0], [1.0, 1.0]).item()
        2.0
    """
    check_reduction(reduction, "mse_loss", size_average, reduce)
    x, y = pair(input, target, "mse_loss")
    distance = x - y
    return _weighted(distance * distance, weight, reduction, "mse_loss")


def half_squared_error_loss(input: Any, target: Any, reduction: str = "mean") -> Tensor:
    """Half the sum of squared distances of each example: ``sum((input - target) ** 2) / 2``.

    The gradient of an example is the plain difference. The reduction is over the examples.

    Args:
        input: One example per row.
        target: The same shape.
        reduction: ``"mean"`` (over the batch), ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: ``(N, ...)``
        - Output: a scalar, or ``(N,)`` for ``"none"``

    Raises:
        ShapeError: If the shapes differ, or there is no dimension of examples.

    Example:
        >>> half_squared_error_loss([[1.0, 3.0]], [[0.0, 1.0]]).item()
        2.5
    """
    where = "half_squared_error_loss"
    check_reduction(reduction, where)
    x, y = as_tensor(input), as_tensor(target)
    if x.shape != y.shape or not x.shape:
        raise ShapeError(
            f"expected input and target (N, ...) of one shape, got {x.shape} and {y.shape}.",
            where=where,
        )
    distance = x - y
    dims = tuple(range(1, len(x.shape)))
    squares = distance * distance * 0.5
    return reduced(ops.sum(squares, dims) if dims else squares, reduction)


def l1_loss(
    input: Any,
    target: Any,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Tensor:
    """Mean absolute error: the mean of ``abs(input - target)``; arguments as in ``mse_loss``."""
    check_reduction(reduction, "l1_loss", size_average, reduce)
    x, y = pair(input, target, "l1_loss")
    return _weighted(ops.abs(x - y), weight, reduction, "l1_loss")


def smooth_l1_loss(
    input: Any,
    target: Any,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Absolute error with a rounded tip: ``huber_loss / beta``, and ``l1_loss`` for ``beta`` 0.

    Raises:
        ConfigError: If ``beta`` is negative.

    Example:
        >>> smooth_l1_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
        tensor([0.125, 2.5  ])

    Source: Girshick 2015, "Fast R-CNN".
    """
    where = "smooth_l1_loss"
    check_reduction(reduction, where, size_average, reduce)
    if beta < 0:
        raise ConfigError(f"expected beta of 0 or more, got {beta}.", where=where)
    x, y = pair(input, target, where)
    if beta == 0:
        return reduced(ops.abs(x - y), reduction)
    return reduced(_rounded(x - y, beta) * (1.0 / beta), reduction)


def huber_loss(
    input: Any,
    target: Any,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Any = None,
) -> Tensor:
    """Half the squared error up to ``delta``, and from there a straight line.

    ::

        d ** 2 / 2                          if abs(d) < delta
        delta * (abs(d) - delta / 2)        elsewhere

    Raises:
        ConfigError: If ``delta`` is not above 0.

    Source: Huber 1964, "Robust Estimation of a Location Parameter".
    """
    where = "huber_loss"
    check_reduction(reduction, where)
    if delta <= 0:
        raise ConfigError(f"expected delta above 0, got {delta}.", where=where)
    x, y = pair(input, target, where)
    losses = _rounded(x - y, delta)
    if weight is not None:
        losses = losses * _weights(losses, weight, where)
    return reduced(losses, reduction)


def _rounded(distance: Tensor, delta: float) -> Tensor:
    """``d * d / 2``, and the tangent beyond ``delta``: with ``c`` clamped, ``c * (d - c / 2)``."""
    near = ops.clamp(distance, -float(delta), float(delta))
    return near * (distance - near * 0.5)


def _weighted(losses: Tensor, weight: Any, reduction: str, where: str) -> Tensor:
    if weight is None:
        return reduced(losses, reduction)
    factors = _weights(losses, weight, where)
    losses = losses * factors
    if reduction == "mean":
        return ops.sum(losses) / ops.sum(factors)
    return reduced(losses, reduction)


def _weights(losses: Tensor, weight: Any, where: str) -> Tensor:
    factors = as_tensor(weight)
    if factors.shape != losses.shape:
        raise ShapeError(
            f"expected a weight of shape {losses.shape}, got {factors.shape}.", where=where
        )
    return factors


def kl_div(
    input: Any,
    target: Any,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Kullback-Leibler divergence: ``target * (log(target) - input)``.

    Args:
        input: Log-probabilities, as ``log_softmax`` gives them.
        target: Probabilities; their logarithms with ``log_target``.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"batchmean"`` (the divergence as it is defined, averaged over the batch),
            ``"mean"`` (over all elements), ``"sum"`` or ``"none"``.
        log_target: Whether the target holds logarithms.

    Example:
        >>> import tensorlite as tl
        >>> p = tl.tensor([[0.5, 0.5]])
        >>> kl_div(tl.log(p), p, reduction="batchmean").item()
        0.0

    Source: Kullback and Leibler 1951, "On Information and Sufficiency".
    """
    check_reduction(reduction, "kl_div", size_average, reduce, "batchmean")
    x, y = pair(input, target, "kl_div", warn=False)
    if log_target:
        losses = ops.exp(y) * (y - x)
    else:
        losses = y * (ops.log(ops.where(y == 0, 1.0, y)) - x)  # 0 * log(0) is 0
    if reduction == "batchmean":
        return ops.sum(losses) / (x.shape[0] if x.shape else 1)
    return reduced(losses, reduction)


def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    size_average: None = None,
    eps: float = 1e-8,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Negative log likelihood of counts under a Poisson distribution.

    Args:
        input: The expected counts; their logarithms with ``log_input``.
        target: The counts.
        log_input: ``exp(input) - target * input``; else ``input - target * log(input + eps)``.
        full: Add Stirling's approximation of ``log(target!)`` where the target is above 1.
        size_average: Not taken; use ``reduction``.
        eps: Keeps the logarithm away from 0.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
    """
    check_reduction(reduction, "poisson_nll_loss", size_average, reduce)
    x, y = pair(input, target, "poisson_nll_loss", warn=False)
    losses = ops.exp(x) - y * x if log_input else x - y * ops.log(x + eps)
    if full:
        many = ops.where(y > 1, y, 1.0)
        stirling = many * ops.log(many) - many + ops.log(many * (2 * math.pi)) * 0.5
        losses = losses + ops.where(y > 1, stirling, 0.0)
    return reduced(losses, reduction)


def gaussian_nll_loss(
    input: Any,
    target: Any,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """Negative log likelihood under normal distributions: ``(log(var) + d ** 2 / var) / 2``.

    Args:
        input: The means.
        target: What was observed.
        var: The variances: a number, of the input's shape, or with one per row; what lies below
            ``eps`` counts as ``eps``, and its gradient passes.
        full: Add ``log(2 * pi) / 2``.
        eps: The smallest variance.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Raises:
        ShapeError: If the variances do not fit.
        ConfigError: If a variance is negative or ``eps`` is not above 0.

    Source: Nix and Weigend 1994, "Estimating the Mean and Variance of the Target Probability
    Distribution".
    """
    where = "gaussian_nll_loss"
    check_reduction(reduction, where)
    if eps <= 0:
        raise ConfigError(f"expected eps above 0, got {eps}.", where=where)
    x, y = pair(input, target, where, warn=False)
    spread = as_tensor(var)
    if spread.shape == x.shape[:-1] and x.shape:
        spread = ops.unsqueeze(spread, -1) if spread.shape else spread
    elif spread.shape not in (x.shape, (*x.shape[:-1], 1), ()):
        raise ShapeError(
            f"expected variances of shape {x.shape} or one per row, got {spread.shape}.",
            where=where,
        )
    if (spread.array < 0).any():
        raise ConfigError(
            f"expected variances of 0 or more, got {spread.array.min().item()}.", where=where
        )
    lift = ops.clamp(eps - spread.detach(), min=0.0)  # a constant, so that the gradient passes
    spread = floating(spread, where, "variance") + lift
    distance = x - y
    losses = (ops.log(spread) + distance * distance / spread) * 0.5
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)
