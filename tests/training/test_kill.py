"""A training that is killed at random instants ends in the same bytes (pytest -m slow FILE).

``TENSORLITE_KILLS`` is the number of kills, 50 if not given.
"""

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
    *("train", "dropping", "--epochs", "8", "--ema", "0.99", "--warmup-epochs", "1"),
    *("--optimizer", "sgd", "--lr", "0.05", "--set", "optimizer_options.momentum=0.9"),
    *("--augment", "shift(pixels=2), rotation(10), mixup", "--save-every", "13"),
]
SAME = ("best.safetensors", "last.safetensors")


@pytest.fixture
def start(tmp_path):
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")

    def begin(*words):
        command = [sys.executable, "-m", "tensorlite.cli", *words, "--plugin", "net.py"]
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    return begin


@pytest.mark.slow
def test_killed_at_random_instants_a_training_ends_in_the_same_bytes(start, tmp_path):
    def words(name):
        exists = (tmp_path / "runs" / name / "STATUS").is_file()
        return ["resume", name] if exists else [*TOLD, "--name", name]

    def finish(name):
        process = start(*words(name))
        _, said = process.communicate()
        assert process.returncode == 0, said

    def files(name):
        paths = (tmp_path / "runs" / name).iterdir()
        return {path.name: path.read_bytes() if path.name in SAME else None for path in paths}

    finish("warm")
    began = time.perf_counter()
    finish("whole")
    length, kills, trial = time.perf_counter() - began, 0, 0
    while kills < KILLS:
        trial += 1
        draw = random.Random(trial)
        for _ in range(draw.choice((1, 1, 2, 4))):
            process = start(*words(f"x{trial}"))
            try:
                _, said = process.communicate(timeout=draw.uniform(0.2, 1.0) * length)
                assert process.returncode == 0, said
                break  # it came to its end
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
        else:
            finish(f"x{trial}")
        assert files(f"x{trial}") == files("whole"), f"trial {trial}"


@pytest.mark.slow
def test_killed_during_the_first_compilation_a_training_goes_on(start, tmp_path, monkeypatch):
    monkeypatch.setenv("TENSORLITE_CACHE_DIR", str(tmp_path / "cache"))
    for seconds in (8, 20):
        process = (
            start(*TOLD, "--name", "x", "--epochs", "1") if seconds == 8 else start("resume", "x")
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
        process.communicate()
    process = start("resume", "x")
    _, said = process.communicate()
    assert process.returncode == 0, said
