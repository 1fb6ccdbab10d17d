import numpy as np
import pytest

import tensorlite as tl
import tensorlite.nn.functional as F
from tensorlite.augment import (
    Compose,
    CutMix,
    HorizontalFlip,
    Mixup,
    OneOf,
    RandAugment,
    Sometimes,
    TrivialAugment,
    augment_targets,
)
from tensorlite.augment.policy import NAMES
from tensorlite.data import ArrayDataset, DataLoader
from tensorlite.errors import ConfigError
from tensorlite.random import Generator


def sources(count, seed=0):
    return [Generator(seed, 0, index) for index in range(count)]


def flat(count):
    """Picture i is filled with i."""
    values = np.arange(count, dtype=np.float32) / count
    return np.broadcast_to(values[:, None, None, None], (count, 1, 16, 16)).copy()


@pytest.mark.parametrize("augmentation", [Mixup(1.0), CutMix(), Sometimes(Mixup(1.0), 0.5)])
def test_labels_are_mixed_in_the_shares_of_the_pictures(augmentation):
    images, labels = flat(20), np.arange(20)
    mixed, rows = augment_targets(augmentation, images, labels, sources(20), classes=20)
    assert rows.dtype == np.float32 and rows.shape == (20, 20)
    assert np.allclose(rows.sum(axis=1), 1) and (rows >= 0).all()
    assert ((rows > 0).sum(axis=1) <= 2).all() and ((rows > 0).sum(axis=1) == 2).any()
    # The mean of a picture says how much of which there is in it.
    assert np.allclose(mixed.mean(axis=(1, 2, 3)), rows @ (np.arange(20) / 20), atol=1e-5)


def test_cross_entropy_takes_the_rows():
    _, rows = augment_targets(Mixup(), flat(4), np.arange(4), sources(4), lambda: 6)
    scores = tl.randn(4, 6, requires_grad=True)
    loss = F.cross_entropy(scores, tl.from_numpy(rows))
    logs = scores.detach().numpy() - np.log(
        np.exp(scores.detach().numpy()).sum(axis=1, keepdims=True)
    )
    assert loss.item() == pytest.approx(float(-(rows * logs).sum(axis=1).mean()), rel=1e-5)


def test_without_mixing_labels_stay_classes():
    labels = np.array([3, 1])
    assert augment_targets(HorizontalFlip(), flat(2), labels, sources(2))[1] is labels
    assert augment_targets(Sometimes(Mixup(), p=0), flat(2), labels, sources(2))[1] is labels


def test_rows_can_be_mixed_again():
    both = Compose([Mixup(1.0), CutMix()])
    _, rows = augment_targets(both, flat(9), np.arange(9), sources(9))
    assert np.allclose(rows.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    "labels, classes", [(np.array([0.5, 1]), None), (np.array([0, 4]), 3)], ids=["floats", "few"]
)
def test_labels_that_are_no_classes_are_refused(labels, classes):
    with pytest.raises(ConfigError, match="expected"):
        augment_targets(Mixup(), flat(2), labels, sources(2), classes=classes)


@pytest.mark.parametrize("wrong", [lambda: Mixup(0), lambda: CutMix(p=2), lambda: Mixup(alpha=-1)])
def test_impossible_options_are_refused(wrong):
    with pytest.raises(ConfigError, match="alpha above 0 and p in 0..1"):
        wrong()


def test_a_loader_gives_rows_and_the_same_ones_with_any_number_of_workers():
    images = np.random.default_rng(0).integers(0, 256, (50, 3, 12, 12), dtype=np.uint8)
    data = ArrayDataset(images, np.arange(50) % 5)
    steps = Compose([RandAugment(2, 9), OneOf([Mixup(), CutMix()])])

    def batches(workers):
        loader = DataLoader(data, 16, shuffle=True, seed=3, augment=steps, num_workers=workers)
        return [(x.numpy().tobytes(), y.numpy().tobytes(), y.shape) for x, y in loader]

    first = batches(0)
    assert [shape for *_, shape in first] == [(16, 5)] * 3 + [(2, 5)]
    assert first == batches(1) == batches(4)


@pytest.mark.parametrize("policy", [RandAugment(3, 30), TrivialAugment()], ids=repr)
@pytest.mark.parametrize("channels", [1, 3])
def test_policies_keep_size_and_range_and_draw_for_each_picture(policy, channels):
    images = np.random.default_rng(0).random((60, channels, 17, 20), dtype=np.float32)
    changed = policy.batch(images, sources(60))
    assert changed.shape == images.shape and changed.dtype == np.float32
    assert changed.min() >= -1e-6 and changed.max() <= 1 + 1e-6
    alone = np.stack([policy(images[i], Generator(0, 0, i)) for i in range(60)])
    assert np.allclose(changed, alone, atol=1e-5)
    assert 20 < sum(not np.array_equal(a, b) for a, b in zip(images, changed, strict=True))


def test_rand_augment_of_strength_0_or_of_no_steps_changes_next_to_nothing():
    images = np.random.default_rng(0).random((20, 3, 8, 8), dtype=np.float32)
    assert np.array_equal(RandAugment(0).batch(images, sources(20)), images)
    assert len(NAMES) == 14
