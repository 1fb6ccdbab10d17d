"""nn.utils: limits on gradients, other forms of weights, vectors of parameters."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import ConfigError, GraphError, ShapeError, StateError
from tensorlite.nn import utils
from tensorlite.nn.utils import parametrizations, parametrize


def test_gradients_are_scaled_down_together_and_never_up() -> None:
    a, b = tl.zeros(1, requires_grad=True), tl.zeros(1, requires_grad=True)
    a.grad, b.grad = tl.tensor([3.0]), tl.tensor([4.0])
    assert utils.clip_grad_norm_([a, b], 10.0).item() == 5.0
    assert (a.grad.item(), b.grad.item()) == (3.0, 4.0)
    utils.clip_grad_norm_([a, b], 1.0, norm_type=math.inf)
    np.testing.assert_allclose([a.grad.item(), b.grad.item()], [0.75, 1.0], rtol=1e-6)
    utils.clip_grad_value_([a, b], 0.5)
    assert (a.grad.item(), b.grad.item()) == (0.5, 0.5)


def test_a_norm_that_is_not_finite_can_be_an_error() -> None:
    a = tl.zeros(1, requires_grad=True)
    a.grad = tl.tensor([math.inf])
    with pytest.raises(GraphError, match="finite norm, got inf"):
        utils.clip_grad_norm_(a, 1.0, error_if_nonfinite=True)


@pytest.mark.parametrize("norm", [utils.weight_norm, utils.spectral_norm])
def test_a_layer_is_what_it_was_after_going_there_and_back(norm: object) -> None:
    layer, x = nn.Linear(3, 2), tl.randn(2, 3)
    before = layer(x).tolist()
    utils.remove_weight_norm(utils.weight_norm(layer))
    np.testing.assert_allclose(layer(x).tolist(), before, rtol=1e-5)
    parametrizations.weight_norm(layer)
    assert parametrize.is_parametrized(layer)
    parametrize.remove_parametrizations(layer, "weight")
    np.testing.assert_allclose(layer(x).tolist(), before, rtol=1e-5)
    assert type(layer) is nn.Linear


@pytest.mark.parametrize("norm", [utils.spectral_norm, parametrizations.spectral_norm])
def test_spectral_norm_brings_the_largest_singular_value_to_one(norm: object) -> None:
    layer = nn.Linear(6, 4)
    norm(layer)  # type: ignore[operator]
    for _ in range(60):
        layer(tl.randn(2, 6))
    assert np.linalg.svd(layer.weight.detach().array)[1][0] == pytest.approx(1, abs=1e-3)


def test_what_has_not_been_done_cannot_be_undone() -> None:
    layer = nn.Linear(2, 2)
    for undo in (utils.remove_weight_norm, utils.remove_spectral_norm):
        with pytest.raises(ConfigError, match="'weight' is not normalised"):
            undo(layer)
    with pytest.raises(ConfigError, match="is not parametrized"):
        parametrize.remove_parametrizations(layer, "weight")


def test_a_parametrization_may_not_change_the_shape_unless_told() -> None:
    class First(nn.Module):
        def forward(self, x: tl.Tensor) -> tl.Tensor:
            return x[:1]

    layer = nn.Linear(2, 2)
    with pytest.raises(ShapeError, match="unsafe=True"):
        parametrize.register_parametrization(layer, "bias", First())
    parametrize.register_parametrization(layer, "bias", First(), unsafe=True)
    assert layer.bias.shape == (1,)
    with pytest.raises(StateError, match="no right_inverse"):
        layer.bias = tl.zeros(1)


def test_a_vector_goes_into_parameters_and_back() -> None:
    layer = nn.Linear(3, 2)
    vector = utils.parameters_to_vector(layer.parameters())
    utils.vector_to_parameters(vector.detach() * 2.0, layer.parameters())
    doubled = utils.parameters_to_vector(layer.parameters())
    np.testing.assert_allclose(doubled.tolist(), (vector * 2.0).tolist())
    with pytest.raises(ShapeError, match="at least 6 numbers"):
        utils.vector_to_parameters(tl.zeros(3), layer.parameters())


def test_a_fused_convolution_does_what_both_did() -> None:
    conv, norm = nn.Conv2d(2, 3, 3, bias=False), nn.BatchNorm2d(3)
    norm(tl.randn(4, 3, 5, 5) * 3.0)
    x = tl.randn(1, 2, 5, 5)
    fused = utils.fuse_conv_bn_eval(conv.eval(), norm.eval())
    np.testing.assert_allclose(fused(x).tolist(), norm(conv(x)).tolist(), rtol=1e-4, atol=1e-5)
