"""Small data sets and finished trainings that several tests look at."""

import numpy as np
import pytest
from PIL import Image

from tensorlite.data import ArrayDataset
from tensorlite.training import Layer, RunDirectory, prepare


@pytest.fixture
def stripes():
    """Two classes that a network learns at once: lying and standing stripes."""

    def build(count=32, seed=0):
        rng = np.random.default_rng(seed)
        targets = np.arange(count) % 2
        bright = np.where(np.arange(28) // 4 % 2, 200, 20)
        images = np.where(targets[:, None, None], bright[None, :], bright[:, None])
        images = (images + rng.integers(0, 30, images.shape)).astype(np.uint8)
        return ArrayDataset(images, targets, classes=["lying", "standing"], name="stripes")

    return build


@pytest.fixture
def folder(tmp_path, stripes):
    """The stripes as pictures in folders, one per class."""
    dataset = stripes(40)
    for index, (image, target) in enumerate(zip(dataset.images, dataset.targets, strict=True)):
        place = tmp_path / "stripes" / dataset.classes[target]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[0]).save(place / f"{index:03}.png")
    return tmp_path / "stripes"


@pytest.fixture
def train(tmp_path, folder):
    """Train lenet5 on the stripes and return the result."""

    def run(name="run", callbacks=(), **settings):
        told = {"model": "lenet5", "data": str(folder), "epochs": 1, "batch_size": 8}
        session = prepare(Layer("test", {**told, **settings}))
        return session.fit(RunDirectory.create(tmp_path / "runs", name), callbacks)

    return run
