"""CSV: a table with a picture in each row, its label, and perhaps its split or a box."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorlite.data.boxes import Boxes
from tensorlite.data.boxfiles import Gathered, box_datasets
from tensorlite.data.dataset import Dataset
from tensorlite.data.decode import peek
from tensorlite.data.layout import PictureIndex, is_picture, natural, split_in, split_on_way
from tensorlite.data.names import class_names, read_text
from tensorlite.data.pictures import Defect, ImageFolder, usual_shape
from tensorlite.data.table import Columns, choose_columns
from tensorlite.errors import DataError
from tensorlite.printable import printable

SUFFIXES = (".csv", ".tsv")
NAMES = ("classes.txt", "class_names.txt", "labels.txt")
PROBE = 50  # rows that are looked at to recognise a table


class CsvReader:
    """A CSV file of ``path,label``, or a folder with one, or with one for each split.

    With or without a head, whatever separates the columns; a column ``split`` is honoured, columns
    ``xmin,ymin,xmax,ymax`` make boxes, and one column of 0 and 1 for each class is a label too.
    Paths are relative to the file. Labels are names or numbers, and with numbers from 0
    ``classes.txt`` beside the file gives the names.
    """

    fallback = True  # lists beside boxes or masks say less than those do

    def sniff(self, path: Path) -> bool:
        """Whether a table names pictures that are there."""
        return any(_recognised(file) for file in _files(path))

    def open(self, path: Path) -> dict[str, Dataset]:
        """Read the tables; the pictures are decoded when they are fetched.

        Raises:
            DataError: If a table has no column of pictures or of labels.
        """
        root = path if path.is_dir() else path.parent
        index = PictureIndex(root)
        rows: list[_Row] = []
        defects: dict[str, list[Defect]] = {}
        remarks: list[str] = []
        boxes = False
        for file in filter(_recognised, _files(path)):
            table = Table(file)
            if table.columns.box:
                boxes = True
            elif not table.columns.labels:
                remarks.append(f"left out, no labels: {file}")
                continue
            rows += table.rows(index, root, defects)
        if not rows and not defects:
            hint = "Rows are path,label"
            raise DataError(f"{path} has no column of labels beside that of pictures.", hint=hint)
        if boxes:
            return box_datasets(path, _gathered(rows, defects))
        return _classified(path, root, rows, defects, remarks)


@dataclass
class _Row:
    """A picture, its label, and where that is written."""

    table: Path
    picture: Path
    label: str
    split: str
    box: list[float] = field(default_factory=list)


def _files(path: Path) -> list[Path]:
    """The tables; in a folder only those that lie in it directly."""
    if path.is_file():
        return [path] if path.suffix.lower() in SUFFIXES else []
    if not path.is_dir():
        return []
    files = [f for f in path.iterdir() if f.suffix.lower() in SUFFIXES and f.name[0] != "."]
    return sorted((f for f in files if f.is_file()), key=lambda file: natural(file.name))


def _recognised(file: Path) -> bool:
    """Whether the first rows name pictures, one of which is there."""
    try:
        table = Table(file)
        index = PictureIndex(file.parent)
        paths = itertools.islice(table.paths(), PROBE)
        return any(index.find(path, file.parent) for path in paths)
    except (DataError, OSError):
        return False


class Table:
    """The rows of a CSV file, and which columns they have.

    Raises:
        DataError: If it cannot be read, or has no column of pictures.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        text = read_text(file, otherwise="latin-1")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, file))
        try:
            cells = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
        except csv.Error as error:
            raise DataError(f"{file}, line {reader.line_num}: {error}.") from error
        self.cells = [(line, row) for line, row in cells if any(row) and row[0][:1] != "#"]
        body = [row for _, row in self.cells]
        self.columns: Columns = choose_columns(body, file, _names_picture(file.parent))
        if self.columns.head:
            self.cells = self.cells[1:]

    def paths(self) -> Iterator[str]:
        """What the column of pictures says."""
        column = self.columns.path
        return (row[column] for _, row in self.cells if column < len(row))

    def rows(
        self, index: PictureIndex, root: Path, defects: dict[str, list[Defect]]
    ) -> Iterator[_Row]:
        """The rows whose pictures are there; the others become defects."""
        usual = split_in(self.file.stem)
        for line, row in self.cells:
            split = self._split(row, line) or usual
            found = self._row(line, row, index, split)
            if isinstance(found, Defect):
                defects.setdefault(split or "train", []).append(found)
                continue
            found.split = split or split_on_way(found.picture, root) or "train"
            yield found

    def _split(self, row: Sequence[str], line: int) -> str | None:
        column = self.columns.split
        if column is None or column >= len(row) or not row[column]:
            return None
        return split_in(row[column]) or row[column].casefold()

    def _row(
        self, line: int, row: list[str], index: PictureIndex, split: str | None
    ) -> _Row | Defect:
        columns, place = self.columns, f"{self.file}, line {line}"
        if len(row) <= columns.most:
            message = f"{place} has {len(row)} columns, not {columns.most + 1}."
            return Defect(self.file, message)
        picture = index.find(row[columns.path], self.file.parent, split)
        if picture is None:
            message = f"{place} names {row[columns.path]!r}, which is not there."
            return Defect(self.file, message)
        if picture.stat().st_size == 0:
            return Defect(picture, f"{picture} is empty (0 bytes).")
        label = columns.label_of(row)
        if not label:
            return Defect(picture, f"{place} has no label for {row[columns.path]}.")
        return _Row(self.file, picture, label, "", columns.box_of(row))


def _delimiter(text: str, file: Path) -> str:
    """What separates the columns: that which the first line has most of."""
    if file.suffix.lower() == ".tsv":
        return "\t"
    first = next((line for line in text.splitlines() if line.strip() and line[0] != "#"), "")
    return max(",;\t|", key=first.count) if any(c in first for c in ",;\t|") else " "


def _names_picture(folder: Path) -> Any:
    return lambda cell: is_picture(Path(cell)) or bool(cell) and (folder / cell).is_file()


def _classified(
    path: Path,
    root: Path,
    rows: Sequence[_Row],
    defects: Mapping[str, list[Defect]],
    remarks: list[str],
) -> dict[str, Dataset]:
    labels, names = _numbered({row.label for row in rows}, root)
    parts: dict[str, list[_Row]] = {split: [] for split in defects}
    for row in rows:
        parts.setdefault(row.split, []).append(row)
    shape, words = usual_shape([row.picture for row in rows])
    found: dict[str, Dataset] = {}
    for split, part in parts.items():
        files, targets = [row.picture for row in part], [labels[row.label] for row in part]
        name = printable(path.resolve().stem if path.is_file() else path.resolve().name)
        data = ImageFolder(files, targets, names, shape, name=name, adaptation=words)
        data.defects, data.remarks = list(defects.get(split, ())), remarks
        found[split], remarks = data, []
    return found


def _numbered(labels: set[str], root: Path) -> tuple[dict[str, int], list[str]]:
    """The number of each label and the names of the classes, in natural order."""
    values = {label: _whole(label) for label in labels}
    numbers = {number for number in values.values() if number is not None}
    if None not in values.values() and numbers:
        table = next((root / name for name in NAMES if (root / name).is_file()), None)
        if table is not None and min(numbers) >= 0:
            names = class_names(table, max(numbers) + 1)
            return {label: number or 0 for label, number in values.items()}, names
        order = {number: place for place, number in enumerate(sorted(numbers))}
        return {k: order[n] for k, n in values.items() if n is not None}, list(map(str, order))
    every = sorted(labels, key=natural)
    return {label: place for place, label in enumerate(every)}, [printable(e) for e in every]


def _whole(label: str) -> int | None:
    """The number that a label is: 3, or 3.0 as some tools write it."""
    try:
        value = float(label)
        return int(value) if value == int(value) else None
    except (ValueError, OverflowError):
        return None


def _gathered(rows: Sequence[_Row], defects: Mapping[str, list[Defect]]) -> dict[str, Gathered]:
    """Rows of boxes, those of one picture together."""
    found = {split: Gathered(defects=list(items)) for split, items in defects.items()}
    boxes: dict[tuple[str, Path], Boxes] = {}
    for row in rows:
        part = found.setdefault(row.split, Gathered())
        key = row.split, row.picture
        if key not in boxes:
            try:
                frame = peek(row.picture)[1:]
            except DataError as error:
                part.add_defect(row.picture, error.message)
                continue
            boxes[key] = Boxes(row.table, frame, row.picture.name)
            part.add(row.picture, frame, boxes[key])
        boxes[key].add(row.label, row.box)
    return found
