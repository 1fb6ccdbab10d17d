"""Small data sets and finished trainings that several tests look at."""

import numpy as np
import pytest

from tensorlite.data import ArrayDataset
from tensorlite.training import Layer, RunDirectory, prepare


def stripes(count=64, seed=0):
    """Two classes that a network learns at once: horizontal and vertical stripes."""
    rng = np.random.default_rng(seed)
    targets = np.arange(count) % 2
    pattern = np.where(np.arange(28) // 4 % 2, 200, 20).astype(np.uint8)
    images = np.where(targets[:, None, None], pattern[None, :], pattern[:, None])
    return ArrayDataset(
        (images + rng.integers(0, 30, images.shape)).astype(np.uint8),
        targets,
        classes=["lying", "standing"],
        name="stripes",
    )


@pytest.fixture
def stripes_on_disk(tmp_path):
    """The stripes as pictures in folders, one per class."""
    from PIL import Image

    dataset = stripes(40)
    for index, (image, target) in enumerate(zip(dataset.images, dataset.targets, strict=True)):
        folder = tmp_path / "stripes" / dataset.classes[target]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[0]).save(folder / f"{index:03}.png")
    return tmp_path / "stripes"


@pytest.fixture
def train(tmp_path, stripes_on_disk):
    """Train lenet5 on the stripes for an epoch and return the result."""

    def run(name="run", callbacks=(), **settings):
        told = {"model": "lenet5", "data": str(stripes_on_disk), "epochs": 1, "batch_size": 8}
        session = prepare(Layer("test", {**told, **settings}))
        return session.fit(RunDirectory.create(tmp_path / "runs", name), callbacks)

    return run
