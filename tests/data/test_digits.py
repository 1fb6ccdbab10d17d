import gzip
import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from tensorlite.data import bundled, digits, frame_ink, read_idx
from tensorlite.errors import UnknownNameError

ROOT = Path(__file__).resolve().parents[2]
IMAGES = bundled.FOLDER / "digits-images-idx3-ubyte.gz"
LABELS = bundled.FOLDER / "digits-labels-idx1-ubyte.gz"


def test_there_are_1437_to_learn_from_and_36_of_each_class_held_out():
    train, val = digits("train"), digits("val")
    assert len(train) == 1437 and np.bincount(val.targets).tolist() == [36] * 10
    assert train.classes == list("0123456789") and train.name == "digits"


def test_an_item_is_a_float_picture_like_those_of_mnist():
    image, target = digits()[0]
    assert image.shape == (1, 28, 28) and image.dtype == np.float32 and target == 0
    assert image.min() == 0 and image.max() == 1


def test_held_out_is_the_end_of_the_file():
    labels, val = read_idx(LABELS), digits("val")
    for number in range(10):
        last = bundled.enlarge(read_idx(IMAGES)[np.flatnonzero(labels == number)[-36:]])
        assert np.array_equal(val.images[val.targets == number][:, 0], last)


def test_the_stored_pixels_are_the_counts_of_the_source():
    raw = read_idx(IMAGES)
    assert raw.shape == (1797, 8, 8) and raw.max() == 16
    assert raw[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert np.bincount(read_idx(LABELS)).tolist() == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]  # fmt: skip


def test_every_digit_is_20_pixels_long_with_its_centre_of_mass_in_the_middle():
    images = np.concatenate([digits(split).images[:, 0] for split in ("train", "val")]) / 255
    pixels, mass = np.arange(28), images.sum(axis=(1, 2))
    for axis in (1, 2):
        centre = images.sum(axis=3 - axis) @ pixels / mass
        assert abs(centre.mean() - 14) < 0.1
        # All but the few whose ink would leave the frame are within a pixel.
        assert np.mean(abs(centre - 14) < 1) > 0.99
    extents = [np.ptp(np.argwhere(image > 0.5), axis=0).max() + 1 for image in images]
    assert np.mean(extents) == pytest.approx(20, abs=0.5)


def test_framing_a_digit_again_changes_little():
    images = digits("val").batch(range(360))[0][:, 0]
    # The soft edge counts as ink, so a second framing may shrink a digit by a pixel or two.
    assert np.abs(frame_ink(images, threshold=0.5) - images).mean() < 0.02


def test_another_split_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="no split 'test'. All 2: train, val"):
        digits("test")


def test_the_licences_are_beside_the_files():
    text = (bundled.FOLDER / "LICENSE-digits").read_text(encoding="utf-8")
    for words in ("Alpaydin", "Kaynak", "CC BY 4.0", "The scikit-learn developers", "BSD"):
        assert words in text


@pytest.fixture(scope="module")
def tool():
    path = ROOT / "tools" / "make_digits.py"
    if not path.is_file():
        pytest.skip("the tools are only in the repository")
    spec = importlib.util.spec_from_file_location("make_digits", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tool_makes_the_same_content_from_the_table(tool, tmp_path, monkeypatch):
    rows = np.column_stack([read_idx(IMAGES).reshape(-1, 64), read_idx(LABELS)])
    table = "\n".join(",".join(map(str, row)) for row in rows.tolist()) + "\n"
    source = tmp_path / "digits.csv.gz"
    source.write_bytes(gzip.compress(table.encode("ascii")))
    monkeypatch.setattr(tool, "BUNDLED", tmp_path)
    assert tool.main([str(source)]) == 0
    for path in (IMAGES, LABELS):
        assert np.array_equal(read_idx(tmp_path / path.name), read_idx(path))
        assert (tmp_path / path.name).read_bytes()[4:8] == bytes(4)  # no time stamp


def test_the_tool_refuses_another_table(tool, tmp_path):
    source = tmp_path / "digits.csv.gz"
    source.write_bytes(gzip.compress(b",".join([b"0"] * 65) + b"\n" + b",".join([b"1"] * 65)))
    with pytest.raises(SystemExit, match="not the table"):
        tool.main([str(source)])


def test_the_stored_bytes_are_known():
    digest = hashlib.sha256(read_idx(IMAGES).tobytes() + read_idx(LABELS).tobytes())
    assert digest.hexdigest()[:16] == "87ff0c9e40dc7e2c"
