"""The rule for boxes as people write them: which are repaired, which are dropped, and why.

Boxes are taken as written: left, top, right, bottom, in pixels of the picture as it is shown, from
0 at its left and upper edge.

1. A box with a number that is missing or not finite is dropped.
2. Sides that are swapped are swapped back.
3. What lies outside of the picture is cut off.
4. What then is less than one pixel wide or high is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SMALLEST = 1.0  # pixels; a thinner box covers nothing that a network could see


@dataclass(frozen=True)
class Repair:
    """A box that was not taken as written.

    Args:
        file: Where it is written.
        picture: The picture that it belongs to.
        box: Which one of that picture, counted from 1.
        label: Its class.
        what: What is wrong with it.
        kept: Whether it was repaired, not dropped.
    """

    file: Path
    picture: str
    box: int
    label: str
    what: str
    kept: bool

    def __str__(self) -> str:
        done = "repaired" if self.kept else "dropped"
        place = f"{self.file}" + (f", {self.picture}" if self.picture else "")
        return f"{place}, box {self.box} ({self.label}) {self.what}: {done}"


def repaired(box: Sequence[float], frame: tuple[int, int]) -> tuple[NDArray[Any] | None, str]:
    """Apply the rule to one box.

    Args:
        box: Left, top, right, bottom.
        frame: Height and width of the picture.

    Returns:
        The box, or None if it is dropped; and what is wrong with it, empty if nothing is.

    Example:
        >>> repaired((10, 10, 20, 20), (100, 100))[1], repaired((10, 10, 10, 20), (100, 100))
        ('', (None, 'is of no size'))
        >>> box, what = repaired((90, 20, 110, 10), (100, 100))
        >>> box.tolist(), what
        ([90.0, 10.0, 100.0, 20.0], 'has its sides swapped, leaves the 100x100 picture')
    """
    values = np.asarray(box, dtype=np.float64)
    if values.shape != (4,) or not np.isfinite(values).all():
        return None, "has a number that is missing or not finite"
    words = []
    left, right = sorted(values[::2])
    top, bottom = sorted(values[1::2])
    if (left, top) != (values[0], values[1]):
        words.append("has its sides swapped")
    if right == left or bottom == top:
        return None, ", ".join([*words, "is of no size"])
    height, width = frame
    if left < 0 or top < 0 or right > width or bottom > height:
        outside = left >= width or top >= height or right <= 0 or bottom <= 0
        words.append(f"{'lies outside of' if outside else 'leaves'} the {height}x{width} picture")
    cut = np.array(
        [np.clip(left, 0, width), np.clip(top, 0, height)]
        + [np.clip(right, 0, width), np.clip(bottom, 0, height)]
    )
    if (cut[2:] - cut[:2]).min() < SMALLEST:
        return None, ", ".join(words or ["is less than a pixel wide or high"])
    return cut, ", ".join(words)


@dataclass
class Boxes:
    """The boxes of one picture, while they are read.

    Args:
        file: Where they are written.
        picture: The name of the picture in that file, if several have theirs there.
        frame: Height and width of the picture.
    """

    file: Path
    frame: tuple[int, int]
    picture: str = ""

    def __post_init__(self) -> None:
        self.count = 0
        self.boxes: list[NDArray[Any]] = []
        self.labels: list[str] = []
        self.repairs: list[Repair] = []

    def add(self, label: str, box: Sequence[float]) -> None:
        """Take a box, repaired by the rule."""
        self.count += 1
        kept, what = repaired(box, self.frame)
        if what:
            about = self.count, label, what, kept is not None
            self.repairs.append(Repair(self.file, self.picture, *about))
        if kept is not None:
            self.boxes.append(kept)
            self.labels.append(label)

    def array(self) -> NDArray[np.float32]:
        """The boxes, (k, 4)."""
        return np.array(self.boxes, np.float32).reshape(-1, 4)
