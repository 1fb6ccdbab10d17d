"""What happens to boxes whose picture is moved.

The rule: a box becomes the smallest upright box around its four moved corners, and is clipped to
the frame. It is dropped, with its label, when less than ``KEEP`` of its moved area is left, or
when a side is shorter than a pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

KEEP = 0.25  # of the area of a box must stay in the frame
SIDE = 1.0  # pixels; a shorter side shows nothing


def project(points: Array, matrix: Array) -> Array:
    """Where points (k, 2) go by a matrix (3, 3); those behind the viewer become infinite."""
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    depth = np.where(moved[:, 2:] > 0, moved[:, 2:], np.nan)
    result: Array = moved[:, :2] / depth
    return result


def move_boxes(boxes: Array, matrix: Array) -> Array:
    """The smallest upright boxes around the moved corners.

    Example:
        >>> turn = np.array([[0.0, -1, 4], [1, 0, 0], [0, 0, 1]])
        >>> move_boxes(np.array([[0, 0, 2, 1]]), turn)
        array([[3., 0., 4., 2.]], dtype=float32)
    """
    corners = boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]].astype(np.float64)
    moved = project(corners.reshape(-1, 2), matrix).reshape(-1, 4, 2)
    return np.concatenate([moved.min(axis=1), moved.max(axis=1)], axis=1).astype(np.float32)


def clip_boxes(boxes: Array, labels: Array, size: tuple[int, int]) -> tuple[Array, Array]:
    """Clip boxes to a frame, and drop those of which too little is left.

    Args:
        boxes: (k, 4).
        labels: (k,).
        size: Height and width of the frame.

    Example:
        >>> boxes = np.array([[-2, 0, 6, 4], [-9, 0, 1, 4], [20, 0, 24, 4]], np.float32)
        >>> clip_boxes(boxes, np.array([5, 6, 7]), (10, 10))
        (array([[0., 0., 6., 4.]], dtype=float32), array([5]))
    """
    edges = np.array([size[1], size[0]] * 2, np.float32)
    clipped = boxes.clip(0, edges)
    before, after = boxes[:, 2:] - boxes[:, :2], clipped[:, 2:] - clipped[:, :2]
    # A corner that went behind the viewer is not a number, and so is never kept.
    kept = (after >= SIDE).all(axis=1) & (after.prod(axis=1) >= KEEP * before.prod(axis=1))
    return clipped[kept], labels[kept]
