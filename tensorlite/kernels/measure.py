"""How long each way to compute a convolution takes on this machine, and what it loses.

GFLOP/s are nominal: two per multiplication that the formula asks for, also those with the zeros of
the padding, which our kernels skip, and those that Winograd's way saves. So a share of the peak can
be above 100 %.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels import choice
from tensorlite.kernels.choice import Problem, Way
from tensorlite.kernels.conv import conv2d, conv2d_input_grad
from tensorlite.kernels.conv_grad import conv2d_weight_grad
from tensorlite.kernels.threads import get_num_threads

Array = NDArray[Any]

DIRECTIONS = ("forward", "input", "weights")
REPEATS = 100_000  # multiply-adds of a tile for one look at the clock


class Row(NamedTuple):
    """One way in one direction; without numbers where it cannot compute this."""

    direction: str
    way: Way
    chosen: bool
    seconds: float | None
    error: float | None  # the largest difference from float64, over the largest result


def shortest(function: Callable[[], Any], seconds: float) -> float:
    """The shortest of at least three runs, in seconds."""
    function()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def peak(seconds: float = 0.2) -> float:
    """GFLOP/s of float32 multiply-adds on registers alone, with all threads at it."""
    from tensorlite.kernels.compiled.peak import multiply
    from tensorlite.kernels.compiled.processor import ROWS, VECS, VECTOR_BYTES

    tile, units = ROWS * VECS * VECTOR_BYTES // 4, get_num_threads()
    numbers = np.zeros(units * tile + VECTOR_BYTES, np.float32)
    args = [numbers, units, REPEATS]
    taken = shortest(lambda: multiply(units, numbers.dtype, args), seconds)
    return 2 * REPEATS * tile * units / taken / 1e9


def compare(problem: Problem, seconds: float = 0.2, error: bool = True) -> Iterator[Row]:
    """All ways in all three directions, one after the other.

    Args:
        problem: The convolution; its direction does not matter.
        seconds: Time for each number.
        error: Whether to compute it in float64 too.
    """
    rng = np.random.default_rng(0)
    x = rng.standard_normal((problem.images, problem.channels, *problem.size))
    inner = problem.channels // problem.groups
    w = rng.standard_normal((problem.filters, inner, *problem.window))
    dy = rng.standard_normal((problem.images, problem.filters, *problem.out))
    for direction in DIRECTIONS:
        one = problem._replace(direction=direction)
        exact = _call(one, x, w, dy)() if error else None
        chosen = choice.choose(one)
        for way in choice.table(one):
            yield _measure(one, way, way.name == chosen, (x, w, dy), exact, seconds)


def _measure(
    problem: Problem, way: Way, chosen: bool, arrays: Any, exact: Array | None, seconds: float
) -> Row:
    if not way.possible:
        return Row(problem.direction, way, chosen, None, None)
    last = (1, 2, 3, 0) if way.name == "images" else (0, 2, 3, 1)
    x, w, dy = (array.astype(problem.dtype) for array in arrays)
    x, dy = (_in_order(array, last) for array in (x, dy))
    call = _call(problem, x, w, dy)
    with choice.only(way.name):
        error = None
        if exact is not None:
            error = float(np.abs(call() - exact).max() / np.abs(exact).max())
        taken = shortest(call, seconds)
    return Row(problem.direction, way, chosen, taken, error)


def _call(problem: Problem, x: Array, w: Array, dy: Array) -> Callable[[], Array]:
    steps = problem.stride, problem.padding, problem.dilation, problem.groups
    if problem.direction == "forward":
        return lambda: conv2d(x, w, *steps)
    if problem.direction == "input":
        return lambda: conv2d_input_grad(dy, w, problem.size, *steps)
    return lambda: conv2d_weight_grad(x, dy, problem.window, *steps)


def _in_order(array: Array, order: tuple[int, ...]) -> Array:
    """The array, its numbers in memory in this order of dimensions."""
    return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))
