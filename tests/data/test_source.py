import re
from contextlib import contextmanager

import numpy as np
import pytest

from tensorlite.data import ArrayDataset, Data, open_data
from tensorlite.errors import DataError, PluginError
from tensorlite.registry import Owner, datasets, readers, transaction


def problem(source):
    with pytest.raises(DataError) as caught:
        open_data(source)
    assert caught.value.exit_code == 3
    return caught.value


def idx_files(folder, count=4):
    folder.mkdir(parents=True, exist_ok=True)
    head = bytes([0, 0, 8]), count.to_bytes(4, "big")
    images = head[0] + b"\3" + head[1] + bytes([0, 0, 0, 2] * 2) + bytes(4 * count)
    labels = head[0] + b"\1" + head[1] + bytes(i % 2 for i in range(count))
    (folder / "train-images-idx3-ubyte").write_bytes(images)
    (folder / "train-labels-idx1-ubyte").write_bytes(labels)
    return folder


def test_the_bundled_digits_are_described_in_one_line():
    data = open_data("digits")
    assert data.sentence() == (
        "digits · 1,797 real handwritten digits, 10 classes (bundled)"
        " · 1,437 train / 360 held out, other writers"
    )
    assert data.image_shape == (1, 28, 28) and data.source == "bundled"
    assert data.counts()["val"] == {str(number): 36 for number in range(10)}


def test_a_path_is_described_by_its_folder_and_its_reader(tmp_path):
    path = idx_files(tmp_path / "shapes")
    data = open_data(path)
    assert data.sentence() == "shapes · 4 images, 2 classes (idx) · 4 train"
    assert data.source == str(path) and data.name == "shapes"
    assert data.counts() == {"train": {"0": 2, "1": 2}}


def test_the_working_folder_has_a_name_too(tmp_path, monkeypatch):
    monkeypatch.chdir(idx_files(tmp_path / "shapes"))
    assert open_data(".").name == "shapes"


def test_a_registered_name_comes_before_a_folder(tmp_path, monkeypatch):
    idx_files(tmp_path / "digits")
    monkeypatch.chdir(tmp_path)
    assert open_data("digits").source == "bundled"
    assert open_data("./digits").kind == "idx"


def test_the_home_folder_may_be_abbreviated(tmp_path, monkeypatch):
    idx_files(tmp_path / "shapes")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert open_data("~/shapes").name == "shapes"


def test_a_name_that_is_nearly_right_is_corrected():
    error = problem("digit")
    assert "there is no data set or path 'digit'" in error.message
    assert "Close: digits." in error.message and error.hint == "tensorlite data"


def test_a_path_that_is_nearly_right_is_corrected(tmp_path):
    idx_files(tmp_path / "shapes")
    error = problem(tmp_path / "shape")
    assert f"there is no file or folder '{tmp_path / 'shape'}'" in error.message
    assert "Close: shapes." in error.message and error.hint == "tensorlite data"


def test_no_name_at_all_is_an_error_and_not_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(idx_files(tmp_path / "shapes"))
    error = problem("")
    assert "got ''" in error.message and error.hint == "tensorlite data"


def test_a_relative_path_says_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert f"(looked in {tmp_path})" in problem("no/where").message


def test_an_empty_folder_is_named(tmp_path):
    (tmp_path / ".hidden").write_bytes(b"x")
    assert problem(tmp_path).message == f"{tmp_path} is an empty folder."


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"")
    assert "a.bin is empty (0 bytes)" in problem(tmp_path / "a.bin").message


def test_what_no_reader_knows_is_named_with_the_readers(tmp_path):
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    message = problem(tmp_path).message
    assert "nothing that can be read as data" in message
    assert all(name in message for name in readers.names())


def test_files_left_out_and_absent_classes_are_noted(tmp_path):
    from PIL import Image

    for place in ("train/cat", "train/dog", "val/cat"):
        (tmp_path / place).mkdir(parents=True)
        Image.new("L", (4, 4)).save(tmp_path / place / "a.png")
    (tmp_path / "train" / "cat" / "a.txt").write_text("x", encoding="utf-8")
    notes = open_data(tmp_path).notes
    assert notes[0].startswith("no picture: ") and notes[0].endswith("a.txt")
    assert notes[1] == "val has no images of dog"


def test_no_note_names_more_than_three(tmp_path):
    from PIL import Image

    for number in range(5):
        for split in ("train", "val") if number == 0 else ("train",):
            (tmp_path / split / f"class{number}").mkdir(parents=True)
            Image.new("L", (4, 4)).save(tmp_path / split / f"class{number}" / "a.png")
            (tmp_path / split / f"class{number}" / "a.txt").write_text("x", encoding="utf-8")
    train, _, absent = open_data(tmp_path).notes
    assert train.count("a.txt") == 3 and train.endswith(" and 2 more")
    assert absent == "val has no images of class1, class2, class3 and 1 more"


class Broken:
    """A reader that fails when it is asked, and one that fails when it opens."""

    def __init__(self, sniffs):
        self.sniffs = sniffs

    def sniff(self, path):
        return self.sniffs or 1 / 0

    def open(self, path):
        raise KeyError("images")


@contextmanager
def plugin_reader(name, reader):
    with transaction(Owner("theirs")):
        readers.register(name, reader)
    try:
        yield
    finally:
        readers._remove(readers.info(name))


def test_a_reader_that_fails_when_it_is_asked_is_left_out_with_one_warning(tmp_path, capsys):
    path = idx_files(tmp_path / "shapes")
    with plugin_reader("a_broken_reader", Broken(sniffs=False)):
        assert [open_data(path).kind for _ in range(2)] == ["idx", "idx"]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: the reader 'a_broken_reader' of the plugin 'theirs' is left")
    assert re.search(r": ZeroDivisionError: division by zero \(test_source.py:\d+\)$", line)


def test_a_reader_that_fails_while_it_opens_is_named(tmp_path):
    with (
        plugin_reader("a_late_reader", Broken(sniffs=True)),
        pytest.raises(PluginError, match=r"plugin 'theirs' failed: KeyError: 'images' \(test_so"),
    ):
        open_data(idx_files(tmp_path / "shapes"))


def test_a_data_set_that_fails_names_its_plugin():
    def stripes(split):
        raise RuntimeError("no stripes")

    with transaction(Owner("theirs")):
        datasets.register("stripes_of_a_test", stripes)
    try:
        with pytest.raises(PluginError, match="dataset 'stripes_of_a_test': the plugin 'theirs'"):
            open_data("stripes_of_a_test")
    finally:
        datasets._remove(datasets.info("stripes_of_a_test"))


class Everything:
    """A reader that takes any folder, and says whether it was asked."""

    fallback = True

    def sniff(self, path):
        return True

    def open(self, path):
        data = ArrayDataset(np.zeros((2, 4, 4), np.uint8), [0, 1], name="anything")
        return {"extra": data, "test": data, "train": data}


@pytest.fixture
def everything():
    readers.register("a_reader_of_everything", Everything())
    yield
    readers._remove(readers.info("a_reader_of_everything"))


def test_a_reader_of_almost_anything_is_asked_last(everything, tmp_path):
    assert open_data(idx_files(tmp_path / "shapes")).kind == "idx"
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert open_data(tmp_path / "a.txt").kind == "a_reader_of_everything"


def test_splits_come_in_the_order_of_their_use(everything, tmp_path):
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert list(open_data(tmp_path).splits) == ["train", "test", "extra"]


def test_a_registered_data_set_without_details_has_a_train_split():
    @datasets.register("two_squares")
    def two_squares(split):
        return ArrayDataset(np.zeros((2, 4, 4), np.uint8), [0, 1], name=split)

    try:
        data = open_data("two_squares")
        assert isinstance(data, Data)
        assert data.sentence() == "two_squares · 2 images, 2 classes (__main__) · 2 train"
    finally:
        datasets._remove(datasets.info("two_squares"))
