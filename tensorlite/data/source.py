"""From a name or a path to data: what there is, what it is called, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from tensorlite.calling import blamed, failure, warn_once
from tensorlite.data.dataset import Dataset
from tensorlite.data.fit import Shape
from tensorlite.entry import BUILT_IN, Entry
from tensorlite.errors import DataError, close_names

ORDER = ("train", "val", "test")


@dataclass(frozen=True)
class Data:
    """What ``open_data`` found.

    Args:
        name: The registered name, or the name of the folder.
        splits: The data sets, by ``"train"``, ``"val"``, ``"test"``.
        source: The path; ``"bundled"`` or the plugin's name for what is registered.
        kind: What it was read as: the name of the reader, ``"bundled"``, or the plugin's name.
        notes: Sentences that a person should read: files left out, classes without images.
    """

    name: str
    splits: dict[str, Dataset]
    source: str = ""
    kind: str = ""
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> list[str]:
        """The class names."""
        return self._first.classes

    @property
    def image_shape(self) -> Shape:
        """Channels, height and width."""
        return self._first.image_shape

    @property
    def _first(self) -> Dataset:
        return next(iter(self.splits.values()))

    def sentence(self) -> str:
        """One line that says what this is.

        Example:
            >>> print(open_data("digits").sentence())  # doctest: +NORMALIZE_WHITESPACE
            digits · 1,797 real handwritten digits, 10 classes (bundled)
                · 1,437 train / 360 held out, other writers
        """
        total = sum(map(len, self.splits.values()))
        what = f"{total:,} {self._first.noun}, {len(self.classes)} classes"
        kind = f" ({self.kind})" if self.kind else ""
        parts = (f"{len(data):,} {data.part or name}" for name, data in self.splits.items())
        return f"{self.name} · {what}{kind} · {' / '.join(parts)}"

    def counts(self) -> dict[str, dict[str, int]]:
        """How many images each class has, by split."""
        return {name: _counts(data) for name, data in self.splits.items()}


def open_data(source: str | PathLike[str]) -> Data:
    """Open a registered data set, or whatever lies at a path.

    A registered name comes first: ``digits`` is the bundled set, ``./digits`` a folder. What a
    path holds is found out by looking at it. Relative paths start at the working folder.

    Raises:
        DataError: If there is no such name or path, if it is empty, damaged or truncated, or if
            no reader knows it.

    Example:
        >>> data = open_data("digits")
        >>> data.classes[:3], data.image_shape, data.counts()["val"]["7"]
        (['0', '1', '2'], (1, 28, 28), 36)
    """
    from tensorlite.registry import datasets

    if not str(source):
        message = "expected the name of a data set or a path, got ''."
        raise DataError(message, hint="tensorlite data")
    if isinstance(source, str) and source in datasets:
        return _registered(source)
    path = Path(source).expanduser()
    try:
        _check_path(path, str(source), datasets.names())
        return _read(path)
    except OSError as error:
        raise DataError(f"{error.filename or path} cannot be read ({error.strerror}).") from error


def _registered(name: str) -> Data:
    from tensorlite.registry import datasets

    entry = datasets.info(name)
    with blamed(entry):
        found = {split: entry.object(split) for split in entry.details.get("splits", ("train",))}
    splits = _ordered(found)
    source = next(iter(splits.values())).origin or entry.owner
    return Data(entry.name, splits, source, source, tuple(_notes(splits)))


def _read(path: Path) -> Data:
    kind, entry = _reader(path)
    with blamed(entry):
        splits = _ordered(entry.object.open(path))
    if not any(map(len, splits.values())):
        raise DataError(f"{path} holds no images.", hint="Name a folder that does.")
    name = next(iter(splits.values())).name
    return Data(name, splits, str(path), kind, tuple(_notes(splits)))


def _reader(path: Path) -> tuple[str, Entry[Any]]:
    """The reader that knows the path; those that would take almost anything come last."""
    from tensorlite.registry import readers

    claims = [(name, entry) for name, entry in readers.items() if _knows(entry, path)]
    claims.sort(key=lambda claim: getattr(claim[1].object, "fallback", False))
    if claims:
        return claims[0]
    message = (
        f"{path} holds nothing that can be read as data. Readers: {', '.join(readers.names())}."
    )
    hint = "Name a folder with IDX files, or one with a folder of pictures for each class."
    raise DataError(message, hint=hint)


def _knows(entry: Entry[Any], path: Path) -> bool:
    """Whether a reader knows a path; one that fails at the question does not."""
    try:
        return bool(entry.object.sniff(path))
    except Exception as error:
        if entry.owner == BUILT_IN:
            raise
        which = f"the reader {entry.name!r} of the plugin {entry.owner!r}"
        warn_once(f"{which} is left out: {failure(entry, error)}")
        return False


def _check_path(path: Path, typed: str, names: list[str]) -> None:
    if not path.exists():
        bare = path.name == typed
        kind = "data set or path" if bare else "file or folder"
        close = close_names(path.name, {*_siblings(path), *(names if bare else ())})
        where = "" if path.is_absolute() else f"(looked in {Path.cwd()})"
        message = " ".join(filter(None, [f"there is no {kind} {typed!r}", where]))
        raise DataError(f"{message}. {close}".strip(), hint="tensorlite data")
    if path.is_file() and path.stat().st_size == 0:
        raise DataError(f"{path} is empty (0 bytes).", hint="Name another file.")
    if path.is_dir() and not any(child.name[0] != "." for child in path.iterdir()):
        raise DataError(f"{path} is an empty folder.", hint="Name the folder that holds the data.")


def _siblings(path: Path) -> Iterable[str]:
    children = path.parent.iterdir() if path.parent.is_dir() else ()
    return (child.name for child in children if child.name[0] != ".")


def _ordered(splits: Mapping[str, Dataset]) -> dict[str, Dataset]:
    known = {split: splits[split] for split in ORDER if split in splits}
    return known | {split: data for split, data in splits.items() if split not in known}


def _counts(data: Dataset) -> dict[str, int]:
    numbers = np.bincount(data.targets, minlength=len(data.classes))
    return dict(zip(data.classes, map(int, numbers), strict=True))


def _notes(splits: Mapping[str, Dataset]) -> Iterable[str]:
    for split, data in splits.items():
        others = [str(file) for file in getattr(data, "left_out", ())]
        if others:
            yield f"no picture: {_some(others)}"
        absent = [name for name, count in _counts(data).items() if not count]
        if absent:
            yield f"{split} has no images of {_some(absent)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
