"""Loops that go once over memory: activations, the loss, the optimizers' updates.

Written for one number at a time; the compiler makes vector instructions of them.
"""

import math

from tensorlite.kernels.compiled import jit, region
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import floats, whole
from tensorlite.kernels.passes import MULTIPLIER, ROUNDS, STEP, WORD


@region
def add(part, parts, thread, args, one):
    """``y = a + b``."""
    a, b, y = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    begin, end = share(args[3], part, parts)
    for i in range(begin, end):
        y[i] = a[i] + b[i]


@region
def relu(part, parts, thread, args, one):
    """``y = max(x, 0)``."""
    x, y = floats(args, 0, one), floats(args, 1, one)
    begin, end = share(args[2], part, parts)
    for i in range(begin, end):
        y[i] = 0 if x[i] < 0 else x[i]


@region
def relu_grad(part, parts, thread, args, one):
    """``dx = dy where y > 0``."""
    dy, y, dx = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    begin, end = share(args[3], part, parts)
    for i in range(begin, end):
        dx[i] = dy[i] if y[i] > 0 else 0


@jit
def drawn(i, key, other):
    """32 random bits, the ``i``-th of the sequence that two numbers of 32 bits name: Philox."""
    left, right = i & WORD, (i >> 32) ^ other
    for _ in range(ROUNDS):
        product = left * MULTIPLIER
        left, right = (product >> 32 & WORD) ^ key ^ right, product & WORD
        key = key + STEP & WORD
    return left


@region
def drop(part, parts, thread, args, one):
    """``y = x * factor``, and ``x * 0`` where the number drawn is below ``least``.

    Rows lie one after the other; ``strides`` say which element, counted in the order of the
    dimensions, a row begins with, and ``step`` which one comes next in it.
    """
    x, y, factor = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)[0]
    sizes, strides, dims = whole(args, 3), whole(args, 4), args[5]
    rows, L, step, least, key, other = args[6], args[7], args[8], args[9], args[10], args[11]
    nothing = one - one
    begin, end = share(rows, part, parts)
    for row in range(begin, end):
        rest, at = row, 0
        for d in range(dims - 1, -1, -1):
            at += rest % sizes[d] * strides[d]
            rest //= sizes[d]
        for i in range(row * L, row * L + L):
            bits = drawn(at + (i - row * L) * step, key, other)
            y[i] = x[i] * (nothing if bits < least else factor)


@region
def cross_entropy(part, parts, thread, args, one):
    """For each row of scores ``-log softmax(x)[target]``, and softmax(x) minus 1 at the target."""
    x, losses, dx = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    target, rows, classes, down, across = whole(args, 3), args[4], args[5], args[6], args[7]
    begin, end = share(rows, part, parts)
    for n in range(begin, end):
        largest = x[n * down]
        for k in range(1, classes):
            largest = max(largest, x[n * down + k * across])
        total = one - one
        for k in range(classes):
            e = math.exp(x[n * down + k * across] - largest)
            dx[n * classes + k] = e
            total += e
        for k in range(classes):
            dx[n * classes + k] /= total
        losses[n] = math.log(total) + largest - x[n * down + target[n] * across]
        dx[n * classes + target[n]] -= 1


@region
def sgd(part, parts, thread, args, one):
    """Stochastic gradient descent with momentum, over several parameters."""
    settings, count, chunk = floats(args, 0, one), args[1], args[2]
    rate, momentum, decay, keep, nesterov = (
        settings[0], settings[1], settings[2], settings[3], settings[4],
    )  # fmt: skip
    ahead = momentum if nesterov > 0 else one  # no branch inside, so that it fills the vectors
    begin, end = share(args[3], part, parts)
    unit = 0
    for k in range(count):
        p, g, v = (
            floats(args, 4 + k, one),
            floats(args, 4 + count + k, one),
            floats(args, 4 + 2 * count + k, one),
        )
        size = args[4 + 3 * count + k]
        for start in range(0, size, chunk):
            if begin <= unit < end:
                for i in range(start, min(start + chunk, size)):
                    step = g[i] + decay * p[i]
                    velocity = momentum * v[i] + keep * step
                    v[i] = velocity
                    p[i] -= rate * (ahead * velocity + nesterov * step)
            unit += 1


@region
def rmsprop(part, parts, thread, args, one):
    """RMSprop without momentum, over several parameters."""
    settings, count, chunk = floats(args, 0, one), args[1], args[2]
    alpha, decay, rate, eps = settings[0], settings[1], settings[2], settings[3]
    begin, end = share(args[3], part, parts)
    unit = 0
    for k in range(count):
        p, g = floats(args, 4 + k, one), floats(args, 4 + count + k, one)
        v, size = floats(args, 4 + 2 * count + k, one), args[4 + 3 * count + k]
        for start in range(0, size, chunk):
            if begin <= unit < end:
                for i in range(start, min(start + chunk, size)):
                    step = g[i] + decay * p[i]
                    v[i] = alpha * v[i] + (one - alpha) * step * step
                    p[i] -= rate * step / (math.sqrt(v[i]) + eps)
            unit += 1


@region
def adam(part, parts, thread, args, one):
    """Adam; the settings hold what is the same for all numbers of a step."""
    settings, count, chunk = floats(args, 0, one), args[1], args[2]
    beta1, beta2, decay, shrink = settings[0], settings[1], settings[2], settings[3]
    rate, root, eps = settings[4], settings[5], settings[6]
    begin, end = share(args[3], part, parts)
    unit = 0
    for k in range(count):
        p, g = floats(args, 4 + k, one), floats(args, 4 + count + k, one)
        m, v = floats(args, 4 + 2 * count + k, one), floats(args, 4 + 3 * count + k, one)
        size = args[4 + 4 * count + k]
        for start in range(0, size, chunk):
            if begin <= unit < end:
                for i in range(start, min(start + chunk, size)):
                    p[i] *= shrink
                    step = g[i] + decay * p[i]
                    m[i] += (one - beta1) * (step - m[i])
                    v[i] = beta2 * v[i] + (one - beta2) * step * step
                    p[i] -= rate * m[i] / (math.sqrt(v[i]) * root + eps)
            unit += 1
