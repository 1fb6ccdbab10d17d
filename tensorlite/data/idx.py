"""IDX, the format of MNIST: a magic number, the sizes, then bytes; plain or gzipped."""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.bytes import Plain, damaged, open_bytes
from tensorlite.data.dataset import ArrayDataset, Dataset
from tensorlite.data.names import class_names
from tensorlite.errors import DataError
from tensorlite.printable import printable

# "train-images-idx3-ubyte.gz"; some copies have a dot before "idx"
NAME = re.compile(r"(.*?)[-_.]?(images|labels)[-_.]idx[13][-_]ubyte(?:\.gz)?", re.IGNORECASE)
SPLITS = {"t10k": "test", "test": "test", "val": "val", "valid": "val", "validation": "val"}
UNSIGNED_BYTE = 0x08

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class IdxReader:
    """IDX files named as those of MNIST, plain or gzipped.

    A folder with ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, the same for ``t10k``
    (the test part), and possibly ``labels.txt`` with one class name per line; or one of the files.
    """

    def sniff(self, path: Path) -> bool:
        """Whether the name, or a name in the folder, is that of an IDX file."""
        names = [file.name for file in path.iterdir()] if path.is_dir() else [path.name]
        return any(map(NAME.fullmatch, names))

    def open(self, path: Path) -> dict[str, Dataset]:
        """Read every split there is.

        Raises:
            DataError: If a file is missing, damaged or does not fit the others.
        """
        files = image_files(path)
        pairs = {split: _read_pair(*pair) for split, pair in files.items()}
        folder = path if path.is_dir() else path.parent
        most = max(int(labels.max()) for _, labels in pairs.values())
        classes = class_names(folder / "labels.txt", most + 1)
        name = printable(folder.resolve().name)
        return {s: ArrayDataset(*pair, classes=classes, name=name) for s, pair in pairs.items()}


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes, plain or gzipped.

    Raises:
        DataError: If the magic number is wrong, or there are fewer or more bytes than it says.
    """
    stream = open_bytes(path)
    shape = _read_shape(path, stream)
    header, wanted = 4 + 4 * len(shape), math.prod(shape)
    data = stream.read(wanted + 1)
    if len(data) < wanted:
        got = f"{_times(shape)} need {header + wanted:,} bytes, got {header + len(data):,}"
        raise damaged(path, f"is truncated: {got}")
    if len(data) > wanted:
        raise damaged(path, f"should end at byte {header + wanted:,} ({_times(shape)}) but goes on")
    stream.check_end()
    return np.frombuffer(data, np.uint8).reshape(shape)


def image_files(path: Path) -> dict[str, tuple[Path, Path]]:
    """The files of images and of labels, by split, of a folder or of one of the files.

    Raises:
        DataError: If one of a pair is missing, or two pairs claim one split.
    """
    names = sorted(file.name for file in path.iterdir()) if path.is_dir() else [path.name]
    folder = path if path.is_dir() else path.parent
    found: dict[str, tuple[Path, Path]] = {}
    for match in filter(None, map(NAME.fullmatch, names)):
        prefix = match[1]
        pair = _file(folder, match, "images"), _file(folder, match, "labels")
        other = found.setdefault(_split(prefix), pair)
        if other != pair:
            both = f"{other[0].name} and {pair[0].name}"
            hint = f"Name one of the files: {pair[0]}"
            raise DataError(f"{path} holds two sets for one split: {both}.", hint=hint)
    return found


def _file(folder: Path, match: re.Match[str], what: str) -> Path:
    """The file of a pair, plain if it is there, else gzipped."""
    name = match[0].removesuffix(".gz")
    start, end = match.span(2)
    digit = "3" if what == "images" else "1"
    plain = folder / re.sub("idx[13]", f"idx{digit}", name[:start] + what + name[end:])
    gzipped = plain.with_name(plain.name + ".gz")
    for file in (plain, gzipped):
        if file.is_file():
            return file
    message = f"{folder} has {match[0]} but neither {plain.name} nor {gzipped.name}."
    raise DataError(message, hint=f"Put the file of {what} beside it.")


def _split(prefix: str) -> str:
    words = re.split(r"[-_.]", prefix.lower())
    return next((SPLITS[word] for word in words if word in SPLITS), "train")


def _read_pair(images_path: Path, labels_path: Path) -> Pair:
    images, labels = read_idx(images_path), read_idx(labels_path)
    for path, array, wanted in ((images_path, images, 3), (labels_path, labels, 1)):
        if array.ndim != wanted:
            raise damaged(path, f"should have {wanted} dimensions but has {_times(array.shape)}")
        if array.size == 0:
            raise damaged(path, f"is empty ({_times(array.shape)})")
    if len(images) != len(labels):
        found = f"{len(labels):,} labels for the {len(images):,} images of {images_path.name}"
        raise damaged(labels_path, f"has {found}")
    return images, labels


def _read_shape(path: Path, stream: Plain) -> tuple[int, ...]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or not 1 <= magic[3] <= 4:
        wanted = "the magic number 00 00 08 03 (images) or 00 00 08 01 (labels)"
        raise damaged(path, f"should start with {wanted} but starts with {magic.hex(' ')}")
    if magic[2] != UNSIGNED_BYTE:
        raise damaged(path, f"should hold unsigned bytes (08 at byte 2) but has {magic[2]:02x}")
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise damaged(path, f"is truncated at byte {4 + len(sizes)}, inside the header")
    return struct.unpack(f">{magic[3]}I", sizes)


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{size:,}" for size in shape)
