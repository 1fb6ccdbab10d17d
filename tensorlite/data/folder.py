"""Folders of pictures, one folder per class, with or without train, val and test above them."""

from __future__ import annotations

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
PEEKS = 64  # pictures whose headers are read to learn their usual size
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
        channels, *size = self.image_shape
        pixels = decode(self.files[index], channels, (size[0], size[1]))
        return np.divide(pixels, 255, dtype=np.float32), int(self.targets[index])

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
        """Whether there are pictures, at most three folders down."""
        return path.is_dir() and _has_pictures(path, depth=3)

    def open(self, path: Path) -> dict[str, Dataset]:
        """List the pictures of every split; they are decoded when they are fetched.

        Raises:
            DataError: If there are no class folders, if one has no pictures, if a file is empty,
                or if a link leads out of the folder.
        """
        found = {split: _scan(folder, path) for split, folder in _splits(path).items()}
        classes = sorted({name for scan in found.values() for name in scan.files}, key=natural)
        _check_classes(path, classes, found)
        everything = [
            file for scan in found.values() for files in scan.files.values() for file in files
        ]
        shape, words = _usual_shape(everything)
        about: dict[str, Any] = {"name": path.resolve().name, "adaptation": words}
        return {
            split: ImageFolder(
                *scan.numbered(classes), classes, shape, left_out=scan.others, **about
            )
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
        if split and folder.is_dir() and any(child.is_dir() for child in _visible(folder)):
            _refuse_escape(folder, root)
            other = found.setdefault(split, folder)
            if other != folder:
                message = f"{root} has two folders for {split}: {other.name} and {folder.name}."
                raise DataError(message, hint="Rename or merge them.")
    return found or {"train": root}


def _scan(folder: Path, root: Path) -> _Scan:
    scan = _Scan({}, [])
    loose = []
    for child in _visible(folder):
        _refuse_escape(child, root)
        if child.is_dir():
            files = list(_walk(child, root))
            scan.files[child.name] = [file for file in files if _is_picture(file)]
            scan.others += [file for file in files if not _is_picture(file)]
        else:
            loose.append(child)
    if not scan.files and any(map(_is_picture, loose)):
        message = f"{folder} holds pictures but no class folders."
        raise DataError(message, hint="Put the pictures of each class into a folder of its own.")
    scan.others += loose
    return scan


def _walk(folder: Path, root: Path) -> Iterator[Path]:
    """The files below a folder in natural order; links to folders are not followed."""
    for child in _visible(folder):
        _refuse_escape(child, root)
        if child.is_dir() and not child.is_symlink():
            yield from _walk(child, root)
        elif not child.is_dir():
            yield child


def _visible(folder: Path) -> list[Path]:
    try:
        children = list(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder} cannot be read ({error.strerror}).") from error
    shown = [c for c in children if c.name[0] != "." and c.name.casefold() not in JUNK]
    return sorted(shown, key=lambda child: natural(child.name))


def _refuse_escape(path: Path, root: Path) -> None:
    if not path.is_symlink():
        return
    if not path.exists():
        raise DataError(f"{path} is a symbolic link to nothing.", hint="Remove it.")
    if not path.resolve().is_relative_to(root.resolve()):
        message = f"{path} is a symbolic link that leads out of {root}."
        raise DataError(message, hint="Copy what it names into the folder.")


def _is_picture(file: Path) -> bool:
    if file.suffix.lower() not in SUFFIXES:
        return False
    if file.stat().st_size == 0:
        raise DataError(f"{file} is empty (0 bytes).", hint="Take it out of the folder.")
    return True


def _has_pictures(folder: Path, depth: int) -> bool:
    children = _visible(folder)
    if any(c.suffix.lower() in SUFFIXES and c.is_file() for c in children):
        return True
    return depth > 0 and any(_has_pictures(c, depth - 1) for c in children if c.is_dir())


def _check_classes(root: Path, classes: list[str], found: dict[str, _Scan]) -> None:
    strange = [name for name in classes if name.casefold() in NOT_CLASSES]
    if strange:
        message = (
            f"{root} looks like boxes or masks ({', '.join(strange)}), not like class folders."
        )
        raise DataError(message, hint="Only folders named after classes can be read so far.")
    for name in classes:
        if not any(scan.files.get(name) for scan in found.values()):
            hint = f"Put pictures ({' '.join(sorted(SUFFIXES))}) into it or remove it."
            raise DataError(f"{root} has a class folder {name!r} without pictures.", hint=hint)
    if len(classes) < 2:
        message = f"{root} has only one class folder: {', '.join(classes) or 'none'}."
        raise DataError(message, hint="Name the folder that holds a folder for each class.")


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
