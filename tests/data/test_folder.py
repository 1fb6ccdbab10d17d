import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tensorlite.data import ImageFolderReader, open_data
from tensorlite.data.layout import natural
from tensorlite.data.survey import shapes
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


@pytest.mark.parametrize(
    ("size", "shape"),
    [((224, 200), (1, 200, 224)), ((225, 200), (1, 200, 200)), ((900, 700), (1, 224, 224))],
)
def test_pictures_of_one_size_keep_it_up_to_224_pixels(tmp_path, size, shape):
    for kind in ("cat", "dog"):
        save(tmp_path / kind / "1.png", size=size)
    train = reader.open(tmp_path)["train"]
    assert train.image_shape == train[0][0].shape == shape
    assert bool(train.adaptation) is (max(size) > 224)


def test_adapting_decodes_to_the_wanted_shape(photos):
    train = reader.open(photos)["train"].adapt(3, 12, 12)
    assert train[0][0].shape == (3, 12, 12)
    assert "resized by the short side" in train.adaptation and "colour" in train.adaptation
    assert train.adapt(3, 12, 12) is train


def test_a_truncated_picture_is_named_with_its_size(photos):
    path = photos / "cat" / "1.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    assert problem(photos, 0) == f"{path} cannot be decoded (truncated after 2,000 bytes)."


def test_a_picture_that_is_none_is_named(photos):
    path = photos / "cat" / "1.png"
    path.write_bytes(b"this is text")
    assert f"{path} cannot be decoded (none of PNG, JPEG" in problem(photos, 0)


def test_an_empty_picture_is_named(photos):
    path = photos / "dog" / "2.png"
    path.write_bytes(b"")
    with pytest.raises(DataError, match="is empty") as caught:
        open_data(photos)
    assert caught.value.message == f"{path} is empty (0 bytes)."


def test_a_link_out_of_the_folder_is_refused(photos, tmp_path_factory):
    outside = save(tmp_path_factory.mktemp("outside") / "secret.png")
    link(photos / "cat" / "9.png", outside)
    assert "is a symbolic link that leads out of" in problem(photos)


def test_a_linked_class_out_of_the_folder_is_refused(photos, tmp_path_factory):
    outside = save(tmp_path_factory.mktemp("outside") / "secret.png")
    link(photos / "bird", outside.parent)
    assert "is a symbolic link that leads out of" in problem(photos)


def test_a_link_inside_of_the_folder_is_followed(photos):
    link(photos / "cat" / "9.png", photos / "dog" / "1.png")
    assert len(reader.open(photos)["train"]) == 7


def test_a_link_to_nothing_is_named(photos):
    link(photos / "cat" / "9.png", photos / "gone.png")
    assert "is a symbolic link to nothing" in problem(photos)


def test_links_that_are_no_pictures_are_left_alone(photos, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    link(photos / "cat" / "gone.lnk", photos / "nothing")
    link(photos / "cat" / "system", outside)
    link(photos / "gone", photos / "nothing")
    train = reader.open(photos)["train"]
    assert len(train) == 6 and [file.name for file in train.left_out] == ["gone.lnk", "gone"]


def test_nobody_is_told_to_remove_anything(photos):
    link(photos / "cat" / "9.png", photos / "gone.png")
    (photos / "emu").mkdir()
    for _ in range(2):
        with pytest.raises(DataError) as caught:
            reader.open(photos)
        assert not re.search("remove|delete", caught.value.hint, re.IGNORECASE)
        (photos / "emu" / "1.png").write_bytes(b"")


def test_pictures_deep_down_do_not_make_a_folder_one_of_classes(tmp_path):
    save(tmp_path / "usr" / "share" / "icons" / "a.png")
    assert not reader.sniff(tmp_path)
    save(tmp_path / "usr" / "share" / "a.png")
    assert reader.sniff(tmp_path)


def test_every_class_must_have_a_picture_before_any_is_read(photos):
    (photos / "cat" / "2.png").write_bytes(b"")  # reading this would be an error
    (photos / "emu").mkdir()
    assert "a class folder 'emu' without pictures" in problem(photos)


def test_a_picture_is_not_looked_for_without_end(photos, monkeypatch):
    for number in range(5):
        (photos / "emu" / str(number)).mkdir(parents=True)
    save(photos / "emu" / "4" / "a.png")
    assert len(reader.open(photos)["train"].classes) == 3
    monkeypatch.setattr("tensorlite.data.folder.LOOKS", 4)
    assert "a class folder 'emu' without pictures" in problem(photos)


@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
def test_control_characters_in_names_are_made_visible(tmp_path):
    for name in ("a\x1b[31m", "a"):
        save(tmp_path / "evil\x07" / name / "1.png")
    train = reader.open(tmp_path / "evil\x07")["train"]
    assert train.classes == ["a", r"a\x1b[31m"] and len(train) == 2
    assert train.name == r"evil\x07"


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


def test_a_folder_that_an_archive_put_around_is_looked_through(photos, tmp_path_factory):
    path = tmp_path_factory.mktemp("download")
    photos.rename(path / "photos")
    data = open_data(path)
    assert data.classes == ["cat", "dog"] and data.name == "photos"


def test_pictures_without_classes_beside_the_splits_are_told(tmp_path):
    for place in ("train/cat", "train/dog", "test"):
        save(tmp_path / place / "a.png")
    data = open_data(tmp_path)
    assert data.classes == ["cat", "dog"] and list(data.splits) == ["train"]
    assert data.notes == (f"left out, no class folders: {tmp_path / 'test'}",)


def test_damaged_pictures_are_left_out_and_counted(photos):
    (photos / "cat" / "1.png").write_bytes(b"")
    (photos / "dog" / "2.png").write_bytes(b"this is text")
    whole = (photos / "dog" / "1.png").read_bytes()
    (photos / "dog" / "1.png").write_bytes(whole[:-30])
    looked = []
    data = open_data(photos, skip_bad=True, progress=lambda *counts: looked.append(counts))
    assert data.counts() == {"train": {"cat": 2, "dog": 1}} and len(data.defects) == 3
    assert data.notes[0].startswith("damaged and left out: 3 (")
    assert data.splits["train"].batch([0, 1, 2])[0].shape[0] == 3


def test_sizes_and_channels_are_counted(photos):
    save(photos / "cat" / "3.png", size=(9, 7), mode="RGB", colour="red")
    counted = shapes(open_data(photos).splits["train"])
    assert counted == {(1, 6, 8): 6, (3, 7, 9): 1}
