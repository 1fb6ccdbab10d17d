"""COCO: one JSON file with the pictures, the classes and the boxes of a split."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tensorlite.data.boxes import Boxes
from tensorlite.data.boxfiles import Gathered, box_datasets
from tensorlite.data.dataset import Dataset
from tensorlite.data.decode import peek
from tensorlite.data.layout import PictureIndex, near_files, split_in, split_on_way
from tensorlite.data.names import read_text
from tensorlite.errors import DataError

PEEKS = 20_000  # with more pictures than this their sizes are taken from the file


class CocoReader:
    """COCO JSON: ``annotations/instances_train2017.json`` and the pictures in ``train2017/``.

    Also one JSON file named directly or beside its pictures, or one in the folder of each split.
    Classes are those of the file in the order of their ids. Crowds are left out; boxes that cannot
    be taken as written are repaired or dropped by the rule of ``tensorlite.data.boxes``.
    """

    def sniff(self, path: Path) -> bool:
        """Whether there is a JSON file with images, annotations and categories."""
        return bool(_files(path))

    def open(self, path: Path) -> dict[str, Dataset]:
        """Read the annotations; the pictures are decoded when they are fetched.

        Raises:
            DataError: If a file is damaged, or two claim one split.
        """
        root = path if path.is_dir() else _root(path)
        index = PictureIndex(root)
        found: dict[str, Gathered] = {}
        origin: dict[str, Path] = {}
        names: dict[int, str] = {}
        for file in _files(path):
            split = split_in(file.stem) or split_on_way(file, root) or "train"
            if split in origin:
                message = f"{path} has {split} in {origin[split]} and in {file}."
                raise DataError(message, hint=f"Name one of the files: {file}")
            content = _content(file)
            _add_names(names, content["categories"], file)
            found[split], origin[split] = _gather(file, content, names, index, split), file
        classes = list(dict.fromkeys(names[number] for number in sorted(names)))
        return box_datasets(root, found, index if path.is_dir() else None, classes)


def _root(file: Path) -> Path:
    """The folder of the data: above ``annotations/``."""
    folder = file.resolve().parent
    return folder.parent if folder.name.casefold() == "annotations" else folder


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.suffix.lower() == ".json" and _is_coco(path) else []
    if not path.is_dir():
        return []
    near = itertools.islice(near_files(path, ".json", depth=2), 40)
    return [file for file in near if _is_coco(file)]


def _is_coco(file: Path) -> bool:
    """Whether the file has COCO's three lists; captions and key points have no boxes to learn."""
    if file.stem.casefold().startswith(("captions", "person_keypoints", "stuff", "panoptic")):
        return False
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            head = stream.read(1_000_000)
            stream.seek(max(size - 1_000_000, 0))
            text = head + stream.read()
    except OSError:
        return False
    keys = (b'"images"', b'"annotations"', b'"categories"')
    found = sum(key in text for key in keys)
    # The middle of a large file is not looked at; two of three are enough there.
    return found == 3 or (size > 2_000_000 and found == 2)


def _content(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_text(file))
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{file} is no complete JSON ({error}).") from error
    except RecursionError as error:
        raise DataError(f"{file} is nested too deeply.") from error
    for key in ("images", "annotations", "categories"):
        items = content.get(key) if isinstance(content, dict) else None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise DataError(f"{file} has no list {key!r} of objects, as COCO has.")
    return dict(content)


def _add_names(names: dict[int, str], categories: Sequence[Mapping[str, Any]], file: Path) -> None:
    for category in categories:
        number, name = category.get("id"), category.get("name")
        if not isinstance(number, int) or not isinstance(name, str):
            raise DataError(f"{file} has a category without id and name: {category!r:.80}.")
        if names.setdefault(number, name) != name:
            message = f"{file} calls category {number} {name!r}, another file {names[number]!r}."
            raise DataError(message)


def _gather(
    file: Path, content: dict[str, Any], names: dict[int, str], index: PictureIndex, split: str
) -> Gathered:
    gathered = Gathered()
    boxes: dict[Any, Boxes] = {}
    many = len(content["images"]) > PEEKS
    for item in content["images"]:
        name = item.get("file_name")
        picture = index.find(name, file.parent, split) if isinstance(name, str) else None
        if picture is None:
            gathered.add_defect(file, f"{file} names {name!s}, which is not there.")
            continue
        frame = _frame(item, picture, many, gathered, file)
        if frame is not None and item.get("id") not in boxes:
            index.take(picture)
            boxes[item.get("id")] = Boxes(file, frame, str(name))
            gathered.add(picture, frame, boxes[item.get("id")])
    _add_boxes(content, names, boxes, gathered)
    return gathered


def _frame(
    item: Mapping[str, Any], picture: Path, many: bool, gathered: Gathered, file: Path
) -> tuple[int, int] | None:
    """Height and width of a picture, and a note if the file says otherwise."""
    stated = item.get("height"), item.get("width")
    known = all(isinstance(side, int) and side > 0 for side in stated)
    if many and known:
        return stated  # type: ignore[return-value]
    try:
        frame = peek(picture)[1:]
    except DataError as error:
        gathered.add_defect(picture, error.message)
        return None
    if known and stated != frame:
        sizes = "{}x{}, it has {}x{}".format(*stated, *frame)
        gathered.wrong_sizes.append(f"{file} says of {item.get('file_name')} {sizes}")
    return frame


def _add_boxes(
    content: dict[str, Any], names: dict[int, str], boxes: dict[Any, Boxes], gathered: Gathered
) -> None:
    ids = {item.get("id") for item in content["images"]}
    crowds = strays = 0
    for item in content["annotations"]:
        target, name = boxes.get(item.get("image_id")), names.get(item.get("category_id"), "")
        if item.get("iscrowd"):
            crowds += 1
        elif item.get("image_id") not in ids or not name:
            strays += 1
        elif target is not None:
            target.add(name, _box(item))
    if crowds:
        gathered.remarks.append(f"left out: {crowds:,} crowds")
    if strays:
        what = f"{strays:,} annotation{'s' * (strays != 1)} of no picture or no category"
        gathered.remarks.append(f"left out: {what}")


def _box(item: Mapping[str, Any]) -> list[float]:
    """Left, top, right, bottom, from the box or else around the polygons."""
    box = item.get("bbox")
    if isinstance(box, list) and len(box) == 4:
        x, y, width, height = map(_number, box)
        return [x, y, x + width, y + height]
    polygons = item.get("segmentation")
    if isinstance(polygons, list) and all(isinstance(each, list) for each in polygons):
        points = [_number(value) for polygon in polygons for value in polygon]
        xs, ys = points[::2], points[1::2]
        if xs and ys:
            return [min(xs), min(ys), max(xs), max(ys)]
    return [float("nan")] * 4


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")
