"""Folders of pictures, one folder per class, with or without train, val and test above them."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tensorlite.data.dataset import Dataset
from tensorlite.data.layout import (
    folders,
    is_picture,
    natural,
    refuse_escape,
    shown,
    split_of,
    visible,
    walk,
)
from tensorlite.data.pictures import Defect, ImageFolder, usual_shape
from tensorlite.errors import DataError
from tensorlite.printable import printable

NOT_CLASSES = frozenset("images masks labels annotations jpegimages imagesets".split())
PICTURES = "Name the folder that holds a folder of pictures for each class."
LOOKS = 100_000  # files among which a class must have a picture, before any class is read
DEEPEST = 16  # folders inside of each other in which it may lie


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
        return _has_picture(path, 0) or any(_has_picture(each, 1) for each in folders(path))

    def open(self, path: Path) -> dict[str, Dataset]:
        """List the pictures of every split; they are decoded when they are fetched.

        Raises:
            DataError: If there are no class folders, if one has no pictures, or if a link to one
                leads out of the folder.
        """
        path = _unwrapped(path)
        splits = _splits(path)
        classes = _classes(path, list(splits.values()))
        found = {split: _scan(folder, path) for split, folder in splits.items()}
        everything = [
            file for scan in found.values() for files in scan.files.values() for file in files
        ]
        shape, words = usual_shape(everything)
        about: dict[str, Any] = {"name": printable(path.resolve().name), "adaptation": words}
        names = [printable(name) for name in classes]
        unlabelled = _unlabelled(path, splits)
        splits_found: dict[str, Dataset] = {}
        for split, scan in found.items():
            data = ImageFolder(*scan.numbered(classes), names, shape, left_out=scan.others, **about)
            data.defects = [Defect(file, f"{file} is empty (0 bytes).") for file in scan.empty]
            data.remarks = [f"left out, no class folders: {name}" for name in unlabelled]
            splits_found[split], unlabelled = data, []
        return splits_found


@dataclass
class _Scan:
    """What is in the class folders of one split."""

    files: dict[str, list[Path]]
    others: list[Path]
    empty: list[Path]

    def numbered(self, classes: list[str]) -> tuple[list[Path], list[int]]:
        pairs = [
            (f, number) for number, name in enumerate(classes) for f in self.files.get(name, ())
        ]
        return [file for file, _ in pairs], [number for _, number in pairs]


def _unwrapped(root: Path) -> Path:
    """The folder in a folder that holds nothing else, as archives often unpack."""
    inside = folders(root)
    if len(inside) != 1 or _has_picture(root, 0) or inside[0].is_symlink():
        return root
    below = folders(inside[0])
    classes = len(below) > 1 or any(split_of(child.name) and folders(child) for child in below)
    alone = not split_of(inside[0].name) and not _has_picture(inside[0], 0)
    return _unwrapped(inside[0]) if classes and alone else root


def _splits(root: Path) -> dict[str, Path]:
    """The folders of the splits; the folder itself is ``train`` if it has none."""
    found: dict[str, Path] = {}
    for folder in visible(root):
        split = split_of(folder.name)
        # A folder "test" that holds pictures and no folders is a class of that name.
        if split and folder.is_dir() and folders(folder):
            refuse_escape(folder, root)
            other = found.setdefault(split, folder)
            if other != folder:
                message = f"{root} has two folders for {split}: {other.name} and {folder.name}."
                raise DataError(message, hint="Rename or merge them.")
    return found or {"train": root}


def _classes(root: Path, splits: list[Path]) -> list[str]:
    """The names of the class folders, each known to hold a picture before any is read."""
    by_name: dict[str, list[Path]] = {}
    for folder in itertools.chain.from_iterable(map(folders, splits)):
        by_name.setdefault(folder.name, []).append(folder)
    classes = sorted(by_name, key=natural)
    _check_names(root, classes)
    for name in classes:
        if not any(_has_picture(folder, depth=DEEPEST) for folder in by_name[name]):
            message = f"{root} has a class folder {name!r} without pictures."
            raise DataError(message, hint="Put the pictures of that class into it.")
        for folder in by_name[name]:
            refuse_escape(folder, root)
    if len(classes) < 2:
        message = f"{root} has only one class folder: {', '.join(classes)}."
        raise DataError(message, hint=PICTURES)
    return classes


def _unlabelled(root: Path, splits: dict[str, Path]) -> list[str]:
    """The folders of pictures beside those of the splits."""
    if list(splits.values()) == [root]:
        return []
    beside = (folder for folder in folders(root) if folder not in splits.values())
    return [str(folder) for folder in beside if _has_picture(folder, 1)]


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
    scan = _Scan({}, [], [])
    for child in visible(folder):
        if child.is_dir():
            files = list(walk(child))
            scan.files[child.name] = [file for file in files if is_picture(file)]
            scan.others += [file for file in files if not is_picture(file)]
            scan.empty += [file for file in scan.files[child.name] if _empty(file, root)]
        else:
            scan.others.append(child)
    return scan


def _empty(file: Path, root: Path) -> bool:
    refuse_escape(file, root)
    return file.stat().st_size == 0


def _has_picture(folder: Path, depth: int) -> bool:
    """Whether a picture is found soon, the nearest folders first; all of a disk is too much."""
    level, looks = [folder], 0
    for _ in range(depth + 1):
        below: list[Path] = []
        for child in itertools.chain.from_iterable(map(_readable, level)):
            is_folder = os.path.isdir(child)  # unlike the method, False for what cannot be read
            if is_picture(child) and not is_folder:
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
        return shown(folder)
    except OSError:
        return []
