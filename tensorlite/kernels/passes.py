"""Activations, the loss and the optimizers' updates, each in one pass over memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.layout import strided
from tensorlite.kernels.threads import parts_of

Array = NDArray[Any]

SMALL = 1 << 13  # numbers that NumPy has gone over before a kernel is called
LARGE = 1 << 16  # the same for NumPy's own sums, which are quick
CHUNK = 1 << 14  # numbers of a parameter that one thread moves at a time
# Philox 2x32: Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"
MULTIPLIER, STEP, WORD, ROUNDS = 0xD256D193, 0x9E3779B9, 0xFFFFFFFF, 7


def add(a: Array, b: Array) -> Array:
    """The sum of two arrays, as NumPy's."""
    from tensorlite.kernels.compiled import passes

    alike = a.shape == b.shape and a.strides == b.strides and a.dtype == b.dtype
    if a.size < LARGE or not alike or not is_dense(a) or not is_ours(a):
        return a + b
    y = np.empty_like(a)
    passes.add(_parts(a), a.dtype, [a, b, y, a.size])
    return y


def relu(x: Array) -> Array:
    """The positive part, in the memory order of the input."""
    from tensorlite.kernels.compiled import passes

    if x.size < SMALL or not is_dense(x) or not is_ours(x):
        return np.maximum(x, 0)
    y = np.empty_like(x)
    passes.relu(_parts(x), x.dtype, [x, y, x.size])
    return y


def relu_grad(dy: Array, y: Array) -> Array:
    """The gradient where the result was positive, 0 elsewhere."""
    from tensorlite.kernels.compiled import passes

    fits = dy.dtype == y.dtype and dy.shape == y.shape
    if y.size < SMALL or not fits or not is_dense(y) or not is_ours(y):
        return np.where(y > 0, dy, dy.dtype.type(0))
    dx = np.empty_like(y)
    passes.relu_grad(_parts(y), y.dtype, [like(dy, y), y, dx, y.size])
    return dx


def drop(x: Array, p: float, seed: tuple[int, int]) -> Array:
    """``x / (1 - p)``, and 0 in the places that are drawn with probability ``p``.

    The seed, two numbers of 32 bits, and the number of an element decide about it, whatever the
    order in memory: nothing has to be kept for the gradient.
    """
    from tensorlite.kernels.compiled import passes

    x = x if is_dense(x) else np.ascontiguousarray(x)
    y, factor = np.empty_like(x), np.array([1 / (1 - p)], x.dtype)
    sizes, strides = _rows_of(x)
    length, step = (sizes.pop(), strides.pop()) if sizes else (1, 0)
    lists = [np.array(numbers or [0], np.int64) for numbers in (sizes, strides)]
    rows = x.size // length if x.size else 0
    args = [x, y, factor, *lists, len(sizes), rows, length, step, round(p * 2**32), *seed]
    passes.drop(parts_of(rows, x.size * 16), x.dtype, args)
    return y


def _rows_of(x: Array) -> tuple[list[int], list[int]]:
    """Sizes, from far apart to neighbours in memory, and how many elements apart these are.

    Elements are counted in the order of the dimensions. Dimensions that go on in both orders are
    joined, but for the first.
    """
    far = sorted((d for d in range(x.ndim) if x.shape[d] > 1), key=lambda d: -x.strides[d])
    sizes: list[int] = []
    strides: list[int] = []
    for d in far:
        size, apart = x.shape[d], math.prod(x.shape[d + 1 :])
        if len(sizes) > 1 and strides[-1] == size * apart:
            sizes[-1], strides[-1] = sizes[-1] * size, apart
        else:
            sizes.append(size)
            strides.append(apart)
    return sizes, strides


def cross_entropy(x: Array, target: Array) -> tuple[Array, Array]:
    """Minus the logarithm of the true class's softmax for each row, and its gradient.

    Shape:
        - x: ``(N, C)``
        - target: ``(N,)``, int64
        - Result: ``(N,)`` and ``(N, C)``
    """
    from tensorlite.kernels.compiled import passes

    x, target = strided(x), np.ascontiguousarray(target, np.int64)
    losses, dx = np.empty(x.shape[0], x.dtype), np.empty(x.shape, x.dtype)
    steps = [step // x.itemsize for step in x.strides]
    args = [x, losses, dx, target, *x.shape, *steps]
    passes.cross_entropy(parts_of(x.shape[0], x.size * 512), x.dtype, args)
    return losses, dx


def sgd(
    parameters: list[Array],
    grads: list[Array],
    velocities: list[Array],
    rate: float,
    momentum: float,
    decay: float,
    keep: float,
    nesterov: bool,
) -> None:
    """Move parameters and velocities in place; all are contiguous and of one type."""
    from tensorlite.kernels.compiled import passes

    dtype = parameters[0].dtype
    settings = np.array([rate, momentum, decay, keep, nesterov], dtype)
    arrays = [*parameters, *map(np.ascontiguousarray, grads), *velocities]
    _each(passes.sgd, settings, parameters, arrays)


def adam(
    parameters: list[Array],
    grads: list[Array],
    means: list[Array],
    squares: list[Array],
    settings: list[float],
) -> None:
    """Move parameters and both means in place; all are contiguous and of one type.

    Args:
        parameters: What is moved.
        grads: The gradients.
        means: The running means.
        squares: The running means of squares.
        settings: Both betas, the decay added to the gradient, the factor of the parameter, the
            step size over the mean's correction, the factor of the root, and what is added to it.
    """
    from tensorlite.kernels.compiled import passes

    arrays = [*parameters, *map(np.ascontiguousarray, grads), *means, *squares]
    _each(passes.adam, np.array(settings, parameters[0].dtype), parameters, arrays)


def rmsprop(
    parameters: list[Array], grads: list[Array], squares: list[Array], settings: list[float]
) -> None:
    """Move parameters and means in place; all are contiguous and of one type.

    Args:
        parameters: What is moved.
        grads: The gradients.
        squares: The running means of squares.
        settings: How much of the mean is kept, the decay, the step size, and what is added to the
            root.
    """
    from tensorlite.kernels.compiled import passes

    arrays = [*parameters, *map(np.ascontiguousarray, grads), *squares]
    _each(passes.rmsprop, np.array(settings, parameters[0].dtype), parameters, arrays)


def _each(kernel: Any, settings: Array, parameters: list[Array], arrays: list[Array]) -> None:
    sizes = [p.size for p in parameters]
    units = sum(-(-size // CHUNK) for size in sizes)
    args = [settings, len(sizes), CHUNK, units, *arrays, *sizes]
    kernel(parts_of(units, sum(sizes) * 32), settings.dtype, args)


def is_ours(x: Array) -> bool:
    """Whether the numbers are of a type that kernels know."""
    return x.dtype == np.float32 or x.dtype == np.float64


def is_dense(x: Array) -> bool:
    """Whether the numbers fill their memory without gaps, in whatever order of dimensions."""
    if x.flags.c_contiguous or x.flags.f_contiguous:
        return True
    order = sorted(range(x.ndim), key=lambda i: -x.strides[i])
    return x.transpose(order).flags.c_contiguous


def like(x: Array, other: Array) -> Array:
    """The array itself if it lies in memory as another does, or a copy that does."""
    if x.strides == other.strides:
        return x
    copy = np.empty_like(other)
    copy[...] = x
    return copy


def _parts(x: Array) -> int:
    return parts_of(x.size, x.size * 16)
