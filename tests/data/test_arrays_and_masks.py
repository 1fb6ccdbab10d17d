"""CIFAR's binary form, npz, and masks."""

import gzip

import numpy as np
import pytest

from tensorlite.data import open_data
from tensorlite.errors import DataError
from tests.data.layouts import Tree

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 8), dtype=np.uint8)
LABELS = np.array([0, 1, 2] * 2)


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def problem(source):
    with pytest.raises(DataError) as caught:
        open_data(source)
    return caught.value.message


def records(count, labels=1):
    found = np.zeros((count, labels + 3072), np.uint8)
    found[:, labels - 1] = np.arange(count) % 4
    found[:, labels] = 255  # the first red pixel
    return found.tobytes()


def test_any_number_of_cifar_batches_is_read(tmp_path):
    for number in (1, 2, 11):
        (tmp_path / f"data_batch_{number}.bin").write_bytes(records(4))
    (tmp_path / "test_batch.bin.gz").write_bytes(gzip.compress(records(3)))
    (tmp_path / "batches.meta.txt").write_text("a\nb\nc\nd\n\n")
    data = open_data(tmp_path)
    assert data.kind == "cifar" and data.image_shape == (3, 32, 32)
    assert data.counts()["train"] == dict.fromkeys("abcd", 3)
    image, target = data.splits["test"][2]
    assert target == 2 and image[0, 0, 0] == 1 and image[1, 0, 0] == 0


def test_of_two_labels_the_finer_one_is_taken(tmp_path):
    (tmp_path / "train.bin").write_bytes(records(4, labels=2))
    (tmp_path / "test.bin").write_bytes(records(2, labels=2))
    assert open_data(tmp_path).counts()["train"] == {str(n): 1 for n in range(4)}
    assert list(open_data(tmp_path / "test.bin").splits) == ["test"]


def test_a_truncated_batch_is_named_with_the_byte(tmp_path):
    (tmp_path / "data_batch_1.bin").write_bytes(records(3)[:-7])
    assert "is truncated at byte 9,212" in problem(tmp_path)
    (tmp_path / "data_batch_1.bin").unlink()
    (tmp_path / "data_batch_1.bin.gz").write_bytes(gzip.compress(records(3))[:-7])
    assert "truncated" in problem(tmp_path)


@pytest.mark.parametrize(
    "arrays, sizes",
    [
        (
            {"x_train": PIXELS, "y_train": LABELS, "x_test": PIXELS[:3], "y_test": LABELS[:3]},
            {"train": 6, "test": 3},
        ),
        (
            {
                "train_images": PIXELS,
                "train_labels": LABELS,
                "val_images": PIXELS,
                "val_labels": LABELS,
            },
            {"train": 6, "val": 6},
        ),
        ({"images": np.stack([PIXELS] * 3, -1), "labels": LABELS[:, None]}, {"train": 6}),
        ({"arr_0": PIXELS / 255, "arr_1": np.eye(3)[LABELS]}, {"train": 6}),
        ({"X": PIXELS.astype(np.uint16) * 257, "y": LABELS.astype(float)}, {"train": 6}),
    ],
)
def test_arrays_are_known_by_their_names(tmp_path, arrays, sizes):
    np.savez(tmp_path / "a.npz", **arrays)
    data = open_data(tmp_path / "a.npz")
    assert {split: len(part) for split, part in data.splits.items()} == sizes
    assert data.classes == ["0", "1", "2"] and data.name == "a"
    image, target = data.splits["train"][4]
    assert target == 1 and np.allclose(image[0], PIXELS[4] / 255, atol=1e-6)


def test_text_and_names_become_classes(tmp_path):
    np.savez(tmp_path / "train.npz", images=PIXELS, labels=np.array(list("cabcab")))
    assert open_data(tmp_path).splits["train"].targets.tolist() == [2, 0, 1] * 2
    names = np.array(["x", "y", "z"])
    np.savez(tmp_path / "train.npz", images=PIXELS, labels=LABELS, class_names=names)
    assert open_data(tmp_path).classes == ["x", "y", "z"]


def test_cifar_for_python_is_known_and_not_unpickled(tmp_path):
    (tmp_path / "data_batch_1").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    (tmp_path / "batches.meta").write_bytes(b"x")
    assert "version for Python: pickles, which can run code" in problem(tmp_path)


def test_pickles_and_damaged_files_are_refused(tmp_path):
    file = tmp_path / "a.npz"
    np.savez(file, images=PIXELS, labels=np.array([{}] * 6, dtype=object))
    assert "pickled objects, which can run code and are not read" in problem(file)
    np.savez(file, images=PIXELS)
    assert "has no labels for train" in problem(file)
    np.savez(file, images=PIXELS, labels=LABELS[:5])
    assert "has 5 labels for 6 images" in problem(file)
    file.write_bytes(file.read_bytes()[:300])
    assert "cannot be read" in problem(file)


@pytest.mark.parametrize(
    "image, mask, split",
    [
        ("images/{}.png", "masks/{}.png", "train"),
        ("images/{}.jpg", "masks/{}_mask.png", "train"),
        ("val/images/{}.png", "val/masks/{}.png", "val"),
        ("images/test/{}.png", "labels/test/{}.png", "test"),
        ("train/{}.png", "trainannot/{}.png", "train"),
        ("JPEGImages/{}.jpg", "SegmentationClass/{}.png", "train"),
    ],
)
@pytest.mark.parametrize("palette", [False, True])
def test_masks_are_found_in_each_layout(tree, image, mask, split, palette):
    for name in "ab":
        tree.picture(image.format(name))
        tree.mask(mask.format(name), palette=palette)
    tree.table("classes.csv", "index,name,red,green,blue", "0,ground,0,0,0", "1,thing,9,9,9")
    data = open_data(tree.root)
    assert (data.kind, data.task) == ("masks", "masks")
    assert data.counts() == {split: {"ground": 608, "thing": 32}}
    target = data.splits[split][0][1]["mask"]
    assert target.dtype == np.int64 and target[4:8, 4:8].all() and target.sum() == 16


def test_masks_follow_their_pictures(tree):
    from PIL import Image

    numbers = np.zeros((40, 60), np.uint8)
    numbers[10:30, 20:35] = 1
    for path, picture in (("images", numbers * 255), ("masks", numbers)):
        (tree.root / path).mkdir()
        Image.fromarray(picture).save(tree.root / path / "a.png")
    train = open_data(tree.root).splits["train"]
    for size in ((40, 40), (80, 120), (20, 30), (33, 57)):
        image, target = train.adapt(1, *size)[0]
        assert target["mask"].shape == size
        assert ((image[0] > 0.5) != target["mask"]).mean() < 0.03


def test_masks_in_colour_need_colours(tree):
    tree.picture("images/a.png")
    tree.picture("masks/a.png", colour=(9, 8, 7))
    assert "is in colour, and no colours of classes are known" in problem(tree.root)
    tree.table("class_dict.csv", "name,r,g,b", "ground,0,0,0", "thing,9,8,7")
    assert open_data(tree.root).counts() == {"train": {"ground": 0, "thing": 320}}


def test_a_mask_that_does_not_fit_is_named(tree):
    tree.pictures("images/a.png", "images/b.png", "images/c.png")
    tree.mask("masks/a.png", size=(10, 10))
    tree.mask("masks/b.png", value=3)
    tree.mask("masks/c.png")
    tree.table("classes.csv", "index,name", "0,ground", "1,thing")
    assert "a.png has 10x10 pixels, its picture 16x20" in problem(tree.root)
    data = open_data(tree.root, skip_bad=True)
    assert [file.name for file in data.splits["train"].files] == ["c.png"]
    assert "b.png has class number 3, but there are 2 classes." in data.defects[1].message


def test_pixels_of_no_class_are_255(tree):
    tree.picture("images/a.png")
    tree.mask("masks/a.png", value=255)
    data = open_data(tree.root)
    assert data.classes == ["0"] and data.splits["train"][0][1]["mask"].max() == 255
