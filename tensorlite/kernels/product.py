"""The matrix product, with a bias if wanted.

One side's numbers are multiplied one by one and may lie anywhere; the other side's rows fill the
vectors and are copied into panels, which is quick where they are contiguous. So a product is either
computed as it stands, or as ``(b.T @ a.T).T``, whichever wastes less; the result's memory order
follows from that.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels import threads
from tensorlite.kernels.cache import jit_enabled
from tensorlite.kernels.geometry import Pair
from tensorlite.kernels.layout import strided
from tensorlite.kernels.threads import ready

Array = NDArray[Any]

TINY = 1 << (17 if jit_enabled() else 12)  # multiplications that are left to NumPy


def matmul(a: Array, b: Array, bias: Array | None = None, relu: bool = False) -> Array:
    """``a @ b + bias`` for matrices, and what is positive of it.

    Shape:
        - a: ``(M, K)``
        - b: ``(K, N)``
        - bias: ``(N,)``
        - Result: ``(M, N)``
    """
    from tensorlite.kernels.compiled import product

    (m, k), n = a.shape, b.shape[1]
    if m * n * k < TINY:
        out = a @ b if bias is None else a @ b + bias
        return np.maximum(out, 0) if relu else out
    a, b = strided(a), strided(b)
    if m == 1 and b.strides[0] == b.itemsize:
        return _row(a, b, bias, relu)
    plan = _plan(m, n, k, a.strides, b.strides, a.dtype)
    if plan.turned:
        a, b = b.T, a.T
    out = np.empty(plan.shape, a.dtype)
    start = plan.none
    if bias is not None:
        start = start.copy()
        start[: len(bias)] = bias
    work = threads.scratch("product", plan.room, a.dtype)
    parts = threads.parts_of(plan.tiles, m * n * k)
    if plan.panels:
        parts = min(parts, max(plan.panels, threads.get_num_threads()))
    product.matmul(parts, a.dtype, [a, b, start, out, work, *plan.numbers, int(relu)])
    return out.T if plan.turned else out


def _row(a: Array, b: Array, bias: Array | None, relu: bool) -> Array:
    """One row times a matrix whose columns are contiguous: a layer's output for one picture."""
    from tensorlite.kernels.compiled import product

    k, n = b.shape
    out = np.empty((1, n), a.dtype)
    start = np.zeros(n, a.dtype) if bias is None else np.ascontiguousarray(bias)
    args = [b, np.ascontiguousarray(a), start, out, n, k, b.strides[1] // a.itemsize, int(relu)]
    product.row(threads.parts_of(n, n * k), a.dtype, args)
    return out


@dataclass(frozen=True, slots=True)
class Plan:
    """What depends on shapes and steps alone."""

    turned: bool  # whether (b.T @ a.T).T is computed
    shape: tuple[int, int]
    tiles: int
    panels: int  # that parts may share, or 0: any number of parts will do
    room: int
    none: Array  # no bias
    numbers: list[Any]
    keep: Any  # the arrays whose addresses are among the numbers


@functools.lru_cache(maxsize=1024)
def _plan(m: int, n: int, k: int, down: Pair, across: Pair, dtype: Any) -> Plan:
    """How to multiply matrices whose rows and columns are so many bytes apart."""
    size, (rows, panel) = dtype.itemsize, _tile(dtype)
    # Rows first in memory unless the other way saves more than it costs whoever wants them so.
    turned = _cost(n, m, k, down[0] == size, dtype) + m * n < _cost(
        m, n, k, across[1] == size, dtype
    )
    left, right = (across[::-1], down[::-1]) if turned else (down, across)
    m, n = (n, m) if turned else (m, n)
    count, room, panels = np.minimum(np.arange(m + rows), m - 1), (rows + k) * panel, -(-n // panel)
    keep = [count * (left[0] // size), count * n, np.zeros(1, np.int64)]
    steps = [left[1] // size, right[0] // size, right[1] // size]
    return Plan(
        turned=turned,
        shape=(m, n),
        tiles=-(-m // rows) * panels,
        panels=0 if right[1] == size else panels,  # each part copies its panels, number by number
        room=room,
        none=np.zeros(max(m, n) + panel, dtype),
        numbers=[*(ready(x) for x in keep), m, n, k, *steps, int(not turned), room],
        keep=keep,
    )


def _cost(m: int, n: int, k: int, neighbours: bool, dtype: Any) -> int:
    """Roughly the ticks that ``(m, k) @ (k, n)`` takes, with the copying of the right side."""
    rows, panel = _tile(dtype)
    copying = n // 8 if neighbours else n
    return k * (-(-m // rows) * -(-n // panel) * rows + copying)


def _tile(dtype: Any) -> Pair:
    from tensorlite.kernels.compiled.processor import ROWS, VECS, VECTOR_BYTES

    return ROWS, VECS * VECTOR_BYTES // dtype.itemsize
