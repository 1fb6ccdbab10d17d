"""What the zoo declares about its models is what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn, registry
from tensorlite.cli.models import own_size
from tensorlite.zoo.entries import FULL_SIZE, SMALL

LARGE = ("alexnet", "zfnet", "vgg11", "vgg16")  # their weights take seconds to draw
# Of torchvision 0.29: tensors, parameters, and the start of the SHA-256 of "name shape" lines.
TORCHVISION = {
    "alexnet": (16, 61100840, "9c198ebdae1863e4"),
    "vgg11": (22, 132863336, "cb3dc23f2a13e182"),
    "vgg16": (32, 138357544, "35c4623e0cd4a39d"),
    "googlenet": (364, 13004888, "7f541ca29410efb1"),
    "resnet18": (122, 11689512, "84fb10d9c6905a1c"),
    "resnet50": (320, 25557032, "d7e4f8bb0a536344"),
    "densenet121": (727, 7978856, "aa0fd9923b0003b8"),
    "squeezenet": (52, 1248424, "4654d26ad581241f"),
}
BUDGETS = {
    "alexnet_lite": 2_500_000,
    "zfnet_lite": 2_500_000,
    "nin": 967_000,
    "nin_mini": 250_000,
    "vgg_mini": 1_200_000,
    "googlenet_mini": 500_000,
    "resnet8": 79_000,
    "resnet20": 273_000,
    "densenet_mini": 200_000,
}


def marked(names: Iterable[str], slow: Iterable[str]) -> list[object]:
    return [pytest.param(name, marks=[pytest.mark.slow] * (name in slow)) for name in names]


ALL = {entry.name: entry for entry in (*SMALL, *FULL_SIZE)}
SMALL_NAMES = [entry.name for entry in SMALL if entry.task == "classification"]


@pytest.mark.parametrize("name", marked(ALL, slow=[entry.name for entry in FULL_SIZE]))
def test_parameters_and_multiply_adds_are_those_declared(name: str) -> None:
    model = registry.models.create(name)
    counted = tl.summary(model, own_size(registry.models.info(name)))
    assert (counted.parameters, counted.macs) == (ALL[name].parameters, ALL[name].multiply_adds)


@pytest.mark.parametrize(("name", "most"), BUDGETS.items())
def test_a_small_model_keeps_its_budget(name: str, most: int) -> None:
    assert ALL[name].parameters <= most


@pytest.mark.parametrize("name", marked(TORCHVISION, slow=LARGE))
def test_names_and_shapes_of_the_state_are_those_of_torchvision(name: str) -> None:
    model = registry.models.create(name)
    state = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    lines = "\n".join(f"{key} {shape}" for key, shape in state.items())
    parameters = sum(parameter.numel() for parameter in model.parameters())
    digest = hashlib.sha256(lines.encode()).hexdigest()[:16]
    assert (len(state), parameters, digest) == TORCHVISION[name]


@pytest.mark.parametrize("name", [n for n in SMALL_NAMES if ALL[n].task == "classification"])
def test_the_head_gives_one_score_for_each_class(name: str) -> None:
    model = registry.models.create(name, num_classes=7, in_channels=1)
    head = model.get_submodule(ALL[name].head)
    assert head.weight.shape[0] == 7
    assert model(tl.zeros(2, 1, *own_size(registry.models.info(name))[1:])).shape == (2, 7)


@pytest.mark.parametrize("name", SMALL_NAMES)
def test_the_features_in_a_row_give_what_the_head_is_given(name: str) -> None:
    model = registry.models.create(name).eval()
    shape = own_size(registry.models.info(name))
    maps = nn.Sequential(*(model.get_submodule(part) for part in ALL[name].features))
    seen = []
    handle = model.get_submodule(ALL[name].features[-1]).register_forward_hook(
        lambda module, inputs, output: seen.append(output)
    )
    x = tl.randn(2, *shape)
    with tl.no_grad():
        model(x)
        handle.remove()
        # A row folds its batch norm into the convolution, which rounds in another place.
        np.testing.assert_allclose(maps(x).numpy(), seen[-1].numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", [n for n in SMALL_NAMES if not ALL[n].image_size])
def test_pictures_of_another_size_fit(name: str) -> None:
    model = registry.models.create(name, image_size=(40, 56)).eval()
    assert model(tl.zeros(1, 3, 40, 56)).shape == (1, 10)


@pytest.mark.parametrize("name", ["alexnet_lite", "zfnet_lite", "nin", "nin_mini"])
def test_what_is_older_than_batch_norm_has_none(name: str) -> None:
    kinds = {type(module).__name__ for module in registry.models.create(name).modules()}
    assert "BatchNorm2d" not in kinds


def test_the_auxiliary_classifiers_of_googlenet_give_scores() -> None:
    model = registry.models.create("googlenet", num_classes=5).eval()
    scores = model.auxiliary(tl.zeros(1, 3, 64, 64))
    assert [tuple(each.shape) for each in scores] == [(1, 5)] * 3


@pytest.mark.parametrize("name", [entry.name for entry in SMALL])
def test_an_entry_has_a_recipe_and_a_card(name: str) -> None:
    info = registry.models.info(name)
    assert info.path("recipe") and info.path("card")


@pytest.mark.parametrize("name", SMALL_NAMES)
def test_a_step_makes_the_loss_smaller(name: str) -> None:
    model = registry.models.create(name).eval()  # without what dropout adds by chance
    x = tl.randn(4, *own_size(registry.models.info(name)))
    y = tl.tensor([0, 1, 2, 3])
    optimizer = tl.optim.Adam(model.parameters(), lr=3e-4)
    losses = []
    for _ in range(6):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
