"""``tensorlite models verify``: a model of a plugin is trained again and held against its log."""

from __future__ import annotations

import json
from pathlib import Path

PLUGIN = '''\
from pathlib import Path

from tensorlite import nn
from tensorlite.plugins import hookimpl


def tiny(num_classes=10, in_channels=1, image_size=(28, 28)):
    """One layer."""
    return nn.Sequential(nn.Flatten(), nn.Linear(in_channels * 28 * 28, num_classes))


@hookimpl
def register_models(register):
    register("tiny", tiny, log=Path(__file__).with_name("tiny.json"))
'''


def write_plugin(folder: Path, data: str, early: float) -> None:
    epochs = [{"train_loss": 2.2, "val_acc": 0.5}, {"train_loss": 1.8, "val_acc": early}]
    run = {"seed": 0, "best_epoch": 2, "figures": {"acc": early}, "epochs": epochs}
    item = {"data": data, "licence": "CC", "split": "val", "images": 360, "settings": {}}
    item |= {"seconds": 1.0, "timing": "", "runs": [run]}
    (folder / "tiny.py").write_text(PLUGIN)
    (folder / "tiny.json").write_text(json.dumps([item]))


QUICK = ("models", "verify", "tiny", "--quick", "--json", "--plugin", "tiny.py")


def test_a_quick_check_trains_two_epochs_and_compares(tensorlite, tmp_path: Path) -> None:
    write_plugin(tmp_path, "digits", early=0.8)
    done = tensorlite(*QUICK)
    assert done.returncode == 0, done.stderr
    found = {each["figure"]: each for each in json.loads(done.stdout)}
    assert {name: each["status"] for name, each in found.items()} == {
        "train_loss": "reached",
        "val_acc": "reached",
    }
    assert found["train_loss"]["least"] == 2.0 > found["train_loss"]["got"] > 0
    (metrics,) = (tmp_path / "runs").glob("*/metrics.csv")
    assert len(metrics.read_text().splitlines()) == 3


def test_a_figure_that_is_missed_exits_with_6(tensorlite, tmp_path: Path) -> None:
    write_plugin(tmp_path, "digits", early=1.3)
    done = tensorlite(*QUICK)
    assert (done.returncode, json.loads(done.stdout)[-1]["status"]) == (6, "missed")


def test_data_that_are_not_here_are_said_to_be_missing(tensorlite, tmp_path: Path) -> None:
    write_plugin(tmp_path, "elsewhere", early=0.8)
    done = tensorlite(*QUICK)
    assert (done.returncode, json.loads(done.stdout)[0]["status"]) == (3, "no data")
    assert "elsewhere" in done.stderr


def test_a_model_without_a_log_cannot_be_verified(tensorlite) -> None:
    done = tensorlite("models", "verify", "squeezenet")
    assert done.returncode == 3
    assert "has no log" in done.stderr
