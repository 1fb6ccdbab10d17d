"""What the machine does wrong ends in one sentence, and nothing that was there is lost."""

import errno
import os
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from tensorlite.errors import DataError
from tensorlite.training import Layer, RunDirectory, prepare
from tensorlite.training.resuming import resumption

resource = pytest.importorskip("resource", reason="limits of files are a matter of Unix")
KEPT = ("state.safetensors", "best.safetensors", "last.safetensors")
TOLD = {"model": "lenet5", "overfit": 16, "ema": 0.9, "epochs": 2, "lr": 1e-4}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of one epoch of two."""
    session = prepare(Layer("test", {**TOLD, "time_limit": "0s"}))
    run = RunDirectory.create(tmp_path_factory.mktemp("runs"), "x")
    session.fit(run)
    return run


@contextmanager
def no_file_beyond(size):
    """Let no file grow beyond a size, as if the disk were full; nor that of pytest's own output."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def contents(run):
    return {name: (run.path / name).read_bytes() for name in KEPT}


@pytest.mark.parametrize("share", np.linspace(0, 0.98, 20).round(3))
def test_a_full_disk_is_one_sentence_and_the_state_before_stays(finished, share):
    before, names = contents(finished), sorted(os.listdir(finished.path))
    session = prepare(Layer("test", {**TOLD, "epochs": 9}))
    resumed = resumption(finished, session.config.settings)
    refused = pytest.raises(DataError, match="cannot be written .File too large.")
    with refused as caught, no_file_beyond(int(share * len(before["state.safetensors"]))):
        session.fit(finished, (), (), resumed)
    assert "\n" not in str(caught.value)
    after = contents(finished)
    assert after["state.safetensors"] == before["state.safetensors"]
    assert after["best.safetensors"] == before["best.safetensors"]
    assert sorted(os.listdir(finished.path)) == names


def test_a_disk_without_room_for_a_run_is_left_as_it_was(tmp_path):
    with (
        pytest.raises(DataError, match="/runs: cannot be written .File too large."),
        no_file_beyond(0),
    ):
        RunDirectory.create(tmp_path / "runs", "x")
    assert list(tmp_path.iterdir()) == []


def test_how_a_run_ended_is_written_also_where_there_is_no_room_for_a_file(tmp_path):
    run = RunDirectory.create(tmp_path, "x")
    (run.path / f".STATUS.{os.getpid()}.tmp").mkdir()  # no new file can be written
    run.settle("interrupted")
    assert run.status == "interrupted"


def test_a_write_that_fails_is_an_error_of_the_training(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    session, run = prepare(Layer("test", TOLD)), RunDirectory.create(tmp_path, "x")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DataError, match="cannot be written .Input/output error."):
        session.fit(run)


def test_a_row_that_does_not_fit_is_not_written_in_part(tmp_path):
    from tensorlite.files import append_text

    append_text(tmp_path / "x", "one\n")
    with pytest.raises(DataError, match="cannot be written"), no_file_beyond(6):
        append_text(tmp_path / "x", "two\n")
    assert (tmp_path / "x").read_text() == "one\n"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted by Linux")
@pytest.mark.slow
@pytest.mark.parametrize(
    "told",
    [
        {"model": "lenet5", "ema": 0.9, "augment": ["shift"], "save_every": "20"},
        {"model": "resnet8", "augment": ["shift", "rotation"], "workers": 4, "limit_train": 400},
    ],
    ids=["averages", "batch norm"],
)
def test_the_memory_after_epoch_20_is_that_after_epoch_2(tmp_path, told):
    class Watch:
        def __init__(self):
            self.taken = []

        def on_epoch_end(self, trainer):
            with open("/proc/self/statm", encoding="ascii") as file:
                self.taken.append(int(file.read().split()[1]))

    watch = Watch()
    prepare(Layer("test", {**told, "epochs": 21})).fit(RunDirectory.create(tmp_path, "x"), [watch])
    # The batches that workers hold ready come and go: the least of three epochs tells.
    assert min(watch.taken[18:21]) < 1.02 * min(watch.taken[1:4])
