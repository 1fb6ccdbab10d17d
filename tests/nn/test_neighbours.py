"""Neighbours in a ``Sequential`` share passes, and nobody can tell but by the clock."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn


@pytest.fixture
def net() -> Any:
    tl.manual_seed(0)
    found = nn.Sequential(
        nn.Conv2d(3, 20, 3, padding=1), nn.BatchNorm2d(20), nn.ReLU(),
        nn.Conv2d(20, 16, 3, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 4, 1), nn.BatchNorm2d(4), nn.Flatten(),
        nn.Linear(4 * 49, 30), nn.ReLU(), nn.Linear(30, 5),
    )  # fmt: skip
    for _ in range(3):
        found(tl.randn(8, 3, 16, 16) * 2.0 + 1.0)
    return found


def one_by_one(net: Any, x: Any) -> Any:
    for layer in net:
        x = layer(x)
    return x


def norms_called(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    called: list[Any] = []
    forward = nn.BatchNorm2d.forward

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        called.append(self)
        return forward(self, *args, **options)

    monkeypatch.setattr(nn.BatchNorm2d, "forward", counted)
    return called


def test_in_evaluation_batch_norm_is_part_of_the_convolution(
    net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, before = tl.randn(8, 3, 16, 16), {k: v.numpy().copy() for k, v in net.state_dict().items()}
    net.eval()
    with tl.no_grad():
        expected = one_by_one(net, x)
        called = norms_called(monkeypatch)
        found = net(x)
    assert called == []
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-4, atol=1e-5)
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[name])


def test_a_change_of_a_folded_layer_is_seen_at_once(net: Any) -> None:
    x = tl.randn(2, 3, 16, 16)
    net.eval()
    with tl.no_grad():
        before = net[:3](x)
        net[1].bias.data.fill_(3)
        after = net[:3](x)
        expected = one_by_one(net[:3], x)
    assert np.abs(after.numpy() - before.numpy()).max() > 1
    np.testing.assert_allclose(after.numpy(), expected.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("why", ["recorded", "training", "hooked", "no running statistics"])
def test_batch_norm_runs_by_itself_where_somebody_could_tell(
    net: Any, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    net.eval()
    if why == "training":
        net[1].train()
    if why == "hooked":
        net[1].register_forward_hook(lambda *given: None)
    if why == "no running statistics":
        net[1] = nn.BatchNorm2d(20, track_running_stats=False)
    called = norms_called(monkeypatch)
    with tl.set_grad_enabled(why == "recorded"):
        net(tl.randn(8, 3, 16, 16))
    assert net[1] in called


def test_training_gives_the_same_gradients_as_layer_by_layer(net: Any) -> None:
    x, grads = tl.randn(8, 3, 16, 16), []
    for run in (net, lambda x: one_by_one(net, x)):
        net.zero_grad()
        (run(x) ** 2).sum().backward()
        grads.append([p.grad.numpy().copy() for p in net.parameters()])
    for joined, alone in zip(*grads, strict=True):
        np.testing.assert_allclose(joined, alone, rtol=2e-3, atol=2e-3 * np.abs(alone).max())


def test_large_pictures_are_normalised_in_one_pass_with_the_same_numbers() -> None:
    x = tl.randn(4, 16, 64, 64)
    norm = nn.BatchNorm2d(16)
    norm(x)
    norm.eval()
    recorded = norm(x, relu=True, add=x).detach()
    with tl.no_grad():
        np.testing.assert_allclose(norm(x, relu=True, add=x).numpy(), recorded.numpy(), atol=1e-6)


def pooled(**options: Any) -> Any:
    return nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2, **options))


def test_in_training_pooling_is_part_of_the_batch_norm() -> None:
    y = pooled()(tl.randn(4, 3, 6, 6))
    assert type(y.node).__name__ == "BatchNormPool"
    assert y.shape == (4, 3, 3, 3)


@pytest.mark.parametrize("looked_at", [1, 2])
def test_who_looks_between_norm_and_pooling_sees_whole_maps(looked_at: int) -> None:
    net, seen = pooled(), []
    net[looked_at].register_forward_hook(lambda m, given, out: seen.append(given[0].shape))
    assert net(tl.randn(4, 3, 6, 6)).shape == (4, 3, 3, 3)
    assert seen == [(4, 3, 6, 6)]


def test_pooling_that_tells_the_places_is_run_by_itself() -> None:
    y, places = pooled(return_indices=True)(tl.randn(4, 3, 6, 6))
    assert y.shape == places.shape == (4, 3, 3, 3)


def test_a_window_of_padding_alone_stays_minus_infinity() -> None:
    net = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2, 1, 1, dilation=3))
    x = tl.ones(1, 1, 2, 2)
    np.testing.assert_array_equal(net(x).numpy(), one_by_one(net, x).numpy())
    assert np.isneginf(net(x).numpy()).any()


def test_a_layer_whose_forward_was_replaced_is_run_as_it_is() -> None:
    net = pooled()
    net[1].forward = lambda x: x * 0.0 + 7.0
    np.testing.assert_array_equal(net(tl.randn(4, 3, 6, 6)).detach().numpy(), 7)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    net[0].forward = lambda x: x
    assert net(tl.ones(1, 3, 4, 4)).shape == (1, 3, 4, 4)


def test_a_picture_without_a_batch_is_refused_folded_or_not() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).eval()
    for recorded in (True, False):
        with tl.set_grad_enabled(recorded), pytest.raises(tl.errors.ShapeError):
            net(tl.randn(3, 20, 20))
