"""A training that is killed at random instants ends in the same bytes (pytest -m slow FILE).

``TENSORLITE_KILLS`` is the number of kills of the first test, 50 if not given; each of the other
networks and settings gets a tenth of it.
"""

import csv
import json
import os
import random
import subprocess
import sys
import time

import pytest

KILLS = int(os.environ.get("TENSORLITE_KILLS", "50"))
NET = """
from tensorlite import nn
from tensorlite.plugins import hookimpl

def dropping(num_classes, in_channels, image_size):
    return nn.Sequential(
        nn.Conv2d(in_channels, 8, 5, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.3),
        nn.Flatten(), nn.Linear(8 * 12 * 12, num_classes),
    )

@hookimpl
def register_models(register):
    register("dropping", dropping)
"""
TOLD = [
    *("dropping", "--epochs", "8", "--ema", "0.99", "--warmup-epochs", "1"),
    *("--optimizer", "sgd", "--lr", "0.05", "--set", "optimizer_options.momentum=0.9"),
    *("--augment", "shift(pixels=2), rotation(10), mixup", "--save-every", "13"),
]
FEW = ["--limit-train", "200", "--epochs", "3", "--batch-size", "16", "--save-every", "2"]
OTHERS = {
    "residual": ["resnet8", *FEW, "--set", "accumulate=3", "--ema", "0.9", "--augment", "shift(2)"],
    "growing": ["vgg_mini", *FEW, "--set", "image_sizes={1=20, 3=28}", "--cutmix", "1"],
    "alone": ["lenet5", *FEW, "--workers", "0", "--clip-norm", "1", "--schedule", "one_cycle"],
    "helped": ["nin_mini", *FEW, "--workers", "4", "--mixup", "0.2", "--save-every", "1"],
    "boxes": ["localizer", *FEW, "--data", "canvas", "--ema", "0.9", "--augment", "shift(2)"],
    "patient": ["lenet5", *FEW, "--epochs", "9", "--patience", "1", "--lr", "0.05"],
    "rare": ["resnet8", *FEW, "--save-every", "1s", "--label-smoothing", "0.1"],
}
WHOLE = ("best.safetensors", "last.safetensors")
TIMES = ("seconds", "images_per_second", "time")


@pytest.fixture
def start(tmp_path):
    """Begin a run, or go on with it if it is there; gives the process."""
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")

    def begin(name, told=TOLD):
        there = (tmp_path / "runs" / name).is_dir()
        words = ["resume", name] if there else ["train", *told, "--name", name]
        command = [sys.executable, "-m", "tensorlite.cli", *words, "--plugin", "net.py"]
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "encoding": "utf-8"}
        return subprocess.Popen(command, cwd=tmp_path, **pipes)

    return begin


@pytest.fixture
def finish(start):
    """Let a run come to its end; gives how long it took."""

    def run(name, told=TOLD):
        began = time.perf_counter()
        process = start(name, told)
        _, said = process.communicate()
        assert process.returncode == 0, said
        return time.perf_counter() - began

    return run


@pytest.fixture
def outcome(tmp_path):
    """What a run leaves: its files, the bytes of its weights, its figures and its log."""

    def read(name):
        folder = tmp_path / "runs" / name
        with open(folder / "metrics.csv", encoding="utf-8", newline="") as file:
            figures = [untimed(row) for row in csv.DictReader(file)]
        lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
        events = [untimed(json.loads(line)) for line in lines]
        return {
            "files": sorted(os.listdir(folder)),
            "weights": [(folder / file).read_bytes() for file in WHOLE],
            "figures": figures,
            "events": [event for event in events if event["event"] in ("epoch", "end")],
        }

    return read


@pytest.fixture
def kill_often(start, finish, outcome):
    """Kill runs that many times, up to four times in a row, and compare each with a whole one."""

    def kill(kills, told=TOLD):
        finish("warm", told)
        length, trial = finish("whole", told), 0
        while kills > 0:
            trial += 1
            draw = random.Random(trial)
            for _ in range(draw.choice((1, 1, 2, 4))):
                process = start(f"x{trial}", told)
                if ends_within(process, draw.uniform(0.0, 1.0) * length):
                    break
                kills -= 1
            finish(f"x{trial}", told)
            assert outcome(f"x{trial}") == outcome("whole"), f"trial {trial}"

    return kill


def untimed(row):
    return {key: value for key, value in row.items() if key not in TIMES}


def ends_within(process, seconds):
    """Whether a process ends in time; it is killed if it does not."""
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        killed(process)
        return False
    assert process.returncode == 0, said
    return True


def killed(process):
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_killed_at_random_instants_a_training_ends_in_the_same_bytes(kill_often):
    kill_often(KILLS)


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_and_settings_end_in_the_same_bytes(kill_often, name):
    kill_often(KILLS / 10, OTHERS[name])


@pytest.mark.slow
def test_a_fine_tuning_needs_nothing_but_its_folder(kill_often, finish, tmp_path):
    finish("first", OTHERS["alone"])
    start = ["--set", "start=runs/first/best.safetensors", "--set", "freeze='features'"]
    kill_often(KILLS / 10, [*OTHERS["alone"], *start, "--set", "freeze_epochs=1"])


@pytest.mark.slow
def test_killed_during_a_save_a_training_ends_in_the_same_bytes(start, finish, outcome, tmp_path):
    told, count = OTHERS["growing"], 0  # whose files are the largest
    finish("whole", told)
    for number in range(KILLS // 5):
        process = start(f"x{number}", told)
        while process.poll() is None and not list(tmp_path.glob(f"runs/x{number}/.*.tmp")):
            pass
        killed(process)
        count += bool(list(tmp_path.glob(f"runs/x{number}/.*.tmp")))
        finish(f"x{number}", told)
        assert outcome(f"x{number}") == outcome("whole"), f"trial {number}"
    assert count > 0  # that at least one was caught in the act


@pytest.mark.slow
def test_killed_during_the_first_compilation_a_training_ends_in_the_same_bytes(
    start, finish, outcome, tmp_path, monkeypatch
):
    finish("whole")
    cache = tmp_path / "cache"
    monkeypatch.setenv("TENSORLITE_CACHE_DIR", str(cache))
    for compiled in (0, 1, 4, 8):  # kernels that are on the disk when it is killed
        process = start("x")
        while process.poll() is None and not (
            (tmp_path / "runs" / "x").is_dir() and len(list(cache.rglob("*.nbi"))) >= compiled
        ):
            pass
        assert process.poll() is None, process.communicate()
        killed(process)
    finish("x")
    assert outcome("x") == outcome("whole")
