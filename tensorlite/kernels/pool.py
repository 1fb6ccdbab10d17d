"""Max and average pooling and their gradients.

Letters as in ``conv.py``. The place of a maximum is ``h * W + w``, int32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.cache import run
from tensorlite.kernels.geometry import Pair, pool_size

Array = NDArray[Any]


def max_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[Array, Array]:
    """The largest element of each window, the first of equal ones, and where it lies.

    Shape:
        - x: ``(N, C, H, W)``
        - Result: twice ``(N, C, Ho, Wo)``
    """
    from tensorlite.kernels.compiled import pool

    source = _channels_last(x)
    out = _out_shape(source, kernel, stride, padding, dilation, ceil_mode)
    y, index = np.empty(out, x.dtype), np.empty(out, np.int32)
    run(pool.max_pool, source, y, index, (*kernel, *stride, *padding, *dilation))
    return _channels_second(y), _channels_second(index)


def max_pool2d_grad(dy: Array, index: Array, size: Pair) -> Array:
    """Put each gradient where the maximum lay, in a picture of this height and width."""
    from tensorlite.kernels.compiled import pool

    given, places = _channels_last(dy), _channels_last(index)
    dx = np.zeros((dy.shape[0], size[0] * size[1], dy.shape[1]), dy.dtype)
    run(pool.put, given, places, dx)
    return _channels_second(dx.reshape(dy.shape[0], *size, dy.shape[1]))


def max_pool2d_pick(x: Array, index: Array) -> Array:
    """Take what lies where the maxima lay; the gradient of ``max_pool2d_grad``."""
    from tensorlite.kernels.compiled import pool

    source, places = _channels_last(x), _channels_last(index)
    y = np.empty(places.shape, x.dtype)
    run(pool.pick, source.reshape(x.shape[0], -1, x.shape[1]), places, y)
    return _channels_second(y)


def avg_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_padding: bool
) -> Array:
    """The mean of each window, over the padding too or without it.

    Shape:
        - x: ``(N, C, H, W)``
        - Result: ``(N, C, Ho, Wo)``
    """
    from tensorlite.kernels.compiled import pool

    source = _channels_last(x)
    y = np.empty(_out_shape(source, kernel, stride, padding, (1, 1), ceil_mode), x.dtype)
    run(pool.avg_pool, source, y, (*kernel, *stride, *padding, 1, 1), count_padding, False)
    return _channels_second(y)


def avg_pool2d_grad(
    dy: Array, size: Pair, kernel: Pair, stride: Pair, padding: Pair, count_padding: bool
) -> Array:
    """Spread each gradient over its window, in a picture of this height and width."""
    from tensorlite.kernels.compiled import pool

    given = _channels_last(dy)
    dx = np.zeros((dy.shape[0], *size, dy.shape[1]), dy.dtype)
    run(pool.avg_pool, dx, given, (*kernel, *stride, *padding, 1, 1), count_padding, True)
    return _channels_second(dx)


def _out_shape(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[int, int, int, int]:
    ho, wo = (
        pool_size(x.shape[1 + i], kernel[i], stride[i], padding[i], dilation[i], ceil_mode)
        for i in (0, 1)
    )
    return x.shape[0], ho, wo, x.shape[3]


def _channels_last(x: Array) -> Array:
    """(N, C, H, W) -> (N, H, W, C), contiguous."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


def _channels_second(x: Array) -> Array:
    """(N, H, W, C) -> (N, C, H, W), a view."""
    return x.transpose(0, 3, 1, 2)
