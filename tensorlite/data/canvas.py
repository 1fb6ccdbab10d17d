"""Digits on a canvas: a data set of exact boxes, drawn from the bundled digits by a fixed rule.

Every picture holds one digit at a random size and place, among pieces of other digits. The box is
the edge of the ink, so it is right to the pixel, and the same picture comes out on every machine.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.bundled import PARTS, digits
from tensorlite.data.dataset import Batch, Dataset
from tensorlite.data.resample import weights
from tensorlite.errors import UnknownNameError
from tensorlite.random import Generator

SIDE = 64  # pixels of the canvas
TALL = 18, 44  # pixels of a digit's long side, from and to
PIECES = 6  # of other digits, per picture
PIECE = 6, 11  # pixels of a piece's side
COUNTS = {"train": 8000, "val": 720}
INK = 0.1  # what is brighter is ink, as in ``frame_ink``

Floats = NDArray[np.float32]


class Canvas(Dataset):
    """Pictures with one box each, already drawn.

    Args:
        images: Bytes ``(N, 1, H, W)``.
        boxes: Left, top, right, bottom of each digit in pixels, ``(N, 4)``.
        labels: The digits, ``(N,)``.
    """

    task = "boxes"
    concurrent = True
    noun = "pictures of a digit among pieces of others"

    def __init__(self, images: NDArray[np.uint8], boxes: Floats, labels: NDArray[np.int64]) -> None:
        self.images, self.boxes, self.labels = images, boxes, labels
        self.image_shape = images.shape[1:]
        self.classes = list("0123456789")
        self.name = "canvas"

    @property
    def strata(self) -> NDArray[np.int64]:
        """The digit of every picture."""
        return self.labels

    def counts(self, indices: Any = None) -> dict[str, int]:
        """How many boxes each class has."""
        labels = self.labels if indices is None else self.labels[np.asarray(indices, np.int64)]
        return dict(zip(self.classes, np.bincount(labels, minlength=10).tolist(), strict=True))

    def __len__(self) -> int:
        return len(self.images)

    def target(self, index: int) -> dict[str, NDArray[Any]]:
        """The box of a picture and its digit."""
        return {"boxes": self.boxes[index][None], "labels": self.labels[index : index + 1]}

    def __getitem__(self, index: int) -> tuple[Floats, Any]:
        return np.divide(self.images[index], 255, dtype=np.float32), self.target(index)

    def batch(self, indices: Any) -> Batch:
        """Fetch several items at once."""
        chosen = np.asarray(indices, np.int64)
        images = np.divide(self.images[chosen], 255, dtype=np.float32)
        return images, [self.target(int(index)) for index in chosen]


def canvas(split: str = "train") -> Canvas:
    """The bundled digits on cluttered canvases of 64x64 pixels, with the box of each digit.

    Held out are digits by other writers, as in ``digits``.

    Args:
        split: ``"train"`` (8,000 pictures) or ``"val"`` (720).

    Raises:
        UnknownNameError: If there is no such split.

    Example:
        >>> image, target = canvas("val")[0]
        >>> image.shape, target["boxes"].shape, target["labels"].tolist()
        ((1, 64, 64), (1, 4), [8])

    Source: after the cluttered digits of Mnih et al. 2014, "Recurrent Models of Visual Attention".
    """
    if split not in COUNTS:
        message = f"there is no split {split!r}. All 2: train, val."
        raise UnknownNameError(message, where="data set 'canvas'")
    data = Canvas(*_drawn(split))
    data.origin, data.part = "bundled", PARTS[split]
    return data


@cache
def _drawn(split: str) -> tuple[NDArray[np.uint8], Floats, NDArray[np.int64]]:
    """All canvases of a split, their boxes and digits."""
    source = digits(split)
    pictures = (source.images[:, 0] / 255).astype(np.float32)
    count = COUNTS[split]
    images, boxes = np.empty((count, 1, SIDE, SIDE), np.uint8), np.empty((count, 4), np.float32)
    chosen = np.arange(count) % len(pictures)
    for index, number in enumerate(chosen):
        generator = Generator(("train", "val").index(split), index).numpy
        image, boxes[index] = _draw(pictures, int(number), generator)
        images[index, 0] = np.round(image * 255)
    return images, boxes, source.targets[chosen]


def _draw(pictures: Floats, number: int, draw: np.random.Generator) -> tuple[Floats, list[int]]:
    """One canvas and the box of its digit."""
    image = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(PIECES):
        _lay(image, _piece(pictures[draw.integers(len(pictures))], draw), draw)
    digit = _resized(_ink(pictures[number]), int(draw.integers(*TALL, endpoint=True)))
    return image, _lay(image, digit, draw)


def _lay(image: Floats, part: Floats, draw: np.random.Generator) -> list[int]:
    """Lay a part on a random place of the canvas, and return its edges."""
    height, width = part.shape
    top, left = draw.integers(0, (SIDE - height, SIDE - width), endpoint=True).tolist()
    place = image[top : top + height, left : left + width]
    np.maximum(place, part, out=place)
    return [left, top, left + width, top + height]


def _piece(picture: Floats, draw: np.random.Generator) -> Floats:
    """A square out of a picture's middle, fainter than ink."""
    side = int(draw.integers(*PIECE))
    top, left = draw.integers(4, 24 - side, 2, endpoint=True)
    faint = np.float32(draw.uniform(0.4, 0.9))
    part: Floats = picture[top : top + side, left : left + side] * faint
    return part


def _ink(picture: Floats) -> Floats:
    """The part of a picture that holds ink."""
    rows, columns = np.flatnonzero((picture > INK).any(1)), np.flatnonzero((picture > INK).any(0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(part: Floats, tall: int) -> Floats:
    """The part with its long side of so many pixels."""
    height, width = (max(round(side * tall / max(part.shape)), 2) for side in part.shape)
    resized = weights(part.shape[0], height) @ part @ weights(part.shape[1], width).T
    return resized.clip(0, 1)
