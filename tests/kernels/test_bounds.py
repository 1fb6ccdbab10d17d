"""No kernel reads or writes outside its arrays: what lies around them is poisoned and stays so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorlite import kernels
from tensorlite.kernels import choice, conv_size, product, threads, winograd
from tensorlite.kernels.cache import jit_enabled

ZONE = 512
few = settings(max_examples=60 if jit_enabled() else 10, deadline=None)
sides = st.integers(1, 9)


@pytest.fixture(scope="module", autouse=True)
def _no_product_is_left_to_numpy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(product, "TINY", 1)
        yield


class Guarded:
    """Fresh arrays with not-a-number around them, also where kernels make their own."""

    def __init__(self) -> None:
        self.zones: list[np.ndarray] = []

    def empty(self, shape: Any, dtype: Any = np.float64, order: str = "C") -> np.ndarray:
        dtype = np.dtype(dtype)
        count = int(np.prod(shape))
        memory = np.full(count + 2 * ZONE, 77 if dtype.kind == "i" else np.nan, dtype)
        self.zones += [memory[:ZONE], memory[ZONE + count :]]
        return memory[ZONE : ZONE + count].reshape(shape)

    def of(self, array: np.ndarray) -> np.ndarray:
        copy = self.empty(array.shape, array.dtype)
        copy[...] = array
        return copy

    def intact(self) -> bool:
        return all(((z == 77) | np.isnan(z)).all() for z in self.zones)


@pytest.mark.parametrize("images", [1, 5, 33])
@few
@given(st.integers(0, 99), sides, sides, st.integers(1, 67), st.integers(1, 40), st.integers(1, 3))
def test_convolutions_stay_within_their_arrays(
    images: int, seed: int, height: int, width: int, channels: int, filters: int, stride: int
) -> None:
    rng, guard = np.random.default_rng(seed), Guarded()
    out = conv_size(height, 3, stride, 1, 1), conv_size(width, 2, stride, 1, 1)
    steps = (stride, stride), (1, 1), (1, 1), 1
    x, w, dy = (
        guard.of(rng.standard_normal(shape).astype(np.float32))
        for shape in ((images, channels, height, width), (filters, channels, 3, 2),
                      (images, filters, *out))
    )  # fmt: skip
    results = within(
        guard,
        lambda: kernels.conv2d(x, w, *steps),
        lambda: kernels.conv2d_input_grad(dy, w, (height, width), *steps),
        lambda: kernels.conv2d_weight_grad(x, dy, (3, 2), *steps),
    )
    assert not any(np.isnan(result).any() for result in results)
    assert guard.intact()


@few
@given(
    st.integers(0, 99), sides, sides, st.integers(1, 40), st.integers(1, 40), st.integers(0, 2),
    st.booleans(),
)  # fmt: skip
def test_winograds_convolutions_stay_within_their_arrays(
    seed: int, height: int, width: int, channels: int, filters: int, kind: int, few: bool
) -> None:
    rng, guard, (m, r) = np.random.default_rng(seed), Guarded(), winograd.COMPILED[kind]
    pad = r - 1, r - 1
    out = height + r - 1, width + r - 1
    x, w, dy = (
        guard.of(rng.standard_normal(shape).astype(np.float32))
        for shape in ((3, channels, height, width), (filters, channels, r, r), (3, filters, *out))
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winograd, "_few_weights", lambda *sizes: few)
        winograd._plan.cache_clear()
        results = within(
            guard,
            lambda: winograd.conv2d(x, w, out, m, pad),
            lambda: winograd.conv2d(dy, w, (height, width), m, (0, 0), backward=True),
            lambda: winograd.conv2d_weight_grad(x, dy, m, r, pad),
        )
    winograd._plan.cache_clear()
    assert not any(np.isnan(result).any() for result in results)
    assert guard.intact()


@few
@given(st.integers(0, 99), sides, sides, st.integers(1, 40), st.integers(1, 3), st.integers(0, 1))
def test_convolutions_of_single_channels_stay_within_their_arrays(
    seed: int, height: int, width: int, channels: int, stride: int, order: int
) -> None:
    rng, guard = np.random.default_rng(seed), Guarded()
    out = conv_size(height, 3, stride, 1, 1), conv_size(width, 2, stride, 1, 1)
    steps = (stride, stride), (1, 1), (1, 1), channels
    shapes = (3, channels, height, width), (channels, 1, 3, 2), (3, channels, *out)
    x, w, dy = (guard.of(rng.standard_normal(shape).astype(np.float32)) for shape in shapes)
    if order:
        x = guard.of(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    results = within(
        guard,
        lambda: kernels.conv2d(x, w, *steps),
        lambda: kernels.conv2d_input_grad(dy, w, (height, width), *steps),
        lambda: kernels.conv2d_weight_grad(x, dy, (3, 2), *steps),
    )
    assert not any(np.isnan(result).any() for result in results)
    assert guard.intact()


@few
@given(st.integers(0, 99), sides, st.integers(1, 40), st.integers(1, 9), st.integers(1, 3))
def test_products_that_are_spread_stay_within_the_picture(
    seed: int, side: int, filters: int, channels: int, stride: int
) -> None:
    rng, guard = np.random.default_rng(seed), Guarded()
    out = conv_size(40, 3, stride, 1, 2), conv_size(side, 2, stride, 1, 1)
    w = guard.of(rng.standard_normal((filters, channels, 3, 2)).astype(np.float32))
    dy = guard.of(rng.standard_normal((2, filters, *out)).astype(np.float32))
    steps = (stride, stride), (1, 1), (2, 1), 1
    with choice.only("spread"):
        (dx,) = within(guard, lambda: kernels.conv2d_input_grad(dy, w, (40, side), *steps))
    assert not np.isnan(dx).any()
    assert guard.intact()


@few
@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 70), st.booleans(), st.booleans())
def test_matrix_products_stay_within_their_arrays(
    m: int, k: int, n: int, turned: bool, other: bool
) -> None:
    guard = Guarded()
    a = guard.of(np.ones((k, m) if turned else (m, k), np.float32))
    b = guard.of(np.ones((n, k) if other else (k, n), np.float32))
    (product,) = within(guard, lambda: kernels.matmul(a.T if turned else a, b.T if other else b))
    assert (product == k).all()
    assert guard.intact()


@few
@given(sides, sides, st.integers(1, 40), st.integers(1, 3), st.integers(1, 3))
def test_pooling_stays_within_its_arrays(
    height: int, width: int, channels: int, kernel: int, stride: int
) -> None:
    guard = Guarded()
    kernel = min(kernel, height, width)
    x = guard.of(np.ones((3, channels, height, width), np.float32))
    window = (kernel, kernel), (stride, stride), (0, 0)
    within(
        guard,
        lambda: kernels.max_pool2d_grad(
            *kernels.max_pool2d(x, *window, (1, 1), False), (height, width)
        ),
        lambda: kernels.avg_pool2d(x, *window, False, True),
    )
    assert guard.intact()


@few
@given(st.integers(1, 9), st.integers(1, 70), sides, st.booleans())
def test_normalization_stays_within_its_arrays(
    images: int, channels: int, side: int, relu: bool
) -> None:
    rng, guard = np.random.default_rng(images), Guarded()
    shape = images + 1, channels, side, side  # one number per channel has no variance
    x, dy, add = (guard.of(rng.standard_normal(shape).astype(np.float32)) for _ in range(3))
    weight, bias = (guard.of(np.ones(channels, np.float32)) for _ in range(2))
    ((y, mean, variance),) = within(
        guard, lambda: kernels.batch_norm(x, weight, bias, 1e-5, relu, add if relu else None)
    )
    window = (2, 2), (2, 2), (1, 1), (1, 1), True
    within(guard, lambda: kernels.batch_norm_pool(x, weight, bias, 1e-5, *window)[:2])
    (grads,) = within(
        guard,
        lambda: kernels.batch_norm_grad(x, dy, weight, bias, mean, variance, 1e-5, relu),
    )
    for size in (1, 2, 5, 40):
        within(guard, lambda size=size: kernels.local_response_norm(x, size, 0.1, 0.75, 1.0))
        within(
            guard,
            lambda size=size: kernels.local_response_norm_grad(x, dy, size, 0.1, 0.6, 1.0),
        )
    assert not any(np.isnan(a).any() for a in (y, *grads))
    assert guard.intact()


@few
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=4), st.sampled_from(["f4", "f8"]))
def test_optimizers_stay_within_their_parameters(sizes: list[int], dtype: str) -> None:
    guard = Guarded()
    p, g, v, m = ([guard.of(np.ones(n, dtype)) for n in sizes] for _ in range(4))
    kernels.sgd(p, g, v, 0.1, 0.9, 0.0, 1.0, False)
    kernels.rmsprop(p, g, v, [0.9, 0.0, 0.1, 1.0])
    kernels.adam(p, g, v, m, [0.9, 0.9, 0.0, 1.0, 0.1, 1.0, 1.0])
    assert all(np.isfinite(a).all() for a in [*p, *v, *m])
    assert all((a == 1).all() for a in g)
    assert guard.intact()


@few
@given(st.integers(8192, 40_000), st.integers(1, 70), st.integers(1, 70))
def test_passes_over_elements_stay_within_their_arrays(n: int, rows: int, classes: int) -> None:
    guard = Guarded()
    x = guard.of(np.ones(n, np.float32))
    scores = guard.of(np.ones((rows, classes), np.float32))
    target = guard.of(np.zeros(rows, np.int64))
    positive, kept, (losses, grads) = within(
        guard,
        lambda: kernels.relu(x),
        lambda: kernels.relu_grad(x, x),
        lambda: kernels.cross_entropy(scores, target),
    )
    assert (positive == 1).all() and (kept == 1).all()
    np.testing.assert_allclose(losses, np.log(classes), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(grads.sum(1), 0, atol=1e-5)
    assert guard.intact()


@few
@given(sides, sides, st.integers(1, 5), sides, sides, st.booleans())
def test_pixels_are_moved_from_and_to_the_pictures_only(
    height: int, width: int, channels: int, high: int, wide: int, wavy: bool
) -> None:
    rng, guard = np.random.default_rng(height), Guarded()
    x = guard.of(rng.standard_normal((2, channels, height, width)).astype(np.float32))
    back = guard.of(np.eye(3) + rng.standard_normal((2, 3, 3)) * [[1], [1], [0]])
    ways = guard.of(rng.standard_normal((2, 2, high, wide)).astype(np.float32)) if wavy else None
    taps = min(3, height)
    weights = guard.of(rng.standard_normal((2, high, taps)).astype(np.float32))
    start = guard.of(rng.integers(0, height - taps + 1, (2, high)))
    moved, places, rows = within(
        guard,
        lambda: kernels.warp(x, back, (high, wide), 0.5, ways),
        lambda: kernels.nearest(back, (height, width), (high, wide), ways),
        lambda: kernels.weighted_rows(x, weights, start),
    )
    assert not np.isnan(moved).any() and not np.isnan(rows).any()
    assert places.min() >= -1 and places.max() < height * width
    assert guard.intact()


def within(guard: Guarded, *calls: Any) -> list[np.ndarray]:
    """Run kernels while every ``np.empty`` of theirs is guarded, and so is their scratch memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np, "empty", guard.empty)
        patch.setattr(threads, "LARGE", 1 << 60)
        patch.setattr(threads._memory, "buffers", {})
        return [call() for call in calls]
