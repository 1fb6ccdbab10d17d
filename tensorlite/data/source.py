"""From a name or a path to data: what there is, what it is called, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from tensorlite.calling import blamed, failure, warn_once
from tensorlite.data.dataset import Dataset
from tensorlite.data.download import known_name
from tensorlite.data.fit import Shape
from tensorlite.data.pictures import Defect
from tensorlite.data.survey import sift
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
        defects: What was left out because it is damaged.
    """

    name: str
    splits: dict[str, Dataset]
    source: str = ""
    kind: str = ""
    notes: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()

    @property
    def task(self) -> str:
        """What is learned from it: ``classification``, ``boxes`` or ``masks``."""
        return self._first.task

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
        noun = self._first.noun.removesuffix("s") if total == 1 else self._first.noun
        what = f"{total:,} {noun}, {_plural(len(self.classes), 'class', 'classes')}"
        if self.task == "boxes":
            boxes = sum(sum(counts.values()) for counts in self.counts().values())
            what += f", {_plural(boxes, 'box', 'boxes')}"
        elif self.task == "masks":
            what += " of pixels"
        kind = f" ({self.kind})" if self.kind else ""
        parts = (f"{len(data):,} {data.part or name}" for name, data in self.splits.items())
        return f"{self.name} · {what}{kind} · {' / '.join(parts)}"

    def counts(self) -> dict[str, dict[str, int]]:
        """How many images, boxes or pixels each class has, by split."""
        return {name: data.counts() for name, data in self.splits.items()}


def open_data(
    source: str | PathLike[str],
    *,
    skip_bad: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Data:
    """Open a registered data set, or whatever lies at a path.

    A registered name comes first: ``digits`` is the bundled set, ``./digits`` a folder. What a
    path holds is found out by looking at it. Relative paths start at the working folder.

    Args:
        source: The name or the path.
        skip_bad: Decode every picture, and leave out those that are damaged.
        progress: Called with how many were decoded, and how many there are.

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
    path = known_name(str(source)) or Path(source).expanduser()
    try:
        _check_path(path, str(source), datasets.names())
        return _read(path, skip_bad, progress)
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


def _read(path: Path, skip_bad: bool, progress: Callable[[int, int], None]) -> Data:
    kind, entry = _reader(path)
    with blamed(entry):
        splits = _ordered(entry.object.open(path))
    defects: list[Defect] = []
    if skip_bad:
        splits, defects = sift(splits, progress)
    else:
        _refuse_defects(path, splits)
    if not any(map(len, splits.values())):
        more = f" that can be read: {defects[0].message}" if defects else "."
        raise DataError(f"{path} holds no images{more}", hint="Name a folder that does.")
    splits = {split: data for split, data in splits.items() if len(data)} if defects else splits
    name = next(iter(splits.values())).name
    return Data(name, splits, str(path), kind, tuple(_notes(splits)), tuple(defects))


def _refuse_defects(path: Path, splits: Mapping[str, Dataset]) -> None:
    defects = [defect for data in splits.values() for defect in data.defects]
    if defects:
        others = len(defects) - 1
        more = f" {_plural(others, 'other has', 'others have')} such faults." if others else ""
        hint = f"tensorlite data check {path}   or leave them out: --skip-bad"
        raise DataError(defects[0].message + more, hint=hint)


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
    hint = "Name a folder with a folder of pictures for each class, or one of those formats."
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


def _notes(splits: Mapping[str, Dataset]) -> Iterable[str]:
    for split, data in splits.items():
        others = [str(file) for file in data.left_out]
        if others:
            yield f"no picture: {_some(others)}"
        yield from data.remarks
        yield from _box_notes(split, data)
        yield from absent_classes(split, data)


def absent_classes(split: str, data: Dataset) -> Iterator[str]:
    """Say of which classes a part of some data has nothing.

    Example:
        >>> import numpy as np
        >>> from tensorlite.data.dataset import ArrayDataset
        >>> cats = ArrayDataset(np.zeros((2, 8, 8)), [0, 0], classes=["cat", "dog"])
        >>> list(absent_classes("val", cats))
        ['val has no images of dog']
    """
    if data.task == "masks":  # to count pixels, all masks would have to be read
        return
    absent = [name for name, count in data.counts().items() if not count]
    if absent and len(data):
        yield f"{split} has no {_THINGS[data.task]} of {_some(absent)}"


_THINGS = {"classification": "images", "boxes": "boxes"}


def _box_notes(split: str, data: Dataset) -> Iterable[str]:
    for kept, done in ((True, "repaired"), (False, "dropped")):
        repairs = [str(repair) for repair in data.repairs if repair.kept is kept]
        if repairs:
            what = _plural(len(repairs), "box", "boxes")
            yield f"{split}: {what} {done}: {_some(repairs)}"
    bare = sum(number < 0 for number in data.strata) if data.task == "boxes" else 0
    if bare:
        yield f"{split}: {_plural(bare, 'picture', 'pictures')} without boxes"


def _plural(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
