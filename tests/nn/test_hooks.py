"""Hooks: what they see, what they may change, and that nothing is kept alive by them."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import GraphError


def test_backward_hooks_see_both_sides_and_may_change_the_inner_one() -> None:
    layer, seen = nn.Linear(2, 1, bias=False), []
    layer.weight.data.copy_(tl.tensor([[3.0, 4.0]]))
    layer.register_full_backward_hook(
        lambda module, inner, outer: seen.append((inner[0].tolist(), outer[0].tolist()))
    )
    layer.register_full_backward_hook(lambda module, inner, outer: (inner[0] * 10.0,))
    x = tl.ones(1, 2, requires_grad=True)
    layer(x).backward()
    assert seen == [([[3, 4]], [[1]])]
    assert x.grad.tolist() == [[30, 40]]


def test_second_derivatives_pass_through_hooks() -> None:
    layer = nn.Tanh()
    layer.register_full_backward_hook(lambda module, inner, outer: (inner[0] * 2.0,))
    x = tl.tensor([0.5], dtype="float64", requires_grad=True)
    (first,) = tl.autograd.grad(layer(x), x, create_graph=True)
    (second,) = tl.autograd.grad(first, x)
    y = np.tanh(0.5)
    np.testing.assert_allclose(first.tolist(), [2 * (1 - y * y)])
    np.testing.assert_allclose(second.tolist(), [-4 * y * (1 - y * y)])  # and no further doubling


def test_a_graph_can_be_walked_twice_through_hooks() -> None:
    layer, seen = nn.ReLU(), []
    layer.register_full_backward_hook(lambda *given: seen.append(1))
    x = tl.ones(2, requires_grad=True)
    y = layer(x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert (len(seen), x.grad.tolist()) == (2, [2, 2])


def test_a_hook_that_returns_too_few_gradients_is_told() -> None:
    layer = nn.ReLU()
    layer.register_full_backward_hook(lambda *given: (None, None))
    with pytest.raises(GraphError, match="expected 1 gradients from the hook, got 2"):
        layer(tl.ones(1, requires_grad=True)).backward()


def test_a_layer_joins_its_relu_again_when_the_hook_is_gone() -> None:
    net, seen = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU()), []
    x = tl.randn(1, 1, 2, 2)
    with net[0].register_forward_hook(lambda m, i, out: seen.append(float(out.array.min()))):
        hooked = net(x)
    assert seen == [float(net[0](x).array.min())]
    assert not net[0]._is_hooked()
    np.testing.assert_allclose(hooked.tolist(), net(x).tolist())


def test_a_module_with_hooks_dies_with_its_last_name() -> None:
    gc.collect()
    gc.disable()
    try:
        layer = nn.Linear(1, 1)
        handle = layer.register_full_backward_hook(lambda *given: None)
        layer(tl.ones(1, 1, requires_grad=True)).backward()
        gone = weakref.ref(layer)
        del layer
        assert gone() is None
        handle.remove()
    finally:
        gc.enable()
