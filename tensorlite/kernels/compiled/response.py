"""Loops of local response normalisation over rows of channels, ``(rows, C)``; a row is a pixel.

    y[c] = x[c] * s[c] ** -beta,  s[c] = k + factor * sum of x[i] ** 2 over the neighbours i of c

and, since ``s[c]`` changes with each neighbour's ``x[i]``,

    dx[c] = dy[c] * s[c] ** -beta
            - 2 * factor * beta * x[c] * sum of dy[i] * x[i] * s[i] ** (-beta - 1)

over those ``i`` that have c for a neighbour. Sums of neighbours are taken from a row that has room
for ``size`` zeros at both ends.
"""

import math

from tensorlite.kernels.compiled import jit, region
from tensorlite.kernels.compiled.conv import clear
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import floats


@jit
def neighbours(room, at, C, size, out):
    """``out[c]``: the sum of ``size`` numbers from ``at + c`` on."""
    for c in range(C):
        room[out + c] = room[at + c]
    for i in range(1, size):
        for c in range(C):
            room[out + c] += room[at + c + i]


@jit
def powers(room, at, C, factor, k, beta, one):
    """``s`` becomes ``s ** -beta``; the paper's exponent is two square roots."""
    if beta == one * 0.75:
        for c in range(C):
            root = math.sqrt(k + factor * room[at + c])
            room[at + c] = one / (root * math.sqrt(root))
    else:
        for c in range(C):
            room[at + c] = (k + factor * room[at + c]) ** -beta


@region
def normalise(part, parts, thread, args, one):
    """``y``, or with ``gradient`` ``dx`` from ``dy``."""
    x, dy, out, room = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    rows, C, before, after, gradient = args[5], args[6], args[7], args[8], args[9]
    settings = floats(args, 4, one)
    factor, k, beta = settings[0], settings[1], settings[2]
    size, padded = before + 1 + after, before + C + after
    strength, squares = (one + one) * factor * beta, thread * 3 * padded
    scale, total = squares + padded, squares + 2 * padded
    clear(room, squares, 3 * padded)
    begin, end = share(rows, part, parts)
    for row in range(begin * C, end * C, C):
        for c in range(C):
            room[squares + before + c] = x[row + c] * x[row + c]
        neighbours(room, squares, C, size, scale)
        if gradient:
            for c in range(C):
                room[total + after + c] = one / (k + factor * room[scale + c])
        powers(room, scale, C, factor, k, beta, one)
        if not gradient:
            for c in range(C):
                out[row + c] = x[row + c] * room[scale + c]
            continue
        for c in range(C):
            room[total + after + c] *= dy[row + c] * x[row + c] * room[scale + c]
        neighbours(room, total, C, size, squares)
        for c in range(C):
            pull = strength * x[row + c] * room[squares + c]
            out[row + c] = dy[row + c] * room[scale + c] - pull
        clear(room, squares, before)
