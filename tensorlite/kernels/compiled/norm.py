"""Batch norm over rows of numbers, ``(rows, L)``: some pixels with the channels last.

A row holds several pixels, so that its loop is long enough to fill vectors, and whatever belongs to
a channel stands in a row as often. The rows are split into a fixed number of shares, each with sums
of its own that are added in order, so that results do not depend on the number of threads. A share
adds up a few rows at a time in the numbers' own precision, and those sums in double.
"""

import numpy as np

from tensorlite.kernels.compiled import region
from tensorlite.kernels.compiled.conv import clear
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import floats

FEW = 64


@region
def sums(part, parts, thread, args, one):
    """For each share and place the sums of ``x - shift`` and of its square."""
    x, shift, few = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    out = floats(args, 3, np.float64(1))
    rows, L, shares = args[4], args[5], args[6]
    begin, end = share(shares, part, parts)
    for s in range(begin, end):
        first, last = share(rows, s, shares)
        clear(out, s * 2 * L, 2 * L)
        for start in range(first, last, FEW):
            clear(few, s * 2 * L, 2 * L)
            for row in range(start, min(start + FEW, last)):
                for i in range(L):
                    value = x[row * L + i] - shift[i]
                    few[s * 2 * L + i] += value
                    few[(s * 2 + 1) * L + i] += value * value
            for i in range(s * 2 * L, (s + 1) * 2 * L):
                out[i] += few[i]


@region
def apply(part, parts, thread, args, one):
    """``y = x * scale + shift``, plus another array and without what is negative, if wanted."""
    x, other, y = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    scale, shift = floats(args, 3, one), floats(args, 4, one)
    rows, L, relu, both = args[5], args[6], args[7], args[8]
    begin, end = share(rows, part, parts)
    lowest = one - one if relu else -np.inf * one
    for row in range(begin * L, end * L, L):
        if both:
            for i in range(L):
                value = x[row + i] * scale[i] + shift[i] + other[row + i]
                y[row + i] = lowest if value < lowest else value
        else:
            for i in range(L):
                value = x[row + i] * scale[i] + shift[i]
                y[row + i] = lowest if value < lowest else value


@region
def grad_sums(part, parts, thread, args, one):
    """The sums of ``dy`` and of ``dy * (x - mean)``; with relu, of dy where it has passed."""
    x, dy, scale, shift = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    mean, few, out = floats(args, 4, one), floats(args, 5, one), floats(args, 6, np.float64(1))
    rows, L, shares, relu = args[7], args[8], args[9], args[10]
    begin, end = share(shares, part, parts)
    for s in range(begin, end):
        first, last = share(rows, s, shares)
        clear(out, s * 2 * L, 2 * L)
        for start in range(first, last, FEW):
            clear(few, s * 2 * L, 2 * L)
            for row in range(start, min(start + FEW, last)):
                for i in range(L):
                    value = x[row * L + i]
                    passed = (relu == 0) | (value * scale[i] + shift[i] > 0)
                    grad = dy[row * L + i] if passed else one - one
                    few[s * 2 * L + i] += grad
                    few[(s * 2 + 1) * L + i] += grad * (value - mean[i])
            for i in range(s * 2 * L, (s + 1) * 2 * L):
                out[i] += few[i]


@region
def grad_apply(part, parts, thread, args, one):
    """``dx = dy * a + x * b + c``; with relu, dy where the result was above 0."""
    x, dy, dx, scale = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    shift, a, b, c = (
        floats(args, 4, one), floats(args, 5, one), floats(args, 6, one), floats(args, 7, one),
    )  # fmt: skip
    rows, L, relu = args[8], args[9], args[10]
    begin, end = share(rows, part, parts)
    for row in range(begin * L, end * L, L):
        for i in range(L):
            value = x[row + i]
            passed = (relu == 0) | (value * scale[i] + shift[i] > 0)
            grad = dy[row + i] if passed else one - one
            dx[row + i] = grad * a[i] + (value * b[i] + c[i])
