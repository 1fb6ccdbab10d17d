"""Decoded pictures are kept between trainings, and nothing can go wrong by that."""

import multiprocessing
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

import tensorlite as tl
from tensorlite.data import ImageFolder, cache
from tensorlite.data.dataset import Subset
from tensorlite.errors import DataError


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A cache of its own for each test."""
    monkeypatch.setenv("TENSORLITE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TENSORLITE_CACHE_GB", "1")
    cache._say.cache_clear()
    monkeypatch.setattr(cache, "_used", set())
    return tmp_path / "cache" / "pictures"


@pytest.fixture
def pictures(tmp_path):
    """A function that writes pictures and opens them as a data set."""

    def write(count=6, name="photos", shape=(3, 8, 8)):
        rng = np.random.default_rng(count)
        files = [tmp_path / name / f"{index}.png" for index in range(count)]
        (tmp_path / name).mkdir(exist_ok=True)
        for file in files:
            Image.fromarray(rng.integers(0, 256, (12, 10, 3), dtype=np.uint8)).save(file)
        return ImageFolder(files, np.arange(count) % 2, ["a", "b"], shape, name=name)

    return write


@pytest.fixture
def decoded(monkeypatch):
    """The pictures that were decoded."""
    seen = []
    plain = ImageFolder.pixels
    monkeypatch.setattr(
        ImageFolder, "pixels", lambda self, index: seen.append(index) or plain(self, index)
    )
    return seen


def test_the_second_training_decodes_nothing_and_sees_the_same(pictures, decoded):
    data = pictures()
    images, targets = data.batch(range(6))
    decoded.clear()
    for times in (6, 6):
        kept = cache.cached(data)
        assert np.array_equal(kept.batch(range(6))[0], images) and len(decoded) == times
        assert np.array_equal(kept.batch(range(6))[1], targets)
        assert np.array_equal(kept[4][0], images[4]) and kept[4][1] == targets[4]
        assert kept.batch([1])[0].dtype == np.float32


def test_a_kept_data_set_is_like_the_plain_one(pictures):
    data = pictures()
    kept = cache.cached(data)
    assert (kept.name, kept.classes, kept.image_shape) == (data.name, data.classes, (3, 8, 8))
    assert (kept.files, kept.noun, len(kept)) == (data.files, data.noun, 6)
    assert kept.adapt(3, 8, 8) is kept and kept.adapt(1, 4, 4).image_shape == (1, 4, 4)


def test_a_part_of_a_data_set_uses_the_pictures_of_the_whole(pictures, decoded):
    data = pictures()
    part = cache.cached(Subset(data, [4, 1]))
    assert len(decoded) == 6
    assert np.array_equal(part.batch([0])[0][0], data[4][0])


class Masks(ImageFolder):
    """Pictures whose masks are files of numbers."""

    task = "masks"

    def mask(self, index, size):
        return np.full(size, int(self.masks[index].read_text()), np.uint8)

    def target(self, index):
        return {"mask": self.mask(index, self.image_shape[1:]).astype(np.int64)}


def test_masks_are_kept_with_their_pictures(pictures, tmp_path):
    plain = pictures(3)
    data = Masks(plain.files, plain.targets, plain.classes, plain.image_shape)
    data.masks = [tmp_path / f"{index}.txt" for index in range(3)]
    for value in (7, 8):
        for file in data.masks:
            file.write_text(f"{value}" + value * " ")
        kept = cache.cached(data)
        images, targets = kept.batch([2, 1])
        assert np.array_equal(images[1], data[1][0]) and len(targets) == 2
        assert targets[0]["mask"].dtype == np.int64 and (targets[0]["mask"] == value).all()
        batch, masks = next(iter(tl.data.DataLoader(kept, 2)))
        assert batch.shape == (2, 3, 8, 8) and masks["mask"].shape == (2, 8, 8)


class Boxes(ImageFolder):
    """Pictures with as many boxes as their number says."""

    task = "boxes"

    def target(self, index):
        return {"boxes": np.ones((index, 4), np.float32), "labels": np.zeros(index, np.int64)}


def test_boxes_come_with_kept_pictures(pictures):
    plain = pictures(3)
    kept = cache.cached(Boxes(plain.files, plain.targets, plain.classes, plain.image_shape))
    images, targets = next(iter(tl.data.DataLoader(kept, 3)))
    assert images.shape == (3, 3, 8, 8)
    assert [target["boxes"].shape for target in targets] == [(0, 4), (1, 4), (2, 4)]
    assert isinstance(targets[2]["labels"], tl.Tensor)


def test_progress_is_told(pictures):
    told = []
    cache.cached(pictures(), progress=lambda *pair: told.append(pair))
    assert told == [(done, 6) for done in range(7)]


def test_nothing_is_decoded_for_one_look(pictures, decoded, place):
    data = pictures()
    assert cache.cached(data, build=False) is data
    assert not decoded and not place.exists()


def _touch(data):
    os.utime(data.files[2], (1, 1))
    return data


def _grow(data):
    with open(data.files[2], "ab") as file:
        file.write(b"0")
    return data


@pytest.mark.parametrize(
    "change",
    [
        _touch,
        _grow,
        lambda data: data.adapt(1, 8, 8),
        lambda data: data.adapt(3, 8, 9),
        lambda data: ImageFolder(data.files[::-1], data.targets, data.classes, data.image_shape),
    ],
)
def test_what_changes_the_pictures_makes_a_new_file(pictures, place, change):
    data = pictures()
    cache.cached(data)
    changed = change(data)
    kept = cache.cached(changed)
    assert len(list(place.iterdir())) == 2
    assert np.array_equal(kept.batch(range(6))[0], changed.batch(range(6))[0])


def test_a_file_that_was_cut_off_is_made_again(pictures, place, decoded):
    data = pictures()
    cache.cached(data)
    (file,) = place.iterdir()
    for content in (file.read_bytes()[:-5], b"", b"nonsense" * 9):
        file.write_bytes(content)
        decoded.clear()
        assert np.array_equal(cache.cached(data)[5][0], data[5][0])
        assert len(decoded) > 6


def test_a_damaged_picture_is_named_and_leaves_nothing_behind(pictures, place):
    data = pictures()
    data.files[3].write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"3\.png cannot be decoded"):
        cache.cached(data)
    assert list(place.iterdir()) == []


def test_the_data_set_that_was_not_used_for_longest_is_removed(pictures, place, monkeypatch):
    sets = [pictures(name=name) for name in "abc"]
    for data in sets[:2]:
        cache.cached(data)
    old, new = (cache._place(data) for data in sets[:2])
    os.utime(new, (1000, 1000))
    os.utime(old, (2000, 2000))  # the one made first was used last
    size = old.stat().st_size
    monkeypatch.setenv("TENSORLITE_CACHE_GB", str(2.5 * size / 1e9))
    monkeypatch.setattr(cache, "_used", set())
    cache.cached(sets[2])
    assert set(place.iterdir()) == {old, cache._place(sets[2])}
    assert (cache.usage().files, cache.usage().bytes) == (2, 2 * size)


def test_what_this_training_uses_is_not_removed(pictures, place, monkeypatch, capsys):
    first, second = pictures(name="a"), pictures(name="b")
    cache.cached(first)
    monkeypatch.setenv("TENSORLITE_CACHE_GB", str(1.5 * 6 * 192 / 1e9))
    assert cache.cached(second) is second
    assert list(place.iterdir()) == [cache._place(first)]
    assert "more than the cache may hold" in capsys.readouterr().err


def test_too_many_pictures_are_decoded_in_each_epoch_and_that_is_said_once(
    pictures, place, monkeypatch, capsys
):
    monkeypatch.setenv("TENSORLITE_CACHE_GB", "0.0000001")
    data = pictures()
    assert cache.cached(data) is data and cache.cached(data) is data
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "TENSORLITE_CACHE_GB" in lines[0]


def test_a_cache_of_no_size_is_silent(pictures, place, monkeypatch, capsys):
    monkeypatch.setenv("TENSORLITE_CACHE_GB", "0")
    data = pictures()
    assert cache.cached(data) is data and not place.exists()
    assert capsys.readouterr().err == ""


def test_a_cache_that_cannot_be_written_is_done_without(pictures, place, capsys):
    place.parent.mkdir()
    place.write_text("a file where the folder should be")
    data = pictures()
    assert cache.cached(data) is data and cache.cached(data) is data
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line and "each epoch" in line


def test_a_full_disk_is_done_without(pictures, place, monkeypatch, capsys):
    class Full:
        free = 100

    monkeypatch.setattr(cache.shutil, "disk_usage", lambda _: Full)
    data = pictures()
    assert cache.cached(data) is data and list(place.iterdir()) == []
    assert "would fill the disk" in capsys.readouterr().err


def test_data_in_memory_is_left_alone():
    digits = tl.data.digits("val")
    assert cache.cached(digits) is digits


def test_what_a_killed_process_left_is_removed_after_a_while(pictures, place):
    place.mkdir(parents=True)
    (place / ".old.1.part").write_bytes(b"x")
    (place / ".new.1.part").write_bytes(b"x")
    os.utime(place / ".old.1.part", (time.time() - 2 * cache.STALE,) * 2)
    data = pictures()
    cache.cached(data)
    assert {path.name for path in place.glob(".*")} == {".new.1.part"}


def _build(data, results):
    results.put(float(cache.cached(data).batch(range(len(data)))[0].sum()))


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_two_processes_may_build_at_once(pictures, place):
    data = pictures(60)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    both = [context.Process(target=_build, args=(data, results)) for _ in range(2)]
    for process in both:
        process.start()
    sums = [results.get(timeout=120) for _ in both]
    for process in both:
        process.join()
    assert sums[0] == sums[1] == float(data.batch(range(60))[0].sum())
    assert len(list(place.iterdir())) == 1


KILLED = """
import os, sys
from pathlib import Path
from tensorlite.data import ImageFolder, cache
files = sorted(Path(sys.argv[1]).iterdir(), key=lambda f: int(f.stem))
data = ImageFolder(files, [0] * len(files), ["a"], (3, 8, 8))
cache.cached(data, progress=lambda done, total: done == 4 and os.kill(os.getpid(), 9))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_kill_in_the_middle_leaves_no_file_that_is_used(pictures, place, decoded):
    data = pictures()
    command = [sys.executable, "-c", KILLED, str(data.files[0].parent)]
    assert subprocess.run(command, check=False).returncode == -9
    assert [path.suffix for path in place.iterdir()] == [".part"]
    assert np.array_equal(cache.cached(data)[5][0], data[5][0])
    assert len(decoded) == 7
