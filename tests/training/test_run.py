import datetime
import json
import os

import pytest

from tensorlite.errors import ConfigError, DataError
from tensorlite.files import write_atomically
from tensorlite.training.config import Settings
from tensorlite.training.run import (
    RunDirectory,
    all_runs,
    find_run,
    relative_path,
    run_name,
)


def test_a_run_is_named_after_time_model_and_data():
    moment = datetime.datetime(2026, 11, 20, 9, 12)
    assert run_name("lenet5", "digits", moment) == "20261120-0912-lenet5-digits"
    assert run_name("my:net", "../a b", moment) == "20261120-0912-my-net-a-b"


def test_a_taken_name_gets_a_number_and_nothing_is_overwritten(tmp_path):
    runs = [RunDirectory.create(tmp_path, "x") for _ in range(3)]
    assert [run.name for run in runs] == ["x", "x-2", "x-3"]
    assert (tmp_path / "latest").read_text() == "x-3\n"


@pytest.mark.parametrize(
    "name", ["latest", "../esc", "/absolute", ".", "..", "a/b", "a\\b", "", " ", ".hidden", "a\nb"]
)
def test_a_name_that_is_no_plain_folder_is_refused_and_nothing_is_made(tmp_path, name):
    with pytest.raises(ConfigError, match="--name: expected the plain name of a folder"):
        RunDirectory.create(tmp_path / "runs", name)
    assert list(tmp_path.iterdir()) == []


def test_what_stands_in_the_place_of_the_pointer_stops_no_training(tmp_path):
    (tmp_path / "latest").mkdir()
    RunDirectory.create(tmp_path, "x")
    assert find_run("latest", tmp_path).name == "x"


def test_a_link_in_the_place_of_the_pointer_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "latest").symlink_to(tmp_path / "mine")
    RunDirectory.create(tmp_path / "runs", "x")
    assert (tmp_path / "mine").read_text() == "mine"
    assert (tmp_path / "runs" / "latest").read_text() == "x\n"


def test_a_run_that_is_killed_while_its_folder_is_made_is_none(tmp_path):
    def killed(run):
        assert list(all_runs(tmp_path)) == [] and run.status == "running"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        RunDirectory.create(tmp_path / "runs", "x", killed)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_training_left_of_its_folder_is_no_run_and_goes_after_an_hour(tmp_path):
    left = [tmp_path / f".x.{number}.tmp" for number in (1, 2)]
    for path in left:
        path.mkdir()
        (path / "STATUS").write_text("running")
    os.utime(left[0], (0, 0))
    run = RunDirectory.create(tmp_path, "x")
    assert [path.exists() for path in left] == [False, True]
    assert [each.name for each in all_runs(tmp_path)] == [run.name] == ["x"]


def test_a_folder_that_nobody_may_look_into_does_not_hide_the_others(tmp_path, monkeypatch):
    runs = [RunDirectory.create(tmp_path, name) for name in "xy"]
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "x")
    assert [run.name for run in all_runs(tmp_path)] == [runs[1].name]


def test_a_new_run_is_running(tmp_path):
    run = RunDirectory.create(tmp_path / "deep" / "runs", "x")
    assert run.status == "running" and (run.path / "plots").is_dir()
    run.status = "done"
    assert RunDirectory(run.path).status == "done"


def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(DataError, match="no run can be stored here"):
        RunDirectory.create(tmp_path / "runs", "x")
    assert (tmp_path / "runs").read_text() == "mine"


def test_runs_are_found_by_latest_name_start_and_path(tmp_path):
    first, second = (RunDirectory.create(tmp_path, name) for name in ("a-one", "b-two"))
    assert find_run("latest", tmp_path).name == second.name
    assert find_run("a-one", tmp_path).name == first.name
    assert find_run("a", tmp_path).name == first.name
    assert find_run(str(first.path), tmp_path / "elsewhere").name == first.name
    assert [run.name for run in all_runs(tmp_path)] == ["a-one", "b-two"]


def test_a_run_that_is_not_there_names_the_close_ones(tmp_path):
    RunDirectory.create(tmp_path, "20261120-0912-lenet5-digits")
    with pytest.raises(DataError, match="Close: 20261120-0912-lenet5-digits"):
        find_run("20261120-0912-lenet-digits", tmp_path)


def test_latest_of_no_runs_says_how_to_make_one(tmp_path):
    with pytest.raises(DataError, match="tensorlite train lenet5"):
        find_run("latest", tmp_path / "runs")


def test_latest_survives_the_loss_of_its_pointer_and_of_the_run_it_names(tmp_path):
    run = RunDirectory.create(tmp_path, "x")
    (tmp_path / "latest").write_text("gone\n")
    assert find_run("latest", tmp_path).name == run.name
    (tmp_path / "latest").unlink()
    assert find_run("latest", tmp_path).name == run.name


def test_a_path_to_data_is_stored_as_seen_from_the_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "mine").mkdir(parents=True)
    run = RunDirectory.create(tmp_path / "runs", "x")
    stored = relative_path("data/mine", run.path)
    assert stored == "../../data/mine"
    run.write_settings(Settings(model="lenet5", data=stored))
    assert run.settings().data == "data/mine"
    monkeypatch.chdir(tmp_path / "data")
    assert run.settings().data == "mine"


def test_the_name_of_a_data_set_is_stored_as_it_is(tmp_path):
    run = RunDirectory.create(tmp_path, "x")
    run.write_settings(Settings(model="lenet5", data="digits"))
    assert run.settings().data == "digits"


def test_a_run_without_weights_says_so(tmp_path):
    run = RunDirectory.create(tmp_path, "x")
    with pytest.raises(DataError, match="no weights in this run .status: running"):
        _ = run.weights
    run.last.write_bytes(b"")
    assert run.weights == run.last
    run.best.write_bytes(b"")
    assert run.weights == run.best


def test_a_run_without_weights_names_the_newest_that_has_some(tmp_path):
    for name in ("one", "two", "three"):
        run = RunDirectory.create(tmp_path, name)
        if name != "three":
            run.last.write_bytes(b"")
    for moment, name in enumerate(("two", "one", "three")):
        os.utime(tmp_path / name, (moment, moment))
    with pytest.raises(DataError) as caught:
        _ = find_run("latest", tmp_path).weights
    assert caught.value.hint.startswith(f"tensorlite evaluate {tmp_path / 'one'} ")


def test_damaged_json_and_missing_metrics_are_empty(tmp_path):
    run = RunDirectory.create(tmp_path, "x")
    assert run.read_json("result.json") == {} and run.metrics() == []
    (run.path / "result.json").write_text("[1,")
    assert run.read_json("result.json") == {}
    run.write_json("result.json", {"a": "ä"})
    assert json.loads((run.path / "result.json").read_text(encoding="utf-8")) == {"a": "ä"}


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match=r"file: cannot be written \(No space left on device\)"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["file"]
