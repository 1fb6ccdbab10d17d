"""Functions of every number of an array, and sums and softmax along rows, as passes of our own.

NumPy goes over memory in one thread, and once for each step of a formula. These passes are for
large float32 arrays (``worth`` says which); for all others the ops have NumPy's functions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.cache import jit_enabled
from tensorlite.kernels.passes import is_dense, is_ours, like
from tensorlite.kernels.threads import parts_of

Array = NDArray[Any]

LARGE = 1 << 13  # numbers that NumPy has gone over before a kernel is called
ROW = 1 << 13  # numbers that a sum of all is made of sums of; fixed, so that results repeat
FUNCTIONS = ("exp", "expm1", "sigmoid", "tanh", "erf", "softplus")
ACTIVATIONS = ("gelu", "gelu_tanh", "silu", "mish")
COMPILED = jit_enabled()


def worth(x: Array) -> bool:
    """Whether an array is one for these passes: large, float32 and without gaps."""
    return x.size >= LARGE and x.dtype == np.float32 and COMPILED and is_dense(x)


def along_rows(x: Array, dim: int) -> bool:
    """The same for passes along the last dimension, whose numbers have to be neighbours."""
    return worth(x) and dim in (-1, x.ndim - 1) and x.flags.c_contiguous


def each(function: str, x: Array) -> Array:
    """One of ``FUNCTIONS`` or ``ACTIVATIONS`` of every number, in the memory order of the input."""
    from tensorlite.kernels.compiled import maps

    y = np.empty_like(x)
    maps.each(_parts(x), x.dtype, [x, y, x.size, (FUNCTIONS + ACTIVATIONS).index(function)])
    return y


def each_with_slope(activation: str, x: Array) -> tuple[Array, Array]:
    """One of ``ACTIVATIONS`` of every number, and its slope there."""
    from tensorlite.kernels.compiled import maps

    y, slope = np.empty_like(x), np.empty_like(x)
    args = [x, y, slope, x.size, ACTIVATIONS.index(activation)]
    maps.each_with_slope(_parts(x), x.dtype, args)
    return y, slope


def bend(x: Array, sign: Array, slope: float) -> Array:
    """``x`` where ``sign`` is positive and ``x * slope`` elsewhere; of any size, both alike."""
    from tensorlite.kernels.compiled import maps

    fits = sign.size >= LARGE and x.dtype == sign.dtype and x.shape == sign.shape
    if not (fits and COMPILED and is_ours(sign) and is_dense(sign)):
        return np.where(sign > 0, x, x * slope)
    y, factor = np.empty_like(sign), np.array([slope], x.dtype)
    maps.bend(_parts(sign), x.dtype, [like(x, sign), sign, y, sign.size, factor])
    return y


def sum_rows(x: Array) -> Array:
    """The sum along the last dimension of a contiguous array."""
    from tensorlite.kernels.compiled import maps

    y = np.empty(x.shape[:-1], x.dtype)
    maps.sum_rows(parts_of(y.size, x.size * 8), x.dtype, [x, y, y.size, x.shape[-1]])
    return y


def sum_all(x: Array) -> Array:
    """The sum of all numbers of an array without gaps."""
    flat = x.ravel(order="K")
    rows = flat.size // ROW
    total = sum_rows(flat[: rows * ROW].reshape(rows, ROW)).sum(dtype=np.float64)
    return np.asarray(total + flat[rows * ROW :].sum(dtype=np.float64), x.dtype)


def softmax(x: Array, logarithm: bool = False) -> Array:
    """The softmax along the last dimension of a contiguous array, or its logarithm."""
    from tensorlite.kernels.compiled import maps

    y, columns = np.empty_like(x), x.shape[-1]
    maps.softmax(_rows(x), x.dtype, [x, y, x.size // columns, columns, int(logarithm)])
    return y


def softmax_grad(dy: Array, y: Array, logarithm: bool = False) -> Array:
    """The gradient of the input, from that of the result and the result ``y``."""
    from tensorlite.kernels.compiled import maps

    dx, columns = np.empty_like(y), y.shape[-1]
    args = [like(dy, y), y, dx, y.size // columns, columns, int(logarithm)]
    maps.softmax_grad(_rows(y), y.dtype, args)
    return dx


def _parts(x: Array) -> int:
    return parts_of(x.size, x.size * 64)  # some twenty steps for each number


def _rows(x: Array) -> int:
    return parts_of(x.size // x.shape[-1], x.size * 64)
