"""Pictures and index masks: a picture of numbers, or of colours, beside each picture."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tensorlite.data.dataset import Dataset
from tensorlite.data.decode import decode_mask, peek
from tensorlite.data.fit import IGNORED
from tensorlite.data.layout import folders, is_picture, split_of, visible, walk
from tensorlite.data.names import read_text
from tensorlite.data.pictures import Defect, MaskFiles, usual_shape
from tensorlite.errors import DataError
from tensorlite.printable import printable

_MASKS = r"(?:masks?|labels?|lbls?|annot(?:s|ations?)?|gt|seg(?:mentations?)?|segmentationclass)"
MASKS = re.compile(_MASKS, re.IGNORECASE)
IMAGES = re.compile(r"(?:images?|imgs?|pictures|photos|jpegimages|input|x)", re.IGNORECASE)
ENDING = re.compile(rf"[-_. ]?(?:{_MASKS}|l)$", re.IGNORECASE)  # "a_mask", "a_L"
TABLES = ("classes.csv", "class_dict.csv", "labels.csv", "classes.txt", "labels.txt")
LOSSLESS = frozenset(".png .tif .tiff .bmp .gif .pgm".split())


class MaskReader:
    """Pictures with a mask of class numbers each, and ``classes.csv`` with their names.

    ``images/`` and ``masks/`` side by side, in the folder or in one for each split, or the other
    way round; a mask is named as its picture, or with ``_mask`` or ``_L`` behind. A mask holds
    numbers (grey or palette), or the colours of ``classes.csv``: ``index,name,red,green,blue``.
    255 stands for no class.
    """

    def sniff(self, path: Path) -> bool:
        """Whether there is a folder of masks beside one of pictures."""
        return path.is_dir() and any(_looks_right(pair) for pair in _pairs(path))

    def open(self, path: Path) -> dict[str, Dataset]:
        """Find the mask of every picture.

        Raises:
            DataError: If no picture has a mask, or ``classes.csv`` cannot be read.
        """
        pairs = list(filter(_looks_right, _pairs(path)))
        found: dict[str, _Found] = {}
        for pair in pairs:
            _match(pair, found.setdefault(pair.split or "train", _Found([], [], [], [])))
        everything = [file for part in found.values() for file in part.files]
        if not everything:
            message = f"{path} has no mask with the name of a picture."
            raise DataError(message, hint=f"For images/a.png it is {pairs[0].masks.name}/a.png")
        classes, colours = _classes(path, [mask for part in found.values() for mask in part.masks])
        shape, words = usual_shape(everything)
        about: dict[str, Any] = {"name": printable(path.resolve().name), "adaptation": words}
        about["colours"] = colours
        return {split: part.dataset(classes, shape, about) for split, part in found.items()}


@dataclass(frozen=True)
class _Pair:
    """A folder of pictures and the folder of their masks."""

    images: Path
    masks: Path
    split: str | None


@dataclass
class _Found:
    files: list[Path]
    masks: list[Path]
    alone: list[Path]
    defects: list[Defect]

    def dataset(self, classes: list[str], shape: Any, about: dict[str, Any]) -> MaskFiles:
        data = MaskFiles(self.files, self.masks, classes, shape, **about)
        data.defects = self.defects
        if self.alone:
            few = ", ".join(map(str, self.alone[:3])) + ", ..." * (len(self.alone) > 3)
            count = len(self.alone)
            data.remarks = [f"left out, no mask: {count:,} picture{'s' * (count != 1)} ({few})"]
        return data


def _pairs(root: Path) -> Iterator[_Pair]:
    """``masks`` beside ``images``; ``trainannot`` beside ``train``; in splits or above them."""
    inside = {folder.name.casefold(): folder for folder in folders(root)}
    yield from _beside(inside, None)
    for name, folder in inside.items():
        split = split_of(name)
        if split is None:
            continue
        yield from _beside({f.name.casefold(): f for f in folders(folder)}, split)
        for other, masks in inside.items():
            if re.fullmatch(rf"{re.escape(name)}[-_]?{_MASKS}", other):
                yield _Pair(folder, masks, split)


def _beside(inside: dict[str, Path], split: str | None) -> Iterator[_Pair]:
    images = next((inside[name] for name in inside if IMAGES.fullmatch(name)), None)
    masks = next((inside[name] for name in inside if MASKS.fullmatch(name)), None)
    if images is None or masks is None:
        return
    parts = {split_of(folder.name): folder for folder in folders(images)}
    others = {split_of(folder.name): folder for folder in folders(masks)}
    both = [part for part in parts if part is not None and part in others]
    if split is None and both:
        yield from (_Pair(parts[part], others[part], part) for part in both)
    else:
        yield _Pair(images, masks, split)


def _looks_right(pair: _Pair) -> bool:
    images = any(is_picture(child) for child in visible(pair.images))
    return images and any(c.suffix.lower() in LOSSLESS for c in visible(pair.masks))


def _match(pair: _Pair, found: _Found) -> None:
    masks: dict[str, Path] = {}
    for file in walk(pair.masks):
        if file.suffix.lower() in LOSSLESS:
            masks.setdefault(ENDING.sub("", file.stem).casefold(), file)
            masks[file.stem.casefold()] = file
    for file in filter(is_picture, walk(pair.images)):
        stem = file.stem.casefold()
        mask = masks.get(stem) or masks.get(ENDING.sub("", stem))
        if mask is None:
            found.alone.append(file)
            continue
        found.files.append(file)
        found.masks.append(mask)
        defect = _defect(file, mask)
        if defect:
            found.defects.append(defect)


def _defect(file: Path, mask: Path) -> Defect | None:
    try:
        size, other = peek(file)[1:], peek(mask)[1:]
    except DataError as error:
        return Defect(file, error.message)
    if size == other:
        return None
    sizes = "{}x{} pixels, its picture {}x{}".format(*other, *size)
    return Defect(file, f"{mask} has {sizes}.")


def _classes(root: Path, masks: list[Path]) -> tuple[list[str], list[Any] | None]:
    """Names and colours from the table, or numbers as names if there is none."""
    table = next((root / name for name in TABLES if (root / name).is_file()), None)
    if table is not None:
        return _read_table(table)
    numbers = 0
    for file in masks:
        mask = decode_mask(file)
        if mask.ndim == 3:
            message = f"{file} is in colour, and no colours of classes are known."
            hint = f"Write them into {root / TABLES[0]}: index,name,red,green,blue"
            raise DataError(message, hint=hint)
        numbers = max(numbers, int(np.max(mask, where=mask != IGNORED, initial=0)) + 1)
    return [str(number) for number in range(numbers)], None


def _read_table(table: Path) -> tuple[list[str], list[Any] | None]:
    text = read_text(table)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = [
        [cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=delimiter)
    ]
    rows = [row for row in rows if any(row)]
    head = [cell.casefold() for cell in rows[0]] if rows else []
    named = next(
        (head.index(n) for n in ("name", "class", "label", "class_name") if n in head), None
    )
    number = next((head.index(n) for n in ("index", "id", "number", "value") if n in head), None)
    if named is None:  # without a head: names, or numbers and names
        number = 0 if rows and len(rows[0]) > 1 and rows[0][0].isdecimal() else None
        named = 0 if number is None else 1
        body = rows
    else:
        body = rows[1:]
    colour = [next((head.index(n) for n in names if n in head), None) for names in _RGB]
    found: dict[int, tuple[str, Any]] = {}
    for line, row in enumerate(body):
        try:
            index = line if number is None else int(row[number])
            shade = None if None in colour else tuple(int(row[c]) for c in colour if c is not None)
            entry = printable(row[named]), shade
        except (ValueError, IndexError) as error:
            message = f"{table} has the row {','.join(row)!r}, which is no class."
            raise DataError(message, hint="Rows are index,name,red,green,blue") from error
        if index in found:
            raise DataError(f"{table} has two classes with the number {index}.")
        if not 0 <= index <= 255:
            raise DataError(f"{table} has the class number {index}; masks have them up to 255.")
        found[index] = entry
    found = {index: entry for index, entry in found.items() if index != IGNORED}
    if not found:
        raise DataError(f"{table} names no class.", hint="Rows are index,name,red,green,blue")
    absent: tuple[str, Any] = ("", (-1, -1, -1))
    entries = [found.get(i, (str(i), absent[1])) for i in range(max(found) + 1)]
    colours = None if None in colour else [shade for _, shade in entries]
    return [name for name, _ in entries], colours


_RGB = (("red", "r"), ("green", "g"), ("blue", "b"))
