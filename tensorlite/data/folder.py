"""Folders of pictures, one folder per class, with or without train, val and test above them."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.dataset import Dataset
from tensorlite.data.decode import SUFFIXES, decode, peek
from tensorlite.data.fit import Shape, describe_colour
from tensorlite.errors import DataError
from tensorlite.printable import printable

SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
NOT_CLASSES = frozenset("images masks labels annotations jpegimages imagesets".split())
JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx", "@eadir"})
PICTURES = "Name the folder that holds a folder of pictures for each class."
PEEKS = 64  # pictures whose headers are read to learn their usual size
LOOKS = 100_000  # files among which a class must have a picture, before any class is read
DEEPEST = 16  # folders inside of each other in which it may lie
LARGEST = 224  # the side of the square to which pictures of many sizes are brought, at most


class ImageFolder(Dataset):
    """Pictures on disk, decoded when they are fetched.

    Args:
        files: The picture files.
        targets: The class of each.
        classes: The class names.
        image_shape: Channels, height and width to which every picture is brought: the short side
            is resized with antialiasing, the long side cropped at the centre.
        name: What it is called.
        left_out: Files beside the pictures that are none, for people to know.
        adaptation: What is done to the pictures, for people.
    """

    noun = "pictures"
    concurrent = True

    def __init__(
        self,
        files: Sequence[Path],
        targets: Sequence[int] | NDArray[np.integer],
        classes: Sequence[str],
        image_shape: Shape,
        *,
        name: str = "folder",
        left_out: Sequence[Path] = (),
        adaptation: str = "",
    ) -> None:
        self.files = list(files)
        self.targets = np.asarray(targets, dtype=np.int64)
        self.classes = list(classes)
        self.image_shape = image_shape
        self.name = name
        self.left_out = list(left_out)
        self.adaptation = adaptation

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], int]:
        return np.divide(self.pixels(index), 255, dtype=np.float32), self.target(index)

    def target(self, index: int) -> int:
        """The class."""
        return int(self.targets[index])

    def pixels(self, index: int) -> NDArray[np.uint8]:
        """The picture as bytes (C, H, W), already in shape; what a cache keeps."""
        channels, *size = self.image_shape
        return decode(self.files[index], channels, (size[0], size[1]))

    def adapt(self, channels: int, height: int, width: int) -> Dataset:
        """The same pictures, decoded straight to another shape."""
        shape = (channels, height, width)
        if shape == self.image_shape:
            return self
        how = f"resized by the short side and cropped at the centre to {height}x{width}"
        words = ", ".join(filter(None, [how, describe_colour(self.image_shape, shape)]))
        about: dict[str, Any] = {"name": self.name, "left_out": self.left_out}
        return ImageFolder(
            self.files, self.targets, self.classes, shape, adaptation=f"pictures {words}", **about
        )


class ImageFolderReader:
    """Pictures in one folder per class, with or without ``train``, ``val``, ``test`` above them.

    Hidden files are ignored, other files are named, and the classes are sorted with numbers in
    their natural order. Symbolic links that lead out of the folder are refused.
    """

    fallback = True  # almost any folder could be one of pictures, so others are asked first

    def sniff(self, path: Path) -> bool:
        """Whether there are pictures in the folder, in its folders, or in theirs."""
        if not path.is_dir():
            return False
        return _has_picture(path, 0) or any(_has_picture(each, 1) for each in _folders(path))

    def open(self, path: Path) -> dict[str, Dataset]:
        """List the pictures of every split; they are decoded when they are fetched.

        Raises:
            DataError: If there are no class folders, if one has no pictures, if a picture is
                empty, or if a link to one leads out of the folder.
        """
        splits = _splits(path)
        classes = _classes(path, list(splits.values()))
        found = {split: _scan(folder, path) for split, folder in splits.items()}
        everything = [
            file for scan in found.values() for files in scan.files.values() for file in files
        ]
        shape, words = _usual_shape(everything)
        about: dict[str, Any] = {"name": printable(path.resolve().name), "adaptation": words}
        names = [printable(name) for name in classes]
        return {
            split: ImageFolder(*scan.numbered(classes), names, shape, left_out=scan.others, **about)
            for split, scan in found.items()
        }


def natural(name: str) -> list[tuple[int, str]]:
    """A sorting key that counts: ``"img2"`` before ``"img10"``.

    Example:
        >>> sorted(["img10", "img2", "Img1"], key=natural)
        ['Img1', 'img2', 'img10']
    """
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts] + [(-1, name)]


@dataclass
class _Scan:
    """What is in the class folders of one split."""

    files: dict[str, list[Path]]
    others: list[Path]

    def numbered(self, classes: list[str]) -> tuple[list[Path], list[int]]:
        pairs = [
            (f, number) for number, name in enumerate(classes) for f in self.files.get(name, ())
        ]
        return [file for file, _ in pairs], [number for _, number in pairs]


def _splits(root: Path) -> dict[str, Path]:
    """The folders of the splits; the folder itself is ``train`` if it has none."""
    found: dict[str, Path] = {}
    for folder in _visible(root):
        split = SPLITS.get(folder.name.lower())
        # A folder "test" that holds pictures and no folders is a class of that name.
        if split and folder.is_dir() and _folders(folder):
            _refuse_escape(folder, root)
            other = found.setdefault(split, folder)
            if other != folder:
                message = f"{root} has two folders for {split}: {other.name} and {folder.name}."
                raise DataError(message, hint="Rename or merge them.")
    return found or {"train": root}


def _classes(root: Path, splits: list[Path]) -> list[str]:
    """The names of the class folders, each known to hold a picture before any is read."""
    folders: dict[str, list[Path]] = {}
    for folder in [folder for split in splits for folder in _folders(split)]:
        folders.setdefault(folder.name, []).append(folder)
    classes = sorted(folders, key=natural)
    _check_names(root, classes)
    for name in classes:
        if not any(_has_picture(folder, depth=DEEPEST) for folder in folders[name]):
            message = f"{root} has a class folder {name!r} without pictures."
            raise DataError(message, hint=PICTURES)
        for folder in folders[name]:
            _refuse_escape(folder, root)
    if len(classes) < 2:
        message = f"{root} has only one class folder: {', '.join(classes)}."
        raise DataError(message, hint=PICTURES)
    return classes


def _check_names(root: Path, classes: list[str]) -> None:
    if not classes:
        message = f"{root} holds pictures but no class folders."
        raise DataError(message, hint="Put the pictures of each class into a folder of its own.")
    strange = [name for name in classes if name.casefold() in NOT_CLASSES]
    if strange:
        message = (
            f"{root} looks like boxes or masks ({', '.join(strange)}), not like class folders."
        )
        raise DataError(message, hint=PICTURES)


def _scan(folder: Path, root: Path) -> _Scan:
    scan = _Scan({}, [])
    for child in _visible(folder):
        if child.is_dir():
            files = list(_walk(child))
            scan.files[child.name] = [file for file in files if _is_picture(file, root)]
            scan.others += [file for file in files if file.suffix.lower() not in SUFFIXES]
        else:
            scan.others.append(child)
    return scan


def _walk(folder: Path) -> Iterator[Path]:
    """The files below a folder in natural order; links to folders are not followed."""
    for child in _visible(folder):
        if child.is_dir() and not child.is_symlink():
            yield from _walk(child)
        elif not child.is_dir():
            yield child


def _visible(folder: Path) -> list[Path]:
    try:
        return sorted(_shown(folder), key=lambda child: natural(child.name))
    except OSError as error:
        raise DataError(f"{folder} cannot be read ({error.strerror}).") from error


def _shown(folder: Path) -> list[Path]:
    children = folder.iterdir()
    return [c for c in children if c.name[0] != "." and c.name.casefold() not in JUNK]


def _folders(folder: Path) -> list[Path]:
    return [child for child in _visible(folder) if os.path.isdir(child)]


def _refuse_escape(path: Path, root: Path) -> None:
    if not path.is_symlink():
        return
    if not path.exists():
        message = f"{path} is a symbolic link to nothing."
        raise DataError(message, hint="Put the picture in its place.")
    if not path.resolve().is_relative_to(root.resolve()):
        message = f"{path} is a symbolic link that leads out of {root}."
        raise DataError(message, hint="Copy what it names into the folder.")


def _is_picture(file: Path, root: Path) -> bool:
    if file.suffix.lower() not in SUFFIXES:
        return False
    _refuse_escape(file, root)
    if file.stat().st_size == 0:
        raise DataError(f"{file} is empty (0 bytes).", hint="Move it out of the folder.")
    return True


def _has_picture(folder: Path, depth: int) -> bool:
    """Whether a picture is found soon, the nearest folders first; all of a disk is too much."""
    level, looks = [folder], 0
    for _ in range(depth + 1):
        below: list[Path] = []
        for child in itertools.chain.from_iterable(map(_readable, level)):
            is_folder = os.path.isdir(child)  # unlike the method, False for what cannot be read
            if child.suffix.lower() in SUFFIXES and not is_folder:
                return True
            if (looks := looks + 1) > LOOKS:
                return False
            if is_folder and not child.is_symlink():
                below.append(child)
        level = below
    return False


def _readable(folder: Path) -> list[Path]:
    """What is in a folder; nothing if it cannot be read, which is said when it is opened."""
    try:
        return _shown(folder)
    except OSError:
        return []


def _usual_shape(files: list[Path]) -> tuple[Shape, str]:
    """The shape of the pictures, or of a square if they differ, and what is done to them."""
    shapes = [peek(file) for file in files[:: max(len(files) // PEEKS, 1)]]
    channels = max(shape[0] for shape in shapes)
    sizes = {shape[1:] for shape in shapes}
    if len(sizes) == 1:
        return (channels, *sizes.pop()), ""
    side = min(int(median(min(shape[1:]) for shape in shapes)), LARGEST)
    how = f"resized by the short side and cropped at the centre to {side}x{side}"
    return (channels, side, side), f"pictures of several sizes {how}"
