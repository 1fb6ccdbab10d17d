"""Pascal VOC: an XML file of boxes for each picture, in whatever folders people keep them."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tensorlite.data.boxes import Boxes
from tensorlite.data.boxfiles import Gathered, box_datasets, summed
from tensorlite.data.dataset import Dataset
from tensorlite.data.decode import peek
from tensorlite.data.layout import (
    PictureIndex,
    near_files,
    split_of,
    split_on_way,
    walk,
)
from tensorlite.data.names import read_text
from tensorlite.data.pictures import Defect
from tensorlite.errors import DataError

LISTS = ("ImageSets/Main", "ImageSets", "")  # where VOC keeps the names of a split's pictures
LARGEST = 16 * 2**20  # bytes of an XML file; those of VOC have a thousand
SIDES = ("xmin", "ymin", "xmax", "ymax")


class VocReader:
    """Pascal VOC: ``Annotations/*.xml``, ``JPEGImages/`` and lists in ``ImageSets/Main/``.

    Pictures and XML files may also lie in one folder, in ``images/`` and ``annotations/``, in one
    folder for each split, or in several folders of this kind (VOC2007, VOC2012). Splits are those
    of the lists, else of the folders, else everything is ``train``. Boxes are taken as written,
    those that cannot be are repaired or dropped by the rule of ``tensorlite.data.boxes``.
    """

    def sniff(self, path: Path) -> bool:
        """Whether one of the first XML files is an annotation."""
        if not path.is_dir():
            return path.suffix.lower() == ".xml" and _is_annotation(path)
        few = itertools.islice(near_files(path, ".xml", depth=4), 5)
        return any(map(_is_annotation, few))

    def open(self, path: Path) -> dict[str, Dataset]:
        """Read every annotation; the pictures are decoded when they are fetched.

        Raises:
            DataError: If a list names what is not there, or nothing is annotated.
        """
        if path.is_file():
            path = path.parent
        index = PictureIndex(path)
        listed = dict(_listed(path))
        found: dict[str, Gathered] = {}
        files = [file for file in walk(path) if file.suffix.lower() == ".xml"]
        unlisted = []
        for file in files:
            splits = _splits_of(file, path, listed)
            for split in splits:
                _read(file, index, found.setdefault(split, Gathered()), split)
            if not splits:
                unlisted.append(str(file))
                index.take(index.find(file.stem, file.parent))
        _check_lists(listed, files, found)
        if unlisted and found:
            next(iter(found.values())).remarks += summed("annotated but in no list", unlisted)
        return box_datasets(path, found, index)


def _is_annotation(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"<annotation" in file.read(2000)
    except OSError:
        return False


class _Lists:
    """The splits of one VOC folder: the stems of the pictures by split."""

    def __init__(self, folder: Path, files: Sequence[Path]) -> None:
        self.folder = folder
        self.files = {file.stem.casefold(): file for file in files}
        self.files = {split_of(name) or name: file for name, file in self.files.items()}
        self.stems = {split: dict(_names(file)) for split, file in self.files.items()}
        self._share_trainval()

    def _share_trainval(self) -> None:
        """What only ``trainval`` names is ``train``, or ``val`` where only that is missing."""
        both = self.stems.pop("trainval", {})
        known = set().union(*self.stems.values())
        rest = {stem: line for stem, line in both.items() if stem not in known}
        free = next((split for split in ("train", "val") if split not in self.stems), None)
        if rest and free:
            self.stems[free] = rest
            self.files[free] = self.files["trainval"]

    def splits(self, stem: str) -> list[str]:
        return [split for split, stems in self.stems.items() if stem in stems]


def _listed(root: Path) -> Iterator[tuple[Path, _Lists]]:
    """The lists of every VOC folder, by that folder; the nearest kind of list counts."""
    roots = [root, *sorted({f.parent.parent for f in near_files(root, ".xml", depth=4)})]
    for folder in dict.fromkeys(roots):
        if not folder.is_relative_to(root):
            continue
        for place in LISTS:
            files = [f for f in _texts(folder / place) if _is_list(f)]
            if files:
                yield folder, _Lists(folder, files)
                break


def _texts(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(f for f in folder.iterdir() if f.suffix.lower() == ".txt" and f.is_file())


def _is_list(file: Path) -> bool:
    """Whether a list is of a split; ``cat_train.txt`` is of one class and says no more."""
    return file.stem.casefold() == "trainval" or split_of(file.stem) is not None


def _names(file: Path) -> Iterator[tuple[str, int]]:
    """The stems that a list names, each with its line."""
    for number, line in enumerate(read_text(file).splitlines(), 1):
        words = line.split()
        if len(words) > 1 and words[-1] in ("-1", "0", "1"):
            words.pop()  # whether the class occurs
        name = " ".join(words).replace("\\", "/").rpartition("/")[2]
        if name:
            stem, dot, suffix = name.rpartition(".")
            yield (stem if dot and suffix.isalnum() and len(suffix) <= 4 else name), number


def _splits_of(file: Path, root: Path, listed: dict[Path, _Lists]) -> list[str]:
    """The splits of an annotation: what the lists above it say, else the folder, else train."""
    for folder in file.parents:
        if folder in listed:
            return listed[folder].splits(file.stem)
        if folder == root:
            break
    return [split_on_way(file, root) or "train"]


def _check_lists(listed: dict[Path, _Lists], every: list[Path], found: dict[str, Gathered]) -> None:
    """Name what is in a list but has no annotation."""
    for folder, lists in listed.items():
        stems = {file.stem for file in every if file.is_relative_to(folder)}
        for split, names in lists.stems.items():
            for stem, line in names.items():
                if stem not in stems:
                    file = lists.files[split]
                    message = f"{file}, line {line}: there is no annotation {stem}.xml."
                    found.setdefault(split, Gathered()).defects.append(Defect(file, message))


def _read(file: Path, index: PictureIndex, gathered: Gathered, split: str) -> None:
    """Add one annotation; what is wrong with it becomes a defect."""
    try:
        tree = _parse(file)
        picture = _picture(file, tree, index, split)
        if picture is None:
            name = (tree.findtext("filename") or f"{file.stem}.jpg").strip()
            raise DataError(f"{file} is about {name}, which is not there.")
        index.take(picture)
        frame = peek(picture)[1:]
        boxes = Boxes(file, frame)
        for item in tree.iter("object"):
            boxes.add(_label(file, item), _box(item))
    except DataError as error:
        gathered.add_defect(file, error.message)
        return
    stated = _stated_size(tree)
    if stated and stated != frame:
        sizes = "{}x{}, the picture has {}x{}".format(*stated, *frame)
        gathered.wrong_sizes.append(f"{file} says {sizes}")
    gathered.add(picture, frame, boxes)


def _parse(file: Path) -> ElementTree.Element:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}).") from error
    if not raw.strip():
        raise DataError(f"{file} is empty ({len(raw)} bytes).")
    if len(raw) > LARGEST or b"<!ENTITY" in raw:  # entities can grow without end
        raise DataError(f"{file} is no annotation: it is too large, or defines entities.")
    try:
        tree = ElementTree.fromstring(raw)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DataError(f"{file} is no complete XML ({error}).") from error
    return tree


def _picture(file: Path, tree: ElementTree.Element, index: PictureIndex, split: str) -> Path | None:
    """The picture of an annotation: by what it says, but by its own name if that is there too."""
    named = (tree.findtext("filename") or "").strip()
    by_stem = index.find(file.stem, file.parent, split)
    if not named or (by_stem is not None and _stem(named) == file.stem.casefold()):
        return by_stem
    return index.find(named, file.parent, split) or by_stem


def _stem(name: str) -> str:
    return Path(name.replace("\\", "/")).stem.casefold()


def _label(file: Path, item: ElementTree.Element) -> str:
    label = (item.findtext("name") or "").strip()
    if not label:
        raise DataError(f"{file} has an object without a name.")
    return label


def _box(item: ElementTree.Element) -> list[float]:
    box = item.find("bndbox")
    return [_number(box, side) for side in SIDES]


def _number(box: ElementTree.Element | None, name: str) -> float:
    text: Any = box.findtext(name) if box is not None else None
    try:
        return float(text)
    except (TypeError, ValueError):
        return float("nan")


def _stated_size(tree: ElementTree.Element) -> tuple[int, int] | None:
    """Height and width as the annotation says; many tools leave zeros."""
    try:
        height = int(float(tree.findtext("size/height") or 0))
        width = int(float(tree.findtext("size/width") or 0))
    except (ValueError, OverflowError):
        return None
    return (height, width) if height > 0 and width > 0 else None
