"""Where the windows of a convolution lie: the lists that ``compiled/conv.py`` works through.

A convolution looks at the picture through a window. Written out for one pixel of the result, with
the picture framed by zeros, ::

    y[oh, ow] = sum over r, s of   x[oh * stride + r * dilation, ow * stride + s * dilation] w[r, s]

every window has a corner and, counted from there, the same taps. The gradient of the picture asks
the other way round: which pixels of the result has a pixel of the picture gone into? Those with
``oh * stride + r * dilation == h + padding``, so

    dx[h, w] = sum over r, s of   dy[(h + padding - r * dilation) / stride, ...] w[r, s]

where the division has no remainder. With stride 1 that is a convolution of dy with the window
turned around. With stride 2 it is four of them: even and odd rows and columns meet different taps.
Each of these is a ``phase``, with corners and taps of its own; a forward convolution has one.

All places are offsets in the framed copy ``(Hp, Wp, C)``; taps that are neighbours there and in
the packed weights are joined into one piece.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.geometry import Pair

Whole = NDArray[np.int64]


class Axis(NamedTuple):
    """One phase along one axis."""

    corners: Whole  # where the windows begin, in framed pixels
    taps: Whole  # where they look, from there
    numbers: Whole  # which weight that is
    results: Whole  # which pixel is computed


class Windows(NamedTuple):
    """The lists, for one image or for a batch of images whose framed copies follow each other."""

    at: Whole  # where each window begins
    to: Whole  # where its result goes
    inside: Whole  # where each piece begins, from the window's corner
    weight: Whole  # where the weights of the piece begin
    first: Whole  # for each tile of windows the first piece that is not all frame,
    last: Whole  # and the first one after the last
    skip: Whole  # how many numbers of each piece are all frame,
    length: Whole  # and how many come then that are not
    phases: Whole  # for each phase its first window, their number, and its first tile


def forward_axis(
    size: int, kernel: int, out: int, stride: int, padding: int, dilation: int
) -> tuple[list[Axis], int, int]:
    """A convolution's windows along one axis, its framed size, and where the picture begins."""
    taps = np.arange(kernel) * dilation
    axis = Axis(np.arange(out) * stride, taps, np.arange(kernel), np.arange(out))
    return [axis], size + 2 * padding, padding


def backward_axis(
    size: int, kernel: int, out: int, stride: int, padding: int, dilation: int
) -> tuple[list[Axis], int, int]:
    """The same for the gradient of a picture of this size; what is framed is the gradient ``out``.

    The window is turned around: ``numbers`` counts the weights from the last to the first.
    """
    phases = []
    for phase in range(min(stride, size)):
        results = np.arange(phase, size, stride)
        reach = phase + padding - np.arange(kernel)[::-1] * dilation
        met = reach % stride == 0
        taps = reach[met] // stride
        phases.append(Axis(np.arange(len(results)), taps, np.flatnonzero(met), results))
    near = max([0, *(-axis.taps.min() for axis in phases if len(axis.taps))])
    far = max([out, *(a.corners[-1] + a.taps.max() + 1 for a in phases if len(a.taps))])
    moved = [axis._replace(taps=axis.taps + near) for axis in phases]
    return moved, int(near + far), int(near)


def windows(
    down: list[Axis],
    across: list[Axis],
    rows: Pair,
    columns: Pair,
    framed: Pair,
    channels: int,
    kernel_width: int,
    wide: int,
    steps: Pair,
    batch: int,
    height: int,
) -> Windows:
    """Write the lists.

    Args:
        down: The phases along the first axis.
        across: The phases along the second axis.
        rows: The first row of the picture in its frame, and the first one below it.
        columns: The first column of the picture there, and the first one to its right.
        framed: Height and width of the framed copy.
        channels: Numbers per framed pixel.
        kernel_width: Taps in a row of the whole window.
        wide: Pixels in a row of the result.
        steps: Numbers from one pixel of the result to the next, and from one image to the next.
        batch: Images that follow each other.
        height: Windows in a tile.
    """
    parts: list[list[Whole]] = [[] for _ in Windows._fields]
    begin = tile = piece = 0
    images = np.arange(batch)[:, None]
    for v in down:
        for h in across:
            corners = (v.corners[:, None] * framed[1] + h.corners).ravel() * channels
            at = _filled(corners + images * (framed[0] * framed[1] * channels), height)
            pixels = (v.results[:, None] * wide + h.results).ravel() * steps[0]
            inside, weight, per_row, length = _pieces(v, h, framed[1], kernel_width, channels)
            top, bottom = _met(v, np.repeat(v.corners, len(h.corners)), rows, batch, height)
            left, right = np.zeros_like(top), np.full_like(top, length // channels)
            if per_row == 1:  # pieces are whole rows of the window
                left, right = _met(h, np.tile(h.corners, len(v.corners)), columns, batch, height)
            values = (
                at,
                _filled(pixels + images * steps[1], height),
                inside,
                weight,
                piece + per_row * top,
                piece + per_row * bottom,
                left * channels,
                (right - left) * channels,
                np.array([begin, len(corners), tile]),
            )
            for part, value in zip(parts, values, strict=True):
                part.append(value)
            begin, tile, piece = begin + len(at), tile + len(at) // height, piece + len(inside)
    return Windows(*(np.concatenate(part).astype(np.int64) for part in parts))


def _met(axis: Axis, corners: Whole, real: Pair, batch: int, height: int) -> tuple[Whole, Whole]:
    """For each tile the first tap that a window has in the picture, and the one after the last."""
    begin = _filled(np.tile(corners, (batch, 1)), height).reshape(-1, height)
    first = np.searchsorted(axis.taps, real[0] - begin).min(1)
    return first, np.maximum(first, np.searchsorted(axis.taps, real[1] - begin).max(1))


def _pieces(
    v: Axis, h: Axis, framed_width: int, kernel_width: int, channels: int
) -> tuple[Whole, Whole, int, int]:
    """Where the pieces and their weights begin, pieces per row of the window, and their length."""
    inside = (v.taps[:, None] * framed_width + h.taps) * channels
    weight = (v.numbers[:, None] * kernel_width + h.numbers) * channels
    joined = bool((np.diff(h.taps) == 1).all() and (np.diff(h.numbers) == 1).all())
    if joined and len(h.taps):
        return inside[:, 0], weight[:, 0], 1, len(h.taps) * channels
    return inside.ravel(), weight.ravel(), len(h.taps), channels


def _filled(lists: Whole, height: int) -> Whole:
    """One list of several, and its last element again until whole tiles are full."""
    flat = lists.ravel()
    return np.pad(flat, (0, -len(flat) % height), mode="edge")
