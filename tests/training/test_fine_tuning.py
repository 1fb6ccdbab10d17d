"""Fine-tuning: what is loaded, adapted and reported, and what is frozen stays to the bit."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import tensorlite as tl
from tensorlite import nn, registry
from tensorlite.data import open_data
from tensorlite.errors import ConfigError, DataError, UnknownNameError
from tensorlite.training import Layer, RunDirectory, Settings, prepare
from tensorlite.training.finetuning import find_weights, fine_tuning
from tensorlite.training.freezing import Freezing, frozen_stages, rates, stages
from tensorlite.training.transfer import LoadReport, adapt, transfer


def lenet(**options):
    tl.manual_seed(1)
    return registry.models.create("lenet5", **options)


def arrays(model):
    return {name: value.numpy().copy() for name, value in model.state_dict().items()}


# --- what is loaded ------------------------------------------------------------------------------


def test_another_number_of_classes_gets_a_new_head():
    source, model = lenet(), registry.models.create("lenet5", num_classes=4)
    report = transfer(model, arrays(source), source="x", head=["classifier.4"], classes=(10, 4))
    assert report.reinitialised == ("classifier.4.weight", "classifier.4.bias")
    assert len(report.loaded) == 8 and not report.unexpected
    same = model.features[0].weight.detach().numpy() == source.features[0].weight.detach().numpy()
    assert same.all()
    assert "2 re-initialised (head: 10 -> 4 classes), 0 unexpected" in report.line()


def test_as_many_other_classes_get_a_new_head_and_the_same_ones_keep_it():
    for same, count, line in ((False, 2, "2 re-initialised (head: other classes)"), (True, 0, "")):
        report = transfer(
            lenet(),
            arrays(lenet()),
            source="x",
            head=["classifier.4"],
            classes=(10, 10),
            same_classes=same,
        )
        assert len(report.reinitialised) == count and line in report.line()


def test_one_class_is_no_plural():
    report = LoadReport("x", ("w",), {}, ("h",), (), (10, 1))
    assert "1 re-initialised (head: 10 -> 1 class)," in report.line()


def test_what_is_missing_of_the_features_is_counted_apart_from_the_head():
    source, model = (registry.models.create(name) for name in ("resnet8", "resnet20"))
    report = transfer(model, arrays(source), source="x", head=["fc"], classes=(10, 2))
    assert "2 re-initialised (head: 10 -> 2 classes), 72 others re-initialised (" in report.line()
    assert len(report.others) == 72 and not any(name.startswith("fc") for name in report.others)


def test_weights_that_are_not_in_the_file_are_not_frozen(train, normed, tmp_path):
    start = tmp_path / "some.safetensors"
    save_file({k: v for k, v in arrays(Normed()).items() if k != "features.3.weight"}, start)
    with pytest.raises(ConfigError, match=r"re-initialised, such as features\.3\.weight"):
        train(model=normed, start=str(start), freeze="features")
    load = json.loads((train(model=normed, start=str(start)).run.path / "load.json").read_text())
    assert load["others"] == ["features.3.weight"]


def test_a_grey_network_answers_alike_for_a_grey_picture_in_colour():
    source, model = lenet(), registry.models.create("lenet5", in_channels=3)
    report = transfer(model, arrays(source), source="x", same_classes=True)
    assert report.adapted == {"features.0.weight": "grey to colour"}
    picture = tl.rand(2, 1, 28, 28)
    expected = source(picture).detach().numpy()
    assert model(tl.cat([picture] * 3, dim=1)).detach().numpy() == pytest.approx(expected, abs=1e-5)


def test_a_network_for_colour_answers_alike_for_the_grey_picture():
    source, model = lenet(in_channels=3), lenet()
    report = transfer(model, arrays(source), source="x", same_classes=True)
    assert report.adapted == {"features.0.weight": "colour to grey"}
    picture = tl.rand(2, 1, 28, 28)
    expected = source(tl.cat([picture] * 3, dim=1)).detach().numpy()
    assert model(picture).detach().numpy() == pytest.approx(expected, abs=1e-5)


def test_a_layer_for_larger_maps_answers_as_if_they_were_resized_first():
    from tensorlite.data.resample import weights

    old = np.random.default_rng(0).normal(size=(3, 2 * 5 * 5)).astype(np.float32)
    new, how = adapt(old, (3, 2 * 8 * 8), maps=2)
    assert how == "5x5 to 8x8 cells"
    maps = np.random.default_rng(1).normal(size=(2, 8, 8)).astype(np.float32)
    small = weights(8, 5) @ maps @ weights(8, 5).T
    assert new @ maps.ravel() == pytest.approx(old @ small.ravel(), abs=1e-4)


def test_pictures_of_another_size_are_taken():
    model = registry.models.create("lenet5", image_size=(40, 40))
    report = transfer(model, arrays(lenet()), source="x", same_classes=True)
    assert report.adapted == {"classifier.0.weight": "5x5 to 8x8 cells"}


def test_what_has_no_place_is_unexpected():
    given = {**arrays(lenet()), "extra.weight": np.ones(3, np.float32)}
    report = transfer(lenet(), given, source="x", same_classes=True)
    assert report.unexpected == ("extra.weight",)
    assert "1 unexpected (extra.weight)" in report.line()


def test_weights_of_which_nothing_fits_are_refused():
    with pytest.raises(DataError, match=r"x: holds nothing that fits \(1 tensors\)"):
        transfer(lenet(), {"w": np.ones(3, np.float32)}, source="x")


def test_the_features_of_a_classifier_become_the_backbone_of_a_localizer():
    model = registry.models.create(
        "localizer", 2, in_channels=1, image_size=(28, 28), backbone="lenet5"
    )
    known = {"head": ["head"], "classes": (10, 2), "features": ["features"]}
    report = transfer(model, arrays(lenet()), source="x", **known)
    assert len(report.loaded) == 4
    assert "6 left out (the old head), 0 unexpected" in report.line()
    weight = model.backbone.features[0].weight.detach().numpy()
    assert np.array_equal(weight, lenet().features[0].weight.detach().numpy())


# --- what is frozen ------------------------------------------------------------------------------


class Normed(nn.Module):
    """Two convolutions with batch norm, and a layer for the classes."""

    def __init__(self, num_classes=2, in_channels=1, image_size=(28, 28)):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 4, 3, stride=2),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Conv2d(4, 6, 3, stride=2),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
        )
        self.fc = nn.Sequential(nn.Flatten(), nn.Linear(6, num_classes))

    def forward(self, x):
        return self.fc(self.features(x))


@pytest.fixture(scope="module", autouse=True)
def normed():
    """A small network with batch norm in the registry."""
    name = "fine_tuned_normed"
    if name not in registry.models:
        registry.models.register(name, Normed, features="features", head="fc.1")
    return name


def test_a_stage_is_a_convolution_with_its_norm(normed):
    found = stages(Normed(), normed)
    assert found == [["features.0", "features.1"], ["features.3", "features.4"]]


def test_stages_of_a_backbone_are_found_in_a_localizer():
    model = registry.models.create("localizer", backbone="resnet8")
    assert [stage[0] for stage in stages(model, "localizer")] == [
        f"backbone.{part}" for part in ("conv1", "layer1", "layer2", "layer3")
    ]


@pytest.mark.parametrize(
    ("what", "frozen"),
    [("none", 0), ("features", 8), ("1", 4), ("features.3*", 2), ("fc", 2)],
)
def test_freeze_takes_features_a_number_or_a_pattern(normed, what, frozen):
    settings = Settings(model=normed, freeze=what)
    assert len(Freezing(Normed(), settings).frozen) == frozen


def test_more_stages_than_there_are_and_unknown_parts_are_refused(normed):
    with pytest.raises(ConfigError, match="at most the 2 stages of the features, got 5"):
        frozen_stages(Normed(), Settings(model=normed, freeze="5"))
    for pattern, more in (("featuers", "Close: features."), ("nope*", "There are: features, fc.")):
        with pytest.raises(UnknownNameError, match=f"nothing matches .* {more}") as caught:
            Freezing(Normed(), Settings(model=normed, freeze=pattern))
        assert caught.value.hint == "--freeze features"


@pytest.mark.parametrize(
    ("told", "hint"),
    [
        ({"freeze_epochs": 2}, "--freeze features"),
        ({"gradual": True}, "--freeze features"),
        ({"gradual": True, "freeze": "features"}, "--freeze-epochs 3"),
    ],
)
def test_letting_nothing_go_is_refused(normed, told, hint):
    with pytest.raises(ConfigError, match=r"expected .* got (none|0)\.") as caught:
        Freezing(Normed(), Settings(model=normed, **told))
    assert caught.value.hint == hint


def test_stages_are_let_go_at_once_or_from_the_back(normed):
    model = Normed()
    together = Settings(model=normed, freeze="features", freeze_epochs=2)
    apart = Settings(model=normed, freeze="features", freeze_epochs=2, gradual=True)
    for settings, expected in ((together, [8, 8, 0, 0, 0]), (apart, [8, 8, 4, 4, 0])):
        freezing = Freezing(model, settings)
        counts = []
        for epoch in range(1, 6):
            freezing.apply(model, epoch)
            counts.append(len(freezing.frozen))
        assert counts == expected


def test_what_never_learned_is_not_let_go(normed):
    model = Normed()
    model.fc.requires_grad_(False)
    freezing = Freezing(model, Settings(model=normed, freeze="features", freeze_epochs=1))
    freezing.apply(model, 2)
    assert model.features[0].weight.requires_grad and not model.fc[1].weight.requires_grad


def test_rates_fall_from_the_head_to_the_first_stage(normed):
    shares = rates(Normed(), Settings(model=normed, lr_mult=0.5))
    assert shares["fc.1.weight"] == 1
    assert shares["features.3.weight"] == shares["features.4.bias"] == 0.5
    assert shares["features.0.weight"] == 0.25


def test_the_optimizer_has_the_rates(normed, folder):
    session = prepare(Layer("test", {"model": normed, "data": str(folder), "lr_mult": 0.5}))
    found = [group["lr"] for group in session.optimizer.param_groups]
    assert found == pytest.approx([1e-3, 5e-4, 2.5e-4])


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_what_is_frozen_is_the_same_to_the_bit_afterwards(train, normed, ema):
    first = train(name="first", model=normed).run
    start = _tensors(first.best)
    told = {"model": normed, "start": str(first.best), "freeze": "features", "weight_decay": 0.1}
    second = train(name="second", epochs=2, ema=ema, optimizer="adamw", **told).run
    after = _tensors(second.last)
    features = [name for name in after if name.startswith("features")]
    assert len(features) == 14  # weights, and running statistics with their counts
    for name in features:
        assert after[name].tobytes() == start[name].tobytes(), name
    assert after["fc.1.weight"].tobytes() != start["fc.1.weight"].tobytes()


def test_frozen_statistics_stay_while_the_weights_learn(train, normed):
    first = train(name="first", model=normed).run
    start = _tensors(first.best)
    told = {"model": normed, "start": str(first.best), "bn": "frozen"}
    after = _tensors(train(name="second", **told).run.last)
    for name in start:
        kept = name.endswith(("running_mean", "running_var", "num_batches_tracked"))
        assert (after[name].tobytes() == start[name].tobytes()) is kept, name


def test_the_report_is_kept_in_the_run_and_the_run_says_how_to_repeat_it(train, normed):
    first = train(name="first", model=normed).run
    second = train(name="second", model=normed, start=str(first.best), freeze="1").run
    report = json.loads((second.path / "load.json").read_text())
    assert report["frozen"] == ["1", 4 * 9 + 4 + 8] and report["unexpected"] == []
    assert second.settings().start.endswith("second/start.safetensors")
    assert 'start = "start.safetensors"' in (second.path / "run.toml").read_text()


# --- where weights come from -------------------------------------------------------------------


def test_a_run_gives_model_options_and_defaults(train, folder):
    train(name="first")
    root = folder.parent / "runs"
    layer = fine_tuning("first", open_data(folder), root)
    assert layer.values["model"] == "lenet5"
    assert layer.values["start"] == str(root / "first" / "best.safetensors")


def test_pictures_with_boxes_get_a_localizer_on_the_features(train):
    first = train(name="first").run
    layer = fine_tuning(str(first.path), open_data("canvas"))
    assert layer.values["model"] == "localizer"
    assert layer.values["model_options"] == {"backbone": "lenet5"}


def test_the_backbone_of_a_localizer_becomes_a_classifier_again(tmp_path, folder):
    told = {"model": "localizer", "data": "canvas", "model_options": {"backbone": "lenet5"}}
    session = prepare(Layer("test", {**told, "limit_train": 32, "image_size": 28, "epochs": 1}))
    run = session.fit(RunDirectory.create(tmp_path / "runs", "boxes")).run
    layer = fine_tuning(str(run.path), open_data(folder))
    assert layer.values["model"] == "lenet5"
    load = prepare(Layer("test", {"data": str(folder)}), layer).load
    assert len(load.loaded) == 4 and len(load.reinitialised) == 6


def test_a_model_without_weights_says_how_to_get_some(normed, tmp_path):
    with pytest.raises(DataError, match="no trained weights of 'fine_tuned_normed'") as caught:
        find_weights(normed, tmp_path)
    assert caught.value.hint == "tensorlite train fine_tuned_normed"


def test_a_file_of_others_needs_the_name_of_the_model(normed, tmp_path):
    path = tmp_path / "other.safetensors"
    save_file(arrays(Normed()), path)
    data = open_data("digits")
    with pytest.raises(ConfigError, match="expected a model, as the file does not say"):
        fine_tuning(str(path), data, tmp_path)
    assert fine_tuning(str(path), data, tmp_path, normed).values["model"] == normed


def _tensors(path):
    return load_file(path)
