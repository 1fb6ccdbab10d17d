"""Lists of pictures as CSV files, with paths relative to the list; nothing else is written."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tensorlite.errors import ConfigError

if TYPE_CHECKING:
    from tensorlite.data.check.boxes import Boxes
    from tensorlite.data.check.picture import Picture

CORNERS = ("xmin", "ymin", "xmax", "ymax")


def write_list(
    path: Path,
    pictures: Iterable[Picture],
    splits: Sequence[str] | None = None,
    boxes: Mapping[str, Boxes] | None = None,
) -> None:
    """Write ``path,label,split``, one line for a picture, or one for each of its boxes.

    Args:
        path: The file; the folders above it are made.
        pictures: Pictures that are files.
        splits: The split of each, if they are others than the pictures have.
        boxes: The boxes of the pictures, by place.

    Raises:
        ConfigError: If the pictures are not files.
    """
    chosen = list(pictures)
    if any(picture.file is None for picture in chosen):
        message = "expected pictures that are files of their own; these lie in one array."
        raise ConfigError(message, where=str(path), hint="tensorlite data split PATH --out FOLDER")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("path", *(CORNERS if boxes else ()), "label", "split"))
    for number, picture in enumerate(chosen):
        where = relative(picture.file or Path(), path.parent)
        split = splits[number] if splits else picture.split
        if not boxes:
            writer.writerow((where, picture.label or "", split))
            continue
        own = boxes[picture.place]
        for label, corners in zip(own.labels, own.corners, strict=True):
            writer.writerow((where, *(f"{value:g}" for value in corners), label, split))
    write_text(path, text.getvalue())


def relative(file: Path, folder: Path) -> str:
    """The path of a file as seen from a folder, with slashes on every system."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return file.resolve().as_posix()


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    # Names of files that are no text keep their bytes.
    part.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
    os.replace(part, path)
