import numpy as np
import pytest

import tensorlite as tl
from tensorlite.data import ArrayDataset, DataLoader, Dataset, Subset, holdout
from tensorlite.errors import ConfigError, DataError, DTypeError, ShapeError


def numbered(count=6, size=4, classes=3):
    images = np.arange(count, dtype=np.uint8)[:, None, None] * np.ones((size, size), np.uint8)
    return ArrayDataset(images, np.arange(count) % classes)


class Diagonals(Dataset):
    """A data set as a user writes it: a length and items."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return np.roll(np.eye(4, dtype=np.float32), index, axis=1)[None], index


def test_bytes_become_floats_from_0_to_1():
    data = ArrayDataset(np.array([[[0, 255]]], np.uint8), [0])
    image, target = data[0]
    assert image.dtype == np.float32 and image.tolist() == [[[0.0, 1.0]]]
    assert target == 0 and isinstance(target, int)


def test_a_batch_holds_the_same_values_as_the_items():
    data = numbered()
    images, targets = data.batch([4, 1])
    assert np.array_equal(images, np.stack([data[4][0], data[1][0]]))
    assert targets.tolist() == [1, 1] and targets.dtype == np.int64


def test_floats_are_taken_as_they_are():
    data = ArrayDataset(np.full((2, 3, 4, 4), 0.25), [0, 1])
    assert data[0][0].dtype == np.float32 and data[0][0].max() == 0.25


def test_iterating_a_data_set_ends():
    assert [target for _, target in numbered(4)] == [0, 1, 2, 0]


def test_a_subclass_needs_only_length_and_items():
    data = Diagonals()
    assert data.classes == ["0", "1", "2"] and data.image_shape == (1, 4, 4)
    assert data.targets.tolist() == [0, 1, 2]
    assert data.batch([2, 0])[0].shape == (2, 1, 4, 4)


def test_items_may_be_tensors():
    data = [(tl.ones((1, 2, 2)), 3)]
    images, targets = next(iter(DataLoader(data)))
    assert images.shape == (1, 1, 2, 2) and targets.numpy().tolist() == [3]


def test_images_of_several_shapes_are_no_batch():
    data = [(np.zeros((1, 2, 2)), 0), (np.zeros((1, 3, 3)), 0)]
    with pytest.raises(ShapeError, match=r"one shape, got \(1, 2, 2\) and \(1, 3, 3\)"):
        next(iter(DataLoader(data, batch_size=2)))


def test_a_subset_keeps_the_given_order():
    part = Subset(numbered(), [5, 0])
    assert part.targets.tolist() == [2, 0] and len(part) == 2
    assert part[0][0].max() == pytest.approx(5 / 255)
    assert part.batch([1])[0].max() == 0


def test_a_subset_of_adapted_data_is_adapted():
    part = Subset(numbered(), [5, 0]).adapt(3, 6, 6)
    assert part.image_shape == (3, 6, 6) == part[0][0].shape
    assert part.targets.tolist() == [2, 0]
    assert "grey to colour" in part.adaptation


def test_one_label_too_few_is_named():
    with pytest.raises(ShapeError, match=r"expected 2 targets \(N,\), got \(1,\)"):
        ArrayDataset(np.zeros((2, 4, 4), np.uint8), [0])


def test_a_label_without_a_class_is_named():
    with pytest.raises(DataError, match="expected targets from 0 to 1, got 2"):
        ArrayDataset(np.zeros((1, 4, 4), np.uint8), [2], classes=["a", "b"])


def test_channels_at_the_end_are_refused_with_the_remedy():
    with pytest.raises(ShapeError, match=r"transpose\(0, 3, 1, 2\)"):
        ArrayDataset(np.zeros((2, 8, 8, 3), np.uint8), [0, 0])


def test_integers_wider_than_a_byte_are_refused():
    with pytest.raises(DTypeError, match="got int64"):
        ArrayDataset(np.zeros((2, 8, 8), np.int64), [0, 0])


def test_fitting_data_is_not_wrapped():
    data = numbered()
    assert data.adapt(1, 4, 4) is data


def test_adapting_twice_starts_from_the_original():
    small = numbered().adapt(1, 2, 2)
    again = small.adapt(1, 6, 6)
    assert again.adaptation == "4x4 padded with zeros to 6x6"


@pytest.mark.parametrize("fraction", [0.1, 0.25])
def test_the_holdout_takes_the_same_share_of_every_class(fraction):
    data = ArrayDataset(np.zeros((60, 4, 4), np.uint8), np.repeat([0, 1, 2], [40, 16, 4]))
    stays, aside = holdout(data, fraction, seed=1)
    for number, count in enumerate((40, 16, 4)):
        assert np.sum(aside.targets == number) == max(round(count * fraction), 1)
    assert sorted([*stays.indices, *aside.indices]) == list(range(60))


def test_the_holdout_follows_from_its_seed():
    data = numbered(60)
    first, again, other = (holdout(data, 0.2, seed)[1].indices.tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_a_class_of_one_stays():
    data = ArrayDataset(np.zeros((5, 4, 4), np.uint8), [0, 0, 0, 0, 1])
    stays, aside = holdout(data, 0.5)
    assert aside.targets.tolist() == [0, 0] and 1 in stays.targets


def test_a_fraction_of_1_is_refused():
    with pytest.raises(ConfigError, match="between 0 and 1, got 1"):
        holdout(numbered(), 1)
