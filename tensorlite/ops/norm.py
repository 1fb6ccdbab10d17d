"""Batch normalisation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.autograd.modes import mode
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.activations import Relu, ReluGrad
from tensorlite.ops.convert import as_tensor, cast
from tensorlite.ops.functions import Sqrt
from tensorlite.ops.pool import MaxPool2d, MaxPool2dGrad, max_pool2d, window_of
from tensorlite.ops.reduce import Sum
from tensorlite.ops.shape import Reshape
from tensorlite.ops.windows import check_same_type

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def _columns(values: Any, dims: int) -> Any:
    """(C,) -> (1, C, 1, ...)."""
    return Reshape.apply(values, (1, -1, *[1] * (dims - 2)))


def _others(dims: int) -> tuple[int, ...]:
    """All dimensions but the channels'."""
    return (0, *range(2, dims))


def _composed_batch_norm(
    x: Any, weight: Any, bias: Any, eps: float, relu: bool = False, add: Any = None
) -> Any:
    """Batch normalisation from plain ops."""
    dims, share = len(x.shape), x.shape[1] / math.prod(x.shape)
    centred = x - Sum.apply(x, _others(dims), True) * share
    variance = Sum.apply(centred * centred, _others(dims), True) * share
    normal = centred / Sqrt.apply(variance + eps)
    out = normal * _columns(weight, dims) + _columns(bias, dims)
    return _finish(out, relu, add)


def _finish(out: Any, relu: bool, add: Any) -> Any:
    """What may follow in the same pass."""
    out = out if add is None else out + add
    return Relu.apply(out) if relu else out


class BatchNorm(Op):
    """Normalisation by the statistics of the batch, plus another input, and a ReLU, if wanted.

    Also returns mean and biased variance.
    """

    composed = staticmethod(_composed_batch_norm)

    def forward(
        self, x: Array, weight: Array, bias: Array, eps: float, relu: bool = False,
        add: Array | None = None,
    ) -> Any:  # fmt: skip
        self.save_inputs(0, 1, 2)
        self.joined = relu and add is not None
        if self.joined:
            self.save_output()
        self.relu, self.eps = relu and add is None, eps
        y, self.mean, self.variance = kernels.batch_norm(x, weight, bias, eps, relu, add)
        return y, self.mean, self.variance

    def backward(self, grad: Any) -> Any:
        x, weight, bias, *y = self.saved
        grad = ReluGrad.apply(grad, y[0]) if self.joined else grad
        settings = self.mean, self.variance, self.eps, self.relu
        return *kernels.batch_norm_grad(x, grad, weight, bias, *settings), None, None, grad


def _composed_pool(x: Any, weight: Any, bias: Any, eps: float, *window: Any) -> Any:
    normal = _composed_batch_norm(x, weight, bias, eps)
    return Relu.apply(MaxPool2d.apply(normal, *window)[0])


class BatchNormPool(Op):
    """The same with a ReLU and max pooling: only the largest of each window is written.

    Also returns mean and biased variance.
    """

    composed = staticmethod(_composed_pool)

    def forward(self, x: Array, weight: Array, bias: Array, eps: float, *window: Any) -> Any:
        self.save_inputs(0, 1, 2)
        self.save_output()
        self.eps = eps
        found = kernels.batch_norm_pool(x, weight, bias, eps, *window)
        y, self.index, self.mean, self.variance = found
        return y, self.mean, self.variance

    def backward(self, grad: Any) -> Any:
        x, weight, bias, y = self.saved
        grad = MaxPool2dGrad.apply(ReluGrad.apply(grad, y), self.index, x.shape[2:])
        settings = self.mean, self.variance, self.eps, False
        return kernels.batch_norm_grad(x, grad, weight, bias, *settings)


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
    add: TensorBase | None = None,
    pool: Any = None,
) -> Tensor:
    """Normalise each channel to mean 0 and variance 1, then scale and shift it.

    In training the statistics are those of the batch, and the running ones move towards them by
    ``momentum`` (the running variance is the unbiased one); otherwise the running ones are used.
    ``add`` is added to the result, and ``relu`` keeps the positive part of that, in the same pass;
    so does max pooling after a ReLU, where ``pool`` has its arguments: size, stride, padding,
    dilation and ``ceil_mode``.

    Shape:
        - Input and ``add``: ``(N, C)`` or ``(N, C, ...)``
        - Running mean and variance, weight, bias: ``(C,)``

    Raises:
        ShapeError: If the channels or the window do not fit, or a training batch has one value per
            channel.
        ConfigError: If there are no running statistics, or ``pool`` is to follow something else
            than a ReLU.

    Source: Ioffe and Szegedy 2015, "Batch Normalization".
    """
    x = as_tensor(input)
    check_same_type(x, "batch_norm", weight=weight, bias=bias)
    statistics = {"running_mean": running_mean, "running_var": running_var}
    check_channels(x, "batch_norm", weight=weight, bias=bias, **statistics)
    if add is not None and (add.shape != x.shape or add.dtype != x.dtype):
        raise ShapeError(
            f"expected add of the input's shape and type, {x.shape} {x.dtype}, got {add.shape} "
            f"{add.dtype}.",
            where="batch_norm",
        )
    if pool is not None:
        _check_pool(x, pool, relu, add)
    if not training:
        if running_mean is None or running_var is None:
            raise ConfigError("expected running statistics for evaluation.", where="batch_norm")
        y = _by_statistics(x, running_mean, running_var, weight, bias, eps, relu, add)
        return y if pool is None else max_pool2d(y, *pool)
    channels = x.shape[1]
    if not x.array.size:
        y = _finish(x * 1.0, relu, add)
        return y if pool is None else max_pool2d(y, *pool)
    _check_count(x)
    scale = weight if weight is not None else make_tensor(np.ones(channels, x.dtype))
    shift = bias if bias is not None else make_tensor(np.zeros(channels, x.dtype))
    if pool is None:
        out, mean, variance = BatchNorm.apply(x, scale, shift, eps, relu, add)
    else:
        window = window_of(x, pool, 2, "batch_norm")
        out, mean, variance = BatchNormPool.apply(x, scale, shift, eps, *window)
    if running_mean is not None and running_var is not None:
        count = x.array.size // channels
        move(running_mean, mean, momentum)
        move(running_var, variance * (count / (count - 1)), momentum)
    return out


def _by_statistics(
    x: Any, mean: Any, variance: Any, weight: Any, bias: Any, eps: float, relu: bool, add: Any
) -> Any:
    """``x * scale + shift`` with two numbers per channel, and what may follow."""
    if not mode.recording:
        given = mean, variance, weight, bias, add
        mean, variance, weight, bias, add = (None if t is None else t.array for t in given)
        scale, shift = scale_and_shift(mean, variance, weight, bias, eps)
        if kernels.worth(x.array):
            return make_tensor(kernels.scale_channels(x.array, scale, shift, relu, add))
        column = (-1, *[1] * (x.array.ndim - 2))  # few numbers, which NumPy is quick with
        y = (x.array * scale.reshape(column) + shift.reshape(column)).astype(x.dtype, copy=False)
        y = y if add is None else y + add
        return make_tensor(np.maximum(y, 0) if relu else y)
    scale, shift = scale_and_shift(mean, variance, weight, bias, eps)
    scale, shift = cast(scale, x.dtype), cast(shift, x.dtype)
    return _finish(x * _columns(scale, len(x.shape)) + _columns(shift, len(x.shape)), relu, add)


def scale_and_shift(mean: Any, variance: Any, weight: Any, bias: Any, eps: float) -> Any:
    """The two numbers of each channel that running statistics make of it; also of arrays."""
    scale = 1.0 / Sqrt.apply(variance + eps)
    scale = scale if weight is None else scale * weight
    return scale, -mean * scale if bias is None else bias - mean * scale


def check_channels(x: Tensor, where: str, **others: TensorBase | None) -> None:
    """Raise a ``ShapeError`` unless all others have one number per channel."""
    if len(x.shape) < 2:
        raise ShapeError(f"expected an input (N, C, ...), got {x.shape}.", where=where)
    channels = x.array.shape[1:2]
    for name, values in others.items():
        if values is not None and values.array.shape != channels:
            raise ShapeError(
                f"expected input with {math.prod(values.shape)} channels ({name} {values.shape}), "
                f"got {x.shape[1]} (input {x.shape}).",
                where=where,
            )


def _check_pool(x: Tensor, pool: Any, relu: bool, add: Any) -> None:
    """Raise unless max pooling can follow in the same pass."""
    if not relu or add is not None:
        raise ConfigError("expected pool with relu and without add.", where="batch_norm")
    if not isinstance(pool, (tuple, list)) or len(pool) != 5:
        raise ConfigError(
            f"expected pool with size, stride, padding, dilation and ceil_mode, got {pool!r}.",
            where="batch_norm",
        )
    if len(x.shape) != 4:
        raise ShapeError(
            f"expected pictures (N, C, H, W) where pooling follows, got {x.shape}.",
            where="batch_norm",
        )


def _check_count(x: Tensor) -> None:
    if x.array.size // x.shape[1] < 2:
        raise ShapeError(
            f"expected more than one value per channel in training, got input {x.shape}.",
            where="batch_norm",
            hint="Use a larger batch, drop_last=True, or eval().",
        )


def move(running: TensorBase, value: Array, momentum: float) -> None:
    """Move running statistics towards a value, in place."""
    running.array *= 1 - momentum
    running.array += momentum * value
    running.version[0] += 1
