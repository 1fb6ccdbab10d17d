"""Local response normalisation, each pixel by its neighbours in other channels, and its gradient.

The loops, and what they compute, are in ``compiled/response.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels import threads

Array = NDArray[Any]


def local_response_norm(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    """``x`` over ``(k + alpha * mean of squares) ** beta``, the mean over ``size`` channels.

    Shape:
        - x: ``(N, C, ...)``; the result has the channels last in memory
    """
    return _normalise(x, x, size, alpha, beta, k, gradient=False)


def local_response_norm_grad(
    x: Array, dy: Array, size: int, alpha: float, beta: float, k: float
) -> Array:
    """The gradient of ``x``."""
    return _normalise(x, dy, size, alpha, beta, k, gradient=True)


def _normalise(
    x: Array, dy: Array, size: int, alpha: float, beta: float, k: float, *, gradient: bool
) -> Array:
    from tensorlite.kernels.compiled import response

    last, given = (np.ascontiguousarray(np.moveaxis(a, 1, -1)) for a in (x, dy))
    channels, out = x.shape[1], np.empty_like(last)
    before, after = min(size // 2, channels - 1), min((size - 1) // 2, channels - 1)
    room = threads.scratch("response", 3 * (before + channels + after), x.dtype)
    settings = np.array([alpha / size, k, beta], x.dtype)
    rows = x.size // channels
    args = [last, given, out, room, settings, rows, channels, before, after, int(gradient)]
    response.normalise(threads.parts_of(rows, x.size * 64), x.dtype, args)
    return np.moveaxis(out, -1, 1)
