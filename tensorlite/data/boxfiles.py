"""From pictures with boxes, as a reader gathers them, to data sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorlite.data.boxes import Boxes
from tensorlite.data.dataset import Dataset
from tensorlite.data.layout import PictureIndex, natural, split_on_way
from tensorlite.data.pictures import BoxFiles, Defect, usual_shape
from tensorlite.errors import DataError
from tensorlite.printable import printable


@dataclass
class Gathered:
    """What is known of the pictures of one split."""

    pictures: list[Path] = field(default_factory=list)
    frames: list[tuple[int, int]] = field(default_factory=list)
    boxes: list[Boxes] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    wrong_sizes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, picture: Path, frame: tuple[int, int], boxes: Boxes) -> None:
        """Take a picture with its boxes."""
        self.pictures.append(picture)
        self.frames.append(frame)
        self.boxes.append(boxes)

    def add_defect(self, path: Path, message: str) -> None:
        """Take what cannot be used."""
        self.defects.append(Defect(path, message))

    def dataset(self, classes: Sequence[str], shape: Any, about: Mapping[str, Any]) -> BoxFiles:
        """The data set of the split."""
        numbers = {name: number for number, name in enumerate(classes)}
        labels = [[numbers[label] for label in boxes.labels] for boxes in self.boxes]
        arrays = [boxes.array() for boxes in self.boxes]
        repairs = [repair for boxes in self.boxes for repair in boxes.repairs]
        names = [printable(name) for name in classes]
        data = BoxFiles(
            self.pictures, arrays, labels, self.frames, names, shape, repairs=repairs, **about
        )
        data.defects = self.defects
        data.remarks = [*self.remarks, *summed("another size than written", self.wrong_sizes)]
        return data


def box_datasets(
    root: Path,
    found: Mapping[str, Gathered],
    index: PictureIndex | None = None,
    classes: Sequence[str] | None = None,
) -> dict[str, Dataset]:
    """The data sets of all splits, with the same classes and one shape of pictures.

    Args:
        root: The folder, after which they are called.
        found: What was gathered, by split.
        index: Names the pictures that nothing was written about.
        classes: The class names; those of the boxes in natural order if not given.

    Raises:
        DataError: If there is nothing, not even something that is damaged.
    """
    if not any(part.pictures or part.defects for part in found.values()):
        raise DataError(f"{root} has no annotations of pictures.", hint="Name another folder.")
    labels = {label for part in found.values() for boxes in part.boxes for label in boxes.labels}
    every = sorted(labels, key=natural) if classes is None else classes
    pictures = [picture for part in found.values() for picture in part.pictures]
    shape, words = usual_shape(pictures, whole=True)
    about = {"name": printable(root.resolve().name), "adaptation": words}
    if index is not None:
        _remark_unlabelled(root, found, index)
    return {split: part.dataset(every, shape, about) for split, part in found.items()}


def _remark_unlabelled(root: Path, found: Mapping[str, Gathered], index: PictureIndex) -> None:
    alone = [str(file) for file in index.files if file not in index.taken]
    by_split: dict[str, list[str]] = {}
    for file in alone:
        split = split_on_way(Path(file), root)
        by_split.setdefault(split if split in found else next(iter(found)), []).append(file)
    for split, files in by_split.items():
        found[split].remarks += summed("not annotated", files)


def summed(what: str, sentences: Sequence[str]) -> list[str]:
    """One remark about so many pictures, or none.

    Example:
        >>> summed("not annotated", ["a.png", "b.png"])
        ['not annotated: 2 pictures (a.png, b.png)']
    """
    if not sentences:
        return []
    few = ", ".join(sentences[:3]) + ", ..." * (len(sentences) > 3)
    return [f"{what}: {len(sentences):,} picture{'s' * (len(sentences) != 1)} ({few})"]
