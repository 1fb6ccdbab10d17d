"""Max and average pooling and their gradients.

Letters as in ``conv.py``. The place of a maximum is ``h * W + w``, int32. Results have the memory
order of the input.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.geometry import Pair, pool_size
from tensorlite.kernels.layout import channels_last, layout_of
from tensorlite.kernels.threads import parts_of

Array = NDArray[Any]


def max_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool,
    factors: tuple[Array, Array] | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """The largest element of each window, the first of equal ones, and where it lies.

    With ``factors``, two numbers for each channel, elements are ``x * scale + shift``, and what is
    positive of the largest one is the result.

    Shape:
        - x: ``(N, C, H, W)``
        - Result: twice ``(N, C, Ho, Wo)``
    """
    from tensorlite.kernels.compiled import pool

    layout = layout_of(x) if factors is None else channels_last(x)
    shape = _out_shape(x, kernel, stride, padding, dilation, ceil_mode)
    y, index = layout.empty(shape, x.dtype), layout.empty(shape, np.int32)
    sizes = [layout.outer, *x.shape[2:], layout.inner, *shape[2:]]
    window = [*kernel, *stride, *padding, *dilation]
    args = [layout.same(x), y, index, *sizes, *window]
    scale, shift = factors or (y, y)
    args += [scale, shift, int(factors is not None)]
    pool.max_pool(_parts(x, layout.outer * shape[2]), x.dtype, args)
    return y, index


def max_pool2d_grad(dy: Array, index: Array, size: Pair) -> Array:
    """Put each gradient where the maximum lay, in a picture of this height and width."""
    from tensorlite.kernels.compiled import pool

    layout = layout_of(index)
    dx = layout.empty((*dy.shape[:2], *size), dy.dtype)
    sizes = [layout.outer, size[0] * size[1], dy.shape[2] * dy.shape[3], layout.inner]
    args = [layout.same(dy), layout.same(index), dx, *sizes]
    pool.put(_parts(dx, layout.outer), dy.dtype, args)
    return dx


def max_pool2d_pick(x: Array, index: Array) -> Array:
    """Take what lies where the maxima lay; the gradient of ``max_pool2d_grad``."""
    from tensorlite.kernels.compiled import pool

    layout = layout_of(index)
    y = layout.empty(index.shape, x.dtype)
    sizes = [layout.outer, x.shape[2] * x.shape[3], y.shape[2] * y.shape[3], layout.inner]
    args = [y, layout.same(index), layout.same(x), *sizes]
    pool.pick(_parts(x, layout.outer), x.dtype, args)
    return y


def avg_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_padding: bool
) -> Array:
    """The mean of each window, over the padding too or without it.

    Shape:
        - x: ``(N, C, H, W)``
        - Result: ``(N, C, Ho, Wo)``
    """
    from tensorlite.kernels.compiled import pool

    layout = layout_of(x)
    y = layout.empty(_out_shape(x, kernel, stride, padding, (1, 1), ceil_mode), x.dtype)
    sizes = [layout.outer, *x.shape[2:], layout.inner, *y.shape[2:]]
    args = [layout.same(x), y, *sizes, *kernel, *stride, *padding, 1, 1, int(count_padding), 0]
    pool.avg_pool(_parts(x, layout.outer), x.dtype, args)
    return y


def avg_pool2d_grad(
    dy: Array, size: Pair, kernel: Pair, stride: Pair, padding: Pair, count_padding: bool
) -> Array:
    """Spread each gradient over its window, in a picture of this height and width."""
    from tensorlite.kernels.compiled import pool

    layout = layout_of(dy)
    dx = layout.empty((*dy.shape[:2], *size), dy.dtype)
    sizes = [layout.outer, *size, layout.inner, *dy.shape[2:]]
    args = [dx, layout.same(dy), *sizes, *kernel, *stride, *padding, 1, 1, int(count_padding), 1]
    pool.avg_pool(_parts(dx, layout.outer), dy.dtype, args)
    return dx


def _parts(x: Array, units: int) -> int:
    return parts_of(units, x.size * 16)  # going over memory costs more than multiplying


def _out_shape(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[int, int, int, int]:
    ho, wo = (
        pool_size(x.shape[2 + i], kernel[i], stride[i], padding[i], dilation[i], ceil_mode)
        for i in (0, 1)
    )
    return x.shape[0], x.shape[1], ho, wo
