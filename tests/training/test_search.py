import math
import subprocess
import sys
from dataclasses import replace

import pytest

from tensorlite.errors import ConfigError, DataError, UnknownNameError
from tensorlite.training.callbacks import Callback
from tensorlite.training.config import Layer
from tensorlite.training.lr_range import RangeTest, range_test
from tensorlite.training.search import chooser, search, spread
from tensorlite.training.search_plan import Plan, Trial, planned
from tensorlite.training.session import prepare
from tensorlite.training.sketch import sketch
from tensorlite.training.space import Parameter, importance
from tensorlite.training.sweep_folder import Sweep, all_sweeps
from tensorlite.training.sweep_report import write_sweep_report


@pytest.fixture
def sweep(tmp_path):
    """A search without trainings; gives its folder and its plan."""

    def make(*params, name="s", **options):
        plan = Plan("lenet5", {"epochs": 1}, list(params), **options)
        return Sweep.create(tmp_path / "sweeps", name, plan), plan

    return make


def end(chosen, trial, value, state="done"):
    chosen.finish(Trial(trial.number, trial.params, state, value, 1, 1.0))


@pytest.mark.parametrize(
    ("text", "grid"),
    [
        ("lr=1e-4..1e-1:log:4", [1e-4, 1e-3, 1e-2, 1e-1]),
        ("label_smoothing=0..1:3", [0.0, 0.5, 1.0]),
        ("epochs=1..3", [1, 2, 3]),
        ("batch_size=16,32", [16, 32]),
        ("optimizer=sgd,adam", ["sgd", "adam"]),
    ],
)
def test_values_are_written_as_ranges_and_lists(text, grid):
    parameter = Parameter.parse(text)
    assert parameter.grid() == pytest.approx(grid) if grid[0] != "sgd" else parameter.grid() == grid
    assert Parameter.parse(str(parameter)) == parameter
    assert all(map(parameter.holds, grid))


@pytest.mark.parametrize(
    "text", ["lr", "lr=", "=1", "lr=1..0", "lr=0..1:log", "lr=a..b", "lr=1,1", "lr=1..2:x", "a=1,"]
)
def test_values_that_make_no_sense_are_one_sentence(text):
    with pytest.raises(ConfigError, match="--param: expected values such as lr=1e-4..1e-1:log"):
        Parameter.parse(text)


def test_what_decides_the_result_is_important_and_noise_is_not():
    rates = [10 ** -(1 + index / 8) for index in range(24)]
    results = [math.log10(rate) ** 2 for rate in rates]
    noise = [index * 7 % 5 for index in range(24)]
    assert importance(rates, results) > 0.8
    assert importance(noise, results) < 0.2
    assert importance([1, 1, 1], [1.0, 2.0, 3.0]) == importance([], []) == 0.0


def test_random_points_leave_no_large_gaps():
    points = [spread(number, 2, seed=3) for number in range(64)]
    cells = {(int(4 * x), int(4 * y)) for x, y in points}
    assert len(cells) == 16 and spread(5, 2, seed=3) == points[5] != spread(5, 2, seed=4)


def test_a_grid_has_every_combination_once(sweep):
    folder, plan = sweep("lr=0.1,0.2", "epochs=1..3", strategy="grid")
    chosen, seen = chooser(folder, plan), []
    while (trial := chosen.claim()) is not None:
        seen.append(tuple(trial.params.values()))
        end(chosen, trial, 0.5)
    assert plan.count == len(seen) == len(set(seen)) == 6


def test_the_values_without_a_search_are_tried_first(sweep):
    folder, plan = sweep("lr=0.001..0.1:log", start={"lr": 0.005})
    assert chooser(folder, plan).claim().params == {"lr": 0.005}


def test_a_trial_that_was_broken_off_is_done_again_with_the_same_values(sweep):
    folder, plan = sweep("lr=0.001..0.1:log", trials=3)
    first = chooser(folder, plan)
    done, lost = first.claim(), first.claim()
    end(first, done, 0.5)
    other = Sweep(folder.path)
    assert chooser(other, plan).claim().number == 2  # the lost one is still worked at
    folder.release(lost.number)  # as when the worker ends
    again = chooser(other, plan).claim()
    assert (again.number, again.params) == (lost.number, lost.params)


def test_two_workers_never_do_the_same_trial(sweep):
    folder, plan = sweep("lr=0.001..0.1:log", trials=4)
    workers = chooser(folder, plan), chooser(Sweep(folder.path), plan)
    numbers = [worker.claim().number for worker in (*workers, *workers)]
    assert sorted(numbers) == [0, 1, 2, 3] and workers[0].claim() is None


def test_a_lock_ends_with_its_process(sweep):
    folder, plan = sweep("lr=0.1,0.2")
    code = "import sys; from pathlib import Path; from tensorlite.training.sweep_folder import *;"
    code += "print(Sweep(Path(sys.argv[1])).hold(0))"
    done = subprocess.run([sys.executable, "-c", code, str(folder.path)], capture_output=True)
    assert done.stdout == b"True\n" and folder.hold(0)


def test_a_search_trains_ranks_and_reports(folder, tmp_path):
    layer = Layer("me", {"model": "lenet5", "data": str(folder), "epochs": 1, "batch_size": 8})
    plan = planned(prepare(layer), layer.values, ["lr=1e-7,0.003", "optimizer=adam,sgd"])
    assert (plan.strategy, plan.count, plan.start) == ("grid", 4, {})
    found = Sweep.create(tmp_path / "sweeps", "s", plan)
    told = []
    trials = search(found, found.plan(), finished=lambda trial, every: told.append(trial.number))
    assert told == [0, 1, 2, 3] and {trial.state for trial in trials} == {"done"}
    best = plan.best(trials)
    assert best.params["lr"] == 0.003 and plan.ranking(trials)[0] == best
    assert (found.run_path(best.number) / "best.safetensors").is_file()
    page = write_sweep_report(found, plan, trials, "tensorlite train <x>").read_text("utf-8")
    assert "val_acc over lr" in page and "&lt;x&gt;" in page and "<script" not in page
    assert [each.name for each in all_sweeps(tmp_path / "sweeps")] == ["s"]
    assert search(found, plan) == trials  # nothing is left to do


@pytest.mark.parametrize("damaged", [False, True])
def test_a_trial_that_was_broken_off_goes_on_in_its_run(folder, tmp_path, damaged):
    class Break(Callback):
        def on_epoch_end(self, trainer):
            if trainer.epoch == 3:
                raise KeyboardInterrupt

    values = {"model": "lenet5", "data": str(folder), "epochs": 4, "batch_size": 8, "ema": 0.9}
    plan = planned(prepare(Layer("me", values)), values, ["lr=0.001,0.003"])
    whole, broken = (Sweep.create(tmp_path / "sweeps", name, plan) for name in ("whole", "broken"))
    expected = search(whole, plan)
    with pytest.raises(KeyboardInterrupt):
        search(broken, plan, watch=lambda trial: [Break()] if trial.number else [])
    if damaged:
        state = broken.run_path(1) / "state.safetensors"
        state.write_bytes(state.read_bytes()[:-1])
    trials = search(broken, plan)
    assert [replace(trial, seconds=0) for trial in trials] == [
        replace(trial, seconds=0) for trial in expected
    ]
    for name in ("best.safetensors", "last.safetensors"):
        one, other = (sweep.run_path(1) / name for sweep in (whole, broken))
        assert one.read_bytes() == other.read_bytes()
    events = (broken.run_path(1) / "events.jsonl").read_text("utf-8")
    assert ('"event": "resume"' in events) is not damaged


def test_a_rate_that_diverges_is_a_result_and_not_an_error(folder, tmp_path):
    values = {"model": "lenet5", "data": str(folder), "epochs": 1, "optimizer": "sgd"}
    plan = planned(prepare(Layer("me", values)), values, ["lr=0.01,1e20"])
    trials = search(Sweep.create(tmp_path / "sweeps", "s", plan), plan)
    assert [trial.state for trial in trials] == ["done", "diverged"]
    assert "loss became" in trials[1].reason and plan.best(trials).number == 0


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        (["lrr=1,2"], UnknownNameError),
        (["lr=1,2", "lr=3,4"], ConfigError),
        (["lr=a,b"], ConfigError),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_is_made(folder, params, kind):
    values = {"model": "lenet5", "data": str(folder)}
    with pytest.raises(kind, match="--param"):
        planned(prepare(Layer("me", values)), values, params)


def test_a_damaged_plan_is_one_sentence(sweep):
    folder, _ = sweep("lr=0.1,0.2")
    (folder.path / "sweep.toml").write_text("model = 'x'\n")
    with pytest.raises(DataError, match="is no plan of a sweep"):
        folder.plan()


def test_optuna_learns_prunes_and_goes_on_where_it_stopped(sweep):
    pytest.importorskip("optuna")
    folder, plan = sweep("lr=1e-5..1:log", strategy="tpe", trials=12, start={"lr": 1e-5})
    chosen = chooser(folder, plan)

    def work(count):
        for _ in range(count):
            trial = chosen.claim()
            value = 1 - abs(math.log10(trial.params["lr"]) + 2) / 5  # the best rate is 0.01
            pruned = any(chosen.report(trial, epoch, value * epoch / 3) for epoch in (1, 2, 3))
            end(chosen, trial, value, "pruned" if pruned else "done")

    work(6)
    lost = chosen.claim()
    folder.release(lost.number)
    chosen = chooser(Sweep(folder.path), plan)
    work(6)
    trials = chosen.trials()
    assert chosen.claim() is None and len(trials) == 12
    assert trials[0].params == {"lr": 1e-5} and {t.state for t in trials} == {"done", "pruned"}
    assert trials[lost.number].params == lost.params and trials[lost.number].finished
    assert plan.best(trials).value > 0.8


def test_without_optuna_the_others_are_named(sweep, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConfigError, match="needs Optuna.*pip install 'tensorlite"):
        chooser(*sweep("lr=0.1,0.2", strategy="tpe"))


def test_the_suggestion_is_where_the_loss_falls_fastest():
    rates = [10 ** (-6 + 0.07 * step) for step in range(100)]
    losses = [2.3 - 2 / (1 + math.exp(-4 * (math.log10(rate) + 3))) for rate in rates]
    losses = [loss + max(0, 30 * (rate - 0.3)) for rate, loss in zip(rates, losses, strict=True)]
    assert RangeTest(rates, losses, 100).suggestion == pytest.approx(1e-3, rel=0.6)
    assert RangeTest(rates, [2.3] * 100, 100).suggestion is None


def test_a_range_test_raises_the_rate_and_writes_nothing(folder, tmp_path):
    session = prepare(Layer("me", {"model": "lenet5", "data": str(folder), "batch_size": 4}))
    before = sorted(tmp_path.rglob("*"))
    found = range_test(session, low=1e-5, high=1e3, steps=40)
    assert found.blew_up and found.rates[0] == pytest.approx(1e-5) and found.suggestion
    assert sorted(tmp_path.rglob("*")) == before
    assert found.chart().count("<path") == 2
    with pytest.raises(ConfigError, match="0 < low < high"):
        range_test(session, low=1, high=0.1)


def test_a_sketch_keeps_its_size_whatever_is_drawn():
    lines = sketch([1e-5, 1e-3, 0.1], [1.0, math.nan, 0.5], width=20, height=5, log=True, mark=1e-4)
    assert len(lines) == 6 and lines[-1].split() == ["1e-05", "0.1"]
    assert sum(line.count("*") for line in lines) == 2 and sketch([1], [math.nan]) == []
