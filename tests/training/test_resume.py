"""A training that was stopped goes on as if it had not been."""

import json
import os
import random
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn, registry, zoo
from tensorlite.errors import ConfigError, DataError, DivergedError, Terminated
from tensorlite.training import Callback, Layer, RunDirectory, load_checkpoint, prepare
from tensorlite.training.callbacks import STAGED, STATE
from tensorlite.training.resuming import resumption

BATCHES, EPOCHS = 5, 3
TOLD = {
    "model": "dropping",
    "epochs": EPOCHS,
    "batch_size": 8,
    "optimizer": "adamw",
    "weight_decay": 0.1,
    "lr": 0.01,
    "warmup_epochs": 0.5,
    "ema": 0.9,
    "augment": ["shift", "rotation"],
    "mixup": 0.2,
    "save_every": "1",
    "threads": 1,
}
WHOLE = ("best.safetensors", "last.safetensors")


def dropping(num_classes, in_channels, image_size):
    """A network with all that has a state: dropout, running statistics."""
    return nn.Sequential(
        *(nn.Conv2d(in_channels, 4, 5, stride=3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3)),
        *(nn.Flatten(), nn.LazyLinear(num_classes)),
    )


@pytest.fixture(autouse=True)
def model():
    registry.models.names()
    registry.models.register("dropping", dropping)
    yield
    for entry in [entry for entry in registry.models.entries() if entry.name == "dropping"]:
        registry.models._remove(entry)


class Killed(BaseException):
    """What nobody catches, as a kill is caught by nobody."""


class Kill(Callback):
    """Ends everything at an event, the counted time that it happens."""

    def __init__(self, event, count):
        self.left = count
        setattr(self, event, self.strike)

    def strike(self, *_):
        self.left -= 1
        if self.left == 0:
            raise Killed


@pytest.fixture
def begin(folder, tmp_path):
    def run(name, *callbacks, **settings):
        session = prepare(Layer("test", {**TOLD, "data": str(folder), **settings}))
        run = RunDirectory.create(tmp_path / "runs", name)
        session.fit(run, callbacks)
        return run

    return run


@pytest.fixture
def go_on(tmp_path):
    def run(name, *callbacks, **changes):
        found = RunDirectory(tmp_path / "runs" / name)
        layers = Layer("--set", changes), Layer("run.toml", vars(found.settings()))
        session = prepare(*layers)
        session.fit(found, callbacks, (), resumption(found, session.config.settings))
        return found

    return run


def same(one, other):
    """Whether two runs ended in the same bytes and figures."""
    plain = [[{k: v for k, v in row.items() if k not in ("seconds", "images_per_second")}
              for row in run.metrics()] for run in (one, other)]  # fmt: skip
    files = all((one.path / n).read_bytes() == (other.path / n).read_bytes() for n in WHOLE)
    return files and plain[0] == plain[1] and len(plain[0]) == EPOCHS


@pytest.mark.parametrize("event", ["on_batch_end", "on_epoch_start", "on_epoch_end"])
def test_wherever_it_is_killed_it_ends_in_the_same_bytes(begin, go_on, event):
    whole = begin("whole")
    for count in range(1, 1 + EPOCHS * (BATCHES if event == "on_batch_end" else 1)):
        with pytest.raises(Killed):
            begin(f"{event}{count}", Kill(event, count))
        assert same(go_on(f"{event}{count}"), whole), count


def test_killed_four_times_in_a_row_it_ends_in_the_same_bytes(begin, go_on):
    whole = begin("whole", optimizer="sgd", optimizer_options={"momentum": 0.9})
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 2), optimizer="sgd", optimizer_options={"momentum": 0.9})
    for count in (1, 3, 4):
        with pytest.raises(Killed):
            go_on("x", Kill("on_batch_end", count))
    assert same(go_on("x"), whole)


@pytest.mark.parametrize("schedule", ["cosine", "one_cycle", "step", "polynomial", "constant"])
def test_every_schedule_goes_on(begin, go_on, schedule):
    whole = begin("whole", schedule=schedule)
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 8), schedule=schedule)
    assert same(go_on("x"), whole)


@pytest.mark.parametrize("name", sorted(set(registry.optimizers.names()) - {"lbfgs", "muon"}))
def test_every_optimizer_goes_on(begin, go_on, name):
    told = {"optimizer": name, "weight_decay": 0.0, "lr": 1e-3, "epochs": 2}
    whole = begin("whole", **told)
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 7), **told)
    found = go_on("x")
    assert (found.path / WHOLE[1]).read_bytes() == (whole.path / WHOLE[1]).read_bytes()


def test_several_batches_per_step_go_on(begin, go_on):
    whole = begin("whole", accumulate=2)
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 8), accumulate=2)
    assert same(go_on("x"), whole)


def test_a_run_that_was_killed_before_its_first_state_begins_anew(begin, go_on):
    whole = begin("whole")
    with pytest.raises(Killed):
        begin("x", Kill("on_train_start", 1))
    assert same(go_on("x"), whole)


def test_a_run_that_was_killed_after_its_last_epoch_is_judged(begin, go_on):
    whole = begin("whole")
    with pytest.raises(Killed):
        begin("x", Kill("on_train_end", 1))
    found = go_on("x")
    assert same(found, whole) and found.status == "done"
    assert found.read_json("result.json")["best"] == pytest.approx(
        whole.read_json("result.json")["best"], rel=9
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
)
def test_a_run_that_was_asked_to_end_goes_on_from_that_very_step(begin, go_on, number, error):
    class Ask(Callback):
        def on_batch_end(self, trainer):
            if trainer.epoch == 2 and trainer.batch == 3:
                os.kill(os.getpid(), number)

    whole = begin("whole", save_every="")
    with pytest.raises(error):
        begin("x", Ask(), save_every="")
    found = RunDirectory(whole.path.parent / "x")
    assert found.status == "interrupted"
    assert resumption(found, found.settings()).line() == "after 1 epochs and 3 batches"
    assert same(go_on("x"), whole)


def test_what_a_time_limit_broke_off_goes_on_to_the_same_bytes(begin, go_on):
    whole = begin("whole", save_every="")
    cut = begin("x", time_limit="0s", save_every="")
    assert cut.status == "done" and len(cut.metrics()) == 1
    assert same(go_on("x", time_limit=""), whole)


def test_a_finished_run_is_not_begun_again_and_can_be_extended(begin, go_on):
    run = begin("x")
    assert resumption(run, run.settings()).finished
    go_on("x", epochs=5)
    assert [row["epoch"] for row in run.metrics()] == [1, 2, 3, 4, 5]
    assert run.settings().epochs == 5


def test_a_run_whose_state_is_gone_is_not_begun_anew_over_its_results(begin, go_on):
    run = begin("x")
    before = {name: (run.path / name).read_bytes() for name in WHOLE}
    (run.path / STATE).unlink()
    with pytest.raises(DataError, match=r"the state to go on from is gone: state\.safetensors"):
        go_on("x", epochs=5)
    assert {name: (run.path / name).read_bytes() for name in WHOLE} == before


@pytest.mark.parametrize("damage", ["flipped", "gone"])
def test_best_weights_that_are_not_whole_are_noticed_before_the_first_step(begin, go_on, damage):
    run = begin("x")
    if damage == "gone":
        run.best.unlink()
    else:
        data = bytearray(run.best.read_bytes())
        data[-5] ^= 1
        run.best.write_bytes(data)
    last = run.last.read_bytes()
    with pytest.raises(DataError, match=r"best\.safetensors"):
        go_on("x", epochs=5)
    assert run.last.read_bytes() == last and run.status == "done"


def test_a_run_that_lost_its_patience_stays_stopped(begin, go_on):
    told = {"patience": 1, "lr": 0.0, "ema": 0.0, "warmup_epochs": 0.0, "augment": [], "epochs": 9}
    run = begin("x", **told, model="lenet5", recipe="none")
    assert len(run.metrics()) == 2
    assert resumption(run, run.settings()).finished
    go_on("x", patience=2)
    assert len(run.metrics()) == 3


def test_what_was_changed_is_said_and_kept(begin, go_on):
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 8))
    found = RunDirectory(go_on("x", lr=0.5).path)
    (again,) = found.read_json("env.json")["resumed"]
    assert "lr: 0.01 -> 0.5" in again and found.settings().lr == 0.5
    events = [json.loads(line) for line in (found.path / "events.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events].count("resume") == 1


def test_another_optimizer_begins_without_a_memory(begin, go_on):
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 8))
    assert len(go_on("x", optimizer="sgd", weight_decay=0.0).metrics()) == EPOCHS


def test_another_model_is_no_continuation(begin, go_on):
    begin("x")
    with pytest.raises(ConfigError, match="expected model as it was .'dropping'."):
        go_on("x", model="lenet5", epochs=9)


def test_generators_of_numpy_and_python_go_on_too(begin, go_on):
    class Draw(Callback):
        drawn = []

        def on_batch_end(self, trainer):
            self.drawn.append((np.random.random(), random.random(), tl.rand(1).item()))

    np.random.seed(0)
    random.seed(0)
    begin("whole", Draw())
    whole = list(Draw.drawn)
    Draw.drawn.clear()
    np.random.seed(0)
    random.seed(0)
    with pytest.raises(Killed):
        begin("x", Draw(), Kill("on_batch_end", 8))
    del Draw.drawn[7:]  # the eighth step came after the last state
    go_on("x", Draw())
    assert Draw.drawn == whole


def test_the_best_weights_belong_to_the_state_whenever_it_was_killed(begin, go_on, monkeypatch):
    whole = begin("whole")
    replace = os.replace

    def kill_before(source, target):
        if os.path.basename(source) == STAGED:
            raise Killed
        replace(source, target)

    monkeypatch.setattr(os, "replace", kill_before)
    with pytest.raises(Killed):
        begin("x")
    monkeypatch.undo()
    found = RunDirectory(whole.path.parent / "x")
    assert (found.path / STAGED).is_file() and not found.best.is_file()
    assert same(go_on("x"), whole) and not (found.path / STAGED).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked")
def test_two_processes_do_not_train_in_one_folder(begin, go_on):
    class Second(Callback):
        def on_epoch_end(self, trainer):
            go_on("x", epochs=9)

    with pytest.raises(DataError, match="another process is training in this folder"):
        begin("x", Second())


def test_a_batch_that_cannot_be_learned_is_kept(begin, tmp_path):
    with pytest.raises(DivergedError):
        begin("x", optimizer="sgd", lr=1e20, ema=0.0, warmup_epochs=0.0, weight_decay=0.0)
    batch = tl.load(tmp_path / "runs" / "x" / "diverged.safetensors")
    assert batch["images"].shape[1:] == (1, 28, 28) and len(batch["target"]) == len(batch["images"])


def test_a_model_in_toml_goes_on_from_its_copy_in_the_run(begin, go_on, tmp_path):
    written = tmp_path / "net.toml"
    written.write_text((Path(zoo.__file__).parent / "written" / "lenet5.toml").read_text("utf-8"))
    whole = begin("whole", model=str(written))
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 8), model=str(written))
    written.unlink()
    assert same(go_on("x"), whole)


def test_a_fine_tuned_network_goes_on_without_the_weights_it_began_with(begin, go_on, tmp_path):
    first = begin("first", model="lenet5", epochs=1)
    told = {"model": "lenet5", "start": str(first.best), "freeze": "features", "freeze_epochs": 1}
    whole = begin("whole", **told)
    with pytest.raises(Killed):
        begin("x", Kill("on_train_start", 1), **told)
    first.best.unlink()
    (tmp_path / "runs" / "x").rename(tmp_path / "runs" / "moved")
    with pytest.raises(Killed):
        go_on("moved", Kill("on_batch_end", 8))
    assert same(go_on("moved"), whole)
    assert RunDirectory(tmp_path / "runs" / "moved").settings().start.endswith("start.safetensors")


def test_a_network_whose_features_are_let_go_later_goes_on(begin, go_on):
    told = {"model": "lenet5", "freeze": "features", "freeze_epochs": 1, "bn": "frozen"}
    whole = begin("whole", **told)
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 8), **told)
    assert same(go_on("x"), whole)


def test_averages_that_are_switched_on_later_begin_with_the_weights_of_then(begin, go_on):
    with pytest.raises(Killed):
        begin("x", Kill("on_batch_end", 8), ema=0.0, lr=0.0)
    found = go_on("x", ema=0.9)
    plain = begin("plain", ema=0.0, lr=0.0)
    one, other = (load_checkpoint(run.last).arrays["0.weight"] for run in (found, plain))
    np.testing.assert_allclose(one, other, rtol=1e-6)
