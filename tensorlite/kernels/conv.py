"""Two-dimensional convolution and the gradient of its picture.

The loops are in ``compiled/conv.py``, the lists of where things lie in ``windows.py``; here is what
is decided before: sizes, which way the vectors are filled, how many images at a time. All that
depends on shapes alone is a plan, made once and kept.

Letters: N images, C and K channels of the picture and of the result, H and W its sides, Ho and Wo
those of the result, R and S the sides of the window, G groups.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels import depthwise, spread, threads, winograd
from tensorlite.kernels.choice import CACHE, WINOGRAD, Problem, choose
from tensorlite.kernels.geometry import Pair, conv_size
from tensorlite.kernels.layout import images_last, strided
from tensorlite.kernels.threads import ready
from tensorlite.kernels.windows import backward_axis, forward_axis, windows

Array = NDArray[Any]

GROUPS = 8  # of images at least, for threads to share


def conv2d(
    x: Array,
    w: Array,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
    bias: Array | None = None,
    relu: bool = False,
) -> Array:
    """Slide the filters over the picture; add a bias, and keep what is positive, if wanted.

    Shape:
        - x: ``(N, C, H, W)``
        - w: ``(K, C / groups, R, S)``
        - Result: ``(N, K, Ho, Wo)``
    """
    height, width = x.shape[2:]
    r, s = w.shape[2:]
    ho = conv_size(height, r, stride[0], padding[0], dilation[0])
    wo = conv_size(width, s, stride[1], padding[1], dilation[1])
    if not x.size or not w.size:
        y = np.zeros((x.shape[0], w.shape[0], ho, wo), x.dtype)
        y = y if bias is None else y + bias[:, None, None]
        return np.maximum(y, 0) if relu else y
    problem = Problem(
        "forward", x.shape[0], x.shape[1], w.shape[0], groups,
        (height, width), (r, s), (ho, wo), stride, padding, dilation, x.dtype,
        images_last(x),
    )  # fmt: skip
    way = choose(problem)
    if way in WINOGRAD:
        return winograd.conv2d(strided(x), w, (ho, wo), WINOGRAD[way], padding, bias, relu)
    if way == "depthwise":
        return depthwise.conv2d(problem, x, w, bias, relu)
    return _convolve(_plan(problem, way == "images"), x, w, bias, relu)


def conv2d_input_grad(
    dy: Array, w: Array, size: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """The gradient of the picture of this height and width; also transposed convolution.

    Shape:
        - dy: ``(N, K, Ho, Wo)``
        - w: ``(K, C / groups, R, S)``
        - Result: ``(N, C, *size)``
    """
    if not dy.size or not w.size or not min(size):
        return np.zeros((dy.shape[0], w.shape[1] * groups, *size), dy.dtype)
    window, given = (w.shape[2], w.shape[3]), (dy.shape[2], dy.shape[3])
    problem = Problem(
        "input", dy.shape[0], w.shape[1] * groups, dy.shape[1], groups,
        (size[0], size[1]), window, given, stride, padding, dilation, dy.dtype,
        images_last(dy),
    )  # fmt: skip
    way = choose(problem)
    if way in WINOGRAD:
        turned = window[0] - 1 - padding[0], window[1] - 1 - padding[1]
        return winograd.conv2d(strided(dy), w, problem.size, WINOGRAD[way], turned, backward=True)
    if way == "depthwise":
        return depthwise.conv2d(problem, dy, w)
    if way == "spread":
        return spread.conv2d_input_grad(problem, dy, w)
    return _convolve(_plan(problem, way == "images"), dy, w, None, False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a convolution of certain shapes needs; ``lists`` are ready to be handed to a kernel."""

    backward: bool
    images_across: bool
    images: int
    filters: int  # of the result, in all groups
    out: Pair
    units: int
    work: int  # multiplications
    room: int
    lists: list[Any]
    pack: list[int]  # sizes and steps for the packing of weights
    packed: int  # numbers that the packed weights have
    zeros: Any
    panel: int
    keep: Any  # the arrays whose addresses are in the lists


@functools.lru_cache(maxsize=1024)
def _plan(problem: Problem, lanes: bool) -> Plan:
    """How to compute the result or the picture's gradient, with images in the lanes or filters."""
    from tensorlite.kernels.compiled.processor import ROWS, SLIM, VECS, VECTOR_BYTES

    n, groups, dtype, window = problem.images, problem.groups, problem.dtype, problem.window
    c, k, backward = problem.given, problem.wanted, problem.direction == "input"
    ends = problem.size, problem.out
    size, out = reversed(ends) if backward else ends
    axis = backward_axis if backward else forward_axis
    (down, hp, top), (across, wp, left) = (
        axis(ends[0][i], window[i], ends[1][i],
             problem.stride[i], problem.padding[i], problem.dilation[i])
        for i in (0, 1)
    )  # fmt: skip
    one = VECTOR_BYTES // dtype.itemsize
    rows, panel = (SLIM, one) if k <= one and not lanes else (ROWS, VECS * one)
    taps, pixels, image = problem.taps, out[0] * out[1], hp * wp * c
    batch = 1 if lanes else max(1, min(CACHE // (image * dtype.itemsize), n // GROUPS))
    result = (1, pixels) if lanes else (k * groups, pixels * k * groups)
    found = windows(
        down, across, (top, top + size[0]), (left, left + size[1]), (hp, wp), c, window[1],
        out[1], result, batch, 1 if lanes else rows,
    )  # fmt: skip
    room = rows * panel + image * (panel if lanes else batch)
    numbers = np.array(
        [groups, k, batch, len(down) * len(across), taps * c, result[1], room,
         c, *size, hp, wp, top, left]
    )  # fmt: skip
    lists = [*found, numbers]
    if lanes:
        filters = np.minimum(np.arange(k + ROWS), k - 1)
        lists += [filters * (taps * c), filters * (pixels * n), filters]
    per_filter, per_channel, per_tap = c * taps, taps, 1
    if backward:
        per_filter, per_channel, per_tap = taps, k * taps, -1
    base = taps - 1 if per_tap < 0 else 0
    panels = -(-k // panel)
    units = groups * (-(-n // panel) if lanes else -(-n // batch) * panels)
    return Plan(
        backward=backward,
        images_across=lanes,
        images=n,
        filters=k * groups,
        out=out,
        units=units,
        work=n * k * groups * c * taps * min(pixels, size[0] * size[1]),
        room=room,
        lists=[ready(x) for x in lists],
        pack=[groups, k, c, taps, base, k * c * taps, per_filter, per_channel, per_tap, panel],
        packed=groups * panels * panel * taps * c,
        zeros=np.zeros(k * groups + panel, dtype),
        panel=panel,
        keep=lists,
    )


def _convolve(plan: Plan, x: Array, w: Array, bias: Array | None, relu: bool) -> Array:
    from tensorlite.kernels.compiled import conv

    dtype = x.dtype
    x, w = strided(x), np.ascontiguousarray(w)
    packed = _packed(plan, w)
    shape = (plan.filters, *plan.out, plan.images)
    y = np.empty(shape if plan.images_across else (shape[3], *shape[1:3], shape[0]), dtype)
    start = plan.zeros
    if bias is not None:
        start = start.copy()
        start[: plan.filters] = bias
    room = threads.scratch("framed", plan.room, dtype)
    steps = [step // dtype.itemsize for step in x.strides]
    lists = plan.lists
    args = [x, packed, start, y, room, *lists[:10], plan.images, int(relu), *steps, *lists[10:]]
    kernel = conv.filters_by_images if plan.images_across else conv.windows_by_filters
    work = plan.work if plan.images_across else plan.work // 2  # each part copies its pictures
    kernel(threads.parts_of(plan.units, work), dtype, args)
    return y.transpose(3, 0, 1, 2) if plan.images_across else y.transpose(0, 3, 1, 2)


def _packed(plan: Plan, w: Array) -> Array:
    """The weights in the order in which the kernel reads them."""
    from tensorlite.kernels.compiled import conv

    if not plan.images_across:
        packed = threads.aligned(plan.packed, w.dtype)
        parts = threads.parts_of(plan.packed // plan.panel, plan.packed * 8)
        conv.pack_weights(parts, w.dtype, [w, packed, *plan.pack])
        return packed
    if not plan.backward:
        return np.ascontiguousarray(w.transpose(0, 2, 3, 1))
    by_group = w.reshape(plan.pack[0], -1, *w.shape[1:])[..., ::-1, ::-1]
    return np.ascontiguousarray(by_group.transpose(0, 2, 3, 4, 1))
