"""Pictures that files name: CSV lists, Pascal VOC annotations, COCO JSON."""

from __future__ import annotations

import csv
import json
import math
import xml.etree.ElementTree as xml
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorlite.data.check.boxes import Boxes, Corners
from tensorlite.data.check.picture import Picture
from tensorlite.data.layout import PictureIndex, is_picture, split_in, split_of, split_on_way
from tensorlite.data.names import read_text
from tensorlite.errors import DataError

if TYPE_CHECKING:
    from tensorlite.data.check.inventory import Inventory

PATHS = ("path", "file", "filename", "file_name", "image", "image_path", "filepath")
LABELS = ("label", "class", "target", "category", "class_name", "label_name")
SPLITS = ("split", "set", "subset", "part")
CORNERS = (("xmin", "ymin", "xmax", "ymax"), ("x1", "y1", "x2", "y2"))
Rows = list[tuple[int, dict[str, str]]]


def csv_list(path: Path) -> Inventory:
    """A list ``path,label`` with optional columns for the split and for a box."""
    found = _inventory(path.parent)
    found.listed = True
    rows = _rows(path)
    corners = next((names for names in CORNERS if rows and names[0] in rows[0][1]), None)
    found.task = "boxes" if corners else "classification"
    index = PictureIndex(path.parent)
    pictures: dict[tuple[str, str], Picture] = {}
    for line, row in rows:
        name, label = _value(row, PATHS), _value(row, LABELS)
        split = split_of(_value(row, SPLITS)) or _value(row, SPLITS)
        split = split or split_in(path.stem) or "train"
        file = _find(index, name, path.parent)
        place = found.place(file) if file else name or f"{path.name}:{line}"
        known = pictures.get((place, split))
        if known is None:
            known = Picture(place, split, label or None, file or path.parent / name)
            pictures[place, split] = known
            found.pictures.append(known)
        elif not corners:
            kind = "duplicate" if known.label == label else "conflict"
            found.say(kind, place, f"is listed again in line {line} of {path.name} as {label!r}")
        if not label:
            found.say("unlabelled", place, f"has no label in line {line} of {path.name}")
        elif corners:
            boxes = found.boxes.setdefault(place, Boxes())
            boxes.labels.append(label)
            boxes.corners.append(_numbers(row.get(key, "") for key in corners))
    found.labels = sorted({picture.label for picture in found.pictures if picture.label})
    if len(found.labels) == 1 and not corners:
        found.say("classes", path.name, f"has only one class: {found.labels[0]}")
    return found


def names_pictures(path: Path) -> bool:
    """Whether a CSV file is a list of pictures."""
    try:
        rows = _rows(path)[:3]
    except DataError:
        return False
    return any(is_picture(Path(_value(row, PATHS))) for _, row in rows)


def voc(annotations: Iterable[Path], files: Iterable[Path], root: Path) -> Inventory:
    """Pictures with an XML file of boxes each, split by lists in ``ImageSets`` or by folders."""
    found = _inventory(root)
    found.task = "boxes"
    index = PictureIndex(root)
    splits = _image_sets(found, files)
    with_boxes = set()
    for note in annotations:
        boxes, name = _read_voc(note)
        file = _find(index, name, note.parent) or _find(index, note.stem, note.parent)
        if file is not None and file.stem != note.stem and name == "":
            file = None
        place = found.place(note)
        if file is None:
            found.say("missing", place, f"belongs to no picture ({name or note.stem})")
            continue
        with_boxes.add(file)
        found.boxes[found.place(file)] = boxes
    known = {file.stem for file in index.files}
    for file in index.files:
        place = found.place(file)
        named = splits.get(file.stem) or [split_on_way(file, root) or "train"]
        found.pictures += [Picture(place, split, None, file) for split in named]
        if len(named) > 1:
            found.say("leak", place, f"is listed in {' and '.join(named)}")
        if file not in with_boxes:
            found.say("unlabelled", place, "has no annotation")
    for stem in sorted(set(splits) - known):
        found.say("missing", stem, f"is listed in {splits[stem][0]}, but there is no such picture")
    found.labels = sorted({label for boxes in found.boxes.values() for label in boxes.labels})
    return found


def is_voc(path: Path) -> bool:
    """Whether an XML file is, or may have been, an annotation."""
    try:
        with path.open("rb") as stream:
            start = stream.read(2000)
    except OSError:
        return True
    return b"<annotation" in start or not start.strip()


def coco(annotations: Iterable[Path], root: Path) -> Inventory:
    """Pictures and boxes of COCO files, each of which is a split."""
    found = _inventory(root)
    found.task = "boxes"
    index = PictureIndex(root)
    for path in annotations:
        try:
            content = json.loads(read_text(path))
        except (DataError, ValueError) as error:
            found.say("corrupt", found.place(path), f"cannot be read as JSON ({error})")
            continue
        split = split_in(path.stem) or split_on_way(path, root) or "train"
        _read_coco(found, path, content, split, index)
    found.labels = sorted({label for boxes in found.boxes.values() for label in boxes.labels})
    return found


def is_coco(path: Path) -> bool:
    """Whether a JSON file has pictures and annotations."""
    try:
        text = read_text(path)
    except DataError:
        return False
    return '"images"' in text and '"annotations"' in text


def _inventory(root: Path) -> Inventory:
    from tensorlite.data.check.inventory import Inventory

    return Inventory(root)


def _find(index: PictureIndex, name: str, near: Path) -> Path | None:
    try:
        return index.find(name, near) if name else None
    except DataError:  # a link that leads out of the folder
        return None


def _rows(path: Path) -> Rows:
    """The rows of a CSV file with their lines, by column; without a header path and label."""
    text = read_text(path, otherwise="latin-1")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(), delimiter=mark)
    lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    lines = [(line, row) for line, row in lines if any(row)]
    names = [cell.casefold() for cell in lines[0][1]] if lines else []
    if not set(names) & set(PATHS):
        return [(line, dict(zip(("path", "label"), row, strict=False))) for line, row in lines]
    return [(line, dict(zip(names, row, strict=False))) for line, row in lines[1:]]


def _value(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _numbers(values: Iterable[Any]) -> Corners:
    numbers = []
    for value in values:
        try:
            numbers.append(float(value))
        except (TypeError, ValueError):
            numbers.append(math.nan)
    return (*numbers, *[math.nan] * 4)[:4]  # type: ignore[return-value]


def _image_sets(found: Inventory, files: Iterable[Path]) -> dict[str, list[str]]:
    """The splits of each picture that a list in ``ImageSets`` names."""
    splits: dict[str, list[str]] = {}
    for file in files:
        split = split_of(file.stem)
        if file.suffix != ".txt" or "imagesets" not in str(file.parent).casefold() or not split:
            continue
        for line in file.read_text("utf-8", errors="replace").splitlines():
            words = line.split()
            if words and split not in splits.setdefault(words[0], []):
                splits[words[0]].append(split)
    return splits


def _read_voc(path: Path) -> tuple[Boxes, str]:
    """The boxes of an annotation, and the picture that it names."""
    try:
        tree = xml.fromstring(path.read_bytes())  # noqa: S314 - expat refuses entity bombs
    except (OSError, xml.ParseError, ValueError) as error:
        return Boxes(wrong=[f"its annotation {path.name} cannot be read ({error})"]), ""
    boxes = Boxes(slack=1.0)
    said = _numbers(tree.findtext(f"size/{side}") for side in ("width", "height"))[:2]
    if all(map(math.isfinite, said)):
        boxes.said = int(said[0]), int(said[1])
    for item in tree.iter("object"):
        label = (item.findtext("name") or "").strip()
        if not label:
            boxes.wrong.append("has a box without a name")
        boxes.labels.append(label)
        boxes.corners.append(
            _numbers(item.findtext(f"bndbox/{key}") for key in ("xmin", "ymin", "xmax", "ymax"))
        )
    return boxes, Path((tree.findtext("filename") or "").strip().replace("\\", "/")).name


def _read_coco(found: Inventory, path: Path, content: Any, split: str, index: PictureIndex) -> None:
    names = {each.get("id"): str(each.get("name", "")) for each in content.get("categories", ())}
    places = {}
    for each in content.get("images", ()):
        name = str(each.get("file_name", ""))
        file = index.find(name, path.parent, split) if name else None
        place = found.place(file) if file else name
        if each.get("id") in places:
            found.say("corrupt", place, f"has the number {each.get('id')} of another picture")
        places[each.get("id")] = place
        found.pictures.append(Picture(place, split, None, file or path.parent / name))
        said = _numbers((each.get("width"), each.get("height")))[:2]
        size = (int(said[0]), int(said[1])) if all(map(math.isfinite, said)) else None
        found.boxes[place] = Boxes(said=size, slack=1.0)
    for each in content.get("annotations", ()):
        place = places.get(each.get("image_id"), "")
        if not place:
            what = f"an annotation names the picture {each.get('image_id')}, which is not there"
            found.say("box", found.place(path), what)
            continue
        boxes, label = found.boxes[place], names.get(each.get("category_id"))
        if label is None:
            boxes.wrong.append(f"has a box of the unknown category {each.get('category_id')}")
        box = each.get("bbox")
        left, top, width, height = _numbers(box if isinstance(box, list) else ())
        boxes.labels.append(label or str(each.get("category_id")))
        boxes.corners.append((left, top, left + width, top + height))
