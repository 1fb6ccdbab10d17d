"""Modules: what belongs to them, their state, modes, freezing and errors."""

from __future__ import annotations

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import ConfigError, DTypeError, ShapeError, StateError, UnknownNameError


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU())
        self.head = nn.Linear(2 * 2 * 2, 3)

    def forward(self, x: tl.Tensor) -> tl.Tensor:
        return self.head(self.features(x).flatten(1))


def test_names_are_pytorchs_and_in_its_order() -> None:
    assert list(Net().state_dict()) == [
        "features.0.weight",
        "features.0.bias",
        "features.1.weight",
        "features.1.bias",
        "features.1.running_mean",
        "features.1.running_var",
        "features.1.num_batches_tracked",
        "head.weight",
        "head.bias",
    ]


def test_a_tied_parameter_comes_once_but_is_stored_under_both_names() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert "1.weight" in net.state_dict()


def test_a_module_used_twice_comes_once() -> None:
    layer = nn.Linear(2, 2)
    assert len(list(nn.Sequential(layer, layer).parameters())) == 2


def test_a_state_goes_into_another_module_of_the_same_kind() -> None:
    tl.manual_seed(1)
    one, other = Net(), Net()
    other.load_state_dict({k: v.array.copy() for k, v in one.state_dict().items()})
    x = tl.randn(2, 1, 4, 4)
    assert one.eval()(x).tolist() == other.eval()(x).tolist()


def test_loading_lists_every_name_and_writes_nothing_when_it_refuses() -> None:
    net = Net()
    before = {k: v.array.copy() for k, v in net.state_dict().items()}
    state = {k: v + 1 for k, v in before.items()}
    del state["head.bias"]
    state["stranger"] = np.zeros(1)
    state["features.0.bias"] = np.zeros(7)
    with pytest.raises(StateError) as caught:
        net.load_state_dict(state)
    for part in (
        'Missing key(s) in state_dict: "head.bias".',
        'Unexpected key(s) in state_dict: "stranger".',
        "size mismatch for features.0.bias: the state has shape (7,), the module (2,).",
    ):
        assert part in str(caught.value)
    for name, array in before.items():
        np.testing.assert_array_equal(net.state_dict()[name].array, array)


def test_loading_without_strict_reports_names_but_not_shapes() -> None:
    net = nn.Linear(2, 2)
    result = net.load_state_dict({"weight": np.ones((2, 2)), "other": np.ones(1)}, strict=False)
    assert result == (["bias"], ["other"])
    assert net.weight.tolist() == [[1, 1], [1, 1]]
    with pytest.raises(StateError, match="size mismatch for weight"):
        net.load_state_dict({"weight": np.ones(3)}, strict=False)


def test_loading_is_noticed_by_a_graph() -> None:
    net = nn.Linear(2, 1)
    loss = net(tl.ones(1, 2, requires_grad=True)).sum()
    net.load_state_dict({k: v.array * 2 for k, v in net.state_dict().items()})
    with pytest.raises(tl.errors.GraphError, match="changed in place"):
        loss.backward()


def test_training_mode_reaches_every_module() -> None:
    net = Net()
    assert all(not m.training for m in net.eval().modules())
    assert all(m.training for m in net.train().modules())


def test_frozen_layers_do_not_drift_in_their_running_statistics() -> None:
    net = Net()
    assert net.freeze("features") == [
        "features.0.weight",
        "features.0.bias",
        "features.1.weight",
        "features.1.bias",
    ]
    before = net.features[1].running_mean.array.copy()
    net.train()
    net(tl.randn(4, 1, 4, 4)).sum().backward()
    np.testing.assert_array_equal(net.features[1].running_mean.array, before)
    assert net.features[0].weight.grad is None
    assert net.head.weight.grad is not None
    net.unfreeze("features")
    net.train()
    net(tl.randn(4, 1, 4, 4))
    assert (net.features[1].running_mean.array != before).any()


def test_freezing_what_is_not_there_names_close_modules() -> None:
    with pytest.raises(UnknownNameError, match=r"nothing matches 'feature'.*features"):
        Net().freeze("feature")


def test_an_error_names_the_layer_by_its_path_with_both_shapes() -> None:
    with pytest.raises(ShapeError) as caught:
        Net()(tl.zeros(1, 3, 4, 4))
    text = str(caught.value)
    assert text.startswith(
        "Conv2d 'features.0': expected input with 1 channels (weight (2, 1, 3, 3)), "
    )
    assert "got 3 (input (1, 3, 4, 4))" in text


def test_an_error_of_a_function_names_the_model_and_the_function() -> None:
    class Bare(nn.Module):
        def forward(self, x: tl.Tensor) -> tl.Tensor:
            return nn.functional.max_pool2d(x, 9)

    with pytest.raises(ShapeError, match=r"^Bare, max_pool2d: expected pictures"):
        Bare()(tl.zeros(1, 1, 4, 4))


def test_a_hook_sees_and_may_replace_the_output() -> None:
    layer, seen = nn.ReLU(), []
    hook = layer.register_forward_hook(lambda module, inputs, output: seen.append(output.item()))
    layer(tl.tensor([2.0]))
    hook.remove()
    layer(tl.tensor([3.0]))
    layer.register_forward_hook(lambda module, inputs, output: output * 10.0)
    assert (seen, layer(tl.tensor([1.0])).item()) == ([2.0], 10.0)


def test_printing_shows_the_tree() -> None:
    assert repr(nn.Sequential(nn.Linear(2, 1), nn.Sequential(nn.ReLU()))) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=1, bias=True)\n"
        "  (1): Sequential(\n"
        "    (0): ReLU()\n"
        "  )\n"
        ")"
    )


def test_lists_are_indexed_and_sliced() -> None:
    net = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())
    assert isinstance(net[1:], nn.Sequential)
    assert [type(m).__name__ for m in net[1:]] == ["Tanh", "Sigmoid"]
    with pytest.raises(IndexError, match="below 3, got 3"):
        net[3]


def test_casting_a_module_casts_its_floats_only() -> None:
    net = nn.BatchNorm2d(2).double()
    dtypes = {name: str(value.dtype) for name, value in net.state_dict().items()}
    assert dtypes.pop("num_batches_tracked") == "int64"
    assert set(dtypes.values()) == {"float64"}


# --- layers ---------------------------------------------------------------------------------------


def test_batch_norm_moves_its_running_statistics_as_published() -> None:
    layer, x = nn.BatchNorm2d(2, momentum=0.25), tl.randn(4, 2, 3, 3)
    layer(x)
    mean, var = x.array.mean((0, 2, 3)), x.array.var((0, 2, 3), ddof=1)
    np.testing.assert_allclose(layer.running_mean.array, 0.25 * mean, rtol=1e-5)
    np.testing.assert_allclose(layer.running_var.array, 0.75 + 0.25 * var, rtol=1e-5)
    assert layer.num_batches_tracked.item() == 1


def test_batch_norm_in_evaluation_uses_them() -> None:
    layer, x = nn.BatchNorm2d(1).eval(), tl.randn(2, 1, 2, 2)
    np.testing.assert_allclose(layer(x).detach().array, x.array / np.sqrt(1 + 1e-5), rtol=1e-6)


def test_dropout_keeps_the_mean_and_is_repeatable() -> None:
    layer, x = nn.Dropout(0.25), tl.ones(10_000)
    tl.manual_seed(3)
    once = layer(x).array
    tl.manual_seed(3)
    np.testing.assert_array_equal(layer(x).array, once)
    assert set(np.unique(once)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs(once.mean() - 1) < 0.03
    assert layer.eval()(x) is x


def test_the_default_initial_values_are_pytorchs() -> None:
    layer = nn.Conv2d(4, 64, 5)
    bound = 1 / np.sqrt(4 * 25)
    for values in (layer.weight.array, layer.bias.array):
        assert np.abs(values).max() <= bound
        assert np.abs(values).max() > 0.9 * bound


@pytest.mark.parametrize(
    ("fill", "deviation"),
    [
        (lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"), np.sqrt(2 / 200)),
        (lambda w: nn.init.kaiming_uniform_(w, 0, "fan_out", "relu"), np.sqrt(2 / 300)),
        (nn.init.xavier_normal_, np.sqrt(2 / 500)),
        (nn.init.xavier_uniform_, np.sqrt(2 / 500)),
    ],
)  # fmt: skip
def test_initial_values_have_the_papers_deviation(fill: object, deviation: float) -> None:
    weight = tl.zeros(300, 200)
    fill(weight)  # type: ignore[operator]
    assert abs(weight.array.std() / deviation - 1) < 0.02


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="probability from 0 to 1, got 1.5"):
        nn.Dropout(1.5)
    with pytest.raises(ShapeError, match="divide into 3 groups"):
        nn.Conv2d(4, 6, 3, groups=3)
    with pytest.raises(ConfigError, match="reduction"):
        nn.MSELoss("all")(tl.ones(1), tl.ones(1))


@pytest.mark.parametrize(
    ("target", "error", "words"),
    [
        ([0, 5], ShapeError, "class numbers from 0 to 2, got 5"),
        ([0], ShapeError, r"scores \(N, C, ...\) and class numbers \(N, ...\)"),
        ([0.0, 1.0], DTypeError, r"use|Use target.long"),
    ],
)
def test_targets_that_are_no_classes_are_refused(
    target: list[float], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        nn.CrossEntropyLoss()(tl.zeros(2, 3), tl.tensor(target))


def test_ignored_and_weighted_targets() -> None:
    x = tl.randn(4, 3, dtype="float64")
    target = tl.tensor([0, 2, -100, 1])
    weight = tl.tensor([1.0, 2.0, 4.0], dtype="float64")
    logs = np.log(np.exp(x.array) / np.exp(x.array).sum(1, keepdims=True))
    picked = -np.array([logs[0, 0], 4 * logs[1, 2], 0, 2 * logs[3, 1]])
    found = nn.functional.cross_entropy(x, target, weight=weight)
    assert found.item() == pytest.approx(picked.sum() / 7)
    apart = nn.functional.cross_entropy(x, target, weight=weight, reduction="none")
    np.testing.assert_allclose(apart.array, picked)


# --- summary --------------------------------------------------------------------------------------


def test_the_summary_counts_and_leaves_the_model_as_it_was() -> None:
    net = Net()
    state = tl.random.default_generator.get_state()
    before = {k: v.array.copy() for k, v in net.state_dict().items()}
    table = tl.summary(net, (1, 4, 4))
    assert (table.parameters, table.macs) == (20 + 4 + 27, 2 * 4 * 9 + 24)
    assert net.training
    assert tl.random.default_generator.get_state() == state
    for name, array in before.items():
        np.testing.assert_array_equal(net.state_dict()[name].array, array)


def test_the_receptive_field_is_what_reaches_back_to_the_picture() -> None:
    class Branches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(1, 1, 3, stride=2)
            self.wide = nn.Conv2d(1, 1, 5, padding=4, dilation=2)
            self.join = nn.Conv2d(1, 1, 1)

        def forward(self, x: tl.Tensor) -> tl.Tensor:
            x = nn.functional.max_pool2d(self.stem(x), 2)
            return self.join(self.wide(x) + x)

    net, size = Branches(), 41
    sees = {row.name: row.receptive_field for row in tl.summary(net, (1, size, size)).rows}
    assert sees == {"stem": 3, "wide": 37, "join": 37}
    net.wide.weight.data.fill_(1.0)
    x = tl.rand(1, 1, size, size, requires_grad=True)
    window = nn.AvgPool2d(2)(net.stem(x))  # every pixel counts, as none is the largest
    net.join(net.wide(window))[0, 0, 4, 4].backward()
    rows = np.flatnonzero(np.abs(x.grad.array[0, 0]).sum(1))
    assert rows[-1] - rows[0] + 1 == 37


def test_frozen_parameters_are_told_apart() -> None:
    net = Net()
    net.freeze("features")
    assert "(24 frozen)" in str(tl.summary(net, (1, 4, 4)))


def test_a_frozen_weight_with_a_trained_bias() -> None:
    layer = nn.Linear(2, 2)
    layer.weight.requires_grad_(False)
    layer(tl.ones(1, 2)).sum().backward()
    assert layer.weight.grad is None
    assert layer.bias.grad.tolist() == [1.0, 1.0]


def test_a_module_renames_what_is_loaded_and_keeps_more_than_tensors() -> None:
    class Renamed(nn.Linear):
        seen = 0

        def get_extra_state(self) -> dict[str, int]:
            return {"seen": self.seen}

        def set_extra_state(self, state: dict[str, int]) -> None:
            self.seen = state["seen"]

        def _load_from_state_dict(self, state_dict, prefix, *rest):  # type: ignore[no-untyped-def]
            if prefix + "old" in state_dict:
                state_dict[prefix + "weight"] = state_dict.pop(prefix + "old")
            super()._load_from_state_dict(state_dict, prefix, *rest)

    model = nn.Sequential(Renamed(2, 2))
    model[0].seen = 5
    state = model.state_dict()
    state["0.old"] = state.pop("0.weight") * 0.0
    fresh = nn.Sequential(Renamed(2, 2))
    assert str(fresh.load_state_dict(state)) == "<All keys matched successfully>"
    assert fresh[0].seen == 5
    assert not fresh[0].weight.any()
