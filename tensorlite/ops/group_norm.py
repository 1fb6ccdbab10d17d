"""Normalisation of each example by itself: layer, group, instance and root-mean-square norm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.functions import Sqrt
from tensorlite.ops.norm import batch_norm, check_channels, move
from tensorlite.ops.reduce import Sum
from tensorlite.ops.shape import Reshape
from tensorlite.ops.windows import check_floating, check_same_type

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def _composed_normalize(x: Any, dims: tuple[int, ...], eps: float, centre: bool) -> Any:
    """The same from plain ops."""
    share = 1 / math.prod(x.shape[d] for d in dims)
    if centre:
        x = x - Sum.apply(x, dims, True) * share
    return x / Sqrt.apply(Sum.apply(x * x, dims, True) * share + eps)


class Normalize(Op):
    """Mean 0 (with ``centre``) and mean square 1 over some dimensions.

    Also returns mean and biased variance. With y = (x - mean) / std the gradient is
    ``(dy - mean(dy) - y * mean(dy * y)) / std``.
    """

    composed = staticmethod(_composed_normalize)

    def forward(self, x: Array, dims: tuple[int, ...], eps: float, centre: bool) -> Any:
        self.save_output()
        self.dims, self.centre = dims, centre
        count = math.prod(x.shape[d] for d in dims)
        mean = _total(x, dims) / count if centre else x.dtype.type(0)
        y = x - mean
        variance = _total(y * y, dims) / count
        self.inverse = 1 / np.sqrt(variance + eps)
        y *= self.inverse
        return y, mean, variance

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        share = 1 / math.prod(y.shape[d] for d in self.dims)
        dx = y * (_total(grad * y, self.dims) * -share)
        dx += grad  # this array is ours, and an ordinary pass is all that comes here
        if self.centre:
            dx -= _total(grad, self.dims) * share
        dx *= self.inverse
        return dx


def _total(x: Array, dims: tuple[int, ...]) -> Array:
    """The sum over dimensions, the last ones first: quicker where channels are last in memory."""
    if len(dims) > 1:
        x = np.add.reduce(x, dims[1:], keepdims=True)
    return np.add.reduce(x, dims[0], keepdims=True)


def layer_norm(
    input: Any,
    normalized_shape: int | Sequence[int],
    weight: TensorBase | None = None,
    bias: TensorBase | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise the last dimensions to mean 0 and variance 1, then scale and shift each element.

    Args:
        input: Any floating point tensor.
        normalized_shape: The sizes of the last dimensions.
        weight: Factors of that shape.
        bias: Summands of that shape.
        eps: Added to the variance.

    Raises:
        ShapeError: If the input does not end in ``normalized_shape``.

    Example:
        >>> import tensorlite as tl
        >>> layer_norm(tl.tensor([[1.0, 3.0]]), (2,), eps=0.0)
        tensor([[-1.,  1.]])

    Source: Ba et al. 2016, "Layer Normalization".
    """
    x = as_tensor(input)
    check_same_type(x, "layer_norm", weight=weight, bias=bias)
    dims = _last(x, normalized_shape, "layer_norm", weight=weight, bias=bias)
    out: Any = Normalize.apply(x, dims, eps, True)[0] if x.array.size else x * 1.0
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


def rms_norm(
    input: Any,
    normalized_shape: int | Sequence[int],
    weight: TensorBase | None = None,
    eps: float | None = None,
) -> Tensor:
    """Divide by the root of the mean square over the last dimensions, then scale each element.

    Args:
        input: Any floating point tensor.
        normalized_shape: The sizes of the last dimensions.
        weight: Factors of that shape.
        eps: Added to the mean square; the smallest step from 1 of the element type unless given.

    Raises:
        ShapeError: If the input does not end in ``normalized_shape``.

    Source: Zhang and Sennrich 2019, "Root Mean Square Layer Normalization".
    """
    x = as_tensor(input)
    check_floating(x, "rms_norm")
    dims = _last(x, normalized_shape, "rms_norm", weight=weight)
    eps = float(np.finfo(x.dtype).eps) if eps is None else eps
    out: Any = Normalize.apply(x, dims, eps, False)[0] if x.array.size else x * 1.0
    return out if weight is None else out * weight


def group_norm(
    input: Any,
    num_groups: int,
    weight: TensorBase | None = None,
    bias: TensorBase | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each group of channels of each example, then scale and shift each channel.

    Shape:
        - Input: ``(N, C, ...)``
        - Weight, bias: ``(C,)``

    Raises:
        ShapeError: If the channels do not divide into groups.

    Source: Wu and He 2018, "Group Normalization".
    """
    x = as_tensor(input)
    check_same_type(x, "group_norm", weight=weight, bias=bias)
    check_channels(x, "group_norm", weight=weight, bias=bias)
    n, channels = x.shape[:2]
    if num_groups < 1 or channels % num_groups:
        raise ShapeError(
            f"expected channels that divide into {num_groups} groups, got input {x.shape}.",
            where="group_norm",
        )
    if x.array.size == n * num_groups > 0:
        raise ShapeError(
            f"expected more than one value per group, got input {x.shape} and {num_groups} groups.",
            where="group_norm",
        )
    out: Any = x * 1.0
    if x.array.size:
        groups = Reshape.apply(x, (n, num_groups, channels // num_groups, *x.shape[2:]))
        out = Normalize.apply(groups, tuple(range(2, len(groups.shape))), eps, True)[0]
        out = Reshape.apply(out, x.shape)
    return _affine(out, weight, bias)


def instance_norm(
    input: Any,
    running_mean: TensorBase | None = None,
    running_var: TensorBase | None = None,
    weight: TensorBase | None = None,
    bias: TensorBase | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel of each example by itself, then scale and shift it.

    With running statistics those move towards the average over the batch by ``momentum``; without
    ``use_input_stats`` they are what is normalised by.

    Shape:
        - Input: ``(N, C, ...)``
        - Running mean and variance, weight, bias: ``(C,)``

    Raises:
        ShapeError: If the channels do not fit, or there is one value per channel.
        ConfigError: If there are no running statistics where they are to be used.

    Source: Ulyanov et al. 2016, "Instance Normalization: The Missing Ingredient for Fast
    Stylization".
    """
    x = as_tensor(input)
    statistics = {"running_mean": running_mean, "running_var": running_var}
    check_same_type(x, "instance_norm", weight=weight, bias=bias)
    check_channels(x, "instance_norm", weight=weight, bias=bias, **statistics)
    if not use_input_stats:
        if running_mean is None or running_var is None:
            raise ConfigError(
                "expected running statistics with use_input_stats=False.", where="instance_norm"
            )
        return batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    count = math.prod(x.shape[2:])
    if count == 1:
        raise ShapeError(
            f"expected more than one value per channel, got input {x.shape}.",
            where="instance_norm",
        )
    if not x.array.size:
        return _affine(x * 1.0, weight, bias)
    out, mean, variance = Normalize.apply(x, tuple(range(2, len(x.shape))), eps, True)
    if running_mean is not None and running_var is not None:
        channels = x.shape[:2]
        move(running_mean, mean.reshape(channels).mean(0), momentum)
        move(running_var, variance.reshape(channels).mean(0) * (count / (count - 1)), momentum)
    return _affine(out, weight, bias)


def _affine(x: Any, weight: Any, bias: Any) -> Any:
    """Scale and shift each channel."""
    column = (-1, *[1] * (len(x.shape) - 2))
    x = x if weight is None else x * Reshape.apply(weight, column)
    return x if bias is None else x + Reshape.apply(bias, column)


def _last(
    x: Tensor, normalized_shape: int | Sequence[int], where: str, **others: Any
) -> tuple[int, ...]:
    """The dimensions that a shape stands for."""
    given = (
        (int(normalized_shape),)
        if isinstance(normalized_shape, Integral)
        else tuple(normalized_shape)  # type: ignore[arg-type]
    )
    rest = len(x.shape) - len(given)
    if not given or rest < 0 or x.shape[rest:] != given:
        raise ShapeError(
            f"expected input of shape (..., {', '.join(map(str, given))}), got {x.shape}.",
            where=where,
        )
    for name, other in others.items():
        if other is not None and other.shape != given:
            raise ShapeError(f"expected {name} {given}, got {other.shape}.", where=where)
    return tuple(range(rest, len(x.shape)))
