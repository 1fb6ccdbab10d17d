import json
import re
import shutil

import numpy as np
import pytest

from tensorlite import registry
from tensorlite.data import ArrayDataset
from tensorlite.errors import ConfigError, DataError, DivergedError, UnknownNameError
from tensorlite.training import Layer, RunDirectory, Trained, load_checkpoint, prepare
from tensorlite.training.config import settings_from_toml
from tensorlite.training.evaluation import evaluate_run
from tensorlite.training.prediction import predict_files
from tensorlite.training.requirements import Requirement
from tensorlite.training.splits import parts_of
from tensorlite.training.summaries import summarise


def test_a_run_directory_holds_everything(train):
    result = train(epochs=2)
    names = {path.name for path in result.run.path.iterdir()}
    assert names == {
        "run.toml",
        "env.json",
        "metrics.csv",
        "events.jsonl",
        "result.json",
        "last.safetensors",
        "best.safetensors",
        "plots",
        "report.html",
        "STATUS",
    }
    assert result.run.status == "done" and len(result.run.metrics()) == 2
    assert result.run.read_json("env.json")["origins"]["epochs"] == "test"
    plots = {path.name for path in (result.run.path / "plots").iterdir()}
    assert plots == {"loss.svg", "acc.svg", "lr.svg", "confusion.svg"}


def test_the_report_needs_nothing_from_elsewhere(train):
    page = (train().run.path / "report.html").read_text(encoding="utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]{0,30})|url\(([^)]{0,30})|@import', page)
    assert all(source.startswith("data:image/png") for source, _ in loaded)
    assert "<script" not in page and "lying" in page and "--val-fraction" not in page


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(train):
    settings = {"augment": ["shift", "rotation"], "optimizer": "sgd", "lr": 0.01}
    first, second = (train(seed=3, **settings).run for _ in range(2))
    assert first.name != second.name
    assert first.best.read_bytes() == second.best.read_bytes()
    assert first.last.read_bytes() == second.last.read_bytes()
    assert train(seed=4, **settings).run.best.read_bytes() != first.best.read_bytes()


def test_the_number_of_threads_does_not_change_the_weights(train):
    one, two = train(threads=1).run, train(threads=2).run
    assert one.best.read_bytes() == two.best.read_bytes()


def test_run_toml_repeats_the_run(train):
    run = train(seed=5, optimizer="sgd", lr=0.01, augment=["shift"]).run
    values = settings_from_toml(run.path / "run.toml")
    again = prepare(Layer("run.toml", {**vars(values), "data": run.settings().data}))
    repeated = again.fit(RunDirectory.create(run.path.parent, "again")).run
    assert repeated.best.read_bytes() == run.best.read_bytes()


def test_evaluation_gives_the_figures_of_the_training(train):
    result = train()
    found = evaluate_run(str(result.run.path))
    assert (found.split, found.in_report) == ("val", True)
    assert found.scores.to_dict() == result.scores.to_dict()
    assert found.line().endswith("confusion and worst images: report.html")


def test_a_checkpoint_alone_is_enough_to_evaluate_and_predict(train, folder, tmp_path):
    shutil.copy(train(epochs=3).run.best, tmp_path / "mine.safetensors")
    found = evaluate_run(str(tmp_path / "mine.safetensors"), data=str(folder))
    assert (found.split, found.in_report, found.scores.total) == ("train", False, 40)
    picture = next((folder / "standing").iterdir())
    (answer,) = predict_files(str(tmp_path / "mine.safetensors"), tmp_path, [picture])
    assert answer.prediction.to_dict(1)["class"] == "standing" and answer.note == ""


def test_a_checkpoint_alone_does_not_know_its_data(train, tmp_path):
    shutil.copy(train().run.best, tmp_path / "mine.safetensors")
    with pytest.raises(ConfigError, match="expected --data"):
        evaluate_run(str(tmp_path / "mine.safetensors"))


def test_data_with_other_classes_is_refused(train):
    run = train().run
    with pytest.raises(DataError, match="expected the classes lying, standing .2., got 0, 1, 2"):
        evaluate_run(str(run.path), data="digits")


def test_weights_of_another_model_are_refused(train, tmp_path):
    from tensorlite.training.trained import load_weights

    arrays = load_checkpoint(train().run.best).arrays
    other = registry.models.create("lenet_harley", 2, 1, (32, 32))
    with pytest.raises(DataError, match="weights of another model: 'classifier.2.bias' is"):
        load_weights(other, arrays, "best.safetensors")
    own = Trained.load(str(tmp_path / "runs" / "run")).model
    with pytest.raises(DataError, match="'classifier.0.bias' is missing"):
        load_weights(own, {k: v for k, v in arrays.items() if k != "classifier.0.bias"}, "x")


def test_a_diverged_run_has_failed_and_says_so(train, tmp_path):
    with pytest.raises(DivergedError):
        train(optimizer="sgd", lr=1e20)
    run = RunDirectory(tmp_path / "runs" / "run")
    assert run.status == "failed"
    last = json.loads((run.path / "events.jsonl").read_text().splitlines()[-1])
    assert last["event"] == "failed" and "--lr" in last["error"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "lennet5"}, "no model 'lennet5'.*lenet5"),
        ({"optimizer": "adm"}, "no optimizer 'adm'.*adam"),
        ({"schedule": "cosin"}, "cosine"),
        ({"loss": "cross_entrop"}, "cross_entropy"),
        ({"augment": ["shft"]}, "shift"),
        ({"metrics": ["acuracy"]}, "accuracy"),
        ({"callbacks": ["chekpoint"]}, "checkpoint"),
        ({"model_options": {"width": 3}}, "width"),
        ({"optimizer_options": {"momentm": 0.9}, "optimizer": "sgd"}, "momentum"),
        ({"augment": [{"name": "shift", "pixel": 2}]}, "pixels"),
        ({"recipe": "mnits"}, "no recipe 'mnits'"),
    ],
)
def test_a_wrong_name_is_found_before_a_run_directory_is_made(settings, message):
    with pytest.raises(UnknownNameError, match=message):
        prepare(Layer("test", {"model": "lenet5", **settings}))


def test_no_model_is_an_error_with_the_command_that_lists_them():
    with pytest.raises(ConfigError, match="tensorlite models"):
        prepare(Layer("test", {}))


def test_more_metrics_are_part_of_the_figures(train):
    result = train(metrics=["accuracy"])
    assert result.best["val_accuracy"] == result.best["val_acc"]


def test_a_missing_val_is_carved_out_of_every_class(stripes):
    parts = parts_of({"train": stripes(60), "test": stripes(10)}, 0.2, seed=0)
    assert (len(parts.train), len(parts.val)) == (48, 12)
    assert parts.carved and parts.judged_by == "test"
    assert np.bincount(parts.val.targets).tolist() == [6, 6]
    again = parts_of({"train": stripes(60)}, 0.2, seed=0)
    np.testing.assert_array_equal(parts.val.indices, again.val.indices)
    assert again.judged_by == "val"


def test_data_without_images_to_train_on_is_refused(stripes):
    with pytest.raises(DataError, match="expected a part 'train', got test"):
        parts_of({"test": stripes()}, 0.1, seed=0)
    with pytest.raises(DataError, match="too few"):
        one = ArrayDataset(np.zeros((1, 28, 28), np.uint8), [0])
        parts_of({"train": one}, 0.1, seed=0)


@pytest.mark.parametrize(
    ("text", "value", "met"),
    [
        ("val_acc>=0.98", 0.98, True),
        ("val_acc >= 98%", 0.97, False),
        ("val_acc<0.5", 0.4, True),
        ("val_acc>0.5", 0.5, False),
        ("val_acc<=1e-3", 1e-3, True),
    ],
)
def test_a_requirement_is_met_or_not(text, value, met):
    requirement = Requirement.parse(text)
    if met:
        requirement.check({"val_acc": value})
        return
    with pytest.raises(Exception, match="expected val_acc .* got") as caught:
        requirement.check({"val_acc": value})
    assert caught.value.exit_code == 6


@pytest.mark.parametrize("text", ["val_acc", "val_acc=0.9", ">=0.9", "val_acc>=high", "a>=1.2.3"])
def test_a_requirement_of_another_form_is_refused(text):
    with pytest.raises(ConfigError, match="--require"):
        Requirement.parse(text)


def test_a_requirement_on_an_unknown_figure_names_the_known_ones():
    with pytest.raises(UnknownNameError, match="Close: val_acc"):
        Requirement.parse("val_ac>=0.9").check_name(["val_acc", "val_loss"])


def test_a_run_can_be_summed_up_whatever_is_missing(train):
    run = train().run
    whole = summarise(run)
    assert whole.row()[:3] == ("run", "done", "1/1") and "val_acc" in whole.row()[3]
    for name in ("result.json", "run.toml", "metrics.csv", "env.json"):
        (run.path / name).unlink()
    assert summarise(run).row() == ("run", "done", "0", "")
