"""Which column of a table is what: the picture, the label, the split, the sides of a box."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tensorlite.data.layout import split_in
from tensorlite.errors import DataError

PATHS = """path filepath filepaths file filename filenames imagepath image images img imgpath
    imagefile imagename picture photo imageid imgid id name""".split()
LABELS = """label labels class target category classname labelname categoryname species breed
    diagnosis tag y classid labelid categoryid targetid classes""".split()
SPLITS = "split set subset partition dataset usage phase fold part purpose".split()
SIDES = (("xmin", "x1", "left"), ("ymin", "y1", "top"))
FAR_SIDES = (("xmax", "x2", "right"), ("ymax", "y2", "bottom"))
ROWS = 200  # that are looked at


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Args:
        path: That of the pictures.
        labels: That of the labels, or one for each class with 0 and 1; none if there are none.
        split: That of the splits.
        box: Those of left, top, right, bottom, if there are boxes.
        head: The names of the columns, empty without a head.
    """

    path: int
    labels: tuple[int, ...] = ()
    split: int | None = None
    box: tuple[int, ...] = ()
    head: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        """The last column that every row must have."""
        return max(self.path, *self.labels, *self.box, self.path)

    def label_of(self, row: Sequence[str]) -> str:
        """The label of a row, empty if it has none or several."""
        if len(self.labels) == 1:
            return row[self.labels[0]]
        marked = [column for column in self.labels if _number(row[column]) == 1]
        return self.head[marked[0]] if len(marked) == 1 else ""

    def box_of(self, row: Sequence[str]) -> list[float]:
        """The box of a row; sides that are no numbers are NaN."""
        sides = (_number(row[column]) for column in self.box)
        return [float("nan") if side is None else side for side in sides]


def choose_columns(
    rows: Sequence[Sequence[str]], file: Path, names_picture: Callable[[str], bool]
) -> Columns:
    """Find out which column is what, by the head if there is one, and by what stands in them.

    Args:
        rows: All rows, the head among them.
        file: The table, for messages.
        names_picture: Whether a cell names a picture.

    Raises:
        DataError: If no column is of pictures.

    Example:
        >>> rows = [["id", "filename", "label"], ["1", "a.png", "cat"], ["2", "b.png", "dog"]]
        >>> columns = choose_columns(rows, Path("a.csv"), lambda cell: cell.endswith("png"))
        >>> columns.path, columns.labels, columns.label_of(rows[1])
        (1, (2,), 'cat')
    """
    if not rows:
        raise DataError(f"{file} has no rows.", hint="Rows are path,label")
    body = rows[1 : ROWS + 1]
    head = tuple(rows[0])
    if any(map(names_picture, head)) or _count(map(_known, head)) == 0 and not body:
        head, body = (), rows[:ROWS]
    keys = [_key(cell) for cell in head]
    width = max(map(len, rows[:ROWS]))
    path = _path_column(keys, body, width, names_picture)
    if path is None:
        raise DataError(f"{file} has no column of pictures.", hint="Rows are path,label")
    split = next((c for c in _named(keys, SPLITS) if c != path and _are_splits(body, c)), None)
    box = _box_columns(keys)
    taken = {path, split, *box}
    labels = _label_columns(keys, body, [c for c in range(width) if c not in taken])
    return Columns(path, labels, split, box if labels else (), head)


def _path_column(
    keys: list[str],
    body: Sequence[Sequence[str]],
    width: int,
    names_picture: Callable[[str], bool],
) -> int | None:
    """The column in which most cells name pictures, else the one that is called so."""
    shares = [_count(map(names_picture, _cells(body, column))) for column in range(width)]
    if shares and max(shares) > 0:
        return shares.index(max(shares))
    return next(iter(_named(keys, PATHS)), None)


def _label_columns(
    keys: list[str], body: Sequence[Sequence[str]], free: list[int]
) -> tuple[int, ...]:
    """The column that is called so, text before numbers; else marks of 0 and 1; else the last."""
    named = [column for column in _named(keys, LABELS) if column in free]
    text = [c for c in named if any(_number(cell) is None for cell in _cells(body, c) if cell)]
    if named:
        return (text or named)[:1]
    marks = [c for c in free if {_number(cell) for cell in _cells(body, c)} <= {0, 1}]
    if (
        keys
        and len(marks) > 1
        and all(sum(_number(row[c]) == 1 for c in marks if c < len(row)) == 1 for row in body)
    ):
        return tuple(marks)
    if keys and len(free) > 1:  # several columns with names that say nothing
        words = [c for c in free if any(_number(cell) is None for cell in _cells(body, c))]
        few = [c for c in words if len(set(_cells(body, c))) <= max(len(body) // 2, 2)]
        return tuple(few[:1])
    return tuple(free[:1]) if not keys else tuple(free[-1:])


def _box_columns(keys: list[str]) -> tuple[int, ...]:
    found = []
    for names in (*SIDES, *FAR_SIDES):
        columns = _named(keys, names)
        if not columns:
            return ()
        found.append(columns[0])
    return tuple(found)


def _are_splits(body: Sequence[Sequence[str]], column: int) -> bool:
    return any(split_in(cell) for cell in _cells(body, column))


def _named(keys: list[str], names: Iterable[str]) -> list[int]:
    """The columns with one of the names, in the order of the names."""
    return [keys.index(name) for name in names if name in keys]


def _known(cell: str) -> bool:
    return _key(cell) in {*PATHS, *LABELS, *SPLITS}


def _key(cell: str) -> str:
    return "".join(c for c in cell.casefold() if c.isalnum())


def _cells(body: Sequence[Sequence[str]], column: int) -> list[str]:
    return [row[column] for row in body if column < len(row)]


def _count(values: Iterable[bool]) -> int:
    return sum(map(bool, values))


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
