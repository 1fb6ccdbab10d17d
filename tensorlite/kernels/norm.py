"""Batch norm, with the positive part of the result if wanted, and its gradient.

``x`` is ``(N, C, ...)``; results have the channels last in memory. With normal = (x - mean) / std
the gradient is

    dx = weight / std * (dy - mean(dy) - normal * mean(dy * normal))

which is ``dy * a + x * b + c`` with three numbers per channel. Where a ReLU follows, ``x`` and the
forward pass's two numbers per channel tell what it has let through, so nothing is kept for it.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.geometry import Pair
from tensorlite.kernels.passes import is_ours
from tensorlite.kernels.pool import max_pool2d
from tensorlite.kernels.threads import parts_of

Array = NDArray[Any]

SHARES = 8
FEW = 1 << 16  # numbers that NumPy has added up before a kernel is called
PIXELS = 64  # whose mean is near that of all
LONG = 512  # numbers in a row, so that the loops over channels fill their vectors


def batch_norm(
    x: Array, weight: Array, bias: Array, eps: float, relu: bool = False, other: Array | None = None
) -> tuple[Array, Array, Array]:
    """Normalise by the statistics of the batch; also mean and biased variance, float64.

    ``other`` is added before the ReLU.

    Shape:
        - x, other: ``(N, C, ...)``
        - weight, bias: ``(C,)``
    """
    mean, variance = _statistics(x)
    scale, offset = _factors(weight, bias, mean, variance, eps)
    return scale_channels(x, scale, offset, relu, other), mean, variance


def batch_norm_pool(
    x: Array, weight: Array, bias: Array, eps: float, kernel: Pair, stride: Pair, padding: Pair,
    dilation: Pair, ceil_mode: bool,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Batch norm, ReLU and max pooling: maxima, where they lie, mean and biased variance.

    Shape:
        - x: ``(N, C, H, W)``
        - Maxima and places: ``(N, C, Ho, Wo)``
    """
    mean, variance = _statistics(x)
    scale, offset = (f.astype(x.dtype) for f in _factors(weight, bias, mean, variance, eps))
    y, index = max_pool2d(x, kernel, stride, padding, dilation, ceil_mode, (scale, offset))
    return y, index, mean, variance


def _statistics(x: Array) -> tuple[Array, Array]:
    """Mean and biased variance of each channel, float64.

    What is squared are distances from the mean of some pixels: they are small, so that float32
    keeps what matters of them, even if one of the pixels is far from the others.
    """
    from tensorlite.kernels.compiled import norm

    rows = _rows(x)
    count, channels = x.size // x.shape[1], x.shape[1]
    some = rows[:: max(1, len(rows) // PIXELS), :channels]
    shift = (np.add.reduce(some, 0, np.float64) / len(some)).astype(x.dtype)
    first, second = _sums(norm.sums, rows, channels, [rows, *_long(rows, shift)])
    mean = first / count
    variance = np.maximum(second / count - mean * mean, 0)
    mean += shift
    return mean, variance


def scale_channels(
    x: Array, scale: Array, shift: Array, relu: bool = False, other: Array | None = None
) -> Array:
    """``x * scale + shift + other`` with two numbers per channel, and what is positive of it."""
    from tensorlite.kernels.compiled import norm

    rows = _rows(x)
    y = np.empty_like(rows)
    factors = _long(rows, scale, shift)
    added = rows if other is None else _rows(other)
    args = [rows, added, y, *factors, *rows.shape, int(relu), int(other is not None)]
    norm.apply(_parts(rows), x.dtype, args)
    return _back(y, x)


def batch_norm_grad(
    x: Array, dy: Array, weight: Array, bias: Array, mean: Array, variance: Array,
    eps: float, relu: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """The gradients of input, weight and bias; ``bias`` is read with ``relu`` only."""
    from tensorlite.kernels.compiled import norm

    rows, given = _rows(x), _rows(dy)
    count, channels = x.size // x.shape[1], x.shape[1]
    middle = mean.astype(x.dtype)
    *factors, middles = _long(rows, *_factors(weight, bias, mean, variance, eps), middle)
    arrays = [rows, given, *factors, middles]
    for_bias, products = _sums(norm.grad_sums, rows, channels, arrays, int(relu))
    inverse = 1 / np.sqrt(variance + eps)
    for_weight = (products + for_bias * (middle - mean)) * inverse
    a = weight * inverse
    b = -a * for_weight * inverse / count
    c = -a * for_bias / count - b * mean
    dx = np.empty_like(rows)
    factors += _long(rows, a, b, c)
    norm.grad_apply(_parts(rows), x.dtype, [rows, given, dx, *factors, *rows.shape, int(relu)])
    return _back(dx, x), for_weight.astype(x.dtype), for_bias.astype(x.dtype)


def channel_sums(x: Array) -> Array:
    """The sum of each channel of pictures ``(N, C, H, W)``, as the gradient of a bias is."""
    from tensorlite.kernels.compiled import norm

    add: Any = np.add.reduce
    images_last = x.transpose(1, 2, 3, 0)
    if images_last.flags.c_contiguous:
        return add(images_last.reshape(x.shape[1], -1), 1)
    if x.size < FEW or x.flags.c_contiguous or not is_ours(x):
        return add(x, (0, 2, 3))
    rows = _rows(x)
    zeros = np.zeros(rows.shape[1], x.dtype)
    return _sums(norm.sums, rows, x.shape[1], [rows, zeros])[0].astype(x.dtype)


def _factors(
    weight: Array, bias: Array, mean: Array, variance: Array, eps: float
) -> tuple[Array, Array]:
    """What a channel is multiplied by, and what is added to it."""
    scale = weight / np.sqrt(variance + eps)
    return scale, bias - mean * scale


def _sums(
    kernel: Any, rows: Array, channels: int, arrays: list[Array], *more: int
) -> tuple[Array, Array]:
    count, long = rows.shape
    shares = max(1, min(SHARES, rows.size // channels // 64, count))
    out = np.empty((shares, 2, long))
    few = np.empty(out.shape, rows.dtype)
    kernel(
        parts_of(shares, rows.size * 16),
        rows.dtype,
        [*arrays, few, out, count, long, shares, *more],
    )
    first, second = out.reshape(shares, 2, -1, channels).sum((0, 2))
    return first, second


def _rows(x: Array) -> Array:
    """(N, C, ...) -> (rows, some pixels of C), a view if the channels are last in memory."""
    last = x.transpose(0, *range(2, x.ndim), 1)
    return np.ascontiguousarray(last).reshape(-1, _length(x.size // x.shape[1], x.shape[1]))


@functools.lru_cache(maxsize=1024)
def _length(pixels: int, channels: int) -> int:
    """Numbers in a row: as many pixels as divide all of them."""
    some = 1
    while some * channels < LONG and pixels % (2 * some) == 0:
        some *= 2
    return some * channels


def _long(rows: Array, *values: Array) -> list[Array]:
    """Numbers of the channels, one for each of a row."""
    channels = len(values[0])
    long = np.empty((len(values), rows.shape[1] // channels, channels), rows.dtype)
    for place, numbers in zip(long, values, strict=True):
        place[...] = numbers  # as np.tile, at a quarter of its time
    return list(long.reshape(len(values), -1))


def _back(rows: Array, like: Array) -> Array:
    """(rows, some pixels of C) -> (N, C, ...)."""
    last = rows.reshape(like.shape[0], *like.shape[2:], like.shape[1])
    return last.transpose(0, like.ndim - 1, *range(1, like.ndim - 1))


def _parts(rows: Array) -> int:
    return parts_of(rows.shape[0], rows.size * 16)
