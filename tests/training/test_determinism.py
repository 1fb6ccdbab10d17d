"""Whole trainings give the same bytes with one thread and with two (pytest -m slow FILE)."""

import pytest

from tensorlite.training import Layer, RunDirectory, prepare

TOLD = {"epochs": 1, "limit_train": 96, "batch_size": 32, "lr": 0.01}
MODELS = {
    "lenet5": {"ema": 0.9, "augment": ["shift", "rotation"]},
    "resnet8": {"accumulate": 2, "mixup": 0.2},
    "vgg_mini": {"cutmix": 1.0},
    "nin_mini": {"workers": 2},
    "googlenet_mini": {},
    "densenet_mini": {},
    "alexnet_lite": {"optimizer": "sgd", "optimizer_options": {"momentum": 0.9}},
    "zfnet_lite": {"optimizer": "rmsprop", "lr": 0.001},
    "localizer": {"data": "canvas"},
}


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_a_training_gives_the_same_bytes_with_one_thread_and_with_two(tmp_path, model):
    runs = []
    for threads in (1, 2):
        told = {**TOLD, **MODELS[model], "model": model, "threads": threads}
        run = RunDirectory.create(tmp_path, f"x{threads}")
        prepare(Layer("test", told)).fit(run)
        runs.append(run)
    one, two = ((run.best.read_bytes(), run.last.read_bytes()) for run in runs)
    assert one == two
