"""Two-dimensional convolution and its two gradients, as matrix products.

A window of the picture, written as a row of numbers, times the filters, written as columns, is one
pixel of the result. So: copy all windows into the rows of a matrix (``im2col``), and the whole
convolution is one product::

    columns (N * Ho * Wo, R * S * C)  @  weights (R * S * C, K)  =  y (N * Ho * Wo, K)

The gradient of the weights is ``columns.T @ dy``. The gradient of the picture is ``dy @ weights.T``
with each row added back to where its window lay (``col2im``). The matrix is made for a few images
at a time, so that it stays in the cache of the processor.

Letters: N images, C and K channels of the picture and of the result, H and W its sides, Ho and Wo
those of the result, R and S the sides of the window, G groups.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.cache import run
from tensorlite.kernels.geometry import Pair, conv_size

Array = NDArray[Any]

COLUMNS = 1 << 19  # elements of the matrix of windows at a time: 2 MB of float32


def conv2d(x: Array, w: Array, stride: Pair, padding: Pair, dilation: Pair, groups: int) -> Array:
    """Slide the filters over the picture.

    Shape:
        - x: ``(N, C, H, W)``
        - w: ``(K, C / groups, R, S)``
        - Result: ``(N, K, Ho, Wo)``
    """
    n, c, height, width = x.shape
    k, _, r, s = w.shape
    ho = conv_size(height, r, stride[0], padding[0], dilation[0])
    wo = conv_size(width, s, stride[1], padding[1], dilation[1])
    y = np.empty((n, ho, wo, k), x.dtype)
    for channels, filters in _groups(c, k, groups):
        source = _padded(x[:, channels], padding)
        weights = _as_matrix(w[filters])
        for images in _chunks(n, ho * wo * weights.shape[1]):
            columns = _columns(source[images], (r, s), (ho, wo), stride, dilation)
            product = columns @ weights.T
            y[images, :, :, filters] = product.reshape(-1, ho, wo, product.shape[1])
    return y.transpose(0, 3, 1, 2)


def conv2d_weight_grad(
    x: Array, dy: Array, window: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """The gradient of the filters, from the picture and the gradient of the result.

    Shape:
        - x: ``(N, C, H, W)``
        - dy: ``(N, K, Ho, Wo)``
        - Result: ``(K, C / groups, R, S)``
    """
    (n, c), (k, ho, wo) = x.shape[:2], dy.shape[1:]
    dw = np.empty((k, c // groups, *window), x.dtype)
    for channels, filters in _groups(c, k, groups):
        source = _padded(x[:, channels], padding)
        given = _channels_last(dy[:, filters])
        total = np.zeros((given.shape[3], window[0] * window[1] * source.shape[3]), x.dtype)
        for images in _chunks(n, ho * wo * total.shape[1]):
            columns = _columns(source[images], window, (ho, wo), stride, dilation)
            total += given[images].reshape(-1, total.shape[0]).T @ columns
        dw[filters] = total.reshape(-1, *window, source.shape[3]).transpose(0, 3, 1, 2)
    return dw


def conv2d_input_grad(
    dy: Array, w: Array, size: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """The gradient of the picture of this height and width; also transposed convolution.

    Shape:
        - dy: ``(N, K, Ho, Wo)``
        - w: ``(K, C / groups, R, S)``
        - Result: ``(N, C, *size)``
    """
    n, k, ho, wo = dy.shape
    r, s = w.shape[2:]
    c = w.shape[1] * groups
    (top, left), (height, width) = padding, size
    dx = np.zeros((n, height + 2 * top, width + 2 * left, c), dy.dtype)
    for channels, filters in _groups(c, k, groups):
        given = _channels_last(dy[:, filters])
        weights = _as_matrix(w[filters])
        for images in _chunks(n, ho * wo * weights.shape[1]):
            columns = given[images].reshape(-1, weights.shape[0]) @ weights
            part = np.zeros((*dx[images].shape[:3], w.shape[1]), dy.dtype)
            _call("col2im", part, columns, (r, s), (ho, wo), stride, dilation)
            dx[images, :, :, channels] = part
    return dx[:, top : top + height, left : left + width].transpose(0, 3, 1, 2)


def _groups(c: int, k: int, groups: int) -> list[tuple[slice, slice]]:
    """For each group the slice of its input channels and the slice of its filters."""
    i, o = c // groups, k // groups
    return [(slice(g * i, g * i + i), slice(g * o, g * o + o)) for g in range(groups)]


def _chunks(images: int, elements: int) -> list[slice]:
    """Slices of as many images as keep the matrix of windows small."""
    step = max(1, COLUMNS // max(elements, 1))
    return [slice(i, min(i + step, images)) for i in range(0, images, step)]


def _channels_last(x: Array) -> Array:
    """(N, C, H, W) -> (N, H, W, C), contiguous."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


def _padded(x: Array, padding: Pair) -> Array:
    """(N, C, H, W) -> (N, H + 2 * top, W + 2 * left, C), zeros around."""
    (top, left), (n, c, height, width) = padding, x.shape
    if not top and not left:
        return _channels_last(x)
    out = np.zeros((n, height + 2 * top, width + 2 * left, c), x.dtype)
    out[:, top : top + height, left : left + width] = x.transpose(0, 2, 3, 1)
    return out


def _as_matrix(w: Array) -> Array:
    """(K, C, R, S) -> (K, R * S * C)."""
    return np.ascontiguousarray(w.transpose(0, 2, 3, 1)).reshape(w.shape[0], -1)


def _columns(x: Array, window: Pair, out: Pair, stride: Pair, dilation: Pair) -> Array:
    """(N, H, W, C) -> (N * Ho * Wo, R * S * C), a row for each position of the window."""
    columns = np.empty((x.shape[0] * out[0] * out[1], window[0] * window[1] * x.shape[3]), x.dtype)
    _call("im2col", x, columns, window, out, stride, dilation)
    return columns


def _call(
    kernel: str, x: Array, columns: Array, window: Pair, out: Pair, stride: Pair, dilation: Pair
) -> None:
    from tensorlite.kernels.compiled import conv

    n, height, width, c = x.shape
    # Undilated, the S pixels of a window's row lie side by side: one piece of S * C numbers.
    pieces, length = (1, window[1] * c) if dilation[1] == 1 else (window[1], c)
    sizes = n, *out, window[0], pieces, length, c
    steps = stride[0], stride[1], dilation[0], dilation[1]
    rows = x.reshape(n * height, width * c)
    run(getattr(conv, kernel), rows, columns.reshape(-1), height, sizes, steps)
