"""The matrix product, with a bias if wanted.

One side's numbers are multiplied one by one and may lie anywhere; the other side's rows fill the
vectors and are copied into panels, which is quick where they are contiguous. So a product is either
computed as it stands, or as ``(b.T @ a.T).T``, whichever wastes less; the result's memory order
follows from that.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels import threads
from tensorlite.kernels.layout import strided
from tensorlite.kernels.threads import ready

Array = NDArray[Any]

TINY = 1 << 12  # multiplications that NumPy has done before a kernel is called


def matmul(a: Array, b: Array, bias: Array | None = None, relu: bool = False) -> Array:
    """``a @ b + bias`` for matrices, and what is positive of it.

    Shape:
        - a: ``(M, K)``
        - b: ``(K, N)``
        - bias: ``(N,)``
        - Result: ``(M, N)``
    """
    (m, k), n = a.shape, b.shape[1]
    if m * n * k < TINY:
        out = a @ b if bias is None else a @ b + bias
        return np.maximum(out, 0) if relu else out
    a, b = strided(a), strided(b)
    # Rows first in memory unless the other way saves more than it costs whoever wants them so.
    if _cost(n, m, k, a.T) + m * n < _cost(m, n, k, b):
        out = np.empty((n, m), a.dtype)
        _product(b.T, a.T, bias, out, False, relu)
        return out.T
    out = np.empty((m, n), a.dtype)
    _product(a, b, bias, out, True, relu)
    return out


def _cost(m: int, n: int, k: int, b: Array) -> int:
    """Roughly the ticks that ``(m, k) @ (k, n)`` takes, with the copying of b."""
    rows, panel = _tile(b.dtype)
    copying = n if b.strides[1] != b.itemsize else n // 8
    return k * (-(-m // rows) * -(-n // panel) * rows + copying)


@functools.lru_cache(maxsize=8)
def _tile(dtype: Any) -> tuple[int, int]:
    from tensorlite.kernels.compiled.processor import ROWS, VECS, VECTOR_BYTES

    return ROWS, VECS * VECTOR_BYTES // dtype.itemsize


def _product(a: Array, b: Array, bias: Array | None, out: Array, across: bool, relu: bool) -> None:
    from tensorlite.kernels.compiled import product

    (m, k), n, size = a.shape, b.shape[1], a.itemsize
    if not out.size:
        return
    rows, panel = _tile(a.dtype)
    at, to, zero, none, _ = _lists(m, a.strides[0] // size, n, rows, panel, a.dtype)
    room = (rows + k) * panel
    start = none
    if bias is not None:
        start = np.zeros(max(m, n) + panel, a.dtype)
        start[: len(bias)] = bias
    args = [
        a, b, start, out, threads.scratch("product", room, a.dtype), at, to, zero, m, n, k,
        a.strides[1] // size, b.strides[0] // size, b.strides[1] // size, int(across), room,
        int(relu),
    ]  # fmt: skip
    panels = -(-n // panel)
    parts = threads.parts_of(-(-m // rows) * panels, m * n * k)
    if b.strides[1] != size:  # each part copies its panels, here number by number
        parts = min(parts, max(panels, threads.get_num_threads()))
    product.matmul(parts, a.dtype, args)


@functools.lru_cache(maxsize=512)
def _lists(m: int, step: int, n: int, rows: int, panel: int, dtype: Any) -> tuple[Any, ...]:
    """Where rows begin on the left and in the result, 0, no bias, and what must stay in memory."""
    count = np.minimum(np.arange(m + rows), m - 1)
    keep = [count * step, count * n, np.zeros(1, np.int64)]
    at, to, zero = (ready(x) for x in keep)
    return at, to, zero, np.zeros(max(m, n) + panel, dtype), keep
