"""Moving pixels: along one matrix for each picture, and along one axis with weights.

A position is counted in pixels from the upper left corner of a picture: pixel ``(i, j)`` covers
``j <= x < j + 1`` and ``i <= y < i + 1``. What lies outside of the picture is ``fill``; within it
the pixels of the border reach half a pixel further than their middles, as in Pillow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.geometry import Pair
from tensorlite.kernels.threads import parts_of

Array = NDArray[Any]


def warp(x: Array, back: Array, size: Pair, fill: float = 0.0, ways: Array | None = None) -> Array:
    """Take each pixel of the result from where it was, blending the four pixels around.

    Args:
        x: The pictures, float32 or float64.
        back: (N, 3, 3), from a position (x, y, 1) in the result to the one in the picture.
        size: Height and width of the result.
        fill: What comes in from outside.
        ways: (N, 2, Ho, Wo), added to the positions x and y, in pixels.

    Shape:
        - x: ``(N, C, H, W)``
        - Result: ``(N, C, Ho, Wo)``
    """
    from tensorlite.kernels.compiled import resampling

    x = np.ascontiguousarray(x)
    y = np.empty((*x.shape[:2], *size), x.dtype)
    matrices, moved, steps = _prepared(back, ways, x.dtype)
    level = np.full(1, fill, x.dtype)
    args = [x, y, matrices, moved, steps, level, *x.shape, *size]
    resampling.bilinear(parts_of(len(x) * size[0], y.size * 64), x.dtype, args)
    return y


def nearest(back: Array, source: Pair, size: Pair, ways: Array | None = None) -> Array:
    """The place ``h * W + w`` in the picture of each pixel of the result, or -1, int32.

    Args:
        back: As for ``warp``.
        source: Height and width of the pictures.
        size: Height and width of the result.
        ways: As for ``warp``.

    Shape:
        - Result: ``(N, Ho, Wo)``
    """
    from tensorlite.kernels.compiled import resampling

    index = np.empty((len(back), *size), np.int32)
    matrices, moved, steps = _prepared(back, ways, np.dtype(np.float32))
    args = [index, matrices, moved, steps, len(back), *source, *size]
    resampling.nearest(parts_of(len(back) * size[0], index.size * 32), steps.dtype, args)
    return index


def weighted_rows(x: Array, weights: Array, start: Array) -> Array:
    """Weighted sums of neighbouring rows: ``y[:, :, i] = sum_t weights[:, i, t] * x[:, :, s + t]``.

    Args:
        x: The pictures.
        weights: (N, Ho, T).
        start: (N, Ho), the first row ``s`` that is read; ``s + T`` must not be more than H.

    Shape:
        - x: ``(N, C, H, W)``
        - Result: ``(N, C, Ho, W)``
    """
    from tensorlite.kernels.compiled import resampling

    x, start = np.ascontiguousarray(x), np.ascontiguousarray(start, np.int64)
    weights = np.ascontiguousarray(weights, x.dtype)
    count, channels, height, width = x.shape
    out, length = weights.shape[1:]
    y = np.empty((count, channels, out, width), x.dtype)
    args = [x, y, weights, start, count, channels, height, width, out, length]
    resampling.weighted_rows(parts_of(count * channels, y.size * length * 4), x.dtype, args)
    return y


def _prepared(back: Array, ways: Array | None, dtype: np.dtype[Any]) -> tuple[Array, int, Array]:
    steps = np.zeros(1, dtype) if ways is None else np.ascontiguousarray(ways, dtype)
    return np.ascontiguousarray(back, np.float64), int(ways is not None), steps
