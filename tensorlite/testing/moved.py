"""Where things in a picture went, told from the pictures alone, whatever was done to colours.

Two pictures differ in where a square stands and in nothing else. Both are changed by the same
draws; where they differ afterwards is where the two squares went.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from tensorlite.augment import Samples, augment_samples
from tensorlite.random import Generator

SIZE = 36, 32  # height and width: not square, so that exchanged axes show
SIDE = 10
SLACK = 2.0  # pixels that a blurred or a slanted edge may reach over a box
LOOSE = 4.0  # pixels that a box may be too large by: the corners of a slanted square are faint
PLACES = (5, 4), (16, 19), (4, 21), (17, 5)  # left and top of the squares, far from the middle


class Scene:
    """Two squares, each in a picture of its own, and what an augmentation made of them.

    Args:
        augmentation: What changes the pictures.
        seed: Of its draws.
        targets: What it says it moves along.
    """

    def __init__(self, augmentation: Any, seed: int, targets: Collection[str]) -> None:
        first, second = PLACES[seed % 4], PLACES[(seed + 1) % 4]
        self.parts = [_changed(augmentation, seed, targets, at) for at in (first, second)]
        difference = np.abs(self.parts[0].images[0] - self.parts[1].images[0]).max(axis=0)
        top = difference.max()
        self.seen = difference > 0.5 * top if top > 0.02 else np.zeros(difference.shape, bool)

    def boxes_are_in_the_frame(self) -> tuple[bool, str]:
        """Whether every box lies in its picture, with the label that it had."""
        for part in self.parts:
            height, width = part.size
            for box, label in zip(part.boxes[0], part.box_labels[0], strict=True):
                left, top, right, bottom = box
                if not (0 <= left < right <= width and 0 <= top < bottom <= height):
                    return False, f"expected boxes in the frame {width}x{height}, got {list(box)}."
                if label != 4:
                    return False, f"expected the box to keep its label 4, got {label}."
        return True, ""

    def boxes_follow(self, everything: bool) -> tuple[bool, str]:
        """Whether the squares are where the boxes are, and nowhere else."""
        boxes = [box for part in self.parts for box in part.boxes[0]]
        rows, columns = np.nonzero(self.seen)
        covered = np.zeros(len(rows), bool)
        for left, top, right, bottom in boxes:
            covered |= (
                (columns + 1 > left - SLACK)
                & (columns < right + SLACK)
                & (rows + 1 > top - SLACK)
                & (rows < bottom + SLACK)
            )
        if len(boxes) == 2 and not covered.all():
            return False, "expected boxes to follow their pictures, but things lie outside of them."
        if everything and len(boxes) < 2 and self._is_whole(rows[~covered], columns[~covered]):
            return False, "expected a box for everything that is still seen, but one is gone."
        return self._are_no_larger(boxes) if everything and covered.all() else (True, "")

    def _is_whole(self, rows: Any, columns: Any) -> bool:
        """Whether pixels are a thing that the frame does not cut: its box may not be dropped."""
        height, width = self.seen.shape
        inside = (rows > 0) & (columns > 0) & (rows < height - 1) & (columns < width - 1)
        return len(rows) > 0.2 * SIDE**2 and bool(inside.all())

    def _are_no_larger(self, boxes: list[Any]) -> tuple[bool, str]:
        for box in boxes:
            left, top, right, bottom = (round(float(edge)) for edge in box)
            rows, columns = np.nonzero(self.seen[top:bottom, left:right])
            if not len(rows):
                return False, f"expected something inside of the box {list(box)}, got nothing."
            gaps = (
                columns.min(),
                rows.min(),
                right - left - columns.max(),
                bottom - top - rows.max(),
            )
            if max(gaps) > LOOSE + 1:
                return False, f"expected a box close around its thing, got {list(box)}: too large."
        return True, ""

    def masks_follow(self) -> tuple[bool, str]:
        """Whether the squares are where the masks say."""
        first, second = (part.masks[0] for part in self.parts)
        if first.shape != self.seen.shape:
            return False, f"expected masks {self.seen.shape} like the picture, got {first.shape}."
        if set(np.unique(first)) - {0, 1, 9}:
            return False, "expected the classes of the mask to stay, got new ones."
        marked = (first == 1) ^ (second == 1)
        both, either = (marked & self.seen).sum(), (marked | self.seen).sum()
        if self.seen.sum() > SIDE and both < 0.5 * either:
            return False, "expected masks to follow their pictures, but they lie elsewhere."
        return True, ""


def _changed(augmentation: Any, seed: int, targets: Collection[str], at: tuple[int, int]) -> Any:
    left, top = at
    rows, columns = np.indices(SIZE)
    square = (columns >= left) & (columns < left + SIDE) & (rows >= top) & (rows < top + SIDE)
    image = np.where(square, 0.95, 0.1).astype(np.float32)
    samples = Samples(
        np.repeat(image[None, None], 3, axis=1),
        np.array([1]),
        [np.array([[left, top, left + SIDE, top + SIDE]], np.float32)]
        if "boxes" in targets
        else None,
        [np.array([4])] if "boxes" in targets else None,
        square[None].astype(np.int64) if "masks" in targets else None,
        classes=5,
        void=9,
    )
    return augment_samples(augmentation, samples, [Generator(seed)])
