"""What cards say comes from logs, and training again is held against them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tensorlite import registry
from tensorlite.training.checkpoint import load_checkpoint
from tensorlite.training.evaluation import evaluate_run
from tensorlite.training.logs import Claim, LoggedRun, claims, table
from tensorlite.training.trained import Trained
from tensorlite.training.verification import Check, find_data, verify

LOGGED = [name for name, entry in registry.models.items() if entry.details.get("log")]
SHIPPED = [name for name, entry in registry.models.items() if entry.details.get("weights")]

QUICK_TO_TRY = ("lenet5", "lenet_harley")


def claim(accuracy: float = 0.8, baseline: dict[str, float] | None = None) -> Claim:
    epochs = [{"val_acc": value} for value in (0.3, 0.5, 0.8)]
    runs = (LoggedRun(0, 3, {"acc": accuracy}, epochs),)
    return Claim("m", "digits", "CC", "test", 5000, {}, 1.0, "", runs, baseline or {})


def check(got: float | None, baseline: float | None = None, quick: bool = False) -> Check:
    return Check("m", "digits", "test_acc", 0.8, 0.78, 0.9, got, baseline, 1.0, quick)


@pytest.mark.parametrize("name", LOGGED)
def test_a_card_has_the_table_of_its_log(name: str) -> None:
    entry = registry.models.info(name)
    assert table(claims(entry)) in entry.path("card").read_text()


@pytest.mark.parametrize("name", SHIPPED)
def test_no_weights_are_shipped_of_data_that_may_not_be_sold(name: str) -> None:
    licences = [each.licence for each in claims(registry.models.info(name))]
    assert licences and not any("NC" in licence for licence in licences)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_weights_fit_their_model(name: str) -> None:
    trained = Trained.load(name)
    assert trained.description.model == name
    assert trained.inputs.shape[0] in (1, 3)


def test_shipped_weights_are_small_together() -> None:
    paths = [registry.models.info(name).path("weights") for name in SHIPPED]
    assert sum(path.stat().st_size for path in paths) < 5_000_000


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name not in QUICK_TO_TRY)) for name in SHIPPED],
)
def test_shipped_weights_reach_the_figures_of_their_card(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    learned = Trained.load(name).description.data
    (logged,) = (each for each in claims(registry.models.info(name)) if each.data == learned)
    source = find_data(learned, shared_data)
    found = evaluate_run(name, tmp_path, source, logged.split).scores.figures()
    few = max(0.001, 1.1 / logged.images)  # 8 bits change one in a thousand, or just one
    assert {figure: found[figure] for figure in logged.figures} == pytest.approx(
        logged.runs[0].figures, abs=few
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", LOGGED)
def test_the_start_of_a_training_is_that_of_its_log(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    checks = verify(name, quick=True, root=shared_data, out=tmp_path, say=print)
    assert {check.line(): check.status for check in checks if check.status != "reached"} == {}


def test_shipped_weights_say_what_they_learned_from() -> None:
    described = load_checkpoint(registry.models.info("lenet5").path("weights")).description
    assert (described.data, described.epoch) == ("mnist", 5)


def test_a_figure_may_lie_below_the_logged_one_by_chance_only() -> None:
    assert claim().margin("acc") == pytest.approx(2.58 * (2 * 0.8 * 0.2 / 5000) ** 0.5)


def test_a_quick_check_looks_at_the_start_of_the_log() -> None:
    assert claim().early("acc") == 0.5


@pytest.mark.parametrize(("logged", "floor"), [(0.2, 0.1), (0.5, 0.25), (0.9, 0.8), (0.98, 0.96)])
def test_a_quick_check_needs_half_of_a_figure_and_allows_twice_its_error(
    logged: float, floor: float
) -> None:
    run = LoggedRun(0, 1, {"acc": 0.99}, [{"val_acc": logged}])
    assert replace(claim(), runs=(run,)).floor("acc") == pytest.approx(floor)


def test_a_training_loss_is_nearer_to_the_second_epoch_than_to_the_first() -> None:
    assert claim().loss is None
    seeds = [(2.0, 1.5), (2.2, 1.8)]
    runs = [LoggedRun(0, 2, {}, [{"train_loss": loss} for loss in each]) for each in seeds]
    assert replace(claim(), runs=tuple(runs)).loss == pytest.approx((1.8, 2.0))


@pytest.mark.parametrize(("got", "status"), [(1.9, "reached"), (2.1, "missed"), (None, "no data")])
def test_a_training_loss_is_reached_from_above(got: float | None, status: str) -> None:
    loss = Check("m", "digits", "train_loss", 1.8, 2.0, 1.8, got, None, 1.0, quick=True)
    assert loss.status == status
    assert "train_loss 1.800 logged, at most 2.000 needed" in loss.line()


@pytest.mark.parametrize("name", LOGGED)
def test_what_learned_nothing_in_its_second_epoch_is_noticed(name: str) -> None:
    for each in claims(registry.models.info(name)):
        if each.epochs == 1:
            assert each.loss is None
            continue
        assert each.loss is not None
        first = max(run.epochs[0]["train_loss"] for run in each.runs)
        assert each.loss[0] < each.loss[1] < first


@pytest.mark.parametrize(
    ("got", "status"), [(0.79, "reached"), (0.77, "missed"), (None, "no data")]
)
def test_a_figure_is_reached_or_missed(got: float | None, status: str) -> None:
    assert check(got).status == status


def test_a_figure_that_does_not_beat_the_baseline_is_missed() -> None:
    assert check(0.79, baseline=0.8).status == "missed"


@pytest.mark.parametrize("got", [0.95, None])
def test_a_card_that_does_not_beat_the_baseline_is_missed(got: float | None) -> None:
    assert check(got, baseline=0.9, quick=True).status == "missed"


def test_the_start_of_a_training_need_not_beat_the_baseline() -> None:
    assert check(0.79, baseline=0.85, quick=True).status == "reached"


def test_a_quick_check_of_one_epoch_looks_at_that() -> None:
    run = LoggedRun(0, 1, {"acc": 0.3}, [{"val_acc": 0.3}])
    assert Claim("m", "digits", "CC", "test", 9, {}, 1.0, "", (run,)).early("acc") == 0.3


def test_the_baseline_stands_beside_the_figure() -> None:
    assert "(without looking 50.00 %)" in table([claim(baseline={"acc": 0.5})])
    assert "needed · 50.00 % without looking" in check(0.79, baseline=0.5).line()
    quick = check(0.79, baseline=0.5, quick=True).line()
    assert "90.00 % in the end, 50.00 % without looking" in quick


def test_the_command_says_what_weights_a_training_began_with() -> None:
    begun = replace(claim(), start="resnet8", data="raccoon")
    assert begun.command() == "tensorlite fine-tune resnet8 --data raccoon"


def test_data_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    assert find_data("digits", None) == "digits"
    assert find_data("mnist", tmp_path) == str(tmp_path / "mnist")
    assert find_data("fashion-mnist", tmp_path) is None
