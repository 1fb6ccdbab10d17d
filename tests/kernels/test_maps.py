"""Our own passes over float32 arrays, beside the same in float64 by NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorlite import kernels
from tensorlite.kernels import maps
from tensorlite.kernels.cache import jit_enabled

MANY = 40_000 if jit_enabled() else 40
some = settings(max_examples=50 if jit_enabled() else 10, deadline=None)
needs_jit = pytest.mark.skipif(not jit_enabled(), reason="plain Python has NumPy's functions")
ROOT = math.sqrt(2 / math.pi)


def numbers() -> np.ndarray:
    rng = np.random.default_rng(0)
    drawn = [rng.standard_normal(MANY) * scale for scale in (0.01, 0.3, 1, 3, 10, 40)]
    edges = [0.0, -0.0, 1e-30, -1e-30, 88.6, -87.0, 103.0, -103.5, 0.6, -1.0]
    return np.concatenate([*drawn, edges]).astype(np.float32)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


erf, erfc = np.vectorize(math.erf), np.vectorize(math.erfc)
EXACT: dict[str, Any] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "erf": erf,
    "softplus": lambda x: np.logaddexp(0, x),
}


@pytest.mark.parametrize("name", maps.FUNCTIONS)
def test_functions_are_exact_to_a_few_units_in_the_last_place(name: str) -> None:
    x = numbers()
    with np.errstate(over="ignore", under="ignore"):
        found, exact = maps.each(name, x), EXACT[name](x.astype(float))
        right = exact.astype(np.float32)
    assert found.dtype == np.float32
    normal = np.isfinite(right) & (np.abs(right) > 2e-38)
    distance = np.abs(found[normal] - exact[normal]) / np.spacing(np.abs(right[normal]))
    assert distance.max() < 4
    assert np.array_equal(np.isinf(found), np.isinf(right))


@pytest.mark.parametrize("name", maps.FUNCTIONS)
def test_what_is_no_number_stays_so_and_infinity_has_its_limit(name: str) -> None:
    x = np.array([np.nan, np.inf, -np.inf], np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        np.testing.assert_allclose(maps.each(name, x), EXACT[name](x.astype(float)))


def slopes(name: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if name == "silu":
        return x * sigmoid(x), sigmoid(x) * (1 + x * (1 - sigmoid(x)))
    if name == "mish":
        bent = np.tanh(np.logaddexp(0, x))
        return x * bent, bent + x * (1 - bent * bent) * sigmoid(x)
    if name == "gelu":
        below = erfc(-x / math.sqrt(2)) / 2
        return x * below, below + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    bent = np.tanh(ROOT * (x + 0.044715 * x**3))
    steep = ROOT * (1 + 3 * 0.044715 * x * x)
    return x * (1 + bent) / 2, (1 + bent) / 2 + x * (1 - bent * bent) * steep / 2


@pytest.mark.parametrize("name", maps.ACTIVATIONS)
def test_activations_and_their_slopes_are_exact(name: str) -> None:
    x = numbers()
    with np.errstate(over="ignore", under="ignore"):
        exact = slopes(name, x.astype(float))
        found = maps.each_with_slope(name, x)
    np.testing.assert_allclose(found[0], exact[0], rtol=2e-6, atol=2e-7)
    np.testing.assert_array_equal(maps.each(name, x), found[0])
    np.testing.assert_allclose(found[1], exact[1], rtol=2e-6, atol=4e-6)


@some
@given(st.integers(1, 60), st.integers(1, 700), st.integers(0, 99))
def test_passes_along_rows(rows: int, columns: int, seed: int) -> None:
    if not jit_enabled():
        rows, columns = 1 + rows % 3, 1 + columns % 9
    rng = np.random.default_rng(seed)
    x, dy = rng.standard_normal((2, rows, columns)).astype(np.float32) * 3
    wide = x.astype(float)
    np.testing.assert_allclose(maps.sum_rows(x), wide.sum(1), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(maps.sum_all(x), wide.sum(), rtol=1e-5, atol=1e-3)
    e = np.exp(wide - wide.max(1, keepdims=True))
    share = e / e.sum(1, keepdims=True)
    y, log = maps.softmax(x), maps.softmax(x, True)
    np.testing.assert_allclose(y, share, rtol=3e-6, atol=1e-7)
    np.testing.assert_allclose(log, np.log(share), rtol=1e-6, atol=3e-6)
    inner = (dy * share).sum(1, keepdims=True)
    np.testing.assert_allclose(maps.softmax_grad(dy, y), share * (dy - inner), atol=1e-5)
    right = dy - share * dy.sum(1, keepdims=True, dtype=float)
    np.testing.assert_allclose(maps.softmax_grad(dy, log, True), right, rtol=1e-5, atol=1e-4)


def test_a_row_without_a_number_has_no_softmax() -> None:
    x = np.ones((2, 40), np.float32)
    x[0, 7] = np.nan
    y = maps.softmax(x)
    assert np.isnan(y[0]).all() and not np.isnan(y[1]).any()


@needs_jit
def test_a_bend_keeps_what_is_positive() -> None:
    x = np.linspace(-2, 2, 20_000, dtype=np.float32)
    np.testing.assert_array_equal(maps.bend(x, x, 0.5), np.where(x > 0, x, x * np.float32(0.5)))


@needs_jit
def test_small_arrays_and_doubles_are_left_to_numpy() -> None:
    large = np.ones((100, 100), np.float32)
    assert kernels.worth(large) and kernels.along_rows(large, -1)
    assert not kernels.worth(large[:10]) and not kernels.worth(large.astype(float))
    assert not kernels.worth(np.ones((200, 200), np.float32)[:, ::2])
    assert not kernels.along_rows(large, 0) and not kernels.along_rows(large.T, 1)


@needs_jit
@pytest.mark.parametrize("count", [2, 4])
def test_passes_give_the_same_bytes_with_any_number_of_threads(count: int) -> None:
    x = np.random.default_rng(0).standard_normal((333, 1001)).astype(np.float32)
    before = kernels.get_num_threads()
    found = []
    for threads in (1, count):
        kernels.set_num_threads(threads)
        results = [maps.each(name, x) for name in maps.FUNCTIONS]
        results += [a for name in maps.ACTIVATIONS for a in maps.each_with_slope(name, x)]
        results += [maps.sum_rows(x), maps.sum_all(x), maps.softmax(x), maps.softmax(x, True)]
        found.append([result.tobytes() for result in results])
    kernels.set_num_threads(before)
    assert found[0] == found[1]
