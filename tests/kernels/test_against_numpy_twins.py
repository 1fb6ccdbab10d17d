"""Every kernel against its twin in plain NumPy, over drawn shapes."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tensorlite import kernels
from tensorlite.kernels import conv_size, passes, pool_size, product, reference, uncompiled
from tensorlite.kernels.cache import jit_enabled

EXAMPLES = 150 if jit_enabled() else 25
small = settings(max_examples=EXAMPLES, deadline=None)
TOLERANCE = {np.float32: 2e-4, np.float64: 1e-11}


@pytest.fixture(scope="module", autouse=True)
def _no_product_is_left_to_numpy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(product, "TINY", 1)
        yield


@st.composite
def pictures(draw: Any, channels: int = 9) -> tuple[np.ndarray, np.random.Generator]:
    """A picture of odd sizes in some memory order, and a source of more numbers."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    n, c = draw(st.integers(1, 5)), draw(st.integers(1, channels))
    h, w = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    x = rng.standard_normal((n, c, h, w)).astype(dtype)
    if draw(st.booleans()):
        x = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    return x, rng


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
paddings = st.tuples(st.integers(0, 2), st.integers(0, 2))


def close(found: np.ndarray, expected: np.ndarray) -> None:
    tolerance = TOLERANCE[found.dtype.type]
    assert found.dtype == expected.dtype
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * scale)


@small
@given(pictures(), st.integers(1, 3), st.integers(1, 3), pairs, pairs, paddings, pairs)
def test_convolution_in_all_three_directions(
    picture: Any, groups: int, filters: int, window: Any, stride: Any, padding: Any, dilation: Any
) -> None:
    base, rng = picture
    x = np.concatenate([base] * groups, axis=1)
    w = rng.standard_normal((filters * groups, base.shape[1], *window)).astype(x.dtype)
    sizes = [
        conv_size(x.shape[2 + i], window[i], stride[i], padding[i], dilation[i]) for i in (0, 1)
    ]
    if min(sizes) < 1:
        return
    steps = stride, padding, dilation, groups
    close(kernels.conv2d(x, w, *steps), reference.conv2d(x, w, *steps))
    dy = rng.standard_normal((x.shape[0], w.shape[0], *sizes)).astype(x.dtype)
    size = x.shape[2:]
    close(
        kernels.conv2d_input_grad(dy, w, size, *steps),
        reference.conv2d_input_grad(dy, w, size, *steps),
    )
    close(
        kernels.conv2d_weight_grad(x, dy, window, *steps),
        reference.conv2d_weight_grad(x, dy, window, *steps),
    )


def test_depthwise_windows_that_fill_a_tile_are_no_neighbours() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((1, 2, 3, 3)), rng.standard_normal((2, 1, 1, 2))
    steps = (1, 1), (0, 0), (1, 1), 2
    # Six windows, at 0, 1, 3, 4, 6 and 7; the last repeated ends where eight neighbours would.
    close(kernels.conv2d(x, w, *steps), reference.conv2d(x, w, *steps))


@small
@given(
    st.integers(0, 999), st.integers(1, 33), st.integers(1, 67), st.integers(1, 67),
    st.sampled_from([1, 2, 5, 8]), st.sampled_from([1, 3, 5]), st.integers(1, 2), st.booleans(),
)  # fmt: skip
def test_convolution_with_many_channels_and_images(
    seed: int, n: int, c: int, k: int, size: int, window: int, stride: int, double: bool
) -> None:
    rng = np.random.default_rng(seed)
    if not jit_enabled():
        n, c, k, size = 1 + n % 3, 1 + c % 3, 1 + k % 9, min(size, 3)
    dtype = np.float64 if double else np.float32
    pad = window // 2
    out = conv_size(size, window, stride, pad, 1)
    x = rng.standard_normal((n, c, size, size)).astype(dtype)
    w = rng.standard_normal((k, c, window, window)).astype(dtype)
    dy = rng.standard_normal((n, k, out, out)).astype(dtype)
    steps = (stride, stride), (pad, pad), (1, 1), 1
    bias = rng.standard_normal(k).astype(dtype)
    expected = np.maximum(reference.conv2d(x, w, *steps) + bias[:, None, None], 0)
    close(kernels.conv2d(x, w, *steps, bias=bias, relu=True), expected)
    shape = (size, size)
    close(
        kernels.conv2d_input_grad(dy, w, shape, *steps),
        reference.conv2d_input_grad(dy, w, shape, *steps),
    )
    close(
        kernels.conv2d_weight_grad(x, dy, (window, window), *steps),
        reference.conv2d_weight_grad(x, dy, (window, window), *steps),
    )


@small
@given(
    st.integers(0, 999), st.integers(1, 67), st.integers(0, 67), st.integers(1, 67),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_matrix_products_in_every_memory_order(
    seed: int, m: int, k: int, n: int, turned: bool, other: bool, double: bool
) -> None:
    rng, dtype = np.random.default_rng(seed), np.float64 if double else np.float32
    a = rng.standard_normal((m, k)).astype(dtype, order="F" if turned else "C")
    b = rng.standard_normal((k, n)).astype(dtype, order="F" if other else "C")
    bias = rng.standard_normal(n).astype(dtype)
    close(kernels.matmul(a, b, bias), (a.astype(float) @ b + bias).astype(dtype))


@small
@given(st.integers(0, 999), st.integers(1, 200), st.integers(1, 67), st.booleans(), st.booleans())
def test_one_row_times_a_matrix(seed: int, k: int, n: int, relu: bool, double: bool) -> None:
    rng, dtype = np.random.default_rng(seed), np.float64 if double else np.float32
    a, b = rng.standard_normal((k, 1)).astype(dtype).T, rng.standard_normal((n, k)).astype(dtype).T
    bias = rng.standard_normal(n).astype(dtype)
    expected = a.astype(float) @ b + bias
    expected = np.maximum(expected, 0) if relu else expected
    close(kernels.matmul(a, b, bias, relu), expected.astype(dtype))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 3, 1), (1, 2, 3, 0), (2, 0, 1, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("images", [1, 40])
def test_sums_of_channels_in_every_memory_order(order: Any, dtype: Any, images: int) -> None:
    x = np.random.default_rng(0).standard_normal((images, 13, 12, 13)).astype(dtype)
    x = np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))
    found = kernels.channel_sums(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, reference.channel_sums(x), rtol=1e-4, atol=1e-3)


@small
@given(pictures(67), st.booleans(), st.booleans())
def test_batch_norm_with_its_gradient(picture: Any, relu: bool, joined: bool) -> None:
    x, rng = picture
    weight, bias = rng.standard_normal((2, x.shape[1])).astype(x.dtype)
    other = rng.standard_normal(x.shape).astype(x.dtype) if joined else None
    found = kernels.batch_norm(x, weight, bias, 0.1, relu, other)
    for value, expected in zip(
        found, reference.batch_norm(x, weight, bias, 0.1, relu, other), strict=True
    ):
        np.testing.assert_allclose(value, expected, rtol=1e-3, atol=2e-4)
    _, mean, variance = found
    dy = rng.standard_normal(x.shape).astype(x.dtype)
    given_ = x, dy, weight, bias, mean, variance, 0.1, relu
    for value, expected in zip(
        kernels.batch_norm_grad(*given_), reference.batch_norm_grad(*given_), strict=True
    ):
        np.testing.assert_allclose(value, expected, rtol=1e-3, atol=2e-3)


@small
@given(pictures(67), st.booleans(), st.booleans())
def test_two_numbers_for_each_channel(picture: Any, relu: bool, joined: bool) -> None:
    x, rng = picture
    scale, shift = rng.standard_normal((2, x.shape[1])).astype(x.dtype)
    other = rng.standard_normal(x.shape).astype(x.dtype) if joined else None
    found = kernels.scale_channels(x, scale, shift, relu, other)
    close(found, reference.scale_channels(x, scale, shift, relu, other))


@pytest.mark.parametrize("side", [4, 40])
def test_the_gradient_passes_where_the_result_is_positive(side: int) -> None:
    for seed in range(20):  # whole numbers and a half, of which many lie on the mean
        rng = np.random.default_rng(seed)
        x = rng.integers(-3, 4, (4, 4, side, side)).astype(np.float32)
        x = np.concatenate([x, -x]) + np.float32(3.5)
        ones, zeros = np.ones(4, np.float32), np.zeros(4, np.float32)
        dy = rng.standard_normal(x.shape).astype(np.float32)
        y, *moments = kernels.batch_norm(x, ones, zeros, 1e-5, True)
        found = kernels.batch_norm_grad(x, dy, ones, zeros, *moments, 1e-5, True)[2]
        passed = np.where(y > 0, dy, 0)
        expected = kernels.batch_norm_grad(x, passed, ones, zeros, *moments, 1e-5, False)[2]
        np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("shape", [(64, 16, 32, 32), (16, 4, 5, 7)])
def test_one_pixel_far_from_the_others_leaves_the_variance_exact(shape: Any) -> None:
    x = (300 + np.random.default_rng(0).standard_normal(shape)).astype(np.float32)
    x[0, :, 0, 0] = 0
    ones = np.ones(shape[1], np.float32)
    _, mean, variance = kernels.batch_norm(x, ones, ones, 1e-5)
    np.testing.assert_allclose(mean, x.mean((0, 2, 3), np.float64), rtol=1e-6)
    np.testing.assert_allclose(variance, x.var((0, 2, 3), np.float64), rtol=1e-5)


@small
@given(pictures(67), st.integers(1, 3), st.integers(1, 3), st.integers(0, 1))
def test_batch_norm_with_relu_and_max_pooling(
    picture: Any, size: int, step: int, padding: int
) -> None:
    x, rng = picture
    weight, bias = rng.standard_normal((2, x.shape[1])).astype(x.dtype)
    window = (size, min(size, 2)), (step, 2), (min(padding, size // 2), 0), (1, 1), True
    assume(min(x.shape[2:]) >= size)
    given_ = x, weight, bias, 0.1, *window
    found, expected = kernels.batch_norm_pool(*given_), reference.batch_norm_pool(*given_)
    for i in (0, 2, 3):
        np.testing.assert_allclose(found[i], expected[i], rtol=1e-3, atol=2e-4)
    normal = reference.batch_norm(x, weight, bias, 0.1)[0]
    where = reference.max_pool2d_pick(normal, found[1])  # of numbers as good as equal any will do
    np.testing.assert_allclose(np.maximum(where, 0), expected[0], rtol=1e-3, atol=2e-4)


@small
@given(pictures(67), st.integers(1, 9), st.sampled_from([0.75, 0.5, 1.3]))
def test_local_response_normalisation_with_its_gradient(
    picture: Any, size: int, beta: float
) -> None:
    x, rng = picture
    dy = rng.standard_normal(x.shape).astype(x.dtype)
    settings = size, 0.7, beta, 1.5
    found = kernels.local_response_norm(x, *settings)
    close(found, reference.local_response_norm(x, *settings))
    found = kernels.local_response_norm_grad(x, dy, *settings)
    close(found, reference.local_response_norm_grad(x, dy, *settings))


@small
@given(pictures(40), st.integers(0, 2**32 - 1), st.floats(0, 0.999))
def test_dropout_drops_what_its_seed_says(picture: Any, key: int, p: float) -> None:
    x, _ = picture
    x = np.concatenate([x] * 20) if jit_enabled() else x
    close(kernels.drop(x, p, (key, 77)), reference.drop(x, p, (key, 77)))


@small
@given(pictures(40))
def test_passes_over_memory(picture: Any) -> None:
    x, rng = picture
    x = np.concatenate([x] * 20) if jit_enabled() else x
    np.testing.assert_array_equal(kernels.relu(x), reference.relu(x))
    dy = rng.standard_normal(x.shape).astype(x.dtype)
    np.testing.assert_array_equal(kernels.relu_grad(dy, x), reference.relu_grad(dy, x))
    scores = x.reshape(x.shape[0], -1)
    target = rng.integers(0, scores.shape[1], len(scores))
    for value, expected in zip(
        kernels.cross_entropy(scores, target), reference.cross_entropy(scores, target), strict=True
    ):
        close(value, expected)


@small
@given(pictures())
def test_the_optimizers_updates(picture: Any) -> None:
    x, rng = picture
    p, g, m, v = (np.abs(rng.standard_normal((4, *x.shape))) + 0.1).astype(x.dtype)
    for name, state, options in (
        ("sgd", [m], [0.1, 0.9, 0.01, 0.5, True]),
        ("rmsprop", [v], [[0.9, 0.1, 0.01, 1e-3]]),
        ("adam", [m, v], [[0.9, 0.99, 0.1, 0.98, 0.01, 1.5, 1e-3]]),
    ):
        found, expected = ([a.copy() for a in (p, *state)] for _ in range(2))
        for module, arrays in ((kernels, found), (reference, expected)):
            move = getattr(module, name)
            move([arrays[0]], [g], *[[a] for a in arrays[1:]], *options)
        for value, right in zip(found, expected, strict=True):
            close(value, right)


@small
@given(pictures(), pairs, pairs, paddings, pairs, st.booleans())
def test_max_pooling_with_its_gradients(
    picture: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> None:
    x, rng = picture
    padding = tuple(min(p, k // 2) for p, k in zip(padding, kernel, strict=True))
    sizes = [
        pool_size(x.shape[2 + i], kernel[i], stride[i], padding[i], dilation[i], ceil_mode)
        for i in (0, 1)
    ]
    if min(sizes) < 1:
        return
    window = kernel, stride, padding, dilation, ceil_mode
    y, index = kernels.max_pool2d(x, *window)
    expected, places = reference.max_pool2d(x, *window)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(index, places)
    dy = rng.standard_normal(y.shape).astype(x.dtype)
    size = x.shape[2:]
    close(kernels.max_pool2d_grad(dy, index, size), reference.max_pool2d_grad(dy, index, size))
    close(kernels.max_pool2d_pick(x, index), reference.max_pool2d_pick(x, index))


@small
@given(pictures(), pairs, pairs, paddings, st.booleans(), st.booleans())
def test_average_pooling_with_its_gradient(
    picture: Any, kernel: Any, stride: Any, padding: Any, ceil_mode: bool, count: bool
) -> None:
    x, rng = picture
    padding = tuple(min(p, k // 2) for p, k in zip(padding, kernel, strict=True))
    sizes = [
        pool_size(x.shape[2 + i], kernel[i], stride[i], padding[i], 1, ceil_mode) for i in (0, 1)
    ]
    if min(sizes) < 1:
        return
    window = kernel, stride, padding
    y = kernels.avg_pool2d(x, *window, ceil_mode, count)
    close(y, reference.avg_pool2d(x, *window, ceil_mode, count))
    dy = rng.standard_normal(y.shape).astype(x.dtype)
    size = x.shape[2:]
    close(
        kernels.avg_pool2d_grad(dy, size, *window, count),
        reference.avg_pool2d_grad(dy, size, *window, count),
    )


def test_of_equal_elements_the_first_is_the_maximum() -> None:
    _, index = kernels.max_pool2d(np.ones((1, 1, 4, 4)), (2, 2), (2, 2), (0, 0), (1, 1), False)
    assert index.tolist() == [[[[0, 2], [8, 10]]]]


def test_the_maximum_of_a_window_with_nan_is_nan() -> None:
    x = np.ones((1, 1, 2, 2))
    x[0, 0, 1, 0] = np.nan
    y, _ = kernels.max_pool2d(x, (2, 2), (2, 2), (0, 0), (1, 1), False)
    assert np.isnan(y).all()


@pytest.mark.parametrize("images", [0])
def test_an_empty_batch_gives_an_empty_result(images: int) -> None:
    x, w = np.zeros((images, 2, 5, 5), np.float32), np.zeros((3, 2, 3, 3), np.float32)
    assert kernels.conv2d(x, w, (1, 1), (0, 0), (1, 1), 1).shape == (0, 3, 3, 3)
    assert kernels.max_pool2d(x, (2, 2), (2, 2), (0, 0), (1, 1), False)[0].shape == (0, 2, 2, 2)


@pytest.mark.parametrize("module", uncompiled.TWINS, ids=lambda module: module.__name__)
def test_every_kernel_and_its_twin_are_called_alike(module: Any) -> None:
    for name in uncompiled.TWINS[module]:
        kernel, twin = getattr(module, name), getattr(reference, name)
        assert list(signature(kernel).parameters) == list(signature(twin).parameters), name


def test_every_kernel_that_has_a_twin_is_replaced_by_it_without_the_compiler() -> None:
    replaced = {name for names in uncompiled.TWINS.values() for name in names}
    for name in kernels.__all__:
        kernel, twin = getattr(kernels, name), getattr(reference, name, None)
        if callable(twin) and twin is not kernel:
            assert name in replaced


def test_without_the_compiler_small_arrays_go_through_the_loops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    monkeypatch.setattr(passes, "relu", lambda x: seen.append("loops"))
    monkeypatch.setattr(reference, "relu", lambda x: seen.append("twin"))
    relu = uncompiled.plain()["relu"]
    relu(np.zeros(10))
    relu(np.zeros(10_000))
    assert seen == ["loops", "twin"]


@small
@given(pictures(4), st.integers(1, 9), st.integers(1, 9), st.booleans(), st.integers(0, 1))
def test_pixels_that_are_moved(
    picture: Any, height: int, width: int, wavy: bool, tilted: int
) -> None:
    x, rng = picture
    n = len(x)
    tilt = np.array([[0.4, 0.4, 2], [0.4, 0.4, 2], [0.05 * tilted, 0.05 * tilted, 0]])
    back = np.eye(3) + tilt * rng.standard_normal((n, 3, 3))
    ways = rng.standard_normal((n, 2, height, width)).astype(x.dtype) if wavy else None
    size, args = (height, width), (0.25, ways)
    close(kernels.warp(x, back, size, *args), reference.warp(x, back, size, *args))
    where = back, x.shape[2:], size, ways
    found, expected = kernels.nearest(*where), reference.nearest(*where)
    assert found.dtype == np.int32 and np.array_equal(found, expected)


@small
@given(pictures(), st.integers(1, 9), st.integers(1, 9))
def test_weighted_sums_of_rows(picture: Any, out: int, taps: int) -> None:
    x, rng = picture
    taps = min(taps, x.shape[2])
    weights = rng.standard_normal((len(x), out, taps)).astype(x.dtype)
    start = rng.integers(0, x.shape[2] - taps + 1, (len(x), out))
    close(kernels.weighted_rows(x, weights, start), reference.weighted_rows(x, weights, start))
