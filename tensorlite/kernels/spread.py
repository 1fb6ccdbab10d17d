"""The gradient of a picture of few channels, also the transposed convolution that ends in few.

The loops are in ``compiled/spread.py``, letters as in ``conv.py``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels import threads
from tensorlite.kernels.choice import Problem
from tensorlite.kernels.layout import strided
from tensorlite.kernels.threads import ready

Array = NDArray[Any]

BAND = 16  # rows of the picture at least, for which rows of dy at their ends are multiplied twice
UNITS = 16  # of work at most where there are few images


@dataclass(frozen=True, slots=True)
class Plan:
    """What depends on shapes and on the steps along a row alone."""

    lists: list[Any]
    room: int
    units: int
    panels: int
    panel: int
    keep: Any


def conv2d_input_grad(problem: Problem, dy: Array, w: Array) -> Array:
    """The gradient of the picture; one group."""
    from tensorlite.kernels.compiled import spread

    dy = strided(dy)
    n, k, c, dtype = problem.images, problem.filters, problem.channels, dy.dtype
    moves = [step // dy.itemsize for step in dy.strides]
    plan = _plan(problem, moves[3])
    columns = np.zeros((k, plan.panels * plan.panel), dtype)
    columns[:, : problem.taps * c] = w.transpose(0, 2, 3, 1).reshape(k, -1)
    panels = columns.reshape(k, plan.panels, plan.panel).transpose(1, 0, 2)
    dx = np.empty((n, *problem.size, c), dtype)
    work = threads.scratch("spread", plan.room, dtype)
    args = [dy, np.ascontiguousarray(panels), dx, work, *plan.lists, n, *moves[:3]]
    spread.spread(threads.parts_of(plan.units, problem.multiplications), dtype, args)
    return dx.transpose(0, 3, 1, 2)


@functools.lru_cache(maxsize=256)
def _plan(problem: Problem, step: int) -> Plan:
    from tensorlite.kernels.compiled.processor import ROWS, VECS, VECTOR_BYTES

    (height, width), out, c = problem.size, problem.out, problem.channels
    panel = VECS * VECTOR_BYTES // problem.dtype.itemsize
    panels = -(-problem.taps * c // panel)
    bands = max(1, min(height // BAND, UNITS // problem.images))
    reach = (out[1] - 1) * problem.stride[1] + (problem.window[1] - 1) * problem.dilation[1] + 1
    wide = max(reach, problem.padding[1] + width)
    room = (out[1] + ROWS) * panels * panel + (-(-height // bands) + 1) * wide * c
    numbers = np.array(
        [problem.filters, c, panels, height, width, *out, *problem.window, *problem.stride,
         *problem.padding, *problem.dilation, bands, wide, room]
    )  # fmt: skip
    at = np.minimum(np.arange(out[1] + ROWS), out[1] - 1) * step
    keep = [np.ascontiguousarray(x, np.int64) for x in (at, np.zeros(1), numbers)]
    return Plan([ready(x) for x in keep], room, problem.images * bands, panels, panel, keep)
