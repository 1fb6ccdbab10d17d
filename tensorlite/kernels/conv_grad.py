"""The gradient of a convolution's weights.

The loops are in ``compiled/conv_grad.py``; letters as in ``conv.py``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels import depthwise, threads, winograd
from tensorlite.kernels.choice import CACHE, WINOGRAD, Problem, choose
from tensorlite.kernels.geometry import Pair
from tensorlite.kernels.layout import images_last, strided
from tensorlite.kernels.threads import ready

Array = NDArray[Any]

UNITS = 4  # of work at least, for threads to share
SHARES = 8  # sums that the gradient is made of; fixed, so that results repeat


def conv2d_weight_grad(
    x: Array, dy: Array, window: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """The gradient of the filters, from the picture and the gradient of the result.

    Shape:
        - x: ``(N, C, H, W)``
        - dy: ``(N, K, Ho, Wo)``
        - Result: ``(K, C / groups, R, S)``
    """
    from tensorlite.kernels.compiled import conv_grad

    if not x.size or not dy.size:
        return np.zeros((dy.shape[1], x.shape[1] // groups, *window), x.dtype)
    x, dy = strided(x), strided(dy)
    size, out = (x.shape[2], x.shape[3]), (dy.shape[2], dy.shape[3])
    problem = Problem(
        "weights", x.shape[0], x.shape[1], dy.shape[1], groups,
        size, (window[0], window[1]), out, stride, padding, dilation, x.dtype,
        images_last(dy),
    )  # fmt: skip
    way = choose(problem)
    if way in WINOGRAD:
        return winograd.conv2d_weight_grad(x, dy, WINOGRAD[way], window[0], padding)
    if way == "depthwise":
        return depthwise.conv2d_weight_grad(problem, x, dy)
    plan = _grad_plan(problem, way == "images")
    dw = np.empty((dy.shape[1], x.shape[1] // groups, *window), x.dtype)
    sums = threads.aligned(plan.sums, x.dtype)
    work = threads.scratch("grad", plan.room, x.dtype)
    moves = [step // x.itemsize for step in (*x.strides, *dy.strides)]
    args = [x, dy, sums, work, *plan.lists, x.shape[0], *moves]
    kernel = conv_grad.filters_by_taps if plan.images_across else conv_grad.taps_by_filters
    kernel(threads.parts_of(plan.units, plan.work), x.dtype, args)
    parts = threads.parts_of(plan.units, plan.sums * 8)
    conv_grad.collect(parts, x.dtype, [sums, dw, *plan.collect])
    return dw


@dataclass(frozen=True, slots=True)
class GradPlan:
    """What the gradient of the weights needs."""

    images_across: bool
    units: int
    work: int
    room: int
    sums: int
    lists: list[Any]
    collect: list[int]
    keep: Any


@functools.lru_cache(maxsize=512)
def _grad_plan(problem: Problem, lanes: bool) -> GradPlan:
    from tensorlite.kernels.compiled.processor import DOTS, ROWS, VECS, VECTOR_BYTES

    n, c, k, groups = problem.images, problem.given, problem.wanted, problem.groups
    size, window, out, dtype = problem.size, problem.window, problem.out, problem.dtype
    stride, padding, dilation = problem.stride, problem.padding, problem.dilation
    hp, wp = size[0] + 2 * padding[0], size[1] + 2 * padding[1]
    panel = VECS * VECTOR_BYTES // dtype.itemsize
    taps, image, pixels = window[0] * window[1], hp * wp * c, out[0] * out[1]
    apart, line = c, 64 // dtype.itemsize
    rows = np.arange(window[0])[:, None] * dilation[0] * wp
    columns = np.arange(window[1]) * dilation[1]
    if not lanes and c % (4 * line) == 0:
        apart += line  # or many pixels would fall on the same few places of the cache
        image = hp * wp * apart
    places = ((rows + columns)[..., None] * apart + np.arange(c)).ravel()
    splits = 1
    down, per = (DOTS[0], DOTS[1]) if lanes else (panel, ROWS)
    padded = -(-len(places) // per) * per
    places = np.pad(places, (0, padded - len(places)), mode="edge")
    blocks = -(-k // down)
    if lanes:
        batch, shares = 1, min(SHARES, -(-n // panel))
        corners = np.arange(out[0])[:, None] * stride[0] * wp + np.arange(out[1]) * stride[1]
        filters = np.minimum(np.arange(blocks * down), k - 1) * panel
        lists = [places * panel, corners.ravel() * c, filters]
        room = (image + pixels * k) * panel
        per_filter, per_row = padded, 1
    else:
        large = taps * c * k * groups > 1 << 18  # many sums would not stay in the cache
        shares = min(SHARES // 2 if large else SHARES, n)
        # A unit that has all the filters frames its images but once.
        splits = 1 if shares * groups >= UNITS else blocks
        batch = max(1, min(CACHE // ((image + pixels * panel) * dtype.itemsize), n // shares))
        starts = np.zeros(1)  # only the other kernel asks for the filters
        down_to = np.arange(batch)[:, None] * hp + np.arange(out[0]) * stride[0]
        corners = down_to.reshape(-1, 1) * wp + np.arange(out[1]) * stride[1]
        lists = [places, corners.ravel() * apart, starts]
        room = batch * (image + pixels * panel)
        per_filter, per_row = 1, panel
    numbers = [
        groups,
        k,
        batch,
        shares,
        padded,
        apart,
        room,
        c,
        *size,
        hp,
        wp,
        *padding,
        *out,
        splits,
    ]
    lists.append(np.array(numbers))
    one = blocks * down * padded  # numbers of one group's sums
    return GradPlan(
        images_across=lanes,
        units=shares * groups * splits,
        work=n * k * groups * c * taps * pixels,
        room=room,
        sums=shares * groups * one,
        lists=[ready(x) for x in lists],
        collect=[shares, groups, k, c, taps, groups * one, one, down, down * padded,
                 per_filter, per_row],
        keep=lists,
    )  # fmt: skip
