"""Dropout in all its forms: what is dropped together, and what is kept on average."""

from __future__ import annotations

import numpy as np
import pytest

import tensorlite as tl
import tensorlite.nn.functional as F
from tensorlite import nn
from tensorlite.errors import ConfigError, ShapeError

LAYERS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)
LAYERS += (nn.FeatureAlphaDropout,)


@pytest.mark.parametrize("layer", LAYERS)
def test_evaluation_passes_the_input_itself(layer: type[nn.Module]) -> None:
    x = tl.ones(2, 3, 4)
    assert layer(0.5).eval()(x) is x


@pytest.mark.parametrize("layer", LAYERS)
def test_it_prints_its_settings(layer: type[nn.Module]) -> None:
    assert repr(layer(0.25)) == f"{layer.__name__}(p=0.25, inplace=False)"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 3, 1), (1, 2, 3, 0)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_a_share_is_dropped_and_its_gradients_with_it(
    order: tuple[int, ...], dtype: str, p: float
) -> None:
    memory = np.ones((20, 30, 16, 16), dtype).transpose(np.argsort(order))
    x = tl.from_numpy(memory).requires_grad_()
    out = F.dropout(x, p)
    share = (out.array == 0).mean()
    assert abs(share - p) < 5 * (p * (1 - p) / x.array.size) ** 0.5
    np.testing.assert_allclose(out.array.max(), 1 / (1 - p), rtol=1e-6)
    weight = tl.tensor(np.random.default_rng(0).random(x.shape).astype(dtype))
    (out * weight).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.array, (out * weight).array)


def test_what_is_dropped_is_even_and_differs_from_call_to_call() -> None:
    x = tl.ones(64, 4096)
    first, second = (F.dropout(x, 0.5).array > 0 for _ in range(2))
    assert abs((first == second).mean() - 0.5) < 0.01
    assert abs((first[:, 1:] == first[:, :-1]).mean() - 0.5) < 0.01  # neighbours
    for axis, count in ((0, 64), (1, 4096)):
        assert abs(first.mean(axis) - 0.5).max() < 5.5 * 0.5 / count**0.5
    tl.manual_seed(3)
    again = F.dropout(x, 0.5).array
    tl.manual_seed(3)
    assert np.array_equal(again, F.dropout(x, 0.5).array)


@pytest.mark.parametrize(
    ("function", "shape", "together"),
    [
        (F.dropout1d, (40, 50, 6), (2,)),
        (F.dropout1d, (2000, 6), (1,)),
        (F.dropout2d, (40, 50, 3, 3), (2, 3)),
        (F.dropout2d, (40, 50, 3), (2,)),
        (F.dropout3d, (40, 50, 2, 2, 2), (2, 3, 4)),
        (F.dropout3d, (2000, 2, 2, 2), (1, 2, 3)),
    ],
)
def test_whole_channels_are_dropped_together(
    function: object, shape: tuple[int, ...], together: tuple[int, ...]
) -> None:
    out = function(tl.ones(shape), 0.25).array  # type: ignore[operator]
    assert (out.min(together) == out.max(together)).all()
    share = (out.min(together) == 0).mean()
    assert abs(share - 0.25) < 0.05
    assert out.max() == np.float32(1 / 0.75)


def test_alpha_dropout_keeps_mean_and_variance() -> None:
    out = F.alpha_dropout(tl.randn(200_000), 0.3, training=True).array
    assert (abs(out.mean()) < 0.02, abs(out.std() - 1) < 0.02) == (True, True)
    channels = F.feature_alpha_dropout(tl.zeros(50, 40, 3), 0.3, training=True).array
    assert (channels.min(2) == channels.max(2)).all()
    assert len(np.unique(channels)) == 2


@pytest.mark.parametrize(("mode", "kinds"), [("row", 2), ("batch", 1)])
def test_stochastic_depth_drops_samples_or_the_batch(mode: str, kinds: int) -> None:
    x = tl.ones(400, 3, requires_grad=True)
    out = nn.StochasticDepth(0.5, mode)(x)
    out.sum().backward()
    assert len(np.unique(out.array)) == kinds
    np.testing.assert_array_equal(x.grad.array, out.array)
    assert (out.array.min(1) == out.array.max(1)).all()


def test_everything_goes_with_probability_one() -> None:
    x = tl.ones(3, 4, 5)
    for function in (F.dropout, F.dropout1d, F.alpha_dropout, F.feature_alpha_dropout):
        assert not function(x, 1.0, True).array.any()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConfigError, match="Dropout2d: expected a probability from 0 to 1, got -1"):
        nn.Dropout2d(-1)
    with pytest.raises(ConfigError, match="'row' or 'batch', got 'column'"):
        F.stochastic_depth(tl.ones(2, 2), 0.5, "column")
    with pytest.raises(ShapeError, match=r"\(N, C, L\) or \(C, L\), got \(2,\)"):
        F.dropout1d(tl.ones(2))


def test_float32_and_float64_stay_what_they_are() -> None:
    for dtype in ("float32", "float64"):
        x = tl.ones(2, 3, dtype=dtype)
        assert F.dropout(x).dtype == F.alpha_dropout(x, 0.5, True).dtype == np.dtype(dtype)
