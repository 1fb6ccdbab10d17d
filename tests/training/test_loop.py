import contextlib
import csv
import json
import math
import os
import signal
import sys
import threading

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.data import DataLoader
from tensorlite.errors import ConfigError, DivergedError
from tensorlite.training import (
    Callback,
    Classification,
    Description,
    EarlyStopping,
    Inputs,
    Trainer,
    load_checkpoint,
)
from tensorlite.training.callbacks import Checkpoint, CSVLogger, JSONLLogger
from tensorlite.training.interrupts import Interrupts


@pytest.fixture
def trainer(stripes):
    def build(*callbacks, epochs=2, lr=0.02, loss=None):
        tl.manual_seed(0)
        dataset = stripes(32)
        names, inputs = dataset.classes, Inputs.measure(dataset).to_dict()
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 2))
        return Trainer(
            model,
            Classification(dataset.classes, loss or nn.CrossEntropyLoss()),
            Inputs.measure(dataset),
            tl.optim.SGD(model.parameters(), lr=lr),
            None,
            DataLoader(dataset, batch_size=10, shuffle=True, seed=0),
            DataLoader(stripes(16, seed=1), batch_size=16),
            epochs=epochs,
            description=Description("net", {}, "classification", names, inputs, "stripes"),
            callbacks=callbacks,
        )

    return build


class Journal(Callback):
    """Writes down the events."""

    def __init__(self):
        self.events = []

    def __getattribute__(self, name):
        if name.startswith("on_"):
            return lambda *_: self.events.append(name.removeprefix("on_"))
        return super().__getattribute__(name)


def test_a_training_learns_and_tells_its_callbacks(trainer):
    journal = Journal()
    training = trainer(journal)
    training.fit()
    epoch = ["epoch_start", *["batch_end"] * 4, "epoch_end"]
    assert journal.events == ["train_start", *epoch, *epoch, "train_end"]
    assert training.best["val_acc"] == 1.0
    assert training.history[0]["train_loss"] > training.history[1]["train_loss"]


def test_the_figures_of_an_epoch_are_complete(trainer):
    training = trainer(epochs=1)
    training.fit()
    names = ["epoch", "lr", "train_loss", "val_acc", "val_loss", "seconds", "images_per_second"]
    assert list(training.history[0]) == names


def test_a_callback_needs_no_base_class_and_not_every_method(trainer):
    class Half:
        def on_epoch_end(self, trainer):
            trainer.stop = True

    training = trainer(Half(), epochs=5)
    training.fit()
    assert len(training.history) == 1


def test_equal_accuracy_is_decided_by_the_loss(trainer):
    training = trainer(epochs=3)
    training.fit()
    assert {row["val_acc"] for row in training.history} == {1.0}
    assert training.best_epoch == 3


def test_training_stops_when_it_has_not_got_better_for_a_while(trainer):
    training = trainer(EarlyStopping(patience=2), epochs=9, lr=0.0)
    training.fit()
    assert (len(training.history), training.best_epoch) == (3, 1)
    with pytest.raises(ConfigError):
        EarlyStopping(patience=0)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_with_advice(trainer, value):
    def loss(output, target):
        return nn.CrossEntropyLoss()(output, target) * value

    journal = Journal()
    training = trainer(journal, loss=loss, lr=0.5)
    with pytest.raises(DivergedError, match="became (nan|inf) at epoch 1, batch 1") as caught:
        training.fit()
    assert caught.value.hint == "--lr 0.05   or   --warmup-epochs 1 --clip-norm 1"
    assert journal.events[-1] == "failure"


def test_weights_that_blow_up_in_the_last_step_are_found_by_validation(trainer):
    training = trainer(epochs=1, lr=1e38)
    with pytest.raises(DivergedError):
        training.fit()


@pytest.mark.parametrize("end", ["last", "stop", "failure"])
def test_no_batch_is_made_after_the_end(trainer, end):
    class End:
        def on_epoch_end(self, trainer):
            trainer.stop = end == "stop"
            if end == "failure" and trainer.epoch == 2:
                raise OSError("the disk is full")

    training = trainer(End(), epochs=3)
    with contextlib.suppress(OSError):
        training.fit()
    assert len(training.history) == {"last": 3, "stop": 1, "failure": 2}[end]
    assert not [t for t in threading.enumerate() if t.name == "tensorlite-prefetch"]


def test_the_time_without_a_batch_is_known(trainer):
    training = trainer(epochs=1)
    training.fit()
    assert 0 < training.waited < training.history[0]["seconds"]


class PressCtrlC(Callback):
    """Presses Ctrl-C during a batch."""

    def __init__(self, batch):
        self.batch = batch

    def on_batch_end(self, trainer):
        if trainer.epoch == 2 and trainer.batch == self.batch:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_keeps_the_weights_after_whole_steps(trainer, tmp_path):
    training = trainer(PressCtrlC(batch=2), Checkpoint(tmp_path), epochs=5)
    with pytest.raises(KeyboardInterrupt):
        training.fit()
    last = load_checkpoint(tmp_path / "last.safetensors")
    assert last.description.epoch == 1 and training.batch == 2
    for name, value in training.model.state_dict().items():
        np.testing.assert_array_equal(last.arrays[name], value.numpy())
    assert load_checkpoint(tmp_path / "best.safetensors").description.epoch == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_the_second_ctrl_c_acts_at_once_and_the_old_handler_comes_back():
    before = signal.getsignal(signal.SIGINT)
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.requested
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
    assert signal.getsignal(signal.SIGINT) is before


def test_the_loggers_write_a_row_and_an_event_per_epoch(trainer, tmp_path):
    training = trainer(CSVLogger(tmp_path / "m.csv"), JSONLLogger(tmp_path / "e.jsonl"))
    training.fit()
    with open(tmp_path / "m.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"] and rows[0]["val_acc"] == "1"
    lines = (tmp_path / "e.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["event"] for event in events] == ["start", "epoch", "epoch", "end"]
    assert events[1]["train_loss"] == training.history[0]["train_loss"]


def test_what_is_measured_on_the_training_part_makes_it_standard(stripes):
    dataset = stripes(300)
    images, _ = dataset.batch(np.arange(300))
    normal = Inputs.measure(dataset).normalise(images)
    assert normal.dtype == np.float32
    assert abs(float(normal.mean())) < 1e-3 and abs(float(normal.std()) - 1) < 1e-3


def test_inputs_survive_the_way_through_a_checkpoint(stripes):
    inputs = Inputs.measure(stripes())
    assert Inputs.from_dict(json.loads(json.dumps(inputs.to_dict()))) == inputs
