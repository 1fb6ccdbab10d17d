import hashlib
import json
import os
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from tensorlite import registry
from tensorlite.data import ArrayDataset
from tensorlite.errors import ConfigError, DataError, DivergedError, ShapeError, UnknownNameError
from tensorlite.kernels.threads import Team
from tensorlite.training import (
    Layer,
    RunDirectory,
    Trained,
    load_checkpoint,
    prepare,
    save_checkpoint,
)
from tensorlite.training.building import build_model
from tensorlite.training.config import settings_from_toml
from tensorlite.training.environment import plugin_sources
from tensorlite.training.evaluation import evaluate_run
from tensorlite.training.inputs import parts_of
from tensorlite.training.metrics import Requirement
from tensorlite.training.prediction import predict_files
from tensorlite.training.summaries import summarise
from tensorlite.training.trained import load_weights


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
        "state.safetensors",
        "plots",
        "report.html",
        "STATUS",
    }
    assert result.run.status == "done" and len(result.run.metrics()) == 2
    assert result.run.read_json("env.json")["origins"]["epochs"] == "test"
    plots = {path.name for path in (result.run.path / "plots").iterdir()}
    assert plots == {"loss.svg", "acc.svg", "lr.svg", "confusion.svg"}


def test_the_environment_says_how_many_threads_compute(train, monkeypatch):
    monkeypatch.setattr("tensorlite.kernels.threads._team", Team(3))
    assert train(epochs=1).run.read_json("env.json")["threads"] == 3


def test_the_report_needs_nothing_from_elsewhere(train):
    page = (train().run.path / "report.html").read_text(encoding="utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]{0,30})|url\(([^)]{0,30})|@import', page)
    assert all(source.startswith("data:image/") for source, _ in loaded)
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


@pytest.mark.parametrize("kept", [False, True])
def test_the_number_of_workers_does_not_change_the_weights(train, kept, monkeypatch, tmp_path):
    if kept:
        monkeypatch.setenv("TENSORLITE_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("TENSORLITE_CACHE_GB", "1")
    settings = {"augment": ["shift", "rotation"], "epochs": 2}
    runs = [train(workers=workers, **settings).run for workers in (0, 1, 4)]
    assert kept == any((tmp_path / "cache").rglob("*.npy"))
    for run in runs[1:]:
        assert run.best.read_bytes() == runs[0].best.read_bytes()
        assert run.last.read_bytes() == runs[0].last.read_bytes()


def test_kept_pictures_train_to_the_same_bytes(train, monkeypatch, tmp_path):
    plain = train(augment=["shift"]).run
    monkeypatch.setenv("TENSORLITE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TENSORLITE_CACHE_GB", "1")
    kept = train(augment=["shift"]).run
    assert plain.best.read_bytes() == kept.best.read_bytes()


def test_run_toml_repeats_the_run(train):
    run = train(seed=5, optimizer="sgd", lr=0.01, augment=["shift"]).run
    values = settings_from_toml(run.path / "run.toml")
    again = prepare(Layer("run.toml", {**vars(values), "data": run.settings().data}))
    repeated = again.fit(RunDirectory.create(run.path.parent, "again")).run
    assert repeated.best.read_bytes() == run.best.read_bytes()


def test_evaluation_gives_the_figures_of_the_training(train):
    result = train()
    found = evaluate_run(str(result.run.path))
    assert (found.measured_on.split, found.in_report) == ("val", True)
    assert found.scores.to_dict() == result.scores.to_dict()
    assert found.line().endswith("confusion and worst images: report.html")


def test_a_checkpoint_alone_is_enough_to_evaluate_and_predict(train, folder, tmp_path):
    shutil.copy(train(epochs=3).run.best, tmp_path / "mine.safetensors")
    found = evaluate_run(str(tmp_path / "mine.safetensors"), data=str(folder))
    assert (found.measured_on.split, found.in_report, found.scores.total) == ("train", False, 40)
    picture = next((folder / "standing").iterdir())
    (answer,) = predict_files(str(tmp_path / "mine.safetensors"), tmp_path, [picture])
    assert answer.prediction.to_dict(1)["class"] == "standing" and answer.note == ""


def test_a_checkpoint_alone_does_not_know_its_data(train, tmp_path):
    shutil.copy(train().run.best, tmp_path / "mine.safetensors")
    with pytest.raises(ConfigError, match="weights that were trained on 'stripes'"):
        evaluate_run(str(tmp_path / "mine.safetensors"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "lenet99"}, "no model 'lenet99'"),
        ({"options": {"width": 3}}, "no option 'width'"),
        ({"options": {"num_classes": 3}}, "expected num_classes once"),
        ({"task": "cooking"}, "no task 'cooking'"),
        ({"inputs": {"shape": [1, 5, 5], "mean": [0.5], "std": [0.5]}}, "at least 12 pixels"),
    ],
)
def test_a_checkpoint_of_a_model_that_cannot_be_built_is_named(train, tmp_path, change, message):
    snapshot = load_checkpoint(train().run.best)
    odd = replace(snapshot, description=replace(snapshot.description, **change))
    save_checkpoint(tmp_path / "odd.safetensors", odd)
    with pytest.raises(DataError, match=message) as caught:
        Trained.load(str(tmp_path / "odd.safetensors"))
    assert caught.value.where == str(tmp_path / "odd.safetensors")


def test_a_model_larger_than_the_memory_is_one_sentence(train, monkeypatch):
    def huge(*_):
        raise MemoryError

    run = train().run
    monkeypatch.setattr("tensorlite.training.trained.build_model", huge)
    with pytest.raises(DataError, match=r"best.safetensors: .* larger than the memory"):
        Trained.load(str(run.path))


def test_an_unknown_model_asks_for_the_plugins_of_its_run(train, tmp_path):
    (tmp_path / "my plugin.py").write_text("one = 1\n")
    run = train().run
    snapshot = load_checkpoint(run.best)
    odd = replace(snapshot, description=replace(snapshot.description, model="mine"))
    save_checkpoint(run.best, odd)
    sources = plugin_sources([str(tmp_path / "my plugin.py"), "json"], run.path)
    run.write_json("env.json", {"requested": sources})
    with pytest.raises(DataError) as caught:
        Trained.load(str(run.path))
    path = os.path.relpath(tmp_path / "my plugin.py")
    assert caught.value.hint == f"--plugin '{path}' --plugin json"
    shutil.copy(run.best, tmp_path / "alone.safetensors")
    with pytest.raises(DataError) as caught:
        Trained.load(str(tmp_path / "alone.safetensors"))
    assert caught.value.hint == "--plugin FILE"


def test_plugins_are_recorded_with_the_digest_of_their_source(tmp_path):
    (tmp_path / "mine.py").write_bytes(b"one = 1\n")
    found = plugin_sources([str(tmp_path / "mine.py")], tmp_path / "runs" / "x")
    assert found == {"../../mine.py": hashlib.sha256(b"one = 1\n").hexdigest()}


def test_it_is_said_where_the_best_epoch_was_chosen_on_the_same_images(train):
    result = train()
    assert result.to_dict()["selected_on"] is True
    best, last = (evaluate_run(str(path)) for path in (result.run.best, result.run.last))
    assert best.to_dict()["selected_on"] is True and last.to_dict()["selected_on"] is False
    assert "on val: 4 images, by which the best epoch was chosen" in best.line()
    train_part = evaluate_run(str(result.run.path), split="train")
    assert train_part.line().endswith("on train: 36 images")
    page = (result.run.path / "report.html").read_text(encoding="utf-8")
    assert "on val: 4 images, by which the best epoch was chosen" in page


def test_a_class_without_a_picture_kept_for_validation_is_noted(folder):
    for path in sorted((folder / "standing").iterdir())[1:]:
        path.unlink()
    session = prepare(Layer("test", {"model": "lenet5", "data": str(folder)}))
    assert session.data.notes == ("val has no images of standing",)


def test_pictures_too_large_for_a_checkpoint_are_refused_before_training(folder):
    told = {"model": "lenet5", "data": str(folder), "image_size": 2049}
    with pytest.raises(DataError, match=r"at most 4,194,304 values, got \(1, 2049, 2049\)"):
        prepare(Layer("test", told))


def test_data_with_other_classes_is_refused(train):
    run = train().run
    with pytest.raises(
        DataError, match="expected the classes lying, standing .2., got 0, 1, 2"
    ) as caught:
        evaluate_run(str(run.path), data="digits")
    assert caught.value.hint == f"tensorlite fine-tune {run.best} --data PATH"
    with pytest.raises(DataError) as caught:
        evaluate_run("lenet5", data=str(run.settings().data))
    assert caught.value.hint == "tensorlite fine-tune lenet5 --data PATH"


def test_weights_of_another_model_are_refused(train, tmp_path):
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


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "sgd", "optimizer_options.momentum": "abc"}, "optimizer 'sgd': .*momentum"),
        ({"optimizer_options.betas": 0.9}, "optimizer 'adam': .*got betas=0.9"),
        ({"schedule_options.warmup": "abc"}, "schedule 'cosine': .*got warmup='abc'"),
        ({"augment": [{"name": "shift", "pixels": "a"}]}, "augmentation 'shift': .*pixels='a'"),
        ({"metrics": [{"name": "top_accuracy", "k": "a"}]}, "metric 'top_accuracy': .*k='a'"),
        ({"metrics": [{"name": "top_accuracy", "k": 1.5}]}, "metric 'top_accuracy': .*k=1.5"),
        ({"loss_options.label_smoothing": "a", "recipe": "default"}, "loss 'cross_entropy': "),
        ({"model_options.num_classes": 3}, "10 from the data and 3 from its options"),
        ({"optimizer_options.lr": 3}, "0.002 from the setting 'lr' and 3 from its options"),
        ({"optimizer_options.weight_decay": 0.1}, "0.0 from the setting 'weight_decay' and 0.1"),
        ({"loss_options.label_smoothing": 0.2}, "0.1 from the setting 'label_smoothing' and 0.2"),
        ({"callbacks": ["checkpoint"]}, "callbacks: Checkpoint is no setting"),
        ({"callbacks": ["csv_logger"]}, "callbacks: CSVLogger is no setting"),
        ({"callbacks": ["tensorlite:jsonl_logger"]}, "callbacks: JSONLLogger is no setting"),
    ],
)
def test_an_option_that_does_not_fit_is_one_sentence_that_names_its_place(settings, message):
    with pytest.raises(ConfigError, match=message) as caught:
        prepare(Layer("test", {"model": "lenet5", **settings}))
    assert "\n" not in str(caught.value)


def test_a_loss_that_does_not_fit_the_outputs_is_found_before_the_first_step():
    with pytest.raises(ShapeError, match="MSELoss"):
        prepare(Layer("test", {"model": "lenet5", "loss": "mse_loss"}))


def test_another_loss_does_not_get_the_options_of_the_recipes(folder):
    told = {"model": "lenet5", "recipe": "digits", "data": str(folder), "loss": "nll_loss"}
    assert prepare(Layer("test", told)).config.settings.label_smoothing == 0.0


def test_what_is_tried_before_the_first_step_changes_nothing(folder):
    told = {"model": "lenet5", "data": str(folder), "augment": ["shift"]}
    session = prepare(Layer("test", told))
    fresh = build_model("lenet5", 2, (1, 28, 28), {})
    for name, value in fresh.state_dict().items():
        np.testing.assert_array_equal(session.model.state_dict()[name].numpy(), value.numpy())


def test_the_model_does_not_run_before_it_is_said_to():
    def stop():
        raise RuntimeError("before the model ran")

    with pytest.raises(RuntimeError, match="before the model ran"):
        prepare(Layer("test", {"model": "lenet5", "loss": "mse_loss"}), before_run=stop)


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


@pytest.mark.parametrize(
    "text", ["val_acc", "val_acc=0.9", ">=0.9", "val_acc>=high", "a>=1.2.3", "val_acc>=98"]
)
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
    assert summarise(run).row() == ("run", "done", "0", "", "")
