import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tensorlite.data import ImageFolderReader, decode
from tensorlite.data.decode import PIXEL_LIMIT, peek
from tensorlite.data.folder import natural
from tensorlite.errors import DataError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
reader = ImageFolderReader()


def save(path, colour=128, size=(8, 6), mode="L", **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **options)
    return path


@pytest.fixture
def photos(tmp_path):
    for name, colour in (("cat", 50), ("dog", 200)):
        for number in (10, 2, 1):
            save(tmp_path / name / f"{number}.png", colour + number)
    return tmp_path


def problem(path, index=None):
    with pytest.raises(DataError) as caught:
        splits = reader.open(path)
        if index is not None:
            splits["train"][index]
    assert caught.value.exit_code == 3 and caught.value.hint
    return caught.value.message


def test_folders_are_classes_and_numbers_sort_naturally(photos):
    assert reader.sniff(photos)
    train = reader.open(photos)["train"]
    assert train.classes == ["cat", "dog"] and train.targets.tolist() == [0, 0, 0, 1, 1, 1]
    assert [file.stem for file in train.files] == ["1", "2", "10"] * 2
    assert train.image_shape == (1, 6, 8)
    image, target = train[5]
    assert image.dtype == np.float32 and np.allclose(image, 210 / 255) and target == 1


def test_class_folders_with_numbers_sort_naturally(tmp_path):
    for name in ("class10", "class9", "Class1"):
        save(tmp_path / name / "a.png")
    assert reader.open(tmp_path)["train"].classes == ["Class1", "class9", "class10"]
    assert natural("a2") < natural("a10")


def test_train_val_and_test_are_splits(tmp_path):
    for split in ("train", "Validation", "test"):
        for name in ("cat", "dog"):
            save(tmp_path / split / name / "a.png")
    splits = reader.open(tmp_path)
    assert {name: len(data) for name, data in splits.items()} == {"train": 2, "val": 2, "test": 2}


def test_a_class_may_be_called_test(tmp_path):
    save(tmp_path / "test" / "a.png")
    save(tmp_path / "exam" / "a.png")
    splits = reader.open(tmp_path)
    assert list(splits) == ["train"] and splits["train"].classes == ["exam", "test"]


def test_all_splits_have_the_same_classes(tmp_path):
    for place in ("train/cat", "train/dog", "test/dog"):
        save(tmp_path / place / "a.png")
    test = reader.open(tmp_path)["test"]
    assert test.classes == ["cat", "dog"] and test.targets.tolist() == [1]


def test_hidden_files_are_ignored_and_strangers_are_named(photos):
    (photos / "cat" / ".DS_Store").write_bytes(b"x")
    (photos / "cat" / "Thumbs.db").write_bytes(b"x")
    (photos / "cat" / "notes.txt").write_text("x", encoding="utf-8")
    (photos / "readme.md").write_text("x", encoding="utf-8")
    train = reader.open(photos)["train"]
    assert len(train) == 6
    assert [file.name for file in train.left_out] == ["notes.txt", "readme.md"]


def test_folders_inside_a_class_belong_to_it(photos):
    save(photos / "cat" / "kittens" / "3.png")
    assert reader.open(photos)["train"].targets.tolist() == [0] * 4 + [1] * 3


def test_pictures_of_several_sizes_become_one_size(photos):
    save(photos / "dog" / "wide.png", size=(40, 10), mode="RGB", colour="red")
    train = reader.open(photos)["train"]
    assert train.image_shape == (3, 6, 6) and "several sizes" in train.adaptation
    assert train.batch(range(7))[0].shape == (7, 3, 6, 6)


def test_adapting_decodes_to_the_wanted_shape(photos):
    train = reader.open(photos)["train"].adapt(3, 12, 12)
    assert train[0][0].shape == (3, 12, 12)
    assert "resized by the short side" in train.adaptation and "colour" in train.adaptation
    assert train.adapt(3, 12, 12) is train


def test_the_middle_of_the_long_side_is_kept(tmp_path):
    pixels = np.zeros((10, 30), np.uint8)
    pixels[:, 10:20] = 255
    (tmp_path / "a").mkdir()
    Image.fromarray(pixels).save(tmp_path / "a" / "x.png")
    middle = decode(tmp_path / "a" / "x.png", 1, (5, 5))[0]
    assert (middle[:, 1:-1] == 255).all() and (middle[:, [0, -1]] > 200).all()


@pytest.mark.parametrize("suffix", "png jpg bmp webp gif tiff ppm".split())
def test_each_format_is_read(tmp_path, suffix):
    path = save(tmp_path / f"a.{suffix}", (200, 100, 50), mode="RGB")
    assert np.abs(decode(path, 3)[:, 3, 4].astype(int) - (200, 100, 50)).max() <= 4
    assert decode(path).shape == (3, 6, 8) and peek(path)[1:] == (6, 8)


@pytest.mark.parametrize(
    "mode, colour, grey",
    [
        ("1", 1, 255),
        ("L", 100, 100),
        ("LA", (100, 0), 255),
        ("I;16", 25_700, 100),
        ("P", 0, 0),
        ("RGB", (100, 100, 100), 100),
        ("RGBA", (100, 100, 100, 0), 255),
        ("RGBA", (100, 100, 100, 255), 100),
    ],
)
def test_each_mode_is_read_and_transparency_is_white(tmp_path, mode, colour, grey):
    path = save(tmp_path / "a.png", colour, mode=mode)
    assert decode(path, 1).shape == (1, 6, 8)
    assert (decode(path, 1) == grey).all()
    assert (decode(path, 3) == grey).all()


def test_cmyk_is_read(tmp_path):
    path = save(tmp_path / "a.jpg", (0, 0, 0, 0), mode="CMYK")
    assert (decode(path, 3) > 250).all()


def test_the_orientation_of_the_camera_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to look at it
    path = save(tmp_path / "a.jpg", size=(8, 6), exif=exif)
    assert decode(path, 1).shape == (1, 8, 6) and peek(path) == (1, 8, 6)


def test_of_a_moving_picture_the_first_frame_is_taken(tmp_path):
    frames = [Image.new("L", (4, 4), value) for value in (250, 10)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert (decode(tmp_path / "a.gif", 1) == 250).all()


def test_a_truncated_picture_is_named_with_its_size(photos):
    path = photos / "cat" / "1.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    assert problem(photos, 0) == f"{path} cannot be decoded (truncated after 2,000 bytes)."


def test_a_picture_that_is_none_is_named(photos):
    path = photos / "cat" / "1.png"
    path.write_bytes(b"this is text")
    assert f"{path} cannot be decoded (none of PNG, JPEG" in problem(photos)


def test_an_empty_picture_is_named(photos):
    path = photos / "dog" / "2.png"
    path.write_bytes(b"")
    assert problem(photos) == f"{path} is empty (0 bytes)."


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tiff", "webp", "ppm"])
def test_whatever_is_wrong_with_a_picture_is_a_data_error(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(noise).save(path)
    whole = path.read_bytes()
    for length in range(1, len(whole), max(len(whole) // 40, 1)):
        path.write_bytes(whole[:length])
        try:
            decode(path, 3, (8, 8))
        except DataError as error:
            assert str(path) in error.message


def test_too_many_pixels_are_an_error(tmp_path):
    path = save(tmp_path / "a.png", size=(8000, 8001), mode="1", colour=0)
    with pytest.raises(DataError, match=f"64,008,000 pixels; the limit is {PIXEL_LIMIT:,}"):
        decode(path)


def test_an_absurd_number_of_pixels_is_an_error_too(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(DataError, match="cannot be decoded"):
        decode(save(tmp_path / "a.png"))


def test_a_link_out_of_the_folder_is_refused(photos, tmp_path_factory):
    outside = save(tmp_path_factory.mktemp("outside") / "secret.png")
    link(photos / "cat" / "9.png", outside)
    assert "is a symbolic link that leads out of" in problem(photos)


def test_a_linked_class_out_of_the_folder_is_refused(photos, tmp_path_factory):
    link(photos / "bird", tmp_path_factory.mktemp("outside"))
    assert "is a symbolic link that leads out of" in problem(photos)


def test_a_link_inside_of_the_folder_is_followed(photos):
    link(photos / "cat" / "9.png", photos / "dog" / "1.png")
    assert len(reader.open(photos)["train"]) == 7


def test_a_link_to_nothing_is_named(photos):
    link(photos / "cat" / "9.png", photos / "gone.png")
    assert "is a symbolic link to nothing" in problem(photos)


def test_folders_that_link_in_a_circle_end(photos):
    link(photos / "cat" / "again", photos)
    assert len(reader.open(photos)["train"]) == 6


def test_the_folder_itself_may_be_a_link(photos, tmp_path_factory):
    path = tmp_path_factory.mktemp("links") / "photos"
    link(path, photos)
    assert len(reader.open(path)["train"]) == 6


def link(path, target):
    try:
        os.symlink(target, path, target_is_directory=target.is_dir())
    except OSError as error:
        pytest.skip(f"symbolic links cannot be made here: {error}")


def test_pictures_without_class_folders_are_explained(tmp_path):
    save(tmp_path / "a.png")
    assert "holds pictures but no class folders" in problem(tmp_path)


def test_a_class_without_pictures_is_named(photos):
    (photos / "emu").mkdir()
    assert "a class folder 'emu' without pictures" in problem(photos)


def test_one_class_is_not_enough(tmp_path):
    save(tmp_path / "cat" / "a.png")
    assert "only one class folder: cat" in problem(tmp_path)


def test_masks_are_not_taken_for_a_class(tmp_path):
    for name in ("images", "masks"):
        save(tmp_path / "train" / name / "a.png")
    assert "looks like boxes or masks (images, masks)" in problem(tmp_path)


def test_a_folder_of_other_things_is_not_sniffed(tmp_path):
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert not reader.sniff(tmp_path) and not reader.sniff(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "name, counts",
    [("hymenoptera", {"train": 244, "val": 153}), ("caltech12", {"train": 720, "test": 240})],
)
def test_real_photographs_are_read(name, counts):
    if not (SHARED / name).is_dir():
        pytest.skip(f"the data set {name} is not beside the repository")
    splits = reader.open(SHARED / name)
    assert {split: len(data) for split, data in splits.items()} == counts
    for data in splits.values():
        images, _ = data.adapt(3, 32, 32).batch(range(0, len(data), 11))
        assert images.shape[1:] == (3, 32, 32) and 0.2 < images.mean() < 0.8
