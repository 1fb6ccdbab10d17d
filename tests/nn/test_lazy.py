"""Layers that take their sizes from the first input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import ShapeError, StateError

LAYERS = [
    (lambda: nn.LazyLinear(3), nn.Linear, (2, 5), (2, 3)),
    (lambda: nn.LazyConv1d(4, 3), nn.Conv1d, (2, 3, 6), (2, 4, 4)),
    (lambda: nn.LazyConv2d(4, 3, groups=2, bias=False), nn.Conv2d, (2, 6, 6, 6), (2, 4, 4, 4)),
    (lambda: nn.LazyConv2d(4, 3), nn.Conv2d, (6, 6, 6), (4, 4, 4)),
    (lambda: nn.LazyConv3d(4, 2), nn.Conv3d, (1, 2, 3, 3, 3), (1, 4, 2, 2, 2)),
    (lambda: nn.LazyConvTranspose1d(4, 2, 2), nn.ConvTranspose1d, (1, 3, 4), (1, 4, 8)),
    (lambda: nn.LazyConvTranspose2d(4, 2), nn.ConvTranspose2d, (1, 3, 4, 4), (1, 4, 5, 5)),
    (lambda: nn.LazyBatchNorm1d(), nn.BatchNorm1d, (4, 3), (4, 3)),
    (lambda: nn.LazyBatchNorm2d(affine=False), nn.BatchNorm2d, (4, 3, 2, 2), (4, 3, 2, 2)),
    (lambda: nn.LazyInstanceNorm2d(), nn.InstanceNorm2d, (4, 3, 2, 2), (4, 3, 2, 2)),
]


@pytest.mark.parametrize(("build", "plain", "given", "expected"), LAYERS)
def test_the_first_input_makes_a_plain_layer(
    build: Any, plain: Any, given: Any, expected: Any
) -> None:
    layer = build()
    parameters = list(layer.parameters())
    assert repr(layer).startswith(f"Lazy{plain.__name__}(")
    x = tl.randn(*given).requires_grad_()
    y = layer(x)
    assert (type(layer), y.shape) == (plain, expected)
    assert all(a is b for a, b in zip(parameters, layer.parameters(), strict=True))
    y.sum().backward()
    assert all(p.grad is not None for p in layer.parameters())
    assert layer(x).shape == expected


def test_initial_values_are_those_of_the_plain_layer() -> None:
    tl.manual_seed(0)
    layer = nn.LazyConv2d(64, 5)
    layer(tl.zeros(1, 4, 8, 8))
    bound = 1 / np.sqrt(4 * 25)
    assert 0.9 * bound < np.abs(layer.weight.array).max() <= bound
    norm = nn.LazyBatchNorm2d()
    norm.eval()(tl.zeros(1, 3, 2, 2))
    assert norm.weight.tolist() == norm.running_var.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "use",
    [
        lambda net: net.state_dict(),
        lambda net: tl.optim.SGD(net.parameters(), lr=0.1),
        lambda net: tl.optim.Adam(net.parameters()),
        lambda net: net.weight + 1,
        lambda net: net.weight.shape,
        lambda net: sum(p.numel() for p in net.parameters()),
    ],
)
def test_what_needs_numbers_says_that_there_are_none(use: Any) -> None:
    with pytest.raises(StateError, match="has not seen any input. Run one batch"):
        use(nn.LazyLinear(3))


def test_freezing_comes_before_the_numbers() -> None:
    layer = nn.LazyLinear(3).requires_grad_(False)
    layer(tl.zeros(1, 2))
    assert not layer.weight.requires_grad


def test_an_input_that_does_not_fit_leaves_the_layer_lazy() -> None:
    layer = nn.LazyConv2d(4, 3, groups=2)
    for shape in ((1, 3, 8, 8), (8, 8)):
        with pytest.raises(ShapeError, match="LazyConv2d: expected"):
            layer(tl.zeros(*shape))
    assert layer.has_uninitialized_params()
    assert layer(tl.zeros(1, 4, 8, 8)).shape == (1, 4, 6, 6)


def test_they_work_within_a_model() -> None:
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    assert net(tl.zeros(1, 1, 5, 5)).shape == (1, 2)
    assert [type(m).__name__ for m in net] == ["Conv2d", "ReLU", "Flatten", "Linear"]
    assert sorted(net.state_dict()) == ["0.bias", "0.weight", "3.bias", "3.weight"]


def test_the_element_type_is_the_wanted_one() -> None:
    layer = nn.LazyConv2d(4, 3, dtype="float64")
    assert layer(tl.zeros(1, 1, 5, 5, dtype="float64")).dtype == "float64"
    assert nn.LazyLinear(4, dtype="float64")(tl.zeros(1, 1, dtype="float64")).dtype == "float64"
