"""Convolution in which each channel has a filter of its own, as in MobileNet.

The loops are in ``compiled/depthwise.py``, letters as in ``conv.py``.

Source: Sifre 2014, "Rigid-Motion Scattering for Image Classification", chapter 6.2.
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
from tensorlite.kernels.windows import backward_axis, forward_axis, windows

Array = NDArray[Any]

SHARES = 8  # sums that a weight's gradient is made of; fixed, so that results repeat
WORTH = 4  # how much longer than in a tile of products a multiplication takes


@dataclass(frozen=True, slots=True)
class Plan:
    """What depends on shapes alone."""

    lists: list[Any]
    room: int
    width: int  # of a tile
    panels: int
    padded: int  # taps with what fills the last tile
    keep: Any


def conv2d(
    problem: Problem, x: Array, w: Array, bias: Array | None = None, relu: bool = False
) -> Array:
    """The result, or the gradient of the picture where the problem asks for ``input``."""
    from tensorlite.kernels.compiled import depthwise

    plan, backward = _plan(problem), problem.direction == "input"
    x, taps = strided(x), w.reshape(len(w), -1)
    packed = np.zeros((plan.panels, plan.width, problem.taps), x.dtype)
    packed.reshape(-1, problem.taps)[: len(w)] = taps[:, ::-1] if backward else taps
    start = np.zeros(plan.panels * plan.width, x.dtype)
    if bias is not None:
        start[: len(bias)] = bias
    out = problem.size if backward else problem.out
    y = np.empty((problem.images, *out, problem.channels), x.dtype)
    work = threads.scratch("framed", plan.room, x.dtype)
    steps = [step // x.itemsize for step in x.strides]
    args = [
        x, np.ascontiguousarray(packed.transpose(0, 2, 1)), start, y, work, *plan.lists,
        problem.images, int(relu), *steps,
    ]  # fmt: skip
    depthwise.windows_by_channels(_parts(problem, plan, problem.images), x.dtype, args)
    return y.transpose(0, 3, 1, 2)


def conv2d_weight_grad(problem: Problem, x: Array, dy: Array) -> Array:
    """The gradient of the filters."""
    from tensorlite.kernels.compiled import conv_grad, depthwise

    plan, shares = _grad_plan(problem), min(SHARES, problem.images)
    channels, taps, one = problem.channels, problem.taps, plan.padded * plan.width
    sums = threads.aligned(shares * plan.panels * one, x.dtype)
    work = threads.scratch("grad", plan.room, x.dtype)
    moves = [step // x.itemsize for step in (*x.strides, *dy.strides)]
    args = [x, dy, sums, work, *plan.lists, problem.images, *moves]
    depthwise.taps_by_channels(_parts(problem, plan, shares), x.dtype, args)
    dw = np.empty((channels, 1, *problem.window), x.dtype)
    sizes = [shares, 1, channels, 1, taps, plan.panels * one, 0, plan.width, one, 1, plan.width]
    conv_grad.collect(threads.parts_of(plan.panels, sums.size * 8), x.dtype, [sums, dw, *sizes])
    return dw


def _parts(problem: Problem, plan: Plan, shares: int) -> int:
    return threads.parts_of(shares * plan.panels, problem.multiplications * WORTH)


@functools.lru_cache(maxsize=512)
def _plan(problem: Problem) -> Plan:
    from tensorlite.kernels.compiled.processor import ROWS

    backward = problem.direction == "input"
    size, out = (problem.out, problem.size) if backward else (problem.size, problem.out)
    axis = backward_axis if backward else forward_axis
    (down, hp, top), (across, wp, left) = (
        axis(problem.size[i], problem.window[i], problem.out[i],
             problem.stride[i], problem.padding[i], problem.dilation[i])
        for i in (0, 1)
    )  # fmt: skip
    width, channels = _width(problem.dtype), problem.channels
    result = out[0] * out[1] * channels
    found = windows(
        down, across, (top, top + size[0]), (left, left + size[1]), (hp, wp), width,
        problem.window[1], out[1], (channels, result), 1, ROWS,
    )  # fmt: skip
    room = ROWS * width + hp * wp * width
    numbers = np.array(
        [channels, len(down) * len(across), problem.taps, result, room, *size, hp, wp, top, left]
    )
    lists = [*found, numbers]
    keep = [np.ascontiguousarray(x, np.int64) for x in lists]
    return Plan([ready(x) for x in keep], room, width, -(-channels // width), 0, keep)


@functools.lru_cache(maxsize=512)
def _grad_plan(problem: Problem) -> Plan:
    from tensorlite.kernels.compiled.processor import ROWS

    width, channels, out = _width(problem.dtype), problem.channels, problem.out
    hp, wp = problem.framed
    rows = np.arange(problem.window[0])[:, None] * problem.dilation[0] * wp
    taps = (rows + np.arange(problem.window[1]) * problem.dilation[1]).ravel() * width
    taps = np.pad(taps, (0, -len(taps) % ROWS), mode="edge")
    corners = np.arange(out[0])[:, None] * problem.stride[0] * wp
    corners = (corners + np.arange(out[1]) * problem.stride[1]).ravel() * width
    room = (hp * wp + out[0] * out[1]) * width
    shares = min(SHARES, problem.images)
    numbers = np.array(
        [channels, shares, len(taps), room, *problem.size, hp, wp, *problem.padding, *out]
    )
    keep = [np.ascontiguousarray(x, np.int64) for x in (taps, corners, numbers)]
    lists = [ready(x) for x in keep]
    return Plan(lists, room, width, -(-channels // width), len(taps), keep)


def _width(dtype: Any) -> int:
    from tensorlite.kernels.compiled.processor import VECS, VECTOR_BYTES

    return int(VECS * VECTOR_BYTES // dtype.itemsize)
