"""Every way to compute a convolution, in every direction, and which of them is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorlite import kernels
from tensorlite.kernels import choice, conv_size, reference
from tensorlite.kernels.cache import jit_enabled
from tensorlite.kernels.choice import Problem, choose, table

some = settings(max_examples=40 if jit_enabled() else 8, deadline=None)
MOST = 40 if jit_enabled() else 4
ONE = (1, 1)
F32 = np.dtype(np.float32)
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def problems(draw: Any) -> Problem:
    """A small convolution: dense, grouped or depthwise."""
    n, side = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    groups = draw(st.sampled_from([1, 1, 2, 5, MOST]))
    each = 1 if groups > 2 else MOST
    c, k = (groups * draw(st.integers(1, each)) for _ in range(2))
    if draw(st.booleans()):
        window, stride, padding, dilation = draw(
            st.sampled_from([((3, 3), ONE, ONE, ONE), ((5, 5), ONE, (2, 2), ONE)])
        )
    else:
        window, stride, dilation = draw(pairs), draw(pairs), draw(pairs)
        padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    sides = zip((side, side + 1), window, stride, padding, dilation, strict=True)
    out = tuple(conv_size(*one) for one in sides)
    dtype = np.dtype(draw(st.sampled_from([np.float32, np.float64])))
    size = side, side + 1
    return Problem(
        "forward", n, c, k, groups, size, window, out, stride, padding, dilation, dtype
    )  # fmt: skip


def numbers(p: Problem, seed: int) -> list[np.ndarray]:
    """Picture, filters and gradient of the result."""
    rng = np.random.default_rng(seed)
    shapes = (
        (p.images, p.channels, *p.size),
        (p.filters, p.channels // p.groups, *p.window),
        (p.images, p.filters, *p.out),
    )
    return [rng.standard_normal(shape).astype(p.dtype) for shape in shapes]


def compute(library: Any, p: Problem, x: Any, w: Any, dy: Any) -> np.ndarray:
    """The direction that the problem asks for."""
    steps = p.stride, p.padding, p.dilation, p.groups
    if p.direction == "forward":
        return library.conv2d(x, w, *steps)
    if p.direction == "input":
        return library.conv2d_input_grad(dy, w, p.size, *steps)
    return library.conv2d_weight_grad(x, dy, p.window, *steps)


def ways(p: Problem) -> Iterator[tuple[str, Problem]]:
    for direction in ("forward", "input", "weights"):
        one = p._replace(direction=direction)
        for way in table(one):
            if way.possible and (jit_enabled() or not way.name.startswith("winograd")):
                yield way.name, one


@some
@given(problems(), st.integers(0, 999))
def test_every_way_agrees_with_the_twin(problem: Problem, seed: int) -> None:
    if min(problem.out) < 1:
        return
    arrays = numbers(problem, seed)
    for name, one in ways(problem):
        expected = compute(reference, one, *arrays)
        with choice.only(name):
            found = compute(kernels, one, *arrays)
        tolerance = 1e-4 if problem.dtype.itemsize == 4 else 1e-11
        assert found.dtype == problem.dtype
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * scale, err_msg=name)


@pytest.mark.skipif(not jit_enabled(), reason="plain Python runs in one thread")
@pytest.mark.parametrize("groups", [1, 48])
def test_every_way_gives_the_same_bytes_with_any_number_of_threads(groups: int) -> None:
    size = (21, 19)
    problem = Problem(
        "forward", 34, 48, 48, groups, size, (3, 3), size, ONE, ONE, ONE, F32
    )  # fmt: skip
    arrays = numbers(problem, 0)
    before = kernels.get_num_threads()
    for name, one in ways(problem):
        found = []
        for count in (1, 2, 4):
            kernels.set_num_threads(count)
            with choice.only(name):
                found.append(compute(kernels, one, *arrays).tobytes())
        assert len(set(found)) == 1, (name, one.direction)
    kernels.set_num_threads(before)


def problem_of(direction: str, n: int, c: int, side: int, k: int, r: int, groups: int) -> Problem:
    size, pad = (side, side), (r // 2, r // 2)
    return Problem(direction, n, c, k, groups, size, (r, r), size, ONE, pad, ONE, F32)


@pytest.mark.parametrize(
    ("problem", "way"),
    [
        (problem_of("forward", 32, 64, 32, 64, 3, 64), "depthwise"),
        (problem_of("weights", 32, 64, 32, 64, 3, 64), "depthwise"),
        (problem_of("forward", 64, 1, 28, 6, 5, 1), "images"),
        (problem_of("input", 32, 3, 32, 64, 3, 1), "spread"),
        (problem_of("forward", 32, 192, 16, 192, 1, 1), "direct"),
        (problem_of("forward", 32, 3, 32, 64, 3, 1), "direct"),
    ],
)
def test_shapes_find_the_way_that_suits_them(problem: Problem, way: str) -> None:
    assert choose(problem) == way


@pytest.mark.skipif(not jit_enabled(), reason="plain Python takes the twins")
def test_the_precision_is_part_of_the_choice() -> None:
    problem = problem_of("forward", 32, 64, 32, 64, 3, 1)
    before = kernels.get_precision()
    found = []
    for precision in ("fast", "high"):
        kernels.set_precision(precision)
        found.append(choose(problem))
    kernels.set_precision(before)
    assert found == ["winograd4", "winograd2"]


def test_every_row_of_the_table_says_why() -> None:
    for direction in ("forward", "input", "weights"):
        rows = table(problem_of(direction, 32, 64, 32, 64, 3, 1))
        assert [row.name for row in rows] == list(choice.JUDGES)
        assert all(len(row.why) > 10 for row in rows)
        assert rows[-1].good


def test_one_way_is_asked_for_only_inside_the_block() -> None:
    problem = problem_of("forward", 32, 64, 32, 64, 3, 64)
    with choice.only("direct"):
        inside = choose(problem)
    assert [inside, choose(problem)] == ["direct", "depthwise"]
