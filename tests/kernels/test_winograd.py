"""Winograd's convolution: its matrices, its loops against the twins, and when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorlite as tl
from tensorlite import kernels
from tensorlite.kernels import reference, winograd
from tensorlite.kernels.cache import jit_enabled

needs_jit = pytest.mark.skipif(not jit_enabled(), reason="plain Python takes the twins")
small = settings(max_examples=80 if jit_enabled() else 6, deadline=None)
MOST = 40 if jit_enabled() else 5
SIDE = 14 if jit_enabled() else 6


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    precision, threads = kernels.get_precision(), kernels.get_num_threads()
    yield
    kernels.set_precision(precision)
    kernels.set_num_threads(threads)


@pytest.mark.parametrize(("m", "r"), [(2, 3), (4, 3), (6, 3), (2, 5), (4, 5), (3, 2)])
def test_the_matrices_give_the_sliding_sums(rng: np.random.Generator, m: int, r: int) -> None:
    piece, window, block = (rng.standard_normal(n) for n in (m + r - 1, r, m))
    turn = [
        np.array(winograd.matrix(which, m, r))
        for which in (winograd.INPUT, winograd.FILTER, winograd.OUTPUT)
    ]
    found = turn[2] @ ((turn[1] @ window) * (turn[0] @ piece))
    np.testing.assert_allclose(found, np.correlate(piece, window, "valid"), atol=1e-12)
    grads, weights = (
        np.array(winograd.matrix(which, m, r)) for which in (winograd.BLOCK, winograd.WEIGHTS)
    )
    found = weights @ ((grads @ block) * (turn[0] @ piece))
    np.testing.assert_allclose(found, np.correlate(piece, block, "valid"), atol=1e-12)


def picture(rng: np.random.Generator, shape: Any, last: bool) -> np.ndarray:
    x = rng.standard_normal(shape).astype(np.float32)
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) if last else x


def close(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.dtype == np.float32
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(found, expected, rtol=0, atol=5e-5 * scale)


@small
@given(
    st.integers(0, 999), st.sampled_from(winograd.COMPILED), st.integers(1, 9),
    st.integers(1, MOST), st.integers(1, MOST), st.integers(1, SIDE), st.integers(1, SIDE),
    st.integers(0, 4), st.booleans(), st.booleans(),
)  # fmt: skip
def test_all_three_directions_agree_with_the_twins(
    seed: int, kind: Any, n: int, c: int, k: int, height: int, width: int, pad: int, last: bool,
    relu: bool,
) -> None:  # fmt: skip
    (m, r), rng = kind, np.random.default_rng(seed)
    pad = min(pad, r - 1)
    out = height + 2 * pad - r + 1, width + 2 * pad - r + 1
    if min(out) < 1:
        return
    steps = (1, 1), (pad, pad), (1, 1), 1
    x = picture(rng, (n, c, height, width), last)
    w, bias = rng.standard_normal((k, c, r, r)).astype(np.float32), rng.standard_normal(k)
    wide = x.astype(float), w.astype(float)
    bias = bias.astype(np.float32)
    close(
        winograd.conv2d(x, w, out, m, (pad, pad), bias, relu),
        reference.conv2d(*wide, *steps, bias=bias.astype(float), relu=relu),
    )
    dy = picture(rng, (n, k, *out), last)
    turned = (r - 1 - pad, r - 1 - pad)
    close(
        winograd.conv2d(dy, w, (height, width), m, turned, backward=True),
        reference.conv2d_input_grad(dy.astype(float), wide[1], (height, width), *steps),
    )
    expected = reference.conv2d_weight_grad(wide[0], dy.astype(float), (r, r), *steps)
    for found in weight_grads(lambda: winograd.conv2d_weight_grad(x, dy, m, r, (pad, pad))):
        close(found, expected)


def weight_grads(run: Callable[[], np.ndarray]) -> list[np.ndarray]:
    """What comes out with sums for each share of the images, and with common ones."""
    found = []
    for own in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(winograd, "_few_weights", lambda *sizes, own=own: own)
            winograd._plan.cache_clear()
            found.append(run())
    winograd._plan.cache_clear()
    return found


@needs_jit
@pytest.mark.parametrize("direction", ["forward", "input", "weights"])
@pytest.mark.parametrize(("channels", "filters"), [(20, 70), (130, 260)])
def test_the_same_bytes_come_out_with_any_number_of_threads(
    rng: np.random.Generator, channels: int, filters: int, direction: str
) -> None:
    x = rng.standard_normal((18, channels, 9, 9)).astype(np.float32)
    w = rng.standard_normal((filters, channels, 3, 3)).astype(np.float32)
    dy = rng.standard_normal((18, filters, 9, 9)).astype(np.float32)
    run = {
        "forward": lambda: winograd.conv2d(x, w, (9, 9), 4, (1, 1)),
        "input": lambda: winograd.conv2d(dy, w, (9, 9), 4, (1, 1), backward=True),
        "weights": lambda: np.stack(
            weight_grads(lambda: winograd.conv2d_weight_grad(x, dy, 4, 3, (1, 1)))
        ),
    }[direction]
    found = []
    for count in (1, 2, 4):
        kernels.set_num_threads(count)
        found.append(run().tobytes())
    assert found[0] == found[1] == found[2]


@needs_jit
@pytest.mark.parametrize(("precision", "most"), [("fast", 5e-5), ("high", 2e-6)])
@pytest.mark.parametrize("window", [3, 5])
def test_the_error_of_a_convolution_is_what_the_precision_says(
    rng: np.random.Generator, precision: str, most: float, window: int
) -> None:
    tl.set_precision(precision)
    steps = (1, 1), (window // 2, window // 2), (1, 1), 1
    x, dy = (rng.standard_normal((16, 64, 16, 16)).astype(np.float32) for _ in range(2))
    w = rng.standard_normal((64, 64, window, window)).astype(np.float32)
    wide = [a.astype(float) for a in (x, w, dy)]
    pairs = [
        (kernels.conv2d(x, w, *steps), kernels.conv2d(wide[0], wide[1], *steps)),
        (
            kernels.conv2d_input_grad(dy, w, (16, 16), *steps),
            kernels.conv2d_input_grad(wide[2], wide[1], (16, 16), *steps),
        ),
        (
            kernels.conv2d_weight_grad(x, dy, (window, window), *steps),
            kernels.conv2d_weight_grad(wide[0], wide[2], (window, window), *steps),
        ),
    ]
    for found, right in pairs:
        assert np.abs(found - right).max() / np.abs(right).max() < most


@needs_jit
def test_blocks_are_taken_where_they_save_work_and_never_for_float64() -> None:
    steps, shape = ((1, 1), (1, 1), (1, 1)), (32, 64, 64, 1)
    kernels.set_precision("fast")
    assert winograd.block(shape, (3, 3), (32, 32), steps, np.dtype(np.float32)) == 4
    assert winograd.block(shape, (3, 3), (32, 32), steps, np.dtype(np.float64)) == 0
    assert winograd.block((32, 3, 64, 1), (3, 3), (32, 32), steps, np.dtype(np.float32)) == 0
    assert winograd.block((1, 64, 64, 1), (3, 3), (4, 4), steps, np.dtype(np.float32)) == 0
    strided = ((2, 2), (1, 1), (1, 1))
    assert winograd.block(shape, (3, 3), (16, 16), strided, np.dtype(np.float32)) == 0
    kernels.set_precision("high")
    assert winograd.block(shape, (3, 3), (32, 32), steps, np.dtype(np.float32)) == 2


def test_a_precision_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="fast or high, got 'higher'"):
        kernels.set_precision("higher")
