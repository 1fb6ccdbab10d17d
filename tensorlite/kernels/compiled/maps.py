"""Loops that put a function to every number of an array, and along every row; float32."""

import math

from tensorlite.kernels.compiled import loose, region
from tensorlite.kernels.compiled.functions import (
    erf,
    exp,
    expm1,
    gelu,
    gelu_tanh,
    mish,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import floats


@region
def each(part, parts, thread, args, one):
    """``y = function(x)``; the last argument says which, in the order of ``maps.py``."""
    x, y, which = floats(args, 0, one), floats(args, 1, one), args[3]
    begin, end = share(args[2], part, parts)
    if which == 0:
        for i in range(begin, end):
            y[i] = exp(x[i])
    elif which == 1:
        for i in range(begin, end):
            y[i] = expm1(x[i])
    elif which == 2:
        for i in range(begin, end):
            y[i] = sigmoid(x[i])
    elif which == 3:
        for i in range(begin, end):
            y[i] = tanh(x[i])
    elif which == 4:
        for i in range(begin, end):
            y[i] = erf(x[i])
    elif which == 5:
        for i in range(begin, end):
            y[i] = softplus(x[i])
    elif which == 6:
        for i in range(begin, end):
            y[i] = gelu(x[i])[0]
    elif which == 7:
        for i in range(begin, end):
            y[i] = gelu_tanh(x[i])[0]
    elif which == 8:
        for i in range(begin, end):
            y[i] = silu(x[i])[0]
    else:
        for i in range(begin, end):
            y[i] = mish(x[i])[0]


@region
def each_with_slope(part, parts, thread, args, one):
    """``y, slope = activation(x)``, in the order of ``maps.ACTIVATIONS``."""
    x, y, slope, which = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), args[4]
    begin, end = share(args[3], part, parts)
    if which == 0:
        for i in range(begin, end):
            y[i], slope[i] = gelu(x[i])
    elif which == 1:
        for i in range(begin, end):
            y[i], slope[i] = gelu_tanh(x[i])
    elif which == 2:
        for i in range(begin, end):
            y[i], slope[i] = silu(x[i])
    else:
        for i in range(begin, end):
            y[i], slope[i] = mish(x[i])


@region
def bend(part, parts, thread, args, one):
    """``y = x`` where ``sign`` is positive, ``x * slope`` elsewhere."""
    x, sign, y = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    factor = floats(args, 4, one)[0]
    begin, end = share(args[3], part, parts)
    for i in range(begin, end):
        y[i] = x[i] if sign[i] > 0 else x[i] * factor


@loose
def sum_of(x, begin, end, zero):
    """The sum of some numbers, in the order that fills the vectors."""
    total = zero
    for i in range(begin, end):
        total += x[i]
    return total


@loose
def sum_of_products(x, y, begin, end, zero):
    """The sum of ``x * y``."""
    total = zero
    for i in range(begin, end):
        total += x[i] * y[i]
    return total


@loose
def largest_of(x, begin, end):
    """The largest of some numbers."""
    largest = x[begin]
    for i in range(begin, end):
        largest = x[i] if x[i] > largest else largest
    return largest


@region
def sum_rows(part, parts, thread, args, one):
    """The sum of each row of (rows, columns)."""
    x, y, columns = floats(args, 0, one), floats(args, 1, one), args[3]
    begin, end = share(args[2], part, parts)
    for row in range(begin, end):
        y[row] = sum_of(x, row * columns, (row + 1) * columns, one - one)


@region
def softmax(part, parts, thread, args, one):
    """The softmax of each row of (rows, columns), or its logarithm."""
    x, y, columns, logarithm = floats(args, 0, one), floats(args, 1, one), args[3], args[4]
    begin, end = share(args[2], part, parts)
    for row in range(begin, end):
        i0, i1 = row * columns, (row + 1) * columns
        largest = largest_of(x, i0, i1)
        for i in range(i0, i1):
            y[i] = exp(x[i] - largest)
        total = sum_of(y, i0, i1, one - one)
        if logarithm:
            largest += one * math.log(total)
            for i in range(i0, i1):
                y[i] = x[i] - largest
        else:
            factor = one / total
            for i in range(i0, i1):
                y[i] *= factor


@region
def softmax_grad(part, parts, thread, args, one):
    """The gradient, from that of the result and the result ``y``."""
    dy, y, dx = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    columns, logarithm = args[4], args[5]
    begin, end = share(args[3], part, parts)
    for row in range(begin, end):
        i0, i1 = row * columns, (row + 1) * columns
        if logarithm:
            total = sum_of(dy, i0, i1, one - one)
            for i in range(i0, i1):
                dx[i] = dy[i] - exp(y[i]) * total
        else:
            total = sum_of_products(dy, y, i0, i1, one - one)
            for i in range(i0, i1):
                dx[i] = y[i] * (dy[i] - total)
