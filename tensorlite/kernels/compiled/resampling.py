"""Loops that move pixels: resampling along a matrix, and along one axis with weights.

Pictures are ``(N, C, H, W)`` in C order. Positions are computed in float64 whatever the pixels are.
"""

import math

import numpy as np

from tensorlite.kernels.compiled import jit, region
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import floats, places, whole


@jit
def source(m, n, j, i):
    """Where the middle of a pixel of the result comes from, by the matrix of picture ``n``."""
    u, v, at = j + 0.5, i + 0.5, 9 * n
    x = m[at] * u + m[at + 1] * v + m[at + 2]
    y = m[at + 3] * u + m[at + 4] * v + m[at + 5]
    if m[at + 6] == 0 and m[at + 7] == 0 and m[at + 8] == 1:  # no perspective, no divisions
        return x, y
    w = m[at + 6] * u + m[at + 7] * v + m[at + 8]
    if w <= 0:  # behind the one who looks
        return -1e9, -1e9
    return x / w, y / w


@region
def bilinear(part, parts, thread, args, one):
    """Four pixels blended for each pixel of the result; those of the border reach to the edge."""
    x, y, m = floats(args, 0, one), floats(args, 1, one), floats(args, 2, np.float64(1))
    moved, ways, fill = args[3], floats(args, 4, one), floats(args, 5, one)
    N, C, H, W, Ho, Wo = args[6], args[7], args[8], args[9], args[10], args[11]
    begin, end = share(N * Ho, part, parts)
    for line in range(begin, end):
        n, i = line // Ho, line % Ho
        for j in range(Wo):
            u, v = source(m, n, j, i)
            if moved:
                at = (n * 2 * Ho + i) * Wo + j
                u += ways[at]
                v += ways[at + Ho * Wo]
            to = (n * C * Ho + i) * Wo + j
            if not (0 <= u < W and 0 <= v < H):
                for c in range(C):
                    y[to + c * Ho * Wo] = fill[0]
                continue
            left, top = math.floor(u - 0.5), math.floor(v - 0.5)
            right, down = one * (u - 0.5 - left), one * (v - 0.5 - top)
            j0, j1 = max(int(left), 0), min(int(left) + 1, W - 1)
            i0, i1 = max(int(top), 0) * W, min(int(top) + 1, H - 1) * W
            for c in range(C):
                at = (n * C + c) * H * W
                above = x[at + i0 + j0] + right * (x[at + i0 + j1] - x[at + i0 + j0])
                below = x[at + i1 + j0] + right * (x[at + i1 + j1] - x[at + i1 + j0])
                y[to + c * Ho * Wo] = above + down * (below - above)


@region
def nearest(part, parts, thread, args, one):
    """The place ``h * W + w`` of the pixel that each pixel of the result lies on, or -1."""
    index, m = places(args, 0), floats(args, 1, np.float64(1))
    moved, ways = args[2], floats(args, 3, one)
    N, H, W, Ho, Wo = args[4], args[5], args[6], args[7], args[8]
    begin, end = share(N * Ho, part, parts)
    for line in range(begin, end):
        n, i = line // Ho, line % Ho
        for j in range(Wo):
            u, v = source(m, n, j, i)
            if moved:
                at = (n * 2 * Ho + i) * Wo + j
                u += ways[at]
                v += ways[at + Ho * Wo]
            if 0 <= u < W and 0 <= v < H:
                index[line * Wo + j] = int(v) * W + int(u)
            else:
                index[line * Wo + j] = -1


@region
def weighted_rows(part, parts, thread, args, one):
    """``y[n, k, i] = sum over t of weights[n, i, t] * x[n, k, start[n, i] + t]``, for each column.

    The arrays are (N, K, H, inner); the loop over ``inner`` becomes vector instructions.
    """
    x, y, weights, start = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), whole(args, 3),
    )  # fmt: skip
    N, K, H, inner, Ho, T = args[4], args[5], args[6], args[7], args[8], args[9]
    begin, end = share(N * K, part, parts)
    for plane in range(begin, end):
        n = plane // K
        for i in range(Ho):
            row, to = n * Ho + i, (plane * Ho + i) * inner
            at = (plane * H + start[row]) * inner
            if inner == 1:
                total = one - one
                for t in range(T):
                    total += weights[row * T + t] * x[at + t]
                y[to] = total
                continue
            for j in range(inner):
                y[to + j] = weights[row * T] * x[at + j]
            for t in range(1, T):
                weight = weights[row * T + t]
                for j in range(inner):
                    y[to + j] += weight * x[at + t * inner + j]
