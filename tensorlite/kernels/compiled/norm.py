"""Batch norm over rows of channels, ``(rows, C)``: pictures with the channels last.

The rows are split into a fixed number of shares, each with sums of its own that are added in
order, so that results do not depend on the number of threads. A share adds up a few rows at a time
in the numbers' own precision, and those sums in double.
"""

import numpy as np

from tensorlite.kernels.compiled import region
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import floats

FEW = 64


@region
def sums(part, parts, thread, args, one):
    """For each share and channel the sums of ``x - shift`` and of its square."""
    x, shift, few, out = (
        floats(args, 0, one),
        floats(args, 1, one),
        floats(args, 2, one),
        floats(args, 3, np.float64(1)),
    )
    rows, C, shares = args[4], args[5], args[6]
    begin, end = share(shares, part, parts)
    for s in range(begin, end):
        first, last = share(rows, s, shares)
        total, some = s * 2 * C, s * 2 * C
        for c in range(2 * C):
            out[total + c] = 0
        for start in range(first, last, FEW):
            for c in range(2 * C):
                few[some + c] = 0
            for row in range(start, min(start + FEW, last)):
                for c in range(C):
                    value = x[row * C + c] - shift[c]
                    few[some + c] += value
                    few[some + C + c] += value * value
            for c in range(2 * C):
                out[total + c] += few[some + c]


@region
def apply(part, parts, thread, args, one):
    """``y = x * scale + shift``, and its positive part if wanted."""
    x, y = floats(args, 0, one), floats(args, 1, one)
    scale, shift, rows, C, relu = (
        floats(args, 2, one),
        floats(args, 3, one),
        args[4],
        args[5],
        args[6],
    )
    begin, end = share(rows, part, parts)
    lowest = 0 if relu else -np.inf
    for row in range(begin, end):
        for c in range(C):
            value = x[row * C + c] * scale[c] + shift[c]
            y[row * C + c] = lowest if value < lowest else value


@region
def grad_sums(part, parts, thread, args, one):
    """The sums of ``dy`` and of ``dy * (x - mean)``; with relu, of dy where y is positive."""
    x, dy, y, mean = (
        floats(args, 0, one),
        floats(args, 1, one),
        floats(args, 2, one),
        floats(args, 3, one),
    )
    few, out = floats(args, 4, one), floats(args, 5, np.float64(1))
    rows, C, shares, relu = args[6], args[7], args[8], args[9]
    begin, end = share(shares, part, parts)
    for s in range(begin, end):
        first, last = share(rows, s, shares)
        total, some = s * 2 * C, s * 2 * C
        for c in range(2 * C):
            out[total + c] = 0
        for start in range(first, last, FEW):
            for c in range(2 * C):
                few[some + c] = 0
            for row in range(start, min(start + FEW, last)):
                for c in range(C):
                    i = row * C + c
                    grad = dy[i] if (relu == 0) | (y[i] > 0) else one - one
                    few[some + c] += grad
                    few[some + C + c] += grad * (x[i] - mean[c])
            for c in range(2 * C):
                out[total + c] += few[some + c]


@region
def grad_apply(part, parts, thread, args, one):
    """``dx = dy * a + x * b + c``; with relu, dy where y is positive."""
    x, dy, y, dx = (
        floats(args, 0, one),
        floats(args, 1, one),
        floats(args, 2, one),
        floats(args, 3, one),
    )
    a, b, shift = floats(args, 4, one), floats(args, 5, one), floats(args, 6, one)
    rows, C, relu = args[7], args[8], args[9]
    begin, end = share(rows, part, parts)
    for row in range(begin, end):
        for c in range(C):
            i = row * C + c
            grad = dy[i] if (relu == 0) | (y[i] > 0) else one - one
            dx[i] = grad * a[c] + (x[i] * b[c] + shift[c])
