"""Where a picture of one size goes in a frame of another, and its boxes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.resample import cover

Size = tuple[int, int]  # height, width


@dataclass(frozen=True)
class Placement:
    """A part of a picture, and where it goes.

    Args:
        old: Height and width of the picture.
        size: Height and width of the frame.
        source: The part that is taken: left, top, right, bottom in pixels of the picture.
        target: Where it goes: top, left, height, width in pixels of the frame.
    """

    old: Size
    size: Size
    source: tuple[float, float, float, float]
    target: tuple[int, int, int, int]

    @property
    def changes(self) -> bool:
        """Whether pixels are resampled, not only moved."""
        whole = (0, 0, self.old[1], self.old[0])
        return self.source != whole or self.target[2:] != self.old

    def boxes(self, boxes: NDArray[Any]) -> NDArray[np.float32]:
        """Boxes (k, 4) of the picture, as left, top, right, bottom, in pixels of the frame."""
        left, top, right, bottom = self.source
        y, x, height, width = self.target
        scale = np.array([width / (right - left), height / (bottom - top)] * 2)
        moved = (np.asarray(boxes, np.float64) - [left, top, left, top]) * scale + [x, y, x, y]
        return moved.astype(np.float32).reshape(-1, 4)

    def boxes_back(self, boxes: NDArray[Any]) -> NDArray[np.float64]:
        """Boxes (k, 4) of the frame in pixels of the picture, cut at its edges.

        Example:
            >>> place((100, 200), (50, 50), whole=True).boxes_back(np.array([[0, 12, 25, 99]]))
            array([[  0.,   0., 100., 100.]])
        """
        left, top, right, bottom = self.source
        y, x, height, width = self.target
        scale = np.array([(right - left) / width, (bottom - top) / height] * 2)
        moved = (np.asarray(boxes, np.float64) - [x, y, x, y]) * scale + [left, top, left, top]
        limits = np.array([self.old[1], self.old[0]] * 2)
        return np.clip(moved, 0, limits).reshape(-1, 4)


def place(old: Size, size: Size, *, whole: bool = False) -> Placement:
    """Fill the frame with the middle of the picture, or put the whole picture into it.

    Args:
        old: Height and width of the picture.
        size: Height and width of the frame.
        whole: Keep all of the picture and leave the rest of the frame empty (letterbox).

    Example:
        >>> place((100, 200), (50, 50)).source
        (50.0, 0.0, 150.0, 100.0)
        >>> place((100, 200), (50, 50), whole=True).target
        (12, 0, 25, 50)
    """
    if not whole:
        return Placement(old, size, cover(*old, size), (0, 0, *size))
    scale = min(size[0] / old[0], size[1] / old[1])
    height, width = max(round(old[0] * scale), 1), max(round(old[1] * scale), 1)
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    return Placement(old, size, (0, 0, old[1], old[0]), (top, left, height, width))
