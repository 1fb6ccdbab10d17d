"""What lies in a folder: names in their natural order, splits by name, and pictures by name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

from tensorlite.data.decode import SUFFIXES
from tensorlite.errors import DataError

_SPLIT = re.compile(
    r"(train|training|trn|val|valid|validation|dev|test|testing|tst)"
    r"(?:[-_ ]?(?:set|data|split|images|imgs|\d{4}))?"
)
_NAMES = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
}
JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx", "@eadir"})


def split_of(name: str) -> str | None:
    """The split that a folder or file is called after, or None.

    Example:
        >>> split_of("Validation"), split_of("train2017"), split_of("trainer")
        ('val', 'train', None)
    """
    match = _SPLIT.fullmatch(name.casefold())
    return _NAMES[match[1]] if match else None


def split_in(text: str) -> str | None:
    """The split that a word of a longer name says, or None.

    Example:
        >>> split_in("instances_val2017"), split_in("labels")
        ('val', None)
    """
    words = re.split(r"[^a-z0-9]+", text.casefold())
    return next(filter(None, map(split_of, words)), None)


def split_on_way(path: Path, root: Path) -> str | None:
    """The split that a folder between ``root`` and a file is called after, or None."""
    folders = path.relative_to(root).parts[:-1] if path.is_relative_to(root) else ()
    return next(filter(None, map(split_of, folders)), None)


def natural(name: str) -> list[tuple[int, str]]:
    """A sorting key that counts: ``"img2"`` before ``"img10"``.

    Example:
        >>> sorted(["img10", "img2", "Img1"], key=natural)
        ['Img1', 'img2', 'img10']
    """
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts] + [(-1, name)]


def visible(folder: Path) -> list[Path]:
    """What is in a folder, in natural order, without hidden files.

    Raises:
        DataError: If the folder cannot be read.
    """
    try:
        return sorted(shown(folder), key=lambda child: natural(child.name))
    except OSError as error:
        raise DataError(f"{folder} cannot be read ({error.strerror}).") from error


def shown(folder: Path) -> list[Path]:
    """What is in a folder, without hidden files."""
    children = folder.iterdir()
    return [c for c in children if c.name[0] != "." and c.name.casefold() not in JUNK]


def folders(folder: Path) -> list[Path]:
    """The folders in a folder."""
    return [child for child in visible(folder) if os.path.isdir(child)]


def walk(folder: Path) -> Iterator[Path]:
    """The files below a folder in natural order; links to folders are not followed."""
    for child in visible(folder):
        if child.is_dir() and not child.is_symlink():
            yield from walk(child)
        elif not child.is_dir():
            yield child


def near_files(folder: Path, suffix: str, depth: int, limit: int = 2000) -> Iterator[Path]:
    """Files with this suffix, the nearest first; what cannot be read is passed over."""
    level = [folder]
    for _ in range(depth + 1):
        below: list[Path] = []
        for parent in level:
            try:
                children = sorted(shown(parent))
            except OSError:
                continue
            for child in children:
                if (limit := limit - 1) < 0:
                    return
                if child.suffix.lower() == suffix and child.is_file():
                    yield child
                elif os.path.isdir(child) and not child.is_symlink():
                    below.append(child)
        level = below


def is_picture(path: Path) -> bool:
    """Whether the name is that of a picture."""
    return path.suffix.lower() in SUFFIXES


def refuse_escape(path: Path, root: Path) -> None:
    """Raise if the path is a symbolic link to nothing, or out of ``root``."""
    if not path.is_symlink():
        return
    if not path.exists():
        message = f"{path} is a symbolic link to nothing."
        raise DataError(message, hint="Put the picture in its place.")
    if not path.resolve().is_relative_to(root.resolve()):
        message = f"{path} is a symbolic link that leads out of {root}."
        raise DataError(message, hint="Copy what it names into the folder.")


class PictureIndex:
    """The pictures below a folder, found by the names that people write into files.

    Args:
        root: The folder; it is walked when a name is first not where it is said to be.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.taken: set[Path] = set()  # what ``take`` noted

    def take(self, picture: Path | None) -> None:
        """Note that a picture is in use."""
        if picture is not None:
            self.taken.add(picture)

    @cached_property
    def files(self) -> list[Path]:
        """All of them, in natural order."""
        return [file for file in walk(self.root) if is_picture(file)]

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for file in self.files:
            found.setdefault(file.stem.casefold(), []).append(file)
        return found

    def find(self, name: str, near: Path, split: str | None = None) -> Path | None:
        """The picture that a file means by a name, or None.

        The name is a path relative to the folder of the file that has it. If nothing is there, the
        root, then the pictures below it that end in the same way are taken, with or without the
        suffix; those of the same split and those nearest to the file come first.

        Args:
            name: With slashes of either kind, with or without suffix.
            near: The folder of the file in which the name stands.
            split: The split that it belongs to, if that is known.
        """
        asked = PurePosixPath(name.strip().replace("\\", "/"))
        if not asked.name:
            return None
        for folder in (near, self.root):
            if _is_file(folder / asked):
                refuse_escape(folder / asked, self.root)
                return folder / asked
        if ".." in asked.parts or asked.is_absolute():
            asked = PurePosixPath(asked.name)
        found = self._alike(asked)
        if not found:
            return None
        best = max(found, key=lambda file: self._nearness(file, asked, near, split))
        refuse_escape(best, self.root)
        return best

    def _alike(self, asked: PurePosixPath) -> list[Path]:
        """With the same suffix, if there are such; a name like ``v1.2`` has none."""
        last = asked.name.casefold()
        stem = last[: -len(asked.suffix)] if asked.suffix.lower() in SUFFIXES else last
        found = self._by_stem.get(stem, [])
        return [file for file in found if file.name.casefold() == last] or found

    def _nearness(
        self, file: Path, asked: PurePosixPath, near: Path, split: str | None
    ) -> tuple[int, bool, int, int]:
        ending = _common(reversed(asked.parent.parts), reversed(file.parent.parts))
        right = split is not None and split_on_way(file, self.root) == split
        return ending, right, _common(near.parts, file.parts), -len(file.parts)


def _common(first: Iterable[str], second: Iterable[str]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one.casefold() != other.casefold():
            break
        count += 1
    return count


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long, or with a null byte
        return False
