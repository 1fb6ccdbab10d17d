"""NumPy's ``.npz`` of arrays: images and labels by their usual names, never a pickle."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.dataset import ArrayDataset, Dataset
from tensorlite.data.layout import natural, split_in
from tensorlite.errors import DataError
from tensorlite.printable import printable

IMAGES = frozenset("images image x data pictures imgs features arr0".split())
LABELS = frozenset("labels label y targets target classes arr1".split())
NAMES = frozenset("classnames labelnames names categories classes".split())
HINT = "Name the arrays images and labels, or train_images, train_labels, test_images, ..."
MOST = 2**33  # bytes that an array may unpack to

Arrays = dict[str, NDArray[Any]]


class NpzReader:
    """A ``.npz`` file of arrays, or a folder with one, or with one for each split.

    Images are ``images``, ``x``, ``data`` or ``arr_0``, (N, H, W), (N, H, W, C) or (N, C, H, W);
    labels ``labels``, ``y`` or ``arr_1``, numbers or text; names of the classes ``class_names``.
    Splits stand before or behind: ``x_train``, ``test_labels``.
    """

    def sniff(self, path: Path) -> bool:
        """Whether this is such a file, or there are some with images in the folder."""
        return path.is_file() and bool(_files(path)) or any(map(_has_images, _files(path)))

    def open(self, path: Path) -> dict[str, Dataset]:
        """Read all arrays.

        Raises:
            DataError: If a file is damaged, holds pickles, or has no images and labels.
        """
        found: dict[str, tuple[Path, Arrays]] = {}
        for file in _files(path):
            for split, arrays in _splits(file).items():
                if split in found:
                    message = f"{path} has {split} in {found[split][0].name} and in {file.name}."
                    raise DataError(message, hint=f"Name one of the files: {file}")
                found[split] = file, arrays
        classes = _classes(found)
        name = printable(path.resolve().name.removesuffix(".npz"))
        return {split: _dataset(*pair, classes, name) for split, pair in found.items()}


def _files(path: Path) -> list[Path]:
    inside = [path] if path.is_file() else path.iterdir() if path.is_dir() else ()
    files = [f for f in inside if f.suffix.lower() == ".npz" and f.name[0] != "." and f.is_file()]
    return sorted(files, key=lambda file: natural(file.name))


def _has_images(file: Path) -> bool:
    """Whether the names of the arrays are those of images or labels."""
    try:
        names = [name.removesuffix(".npy") for name in zipfile.ZipFile(file).namelist()]
    except (OSError, zipfile.BadZipFile):
        return bool(split_in(file.stem))  # damaged, which is said when it is opened
    return any("".join(_words(name)[0]) in IMAGES | LABELS for name in names)


def _words(name: str) -> tuple[list[str], str | None]:
    """The words of a name without that of a split, and the split."""
    words = re.split(r"[^a-z0-9]+|(?<=^x)(?=t)|(?<=^y)(?=t)", name.casefold())
    split = next(filter(None, map(split_in, words)), None)
    return [word for word in words if not split_in(word)], split


def _splits(file: Path) -> dict[str, Arrays]:
    """The arrays of each split by what they are."""
    found: dict[str, Arrays] = {}
    shared: Arrays = {}
    stem = (split_in(file.stem) if file.stem else None) or "train"
    for name, array in _read(file).items():
        words, split = _words(name)
        kind = _kind("".join(words), array)
        if kind == "names":
            shared["names"] = array
        elif kind:
            found.setdefault(split or stem, {})[kind] = array
    for split, arrays in found.items():
        missing = {"images", "labels"} - arrays.keys()
        if missing:
            message = f"{file} has no {' and no '.join(sorted(missing))} for {split}."
            raise DataError(message, hint=HINT)
        arrays.update(shared)
    if not found:
        raise DataError(f"{file} has neither images nor labels.", hint=HINT)
    return found


def _kind(name: str, array: NDArray[Any]) -> str | None:
    if array.dtype.kind in "US" and name in NAMES:
        return "names"
    if name in IMAGES or (not name and array.ndim >= 3):
        return "images"
    if name in LABELS or (not name and array.ndim <= 2):
        return "labels"
    return None


def _read(file: Path) -> Mapping[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if member.file_size > MOST:
                    size = f"{member.filename} of {member.file_size:,} bytes"
                    raise DataError(f"{file} holds {size}; the limit is {MOST:,}.")
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except DataError:
        raise
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        if "allow_pickle" in str(error) or "pickled" in str(error):
            message = f"{file} holds pickled objects, which can run code and are not read."
            raise DataError(message, hint="Save arrays of numbers or text.") from error
        reason = str(error) or type(error).__name__
        message = f"{file} cannot be read ({reason[0].lower() + reason[1:]})."
        raise DataError(message, hint="Replace the file by an undamaged copy.") from error


def _classes(found: dict[str, tuple[Path, Arrays]]) -> list[str]:
    """The names that a file gives, or the labels themselves where they are text."""
    named = [arrays["names"] for _, arrays in found.values() if "names" in arrays]
    labels = [_labels(file, arrays["labels"]) for file, arrays in found.values()]
    if any(array.dtype.kind in "US" for array in labels):
        names = {_text(value) for array in labels for value in array}
        return sorted(names, key=natural)
    most = max(int(array.max(initial=-1)) for array in labels) + 1
    if named and named[0].size >= most:
        return [printable(_text(name)) for name in named[0].ravel()]
    return [str(number) for number in range(most)]


def _dataset(file: Path, arrays: Arrays, classes: list[str], name: str) -> Dataset:
    images, labels = _images(file, arrays["images"]), _labels(file, arrays["labels"])
    if len(images) != len(labels):
        raise DataError(f"{file} has {len(labels):,} labels for {len(images):,} images.")
    if labels.dtype.kind in "US":
        numbers = {label: number for number, label in enumerate(classes)}
        labels = np.array([numbers[_text(label)] for label in labels], np.int64)
    elif labels.min(initial=0) < 0:
        raise DataError(f"{file} has the label {labels.min()}; labels are numbers from 0.")
    return ArrayDataset(images, labels, classes=[printable(c) for c in classes], name=name)


def _images(file: Path, images: NDArray[Any]) -> NDArray[Any]:
    """Bytes, or floats in 0..1, with channels first."""
    shape = images.shape
    if images.ndim == 4 and shape[3] in (1, 3, 4) and shape[1] not in (1, 3):
        images = images.transpose(0, 3, 1, 2)[:, :3]
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[1] not in (1, 3)):
        message = f"{file} has images of shape {shape}, not (N, H, W), (N, H, W, C), (N, C, H, W)."
        raise DataError(message, hint="Save flat pictures with their height and width.")
    kind, low, high = images.dtype.kind, images.min(initial=0), images.max(initial=0)
    if kind not in "buif" or not (np.isfinite(low) and np.isfinite(high) and low >= 0):
        raise DataError(f"{file} has images of {images.dtype} from {low} to {high}, not 0 to 255.")
    if kind == "b":
        return images.astype(np.uint8) * 255
    if kind == "f":
        return images.astype(np.float32) / np.float32(1 if high <= 1 else 255)
    if images.dtype == np.uint16 and high > 255:
        return (images >> 8).astype(np.uint8)
    if high > 255:
        raise DataError(f"{file} has images with values up to {high}, not 255.")
    return images.astype(np.uint8)


def _labels(file: Path, labels: NDArray[Any]) -> NDArray[Any]:
    """One label for each image; a column is flattened, and one of K marks becomes its number."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind in "buif":
        if not ((labels == 0) | (labels == 1)).all() or (labels.sum(axis=1) != 1).any():
            raise DataError(f"{file} has labels of shape {labels.shape} that mark several classes.")
        labels = labels.argmax(axis=1)
    if labels.ndim != 1 or labels.dtype.kind not in "buifUS":
        message = f"{file} has labels of shape {labels.shape} and type {labels.dtype}."
        raise DataError(message, hint="Save one class number for each image.")
    if labels.dtype.kind == "f" and not (labels == np.floor(labels)).all():
        raise DataError(f"{file} has labels that are no whole numbers.")
    return labels if labels.dtype.kind in "US" else labels.astype(np.int64)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
