"""Batch normalisation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.elementwise import Relu, Sqrt
from tensorlite.ops.reduce import Sum
from tensorlite.ops.shape import Reshape

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def _columns(values: Any, dims: int) -> Any:
    """(C,) -> (1, C, 1, ...)."""
    return Reshape.apply(values, (1, -1, *[1] * (dims - 2)))


def _others(dims: int) -> tuple[int, ...]:
    """All dimensions but the channels'."""
    return (0, *range(2, dims))


def _composed_batch_norm(x: Any, weight: Any, bias: Any, eps: float, relu: bool = False) -> Any:
    """Batch normalisation from plain ops."""
    dims, share = len(x.shape), x.shape[1] / math.prod(x.shape)
    centred = x - Sum.apply(x, _others(dims), True) * share
    variance = Sum.apply(centred * centred, _others(dims), True) * share
    normal = centred / Sqrt.apply(variance + eps)
    out = normal * _columns(weight, dims) + _columns(bias, dims)
    return Relu.apply(out) if relu else out


class BatchNorm(Op):
    """Normalisation by the statistics of the batch, and a ReLU if wanted.

    Also returns mean and biased variance.
    """

    composed = staticmethod(_composed_batch_norm)

    def forward(self, x: Array, weight: Array, bias: Array, eps: float, relu: bool = False) -> Any:
        self.save_inputs(0, 1)
        if relu:
            self.save_output()
        self.eps = eps
        y, self.mean, self.variance = kernels.batch_norm(x, weight, bias, eps, relu)
        return y, self.mean, self.variance

    def backward(self, grad: Any) -> Any:
        x, weight, *y = self.saved
        statistics = self.mean, self.variance, self.eps
        return kernels.batch_norm_grad(x, grad, y[0] if y else x, weight, *statistics, bool(y))


def batch_norm(
    input: Any,
    running_mean: TensorBase | None,
    running_var: TensorBase | None,
    weight: TensorBase | None = None,
    bias: TensorBase | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    relu: bool = False,
) -> Tensor:
    """Normalise each channel to mean 0 and variance 1, then scale and shift it.

    In training the statistics are those of the batch, and the running ones move towards them by
    ``momentum`` (the running variance is the unbiased one); otherwise the running ones are used.
    ``relu`` keeps the positive part of the result, in the same pass.

    Shape:
        - Input: ``(N, C)`` or ``(N, C, ...)``
        - Running mean and variance, weight, bias: ``(C,)``

    Raises:
        ShapeError: If the channels do not fit, or a training batch has one value per channel.

    Source: Ioffe and Szegedy 2015, "Batch Normalization".
    """
    x = as_tensor(input)
    _check_batch_norm(x, running_mean, weight, training)
    channels, dims = x.shape[1], len(x.shape)
    if not training:
        if running_mean is None or running_var is None:
            raise ConfigError("expected running statistics for evaluation.", where="batch_norm")
        scale = 1.0 / Sqrt.apply(running_var + eps)  # type: ignore[operator]
        out = (x - _columns(running_mean, dims)) * _columns(scale, dims)
        out = out if weight is None else out * _columns(weight, dims)
        out = out if bias is None else out + _columns(bias, dims)
        return Relu.apply(out) if relu else out
    scale = weight if weight is not None else make_tensor(np.ones(channels, x.dtype))
    shift = bias if bias is not None else make_tensor(np.zeros(channels, x.dtype))
    out, mean, variance = BatchNorm.apply(x, scale, shift, eps, relu)
    if running_mean is not None and running_var is not None:
        count = x.array.size // channels
        _move(running_mean, mean, momentum)
        _move(running_var, variance * (count / (count - 1)), momentum)
    return out


def _check_batch_norm(
    x: Tensor, running_mean: TensorBase | None, weight: TensorBase | None, training: bool
) -> None:
    if len(x.shape) < 2:
        raise ShapeError(f"expected an input (N, C, ...), got {x.shape}.", where="batch_norm")
    for name, values in (("running_mean", running_mean), ("weight", weight)):
        if values is not None and values.shape != (x.shape[1],):
            raise ShapeError(
                f"expected input with {values.shape[0]} channels ({name} {values.shape}), "
                f"got {x.shape[1]} (input {x.shape}).",
                where="batch_norm",
            )
    if training and x.array.size // max(x.shape[1], 1) < 2:
        raise ShapeError(
            f"expected more than one value per channel in training, got input {x.shape}.",
            where="batch_norm",
            hint="Use a larger batch, drop_last=True, or eval().",
        )


def _move(running: TensorBase, value: Array, momentum: float) -> None:
    running.array *= 1 - momentum
    running.array += momentum * value
    running.version[0] += 1
