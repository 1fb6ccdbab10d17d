import sys
from types import SimpleNamespace

import pytest
from tensorlite_board import Board

from tensorlite.errors import ConfigError
from tensorlite.testing import check_callback


def test_the_callback_keeps_its_promises():
    check_callback(Board)


def test_without_tensorboard_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ConfigError, match="pip install"):
        Board().on_train_start(None)


def test_the_figures_are_written(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    optimizer = SimpleNamespace(param_groups=[{"lr": 0.5}])
    trainer = SimpleNamespace(history=[{"epoch": 1, "loss": 2.0}], epoch=1, optimizer=optimizer)
    board = Board(str(tmp_path))
    for told in (board.on_train_start, board.on_epoch_end, board.on_train_end):
        told(trainer)
    (file,) = tmp_path.iterdir()
    found = [v.tag for e in EventFileLoader(str(file)).Load() for v in e.summary.value]
    assert found == ["loss", "lr"]
