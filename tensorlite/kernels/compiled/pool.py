"""Pooling loops over pictures ``(outer, H, W, inner)``.

With the channels last ``outer`` are the images and ``inner`` the channels; with the images last it
is the other way round. The innermost loops run over ``inner`` and become vector instructions.
"""

import numpy as np

from tensorlite.kernels.compiled import jit, region
from tensorlite.kernels.compiled.conv import clear
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import floats, places


@jit
def window_of(args, i):
    """Kernel, stride, padding and dilation, each down and across, from argument ``i`` on."""
    return (
        args[i], args[i + 1], args[i + 2], args[i + 3],
        args[i + 4], args[i + 5], args[i + 6], args[i + 7],
    )  # fmt: skip


@jit
def consider(x, at, y, to, index, place, inner, scale, shift, scaled, first):
    """Take a pixel of the window where it is larger than what was seen before."""
    for c in range(inner):
        value = x[at + c] * scale[c] + shift[c] if scaled else x[at + c]
        better = first | (value > y[to + c]) | (value != value)
        y[to + c] = value if better else y[to + c]
        index[to + c] = place if better else index[to + c]


@region
def max_pool(part, parts, thread, args, one):
    """The largest element of each window and its place, ``h * W + w``, the first of equal ones.

    A window that has no pixel of the picture gives minus infinity and the place -1. With ``scaled``
    an element is ``x * scale + shift``, two numbers for each place in a row of ``inner``, and what
    is negative becomes 0.
    """
    x, y, index = floats(args, 0, one), floats(args, 1, one), places(args, 2)
    outer, H, W, inner, Ho, Wo = args[3], args[4], args[5], args[6], args[7], args[8]
    r, s, down, across, top, left, apart, aside = window_of(args, 9)
    scale, shift, scaled = floats(args, 17, one), floats(args, 18, one), args[19]
    begin, end = share(outer * Ho, part, parts)
    for line in range(begin, end):
        image, i = line // Ho, line % Ho
        for j in range(Wo):
            to = (line * Wo + j) * inner
            empty = True  # until a pixel of the window lies in the picture
            for k in range(r):
                h = i * down - top + k * apart
                if h < 0 or h >= H:
                    continue
                for m in range(s):
                    w = j * across - left + m * aside
                    if w < 0 or w >= W:
                        continue
                    place = h * W + w
                    at = (image * H * W + place) * inner
                    consider(x, at, y, to, index, place, inner, scale, shift, scaled, empty)
                    empty = False
            for c in range(inner if empty else 0):
                y[to + c] = -np.inf
                index[to + c] = -1
            for c in range(inner if scaled else 0):
                y[to + c] = one - one if y[to + c] < 0 else y[to + c]


@region
def put(part, parts, thread, args, one):
    """Add each element of ``dy`` to its place in ``dx`` (outer, H * W, inner)."""
    dy, index, dx = floats(args, 0, one), places(args, 1), floats(args, 2, one)
    outer, pixels, windows, inner = args[3], args[4], args[5], args[6]
    begin, end = share(outer, part, parts)
    for image in range(begin, end):
        clear(dx, image * pixels * inner, pixels * inner)
        for j in range(windows):
            at = (image * windows + j) * inner
            for c in range(inner):
                if index[at + c] >= 0:
                    dx[(image * pixels + index[at + c]) * inner + c] += dy[at + c]


@region
def pick(part, parts, thread, args, one):
    """Take each element of ``y`` from its place in ``x`` (outer, H * W, inner)."""
    y, index, x = floats(args, 0, one), places(args, 1), floats(args, 2, one)
    outer, pixels, windows, inner = args[3], args[4], args[5], args[6]
    begin, end = share(outer, part, parts)
    for image in range(begin, end):
        for j in range(windows):
            at = (image * windows + j) * inner
            for c in range(inner):
                place = index[at + c]
                y[at + c] = x[(image * pixels + place) * inner + c] if place >= 0 else 0


@region
def avg_pool(part, parts, thread, args, one):
    """The mean of each window; with ``gradient``, ``y`` is given and spread over ``x``."""
    x, y = floats(args, 0, one), floats(args, 1, one)
    outer, H, W, inner, Ho, Wo = args[2], args[3], args[4], args[5], args[6], args[7]
    r, s, down, across, top, left, _, _ = window_of(args, 8)
    count_padding, gradient = args[16], args[17]
    begin, end = share(outer, part, parts)
    for image in range(begin, end):
        if gradient:
            clear(x, image * H * W * inner, H * W * inner)
        for i in range(Ho):
            h0 = i * down - top
            h1 = min(h0 + r, H + top)
            for j in range(Wo):
                w0 = j * across - left
                w1 = min(w0 + s, W + left)
                count = (h1 - h0) * (w1 - w0)
                if not count_padding:
                    count = (min(h1, H) - max(h0, 0)) * (min(w1, W) - max(w0, 0))
                factor = one / count
                to = ((image * Ho + i) * Wo + j) * inner
                if not gradient:
                    for c in range(inner):
                        y[to + c] = 0
                for h in range(max(h0, 0), min(h1, H)):
                    for w in range(max(w0, 0), min(w1, W)):
                        at = ((image * H + h) * W + w) * inner
                        if gradient:
                            for c in range(inner):
                                x[at + c] += y[to + c] * factor
                        else:
                            for c in range(inner):
                                y[to + c] += x[at + c]
                if not gradient:
                    for c in range(inner):
                        y[to + c] *= factor
