"""The kernels' twins in plain NumPy: slower, obviously right, and what the tests compare with.

Signatures are those of ``conv.py`` and ``pool.py``. All of them loop over the places of the
window and take, for each, the elements that all positions of the window see there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.geometry import Pair, conv_size, pool_size
from tensorlite.kernels.passes import MULTIPLIER, ROUNDS, STEP, WORD

Array = NDArray[Any]


def _taps(
    window: Pair, out: Pair, stride: Pair, dilation: Pair
) -> Iterator[tuple[int, int, tuple[slice, slice]]]:
    """For each place in the window, the padded picture's elements seen there."""
    for i in range(window[0]):
        for j in range(window[1]):
            a, b = i * dilation[0], j * dilation[1]
            rows = slice(a, a + (out[0] - 1) * stride[0] + 1, stride[0])
            yield i, j, (rows, slice(b, b + (out[1] - 1) * stride[1] + 1, stride[1]))


def _framed(x: Array, padding: Pair, value: float, extra: Pair = (0, 0)) -> Array:
    (top, left), (below, right) = padding, extra
    widths = ((0, 0), (0, 0), (top, top + below), (left, left + right))
    return np.pad(x, widths, constant_values=value)


def matmul(a: Array, b: Array, bias: Array | None = None, relu: bool = False) -> Array:
    """``a @ b + bias`` for matrices, and what is positive of it if wanted."""
    out = a @ b if bias is None else a @ b + bias
    return np.maximum(out, 0) if relu else out


def conv2d(
    x: Array,
    w: Array,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
    bias: Array | None = None,
    relu: bool = False,
) -> Array:
    """Slide the filters over the picture; add a bias, and keep what is positive, if wanted."""
    window = w.shape[2], w.shape[3]
    out = _conv_out(x.shape[2:], window, stride, padding, dilation)
    source = _by_group(_framed(x, padding, 0), groups)
    filters = w.reshape(groups, -1, *w.shape[1:])
    y = np.zeros((x.shape[0], groups, filters.shape[1], *out), x.dtype)
    for i, j, (rows, cols) in _taps(window, out, stride, dilation):
        y += np.einsum("ngchw,gkc->ngkhw", source[..., rows, cols], filters[..., i, j])
    result = y.reshape(x.shape[0], -1, *out)
    if bias is not None:
        result += bias.reshape(-1, 1, 1)
    return np.maximum(result, 0) if relu else result


def conv2d_weight_grad(
    x: Array, dy: Array, window: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """The gradient of the filters."""
    out = dy.shape[2], dy.shape[3]
    source, given = _by_group(_framed(x, padding, 0), groups), _by_group(dy, groups)
    dw = np.zeros((groups, given.shape[2], source.shape[2], *window), x.dtype)
    for i, j, (rows, cols) in _taps(window, out, stride, dilation):
        dw[..., i, j] = np.einsum("ngchw,ngkhw->gkc", source[..., rows, cols], given)
    return dw.reshape(-1, *dw.shape[2:])


def conv2d_input_grad(
    dy: Array, w: Array, size: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """The gradient of the picture."""
    (top, left), out = padding, (dy.shape[2], dy.shape[3])
    given, filters = _by_group(dy, groups), w.reshape(groups, -1, *w.shape[1:])
    framed = size[0] + 2 * top, size[1] + 2 * left
    dx = np.zeros((dy.shape[0], groups, w.shape[1], *framed), dy.dtype)
    for i, j, (rows, cols) in _taps((w.shape[2], w.shape[3]), out, stride, dilation):
        dx[..., rows, cols] += np.einsum("ngkhw,gkc->ngchw", given, filters[..., i, j])
    inside = dx[..., top : top + size[0], left : left + size[1]]
    return inside.reshape(dy.shape[0], -1, *size)


def drop(x: Array, p: float, seed: tuple[int, int]) -> Array:
    """``x / (1 - p)``, and 0 in the places that are drawn with probability ``p``."""
    word = np.uint64(WORD)
    i, (key, other) = np.arange(x.size, dtype=np.uint64), seed
    left, right = i & word, (i >> np.uint64(32)) ^ np.uint64(other)
    for _ in range(ROUNDS):
        product = left * np.uint64(MULTIPLIER)
        left, right = product >> np.uint64(32) ^ np.uint64(key) ^ right, product & word
        key = key + STEP & WORD
    kept = np.where(left < round(p * 2**32), 0, 1 / (1 - p)).astype(x.dtype).reshape(x.shape)
    return x * kept


def local_response_norm(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    """``x`` over ``(k + alpha * mean of squares) ** beta``, the mean over ``size`` channels."""
    return x * _response(x, size, alpha, k) ** -beta


def local_response_norm_grad(
    x: Array, dy: Array, size: int, alpha: float, beta: float, k: float
) -> Array:
    """The gradient of ``x``."""
    s = _response(x, size, alpha, k)
    pull = _neighbours(dy * x * s ** (-beta - 1), (size - 1) // 2, size // 2)
    return dy * s**-beta - x * pull * x.dtype.type(2 * alpha / size * beta)


def _response(x: Array, size: int, alpha: float, k: float) -> Array:
    return _neighbours(x * x, size // 2, (size - 1) // 2) * x.dtype.type(alpha / size) + k


def _neighbours(x: Array, before: int, after: int) -> Array:
    """For each channel the sum of itself, those before it and those after it."""
    framed = np.pad(x, [(0, 0), (before, after), *[(0, 0)] * (x.ndim - 2)])
    return sum(framed[:, i : i + x.shape[1]] for i in range(before + after + 1))  # type: ignore


def max_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool,
    factors: tuple[Array, Array] | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """The largest element of each window, the first of equal ones, and where it lies."""
    if factors is not None:
        x = scale_channels(x, *factors)
    out = _pool_out(x.shape[2:], kernel, stride, padding, dilation, ceil_mode)
    # A window of the ceiling mode hangs over the far edge by less than its own reach.
    source = _framed(x, padding, -np.inf, (stride[0], stride[1]))
    places = np.arange(x.shape[2] * x.shape[3], dtype=np.int32).reshape(1, 1, *x.shape[2:])
    where = _framed(places, padding, -1, (stride[0], stride[1]))
    y = np.full((*x.shape[:2], *out), -np.inf, x.dtype)
    index = np.full(y.shape, -1, np.int32)
    for _, _, (rows, cols) in _taps(kernel, out, stride, dilation):
        seen = source[..., rows, cols]
        place = np.broadcast_to(where[..., rows, cols], seen.shape)
        better = (place >= 0) & ((seen > y) | np.isnan(seen) | (index < 0))
        y, index = np.where(better, seen, y), np.where(better, place, index)
    return (y if factors is None else np.maximum(y, 0)), index


def max_pool2d_grad(dy: Array, index: Array, size: Pair) -> Array:
    """Put each gradient where the maximum lay."""
    dx = np.zeros((*dy.shape[:2], size[0] * size[1]), dy.dtype)
    n, c = np.ogrid[: dy.shape[0], : dy.shape[1]]
    given = np.where(index < 0, 0, dy)  # a window that is all padding has no place
    np.add.at(
        dx,
        (n[..., None], c[..., None], index.reshape(*dy.shape[:2], -1)),
        given.reshape(*dy.shape[:2], -1),
    )
    return dx.reshape(*dy.shape[:2], *size)


def max_pool2d_pick(x: Array, index: Array) -> Array:
    """Take what lies where the maxima lay."""
    flat = index.reshape(*index.shape[:2], -1)
    found = np.take_along_axis(x.reshape(*x.shape[:2], -1), flat, 2).reshape(index.shape)
    return np.where(index < 0, 0, found).astype(x.dtype)


def avg_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_padding: bool
) -> Array:
    """The mean of each window."""
    out = _pool_out(x.shape[2:], kernel, stride, padding, (1, 1), ceil_mode)
    source = _framed(x, padding, 0, (stride[0], stride[1]))
    y = np.zeros((*x.shape[:2], *out), x.dtype)
    for _, _, (rows, cols) in _taps(kernel, out, stride, (1, 1)):
        y += source[..., rows, cols]
    return y / _counts(x.shape[2:], out, kernel, stride, padding, count_padding).astype(x.dtype)


def avg_pool2d_grad(
    dy: Array, size: Pair, kernel: Pair, stride: Pair, padding: Pair, count_padding: bool
) -> Array:
    """Spread each gradient over its window."""
    out = dy.shape[2], dy.shape[3]
    share = dy / _counts(size, out, kernel, stride, padding, count_padding).astype(dy.dtype)
    dx = _framed(np.zeros((*dy.shape[:2], *size), dy.dtype), padding, 0, (stride[0], stride[1]))
    for _, _, (rows, cols) in _taps(kernel, out, stride, (1, 1)):
        dx[..., rows, cols] += share
    (top, left), (height, width) = padding, size
    return dx[..., top : top + height, left : left + width]


def batch_norm(
    x: Array, weight: Array, bias: Array, eps: float, relu: bool = False, other: Array | None = None
) -> tuple[Array, Array, Array]:
    """Normalise by the statistics of the batch."""
    wide = x.astype(np.float64)
    others = tuple(i for i in range(x.ndim) if i != 1)
    mean, variance = wide.mean(others), wide.var(others)
    return (
        scale_channels(x, *_factors(x, weight, bias, mean, variance, eps), relu, other),
        mean,
        variance,
    )


def _factors(
    x: Array, weight: Array, bias: Array, mean: Array, variance: Array, eps: float
) -> tuple[Array, Array]:
    """What a channel is multiplied by and what is added to it, rounded as its numbers are."""
    factor = weight / np.sqrt(variance + eps)
    return factor.astype(x.dtype), (bias - mean * factor).astype(x.dtype)


def batch_norm_pool(
    x: Array, weight: Array, bias: Array, eps: float, kernel: Pair, stride: Pair, padding: Pair,
    dilation: Pair, ceil_mode: bool,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Normalise, keep what is positive, and of each window the largest."""
    y, mean, variance = batch_norm(x, weight, bias, eps)
    none = np.ones_like(weight), np.zeros_like(weight)
    y, index = max_pool2d(y, kernel, stride, padding, dilation, ceil_mode, none)
    return y, index, mean, variance


def batch_norm_grad(
    x: Array, dy: Array, weight: Array, bias: Array, mean: Array, variance: Array,
    eps: float, relu: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """The gradients of input, weight and bias."""
    others, columns = tuple(i for i in range(x.ndim) if i != 1), (-1, *[1] * (x.ndim - 2))
    scale = 1 / np.sqrt(variance + eps).reshape(columns)
    normal = (x - mean.reshape(columns)) * scale
    passed = scale_channels(x, *_factors(x, weight, bias, mean, variance, eps)) > 0
    given = np.where(passed | (not relu), dy, 0).astype(np.float64)
    for_bias, for_weight = given.sum(others), (given * normal).sum(others)
    count = x.size // x.shape[1]
    both = for_bias.reshape(columns) + normal * for_weight.reshape(columns)
    dx = scale * weight.reshape(columns) * (given - both / count)
    return dx.astype(x.dtype), for_weight.astype(x.dtype), for_bias.astype(x.dtype)


def scale_channels(
    x: Array, scale: Array, shift: Array, relu: bool = False, other: Array | None = None
) -> Array:
    """Two numbers per channel, another array, and the positive part."""
    columns = (-1, *[1] * (x.ndim - 2))
    y = x * scale.reshape(columns) + shift.reshape(columns)
    y = y if other is None else y + other
    return np.maximum(y, 0) if relu else y


def channel_sums(x: Array) -> Array:
    """The sum of each channel."""
    return x.astype(np.float64).sum((0, 2, 3)).astype(x.dtype)


def add(a: Array, b: Array) -> Array:
    """The sum of two arrays."""
    return a + b


def relu(x: Array) -> Array:
    """The positive part."""
    return np.maximum(x, 0)


def relu_grad(dy: Array, y: Array) -> Array:
    """The gradient where the result was positive."""
    return np.where(y > 0, dy, 0).astype(dy.dtype)


def cross_entropy(x: Array, target: Array) -> tuple[Array, Array]:
    """Minus the logarithm of the true class's softmax for each row, and its gradient."""
    shifted = x - x.max(1, keepdims=True)
    softmax = np.exp(shifted) / np.exp(shifted).sum(1, keepdims=True)
    rows = np.arange(len(x))
    losses = np.log(np.exp(shifted).sum(1)) - shifted[rows, target]
    softmax[rows, target] -= 1
    return losses, softmax


def sgd(
    parameters: list[Array], grads: list[Array], velocities: list[Array],
    rate: float, momentum: float, decay: float, keep: float, nesterov: bool,
) -> None:  # fmt: skip
    """Move parameters and velocities in place."""
    for p, g, v in zip(parameters, grads, velocities, strict=True):
        step = g + decay * p
        v[...] = momentum * v + keep * step
        p -= rate * (step + momentum * v if nesterov else v)


def adam(
    parameters: list[Array], grads: list[Array], means: list[Array], squares: list[Array],
    settings: list[float],
) -> None:  # fmt: skip
    """Move parameters and both means in place."""
    beta1, beta2, decay, shrink, rate, root, eps = settings
    for p, g, m, v in zip(parameters, grads, means, squares, strict=True):
        p *= shrink
        step = g + decay * p
        m += (1 - beta1) * (step - m)
        v[...] = beta2 * v + (1 - beta2) * step * step
        p -= rate * m / (np.sqrt(v) * root + eps)


def rmsprop(
    parameters: list[Array], grads: list[Array], squares: list[Array], settings: list[float]
) -> None:
    """Move parameters and means in place."""
    alpha, decay, rate, eps = settings
    for p, g, v in zip(parameters, grads, squares, strict=True):
        step = g + decay * p
        v[...] = alpha * v + (1 - alpha) * step * step
        p -= rate * step / (np.sqrt(v) + eps)


def _counts(
    size: Any, out: Pair, kernel: Pair, stride: Pair, padding: Pair, count_padding: bool
) -> Array:
    """How many elements each window is divided by: those in the picture, or in its frame."""
    ones = np.ones((1, 1, *size))
    framed = _framed(ones, padding, 1 if count_padding else 0)
    source = _framed(framed, (0, 0), 0, (stride[0], stride[1]))
    counts = np.zeros((1, 1, *out))
    for _, _, (rows, cols) in _taps(kernel, out, stride, (1, 1)):
        counts += source[..., rows, cols]
    return counts


def _by_group(x: Array, groups: int) -> Array:
    return x.reshape(x.shape[0], groups, -1, *x.shape[2:])


def _conv_out(size: Any, window: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    down, across = (
        conv_size(size[i], window[i], stride[i], padding[i], dilation[i]) for i in (0, 1)
    )
    return down, across


def _pool_out(
    size: Any, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> Pair:
    down, across = (
        pool_size(size[i], kernel[i], stride[i], padding[i], dilation[i], ceil_mode) for i in (0, 1)
    )
    return down, across


def warp(x: Array, back: Array, size: Pair, fill: float = 0.0, ways: Array | None = None) -> Array:
    """Take each pixel of the result from where it was, blending the four pixels around."""
    height, width = x.shape[2:]
    u, v = _sources(back, size, ways)
    left, top = np.floor(u - 0.5), np.floor(v - 0.5)
    right, down = (u - 0.5 - left)[:, None], (v - 0.5 - top)[:, None]

    def seen(rows: Array, columns: Array) -> Array:
        place = rows.clip(0, height - 1) * width + columns.clip(0, width - 1)
        flat = np.take_along_axis(
            x.reshape(*x.shape[:2], -1), place.reshape(len(x), 1, -1).astype(np.intp), axis=2
        )
        return flat.reshape(*x.shape[:2], *size)

    above = seen(top, left) * (1 - right) + seen(top, left + 1) * right
    below = seen(top + 1, left) * (1 - right) + seen(top + 1, left + 1) * right
    inside = ((u >= 0) & (u < width) & (v >= 0) & (v < height))[:, None]
    return np.where(inside, above * (1 - down) + below * down, fill).astype(x.dtype)


def nearest(back: Array, source: Pair, size: Pair, ways: Array | None = None) -> Array:
    """The place ``h * W + w`` in the picture of each pixel of the result, or -1."""
    u, v = _sources(back, size, ways)
    inside = (u >= 0) & (u < source[1]) & (v >= 0) & (v < source[0])
    return np.where(inside, np.floor(v) * source[1] + np.floor(u), -1).astype(np.int32)


def weighted_rows(x: Array, weights: Array, start: Array) -> Array:
    """Weighted sums of neighbouring rows."""
    rows = start[:, :, None] + np.arange(weights.shape[2])
    seen = np.take_along_axis(x[:, :, None], rows[:, None, :, :, None], axis=3)
    return (seen * weights[:, None, :, :, None].astype(x.dtype)).sum(axis=3)


def _sources(back: Array, size: Pair, ways: Array | None) -> tuple[Array, Array]:
    """Where the middle of each pixel comes from: columns and rows, each (N, Ho, Wo)."""
    rows, columns = np.indices(size) + 0.5
    points = np.stack([columns, rows, np.ones(size)], axis=-1)
    u, v, w = np.moveaxis(points @ back[:, None].swapaxes(2, 3), -1, 0)
    w = np.where(w > 0, w, np.nan)
    u, v = np.nan_to_num(u / w, nan=-1e9), np.nan_to_num(v / w, nan=-1e9)
    return (u, v) if ways is None else (u + ways[:, 0], v + ways[:, 1])
