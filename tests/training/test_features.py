"""What a training can be told beside model, data and optimizer."""

import json
import sys

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.data import DataLoader
from tensorlite.errors import ConfigError, UnknownNameError
from tensorlite.training import (
    Classification,
    Description,
    Inputs,
    Layer,
    RunDirectory,
    Trainer,
    load_checkpoint,
    prepare,
)
from tensorlite.training.averaging import Averages
from tensorlite.training.building import build_optimizer, build_schedule, class_weights
from tensorlite.training.durations import seconds
from tensorlite.training.evaluation import evaluate_run
from tensorlite.training.inputs import few
from tensorlite.training.learning import Learner
from tensorlite.training.resizing import ImageSizes
from tensorlite.training.settings import Settings

MOVES = {"optimizer": "sgd", "lr": 0.05, "label_smoothing": 0.0, "recipe": "default"}


@pytest.fixture
def session(folder):
    def build(**settings):
        told = {"model": "lenet5", "data": str(folder), "epochs": 2, "batch_size": 8}
        return prepare(Layer("test", {**told, **settings}))

    return build


def test_validation_and_checkpoints_use_the_averaged_weights(session, tmp_path):
    averaged = session(**MOVES, ema=0.9).fit(RunDirectory.create(tmp_path, "a"))
    plain = session(**MOVES).fit(RunDirectory.create(tmp_path, "b"))
    assert averaged.best["train_loss"] == plain.best["train_loss"]
    assert averaged.best["val_loss"] != plain.best["val_loss"]
    assert evaluate_run(str(averaged.run.path)).scores.figures()["loss"] == pytest.approx(
        averaged.best["val_loss"]
    )


def test_averages_forget_the_beginning_and_keep_the_weights_apart():
    layer = nn.BatchNorm2d(2)
    averages = Averages(layer, 0.99)
    layer.weight.data.fill_(3.0)
    for _ in range(500):
        averages.update()
    np.testing.assert_allclose(averages.arrays["weight"], 3.0, rtol=1e-2)
    layer.weight.data.fill_(5.0)
    with averages.in_place():
        assert layer.weight.array[0] < 4 and averages.arrays["weight"][0] == 5
    assert layer.weight.array[0] == 5 and "num_batches_tracked" not in averages.arrays


def test_weight_decay_leaves_biases_and_norms_alone():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    optimizer = build_optimizer(Settings(optimizer="sgd", weight_decay=0.1), model)
    pulled, left = optimizer.param_groups
    assert (pulled["weight_decay"], left["weight_decay"]) == (0.1, 0.0)
    assert [p.shape for p in pulled["params"]] == [(2, 1, 3, 3)] and len(left["params"]) == 3
    everything = Settings(optimizer="sgd", weight_decay=0.1, decay_all=True)
    assert len(build_optimizer(everything, model).param_groups) == 1


@pytest.mark.parametrize("schedule", ["cosine", "one_cycle", "constant", "step", "polynomial"])
def test_the_learning_rate_rises_before_any_schedule(schedule):
    weights = [tl.ones(1, requires_grad=True)]
    optimizer = tl.optim.SGD(weights, lr=1.0)
    settings = Settings(epochs=4, warmup_epochs=1, schedule=schedule)
    plain = build_schedule(Settings(epochs=3, schedule=schedule), tl.optim.SGD(weights, 1.0), 10)
    warm, rates = build_schedule(settings, optimizer, 10), []
    for _ in range(40):
        rates.append(optimizer.param_groups[0]["lr"])
        warm.step()
    first = plain.get_last_lr()[0]
    np.testing.assert_allclose(rates[:10], first * np.arange(1, 11) / 10)
    for rate in rates[10:]:
        assert rate == plain.get_last_lr()[0]
        plain.step()


class Fixed:
    """A task whose loss is that of a straight line."""

    def loss(self, output, target):
        return ((output - target) ** 2).mean()


def learn(batches, **options):
    tl.manual_seed(0)
    model = nn.Linear(3, 1)
    learner = Learner(model, Fixed(), tl.optim.SGD(model.parameters(), lr=0.1), None, **options)
    x, y = tl.randn(10, 3), tl.randn(10, 1)
    moved = []
    for start, stop in batches:
        learner.learn(x[start:stop], y[start:stop], stop == 10, lambda value: None)
        moved.append(learner.between_steps)
    return model.weight.detach().numpy(), moved


def test_several_small_batches_move_the_weights_like_a_large_one():
    whole, _ = learn([(0, 10)])
    parts, moved = learn([(0, 4), (4, 8), (8, 10)], accumulate=3)
    np.testing.assert_allclose(parts, whole, rtol=1e-5)
    assert moved == [False, False, True]


def test_the_last_batches_of_an_epoch_are_not_put_off():
    assert learn([(0, 4), (4, 8), (8, 10)], accumulate=2)[1] == [False, True, True]


def test_gradients_are_clipped_to_a_norm():
    free, clipped = learn([(0, 10)])[0], learn([(0, 10)], clip_norm=1e-6)[0]
    start = learn([])[0]
    assert np.abs(free - start).max() > 1e-3 > 1e-6 > np.abs(clipped - start).max()


@pytest.mark.parametrize("mixing", [{"mixup": 0.2}, {"cutmix": 1.0}, {"mixup": 0.2, "cutmix": 1.0}])
def test_pictures_can_be_mixed(session, mixing):
    batches = session(**mixing, augment=[]).batches
    _, targets = next(iter(batches))
    assert targets.shape == (8, 2)
    np.testing.assert_allclose(targets.numpy().sum(axis=1), 1, rtol=1e-5)


class Sizes:
    """Writes down how large the pictures are."""

    def __init__(self, model):
        self.seen = []
        model.register_forward_pre_hook(lambda module, inputs: self.note(*inputs))

    def note(self, images):
        self.seen.append(images.shape[-1])


def test_pictures_grow_epoch_by_epoch_and_validation_sees_the_full_size(stripes):
    dataset = stripes(8)
    model = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(16, 2))
    sizes = Sizes(model)
    inputs = Inputs.measure(dataset)
    described = Description("net", {}, "classification", dataset.classes, inputs.to_dict(), "x")
    Trainer(
        model,
        Classification(dataset.classes, nn.CrossEntropyLoss()),
        inputs,
        tl.optim.SGD(model.parameters(), lr=0.1),
        None,
        DataLoader(dataset, batch_size=8, seed=0),
        DataLoader(dataset, batch_size=8, seed=0),
        epochs=4,
        description=described,
        resize=ImageSizes({"2": 12, "4": 20}),
    ).fit()
    assert sizes.seen == [28, 28, 12, 28, 12, 28, 20, 28]


def test_a_size_that_the_model_cannot_take_is_found_before_the_first_step(session):
    with pytest.raises(ConfigError, match="image_sizes: the model does not work on .1, 8, 8."):
        session(image_sizes={"1": 8})


def test_sizes_that_are_none_are_refused(session):
    with pytest.raises(ConfigError, match="sides in pixels by the epoch"):
        session(image_sizes={"1": 0})


def test_balanced_classes_count_the_same(stripes):
    dataset = few(stripes(40), 10, seed=0)
    weights = class_weights(Settings(class_weights="balanced"), dataset)
    assert weights == {"lying": 1.0, "standing": 1.0}
    assert class_weights(Settings(class_weights={"lying": 2.0}), dataset) == {"lying": 2.0}
    with pytest.raises(UnknownNameError, match="Close: lying"):
        class_weights(Settings(class_weights={"lyin": 2.0}), dataset)


def test_a_class_that_counts_more_has_more_loss(session):
    def loss(**settings):
        task = session(**settings, label_smoothing=0.0).task
        return task.loss(tl.tensor([[0.0, 0.0], [0.0, 2.0]]), tl.tensor([0, 1])).item()

    assert loss(class_weights={"lying": 9.0}) > loss() > loss(class_weights={"standing": 9.0})
    with pytest.raises(ConfigError, match="expected a loss with weights of classes, got mse_loss"):
        session(loss="mse_loss", class_weights="balanced")


@pytest.mark.parametrize("count", [1, 7, 20, 99])
def test_a_few_images_are_the_same_share_of_every_class(stripes, count):
    picked = few(stripes(40), count, seed=1)
    counts = list(picked.counts().values())
    assert sum(counts) == min(count, 40) and max(counts) - min(counts) <= 1
    np.testing.assert_array_equal(picked.targets, few(stripes(40), count, seed=1).targets)


def test_overfitting_learns_and_validates_the_same_images_as_they_are(session):
    training = session(overfit=6, augment=["shift"], mixup=0.2)
    assert len(training.parts.train) == 6 and training.parts.val is training.parts.train
    assert training.batches.augment is None and "only 6 images" in training.data_line()


def test_fewer_images_are_trained_on_and_all_are_validated(session):
    training = session(limit_train=10)
    assert (len(training.parts.train), len(training.parts.val)) == (10, 4)
    assert "only 10 of them" in training.data_line()


def test_a_training_ends_in_time_with_all_its_files(session, tmp_path):
    result = session(time_limit="0s", epochs=9).fit(RunDirectory.create(tmp_path, "a"))
    assert result.epochs == 1 and result.run.status == "done"
    events = (result.run.path / "events.jsonl").read_text().splitlines()
    assert json.loads(events[-1])["event"] == "end"
    assert load_checkpoint(result.run.best).description.epoch == 1


@pytest.mark.parametrize("text", ["", "10", "5 m", "-1s", "1m1h"])
def test_a_time_of_another_form_is_refused(text):
    with pytest.raises(ConfigError, match="expected a time such as 90s, 10m or 1h30m"):
        seconds(text)


def test_figures_are_written_for_tensorboard(session, tmp_path):
    pytest.importorskip("tensorboardX")
    run = RunDirectory.create(tmp_path, "a")
    session(callbacks=["tensorboard"]).fit(run)
    (events,) = (run.path / "tensorboard").iterdir()
    content = events.read_bytes()
    assert content.count(b"val_acc") == 2 and b"images_per_second" in content


def test_a_package_that_is_missing_is_one_sentence(session, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ConfigError, match=r"pip install 'tensorlite\[tensorboard\]'"):
        session(callbacks=["tensorboard"])
