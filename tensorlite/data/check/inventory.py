"""What there is to check at a path: pictures with their splits and labels, masks, boxes.

Readers stop at the first thing that is wrong; a check must go on. So files are listed here
without being believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tensorlite.data.check.boxes import Boxes
from tensorlite.data.check.picture import Picture
from tensorlite.data.check.report import Finding
from tensorlite.data.check.streams import SUFFIXES_OF, format_of
from tensorlite.data.dataset import Dataset
from tensorlite.data.decode import SUFFIXES
from tensorlite.data.layout import folders, split_of, split_on_way, visible, walk
from tensorlite.errors import DataError

MASKS = frozenset("mask masks segmentationclass labels annotations gt groundtruth".split())
IMAGES = frozenset("image images img imgs jpegimages".split())


@dataclass
class Inventory:
    """What is there.

    Args:
        root: The folder that places are relative to.
        task: ``"classification"``, ``"boxes"`` or ``"masks"``.
        pictures: All that are named or lie there.
        masks: The mask of each picture that has one, by the place of the picture.
        boxes: The boxes of each picture, by its place.
        sets: The data sets whose pictures are in arrays, by split.
        findings: What is wrong with the folders and lists themselves.
        labels: All labels that may occur, in order.
        listed: Whether the labels come from a list, not from folders.
    """

    root: Path
    task: str = "classification"
    pictures: list[Picture] = field(default_factory=list)
    masks: dict[str, Picture] = field(default_factory=dict)
    boxes: dict[str, Boxes] = field(default_factory=dict)
    sets: Mapping[str, Dataset] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    listed: bool = False

    def place(self, file: Path) -> str:
        """What a file is called: its path relative to the root."""
        for root in (self.root, self.root.resolve()):
            if file.is_relative_to(root):
                return file.relative_to(root).as_posix()
        return str(file)

    def say(self, kind: str, places: str | tuple[str, ...], what: str) -> None:
        """Write a finding down."""
        self.findings.append(Finding(kind, (places,) if isinstance(places, str) else places, what))


def take_inventory(source: str | Path) -> Inventory:
    """List what lies at a path, or what a name stands for.

    Raises:
        DataError: If there is nothing of that name, or nothing that data could be.
    """
    from tensorlite.registry import datasets

    if isinstance(source, str) and source in datasets:
        return _arrays(source, Path())
    path = Path(source).expanduser()
    if path.is_file():
        return _one_file(path)
    if not path.is_dir():
        return _arrays(source, path)  # which says what is not there
    return _folder(path) or _arrays(source, path)


def _one_file(path: Path) -> Inventory:
    from tensorlite.data.check import lists

    if path.suffix.lower() in (".csv", ".tsv"):
        return lists.csv_list(path)
    if path.suffix.lower() == ".json":
        return lists.coco([path], path.parent)
    return _arrays(path, path.parent)


def _folder(root: Path) -> Inventory | None:
    from tensorlite.data.check import lists

    files = [*walk(root), *_linked(root)]
    by_suffix: dict[str, list[Path]] = {}
    for file in files:
        by_suffix.setdefault(file.suffix.lower(), []).append(file)
    annotations = [file for file in by_suffix.get(".json", []) if lists.is_coco(file)]
    if annotations:
        return lists.coco(annotations, root)
    notes = [file for file in by_suffix.get(".xml", []) if lists.is_voc(file)]
    if notes:
        return lists.voc(notes, files, root)
    pictures = [file for file in files if _is_picture(file)]
    if not pictures:
        return None
    if any(part.casefold() in MASKS for file in pictures for part in _way(file, root)):
        return _masks(pictures, root)
    tables = [file for file in visible(root) if file.suffix.lower() == ".csv"]
    for table in tables:
        if lists.names_pictures(table):
            return lists.csv_list(table)
    return _class_folders(pictures, root)


def _linked(root: Path) -> Iterator[Path]:
    """The files in class folders and splits that are links to other folders of the data."""
    for top in folders(root):
        for folder in (top, *folders(top)):
            if folder.is_symlink() and folder.resolve().is_relative_to(root.resolve()):
                yield from walk(folder)


def _is_picture(file: Path) -> bool:
    """By its name, or by its first bytes."""
    if file.suffix.lower() in SUFFIXES:
        return True
    if file.suffix.lower() in (".gz", ".txt", ".csv", ".json", ".xml", ".md", ".npz", ".bin"):
        pass  # pictures under such names are found too, as are all others
    try:
        with file.open("rb") as stream:
            form = format_of(stream.read(16))
    except OSError:
        return False
    # Two letters are too few to tell a BMP or PPM from a text under a name that says nothing.
    return form in SUFFIXES_OF and form not in ("BMP", "PPM")


def _way(file: Path, root: Path) -> tuple[str, ...]:
    return file.relative_to(root).parts[:-1]


def _class_folders(pictures: list[Path], root: Path) -> Inventory:
    found = Inventory(root)
    tops = {child.name: split_of(child.name) for child in folders(root)}
    # A folder "test" that holds pictures and no folders is a class of that name.
    splits = {name: split for name, split in tops.items() if split and folders(root / name)}
    if splits and not all(tops.values()) and not _is_split_layout(root, splits):
        splits = {}
    for file in pictures:
        way = _way(file, root)
        split = splits.get(way[0]) if way else None
        if split:
            way = way[1:]
        label = way[0] if way and (split or not splits) else None
        found.pictures.append(Picture(found.place(file), split or "train", label, file))
    where = [root / name for name in splits] or [root]
    _note_classes(found, where)
    return found


def _is_split_layout(root: Path, splits: Mapping[str, str | None]) -> bool:
    """Whether the folders beside ``train`` and ``test`` hold no pictures by themselves."""
    others = [child for child in folders(root) if child.name not in splits]
    return not any(file.suffix.lower() in SUFFIXES for child in others for file in visible(child))


def _note_classes(found: Inventory, where: list[Path]) -> None:
    depth = 1 if where == [found.root] else 2
    filled = {"/".join(p.place.split("/")[:depth]) for p in found.pictures if p.label is not None}
    classes = {folder: {child.name for child in folders(folder)} for folder in where}
    found.labels = sorted(set().union(*classes.values()))
    for folder in where:
        for label in found.labels:
            place = found.place(folder / label)
            if place not in filled:
                there = label in classes[folder]
                what = "is a class folder without pictures" if there else "is not there"
                found.say("classes", place, what)
    if len(found.labels) == 1:
        found.say("classes", found.labels[0], "is the only class")
    for picture in found.pictures:
        if picture.label is None:
            found.say("unlabelled", picture.place, "lies in no class folder")


def _masks(pictures: list[Path], root: Path) -> Inventory:
    found = Inventory(root, task="masks")
    masks: dict[tuple[str, ...], Path] = {}
    for file in pictures:
        if any(part.casefold() in MASKS for part in _way(file, root)):
            masks[_key(file, root)] = file
    taken = set(masks.values())
    for file in pictures:
        if file in taken:
            continue
        place, split = found.place(file), split_on_way(file, root) or "train"
        found.pictures.append(Picture(place, split, None, file))
        mask = masks.pop(_key(file, root), None)
        if mask is None:
            found.say("unlabelled", place, "has no mask")
        else:
            found.masks[place] = Picture(found.place(mask), split, None, mask)
    for mask in masks.values():
        found.say("missing", found.place(mask), "is a mask without a picture")
    return found


def _key(file: Path, root: Path) -> tuple[str, ...]:
    """Equal for a picture and its mask: the way without the folders that tell them apart."""
    way = tuple(part for part in _way(file, root) if part.casefold() not in MASKS | IMAGES)
    return (*way, file.stem)


def _arrays(source: str | Path, root: Path) -> Inventory:
    """Pictures that a reader makes: of IDX, CIFAR or NumPy files, of a plugin."""
    from tensorlite.data.source import open_data

    found = Inventory(root)
    try:
        data = open_data(source)
    except DataError as error:
        holds = root.is_dir() and any(walk(root))
        if not holds or "holds nothing that can be read" in error.message:
            raise
        found.say("corrupt", str(source), error.message.removeprefix(f"{source} "))
        return found
    found.sets, found.labels = data.splits, list(data.classes)
    for split, dataset in data.splits.items():
        labels = [data.classes[target] for target in dataset.targets]
        found.pictures += [
            Picture(f"{split}[{index}]", split, label, index=index)
            for index, label in enumerate(labels)
        ]
        absent = sorted(set(data.classes) - set(labels))
        for label in absent:
            found.say("classes", f"{split}/{label}", "is a class without pictures")
    return found
