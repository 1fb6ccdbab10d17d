import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from tensorlite.data import IdxReader, frame_ink, read_idx
from tensorlite.errors import DataError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
reader = IdxReader()


def idx(array, kind=0x08):
    return (
        struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()
    )


IMAGES = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
LABELS = np.array([0, 1, 2, 1, 0], np.uint8)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, "train")
    return tmp_path


def write(folder, prefix, images=IMAGES, labels=LABELS, dot="-", suffix=""):
    pack = gzip.compress if suffix else bytes
    (folder / f"{prefix}-images{dot}idx3-ubyte{suffix}").write_bytes(pack(idx(images)))
    (folder / f"{prefix}-labels{dot}idx1-ubyte{suffix}").write_bytes(pack(idx(labels)))


def problem(path):
    with pytest.raises(DataError) as caught:
        reader.open(path)
    assert caught.value.exit_code == 3 and caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("dot", ["-", "."])
def test_plain_and_gzipped_files_are_read(tmp_path, suffix, dot):
    write(tmp_path, "train", dot=dot, suffix=suffix)
    write(tmp_path, "t10k", IMAGES[:2], LABELS[:2], dot=dot, suffix=suffix)
    assert reader.sniff(tmp_path)
    splits = reader.open(tmp_path)
    assert list(map(len, (splits["train"], splits["test"]))) == [5, 2]
    assert np.array_equal(splits["train"].images[:, 0], IMAGES)
    assert splits["train"].targets.tolist() == LABELS.tolist()
    assert splits["test"].classes == ["0", "1", "2"]
    assert splits["train"].name == tmp_path.name


@pytest.mark.parametrize("what", ["images-idx3", "labels-idx1"])
def test_one_file_of_a_pair_names_its_split(folder, what):
    write(folder, "t10k", IMAGES[:2], LABELS[:2])
    assert list(reader.open(folder / f"t10k-{what}-ubyte")) == ["test"]


def test_plain_files_are_preferred_to_gzipped_ones(folder):
    write(folder, "train", IMAGES[:1], LABELS[:1], suffix=".gz")
    assert len(reader.open(folder)["train"]) == 5


def test_class_names_come_from_labels_txt(folder):
    (folder / "labels.txt").write_text("shirt\nshoe\nbag\n\n", encoding="utf-8")
    assert reader.open(folder)["train"].classes == ["shirt", "shoe", "bag"]


def test_too_few_class_names_are_an_error_with_the_line(folder):
    (folder / "labels.txt").write_text("shirt\nshoe\n", encoding="utf-8")
    assert "ends at line 2, but the labels go up to 2" in problem(folder)


def test_an_empty_class_name_is_an_error_with_the_line(folder):
    (folder / "labels.txt").write_text("shirt\n\nbag\n", encoding="utf-8")
    assert "no class name in line 2" in problem(folder)


def test_another_folder_is_not_sniffed(tmp_path):
    (tmp_path / "images.txt").write_text("images", encoding="utf-8")
    assert not reader.sniff(tmp_path) and not reader.sniff(tmp_path / "images.txt")


def test_a_wrong_magic_number_is_shown(folder):
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(b"\x89PNG" + bytes(60))
    message = problem(folder)
    assert str(path) in message and "starts with 89 50 4e 47" in message


def test_floats_are_refused_by_their_type_byte(folder):
    (folder / "train-images-idx3-ubyte").write_bytes(idx(IMAGES, kind=0x0D))
    assert "unsigned bytes (08 at byte 2) but has 0d" in problem(folder)


@pytest.mark.parametrize("length", [1, 7, 15, 16, 40, 75])
def test_a_truncated_plain_file_is_named_with_the_byte(folder, length):
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(idx(IMAGES)[:length])
    message = problem(folder)
    assert str(path) in message
    if length >= 16:
        assert f"5 x 4 x 3 need 76 bytes, got {length}" in message


def test_a_truncated_gzip_file_is_named_with_the_byte(folder):
    noise = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype=np.uint8)
    for suffix in ("images-idx3", "labels-idx1"):
        (folder / f"train-{suffix}-ubyte").unlink()
    write(folder, "train", noise, np.zeros(50, np.uint8), suffix=".gz")
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:20_000])
    message = problem(folder)
    assert str(path) in message and "need 39,216 bytes, got 19," in message


def test_a_damaged_gzip_file_is_named(folder):
    data = bytearray(gzip.compress(idx(IMAGES), mtime=0))
    data[-6] ^= 1  # the check sum
    (folder / "train-images-idx3-ubyte").write_bytes(data)
    assert "is a damaged gzip file (incorrect data check)" in problem(folder)


@pytest.mark.parametrize("cut", [1, 7, 8])
@pytest.mark.parametrize("what", ["images-idx3", "labels-idx1"])
def test_a_gzip_file_without_its_check_sum_is_truncated(tmp_path, what, cut):
    write(tmp_path, "train", suffix=".gz")
    path = tmp_path / f"train-{what}-ubyte.gz"
    data = path.read_bytes()[:-cut]
    path.write_bytes(data)
    assert f"{path} is truncated at byte {len(data)}, inside the check sum" in problem(tmp_path)


def test_bytes_behind_the_end_of_a_gzip_file_are_an_error(folder):
    data = gzip.compress(idx(IMAGES))
    (folder / "train-images-idx3-ubyte").write_bytes(data + b"more")
    assert f"should end at byte {len(data)} (of the gzip file) but goes on" in problem(folder)


def test_control_characters_in_class_names_are_made_visible(folder):
    (folder / "labels.txt").write_text("shirt\nsh\x1b[31moe\nbag\n", encoding="utf-8")
    assert reader.open(folder)["train"].classes == ["shirt", r"sh\x1b[31moe", "bag"]


def test_bytes_behind_the_end_are_an_error(folder):
    (folder / "train-images-idx3-ubyte").write_bytes(idx(IMAGES) + b"\0")
    assert "should end at byte 76 (5 x 4 x 3) but goes on" in problem(folder)


def test_a_header_of_absurd_sizes_is_refused_before_memory_is_asked_for(folder):
    header = struct.pack(">BBBB3I", 0, 0, 8, 3, *[2**32 - 1] * 3)
    for data in (header, gzip.compress(header)):
        (folder / "train-images-idx3-ubyte").write_bytes(data)
        assert "is truncated" in problem(folder)


def test_an_empty_file_is_named(folder):
    (folder / "train-labels-idx1-ubyte").write_bytes(b"")
    assert "train-labels-idx1-ubyte is empty (0 bytes)" in problem(folder)


def test_no_images_are_an_error(folder):
    (folder / "train-images-idx3-ubyte").write_bytes(idx(IMAGES[:0]))
    assert "is empty (0 x 4 x 3)" in problem(folder)


def test_images_where_labels_should_be_are_an_error(folder):
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(IMAGES))
    assert "should have 1 dimensions but has 5 x 4 x 3" in problem(folder)


def test_fewer_labels_than_images_are_an_error(folder):
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(LABELS[:4]))
    assert "has 4 labels for the 5 images" in problem(folder)


def test_missing_labels_are_named_with_both_spellings(folder):
    (folder / "train-labels-idx1-ubyte").unlink()
    assert "neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz" in problem(folder)


def test_two_sets_for_one_split_are_an_error(folder):
    write(folder, "letters-train")
    assert "two sets for one split" in problem(folder)


def mnist(name):
    if not (SHARED / name).is_dir():
        pytest.skip(f"the data set {name} is not beside the repository")
    return reader.open(SHARED / name)


def test_mnist_is_the_published_one():
    splits = mnist("mnist")
    train, test = splits["train"], splits["test"]
    assert train.targets[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert test.targets[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    expected = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(train.targets).tolist() == expected
    assert len(test) == 10_000 and train.image_shape == (1, 28, 28)
    assert train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert train.images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_framing_ink_does_to_mnist_what_mnist_did():
    images = mnist("mnist")["test"].batch(range(500))[0][:, 0]
    assert np.abs(frame_ink(images) - images).max() < 1e-6


def test_fashion_mnist_has_its_names():
    train = mnist("fashion-mnist")["train"]
    assert train.classes[0] == "T-shirt/top" and train.classes[9] == "Ankle boot"
    assert train.targets[:10].tolist() == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]
    assert train.images.mean() / 255 == pytest.approx(0.2860, abs=5e-5)


def test_one_file_can_be_read_alone(folder):
    assert np.array_equal(read_idx(folder / "train-images-idx3-ubyte"), IMAGES)
