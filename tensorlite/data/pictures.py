"""Data sets of picture files: with a class, with boxes, or with a mask for each picture."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.boxes import Repair
from tensorlite.data.dataset import Dataset
from tensorlite.data.decode import decode, decode_mask, peek
from tensorlite.data.fit import IGNORED, Shape, describe_colour, describe_resize
from tensorlite.data.placement import place
from tensorlite.errors import DataError

PEEKS = 1000  # pictures whose headers are read to learn their usual size
LARGEST = 224  # pixels of a side, unless somebody asks for more


@dataclass(frozen=True)
class Defect:
    """Something that cannot be used, and why.

    Args:
        path: The file.
        message: One sentence that names it.
    """

    path: Path
    message: str


class PictureFiles(Dataset):
    """Pictures on disk, decoded when they are fetched; the base of those with a target.

    Args:
        files: The picture files.
        classes: The class names.
        image_shape: Channels, height and width to which every picture is brought.
        name: What it is called.
        left_out: Files beside the pictures that are none, for people to know.
        adaptation: What is done to the pictures, for people.
    """

    noun = "pictures"
    concurrent = True
    whole = False  # whether pictures are framed, not cropped

    def __init__(
        self,
        files: Sequence[Path],
        classes: Sequence[str],
        image_shape: Shape,
        *,
        name: str,
        left_out: Sequence[Path] = (),
        adaptation: str = "",
    ) -> None:
        self.files = list(files)
        self.classes = list(classes)
        self.image_shape = image_shape
        self.name = name
        self.left_out = list(left_out)
        self.adaptation = adaptation
        self.defects: list[Defect] = []

    def __len__(self) -> int:
        return len(self.files)

    def pixels(self, index: int) -> NDArray[np.uint8]:
        """The picture in the shape of all, bytes (C, H, W)."""
        channels, *size = self.image_shape
        return decode(self.files[index], channels, (size[0], size[1]), whole=self.whole)

    def target(self, index: int) -> Any:
        """What belongs to the picture, moved along with it."""
        raise NotImplementedError(f"{type(self).__name__} needs a target method")

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Any]:
        image = np.divide(self.pixels(index), 255, dtype=np.float32)
        return image, self.target(index)

    def inspect(self, index: int) -> None:
        """Decode all of an item.

        Raises:
            DataError: If it is damaged.
        """
        decode(self.files[index])

    def select(self, indices: Sequence[int]) -> Self:
        """The same data set with these items only."""
        chosen = copy.copy(self)
        chosen.files = [self.files[index] for index in indices]
        return chosen

    def adapt(self, channels: int, height: int, width: int) -> Dataset:
        """The same pictures, decoded straight to another shape."""
        shape = (channels, height, width)
        if shape == self.image_shape:
            return self
        how = describe_resize((height, width), whole=self.whole)
        words = [f"pictures {how}", describe_colour(self.image_shape, shape)]
        other = copy.copy(self)
        other.image_shape, other.adaptation = shape, ", ".join(filter(None, words))
        return other


class ImageFolder(PictureFiles):
    """Pictures on disk with a class for each.

    Args:
        files: The picture files.
        targets: The class of each.
        classes: The class names.
        image_shape: Channels, height and width to which every picture is brought: the short side
            is resized with antialiasing, the long side cropped at the centre.
        name: What it is called.
        left_out: Files beside the pictures that are none, for people to know.
        adaptation: What is done to the pictures, for people.
    """

    def __init__(
        self,
        files: Sequence[Path],
        targets: Sequence[int] | NDArray[np.integer],
        classes: Sequence[str],
        image_shape: Shape,
        *,
        name: str = "folder",
        **about: Any,
    ) -> None:
        super().__init__(files, classes, image_shape, name=name, **about)
        self.targets = np.asarray(targets, dtype=np.int64)

    def target(self, index: int) -> int:
        """The class."""
        return int(self.targets[index])

    def select(self, indices: Sequence[int]) -> Self:
        """The same data set with these items only."""
        chosen = super().select(indices)
        chosen.targets = self.targets[np.asarray(indices, np.int64)]
        return chosen


class BoxFiles(PictureFiles):
    """Pictures on disk with any number of boxes, each of a class.

    Args:
        files: The picture files.
        boxes: The boxes of each, (k, 4): left, top, right, bottom in pixels of the picture.
        labels: The classes of each, (k,).
        frames: Height and width of each.
        classes: The class names.
        image_shape: Channels, height and width to which every picture is brought, whole.
        repairs: The boxes that were not taken as written.
    """

    task = "boxes"
    whole = True

    def __init__(
        self,
        files: Sequence[Path],
        boxes: Sequence[NDArray[Any]],
        labels: Sequence[Sequence[int] | NDArray[np.integer]],
        frames: Sequence[tuple[int, int]],
        classes: Sequence[str],
        image_shape: Shape,
        *,
        name: str = "boxes",
        repairs: Sequence[Repair] = (),
        **about: Any,
    ) -> None:
        super().__init__(files, classes, image_shape, name=name, **about)
        self.boxes = [np.asarray(each, np.float32).reshape(-1, 4) for each in boxes]
        self.labels = [np.asarray(each, np.int64).reshape(-1) for each in labels]
        self.frames = list(frames)
        self.repairs = list(repairs)

    def target(self, index: int) -> dict[str, NDArray[Any]]:
        """Boxes, moved along with the picture, and their classes."""
        where = place(self.frames[index], self.image_shape[1:], whole=True)
        return {"boxes": where.boxes(self.boxes[index]), "labels": self.labels[index]}

    def frame(self, index: int) -> tuple[int, int]:
        """Height and width of the picture on disk."""
        return self.frames[index]

    @cached_property
    def strata(self) -> NDArray[np.int64]:
        """The class of the largest box of every picture, -1 without boxes."""
        return np.array([_largest(*pair) for pair in zip(self.boxes, self.labels, strict=True)])

    def counts(self, indices: Any = None) -> dict[str, int]:
        """How many boxes each class has."""
        chosen = range(len(self)) if indices is None else indices
        every = np.concatenate([[], *(self.labels[i] for i in chosen)]).astype(np.int64)
        numbers = np.bincount(every, minlength=len(self.classes))
        return dict(zip(self.classes, map(int, numbers), strict=True))

    def select(self, indices: Sequence[int]) -> Self:
        """The same data set with these items only."""
        chosen = super().select(indices)
        chosen.boxes = [self.boxes[i] for i in indices]
        chosen.labels = [self.labels[i] for i in indices]
        chosen.frames = [self.frames[i] for i in indices]
        chosen.__dict__.pop("strata", None)
        return chosen


class MaskFiles(PictureFiles):
    """Pictures on disk with a class for every pixel.

    Args:
        files: The picture files.
        masks: The file of numbers, or of colours, that belongs to each.
        classes: The class names; 255 in a mask stands for none of them.
        image_shape: Channels, height and width to which every picture is brought.
        colours: The colour of each class, for masks in colour.
    """

    task = "masks"

    def __init__(
        self,
        files: Sequence[Path],
        masks: Sequence[Path],
        classes: Sequence[str],
        image_shape: Shape,
        *,
        name: str = "masks",
        colours: Sequence[tuple[int, int, int]] | None = None,
        **about: Any,
    ) -> None:
        super().__init__(files, classes, image_shape, name=name, **about)
        self.masks = list(masks)
        self.colours = None if colours is None else list(colours)

    def mask(self, index: int, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """The class numbers (H, W) of a picture.

        Raises:
            DataError: If a number, or a colour, stands for no class.
        """
        file = self.masks[index]
        numbers = decode_mask(file, size)
        if numbers.ndim == 3:
            numbers = self._numbered(numbers, file)
        wrong = (numbers >= len(self.classes)) & (numbers != IGNORED)
        if wrong.any():
            message = f"{file} has class number {numbers[wrong][0]}, "
            raise DataError(f"{message}but there are {len(self.classes)} classes.")
        return numbers

    def _numbered(self, picture: NDArray[np.uint8], file: Path) -> NDArray[np.uint8]:
        if self.colours is None:
            message = f"{file} is in colour, and no colours of classes are known."
            raise DataError(message, hint="Write them into classes.csv: index,name,red,green,blue")
        codes = picture.astype(np.int64) @ [65_536, 256, 1]
        numbers = np.full(codes.shape, -1, np.int64)
        for number, (red, green, blue) in enumerate(self.colours):
            numbers[(codes == red * 65_536 + green * 256 + blue) & (numbers < 0)] = number
        if (numbers < 0).any():
            row, column = np.argwhere(numbers < 0)[0]
            colour = tuple(map(int, picture[row, column]))
            raise DataError(f"{file} has the colour {colour}, which is that of no class.")
        return numbers.astype(np.uint8)

    def target(self, index: int) -> dict[str, NDArray[np.int64]]:
        """The mask, in the shape of the picture."""
        return {"mask": self.mask(index, self.image_shape[1:]).astype(np.int64)}

    def inspect(self, index: int) -> None:
        """Decode all of an item."""
        picture, mask = decode(self.files[index]), self.mask(index)
        if picture.shape[1:] != mask.shape:
            sizes = "{}x{}, its picture {}x{}".format(*mask.shape, *picture.shape[1:])
            raise DataError(f"{self.masks[index]} has {sizes} pixels.")

    @cached_property
    def strata(self) -> NDArray[np.int64]:
        """All pictures are alike."""
        return np.zeros(len(self), np.int64)

    def counts(self, indices: Any = None) -> dict[str, int]:
        """How many pixels each class has; all masks are read for it."""
        totals = np.zeros(256, np.int64)
        for index in range(len(self)) if indices is None else indices:
            totals += np.bincount(self.mask(index).ravel(), minlength=256)
        return dict(zip(self.classes, map(int, totals), strict=False))

    def select(self, indices: Sequence[int]) -> Self:
        """The same data set with these items only."""
        chosen = super().select(indices)
        chosen.masks = [self.masks[index] for index in indices]
        chosen.__dict__.pop("strata", None)
        return chosen


def usual_shape(files: Sequence[Path], *, whole: bool = False) -> tuple[Shape, str]:
    """The shape of the pictures, or of a square, and what is done to them.

    Pictures of one size stay as they are if no side is longer than 224 pixels. The side of the
    square is the median of their short sides, of the long ones if they are kept whole, and at most
    224 pixels. Pictures whose header cannot be read are passed over.
    """
    step = max(len(files) // PEEKS, 1)
    shapes = [shape for shape in map(_peek, files[::step]) if shape]
    if not shapes:
        return (1, 1, 1), ""
    channels = max(shape[0] for shape in shapes)
    sizes = {shape[1:] for shape in shapes}
    if len(sizes) == 1 and max(shapes[0][1:]) <= LARGEST:
        return (channels, *sizes.pop()), ""
    sides = [(max if whole else min)(shape[1:]) for shape in shapes]
    side = min(int(median(sides)), LARGEST)
    how = describe_resize((side, side), whole=whole)
    which = "{1}x{2}".format(*shapes[0]) if len(sizes) == 1 else "of several sizes"
    return (channels, side, side), f"pictures {which} {how}"


def _peek(file: Path) -> Shape | None:
    try:
        return peek(file)
    except DataError:
        return None


def _largest(boxes: NDArray[Any], labels: NDArray[Any]) -> int:
    if not len(labels):
        return -1
    return int(labels[np.prod(boxes[:, 2:] - boxes[:, :2], axis=1).argmax()])
