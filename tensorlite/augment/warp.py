"""One affine resampling for a batch of images, each with its own matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def warp(images: NDArray[np.float32], matrices: NDArray[np.float64]) -> NDArray[np.float32]:
    """Move the pixels of each image to where its matrix says, with bilinear interpolation.

    What comes in from outside is zero.

    Args:
        images: (N, C, H, W).
        matrices: (N, 3, 3), where a point (x, y, 1) goes, in pixels from the middle of the image.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C, H, W)``

    Example:
        >>> image = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3)
        >>> to_the_right = np.array([[[1.0, 0, 1], [0, 1, 0], [0, 0, 1]]])
        >>> warp(image, to_the_right)[0, 0]
        array([[0., 0., 1.],
               [0., 3., 4.],
               [0., 6., 7.]], dtype=float32)
    """
    count, channels, height, width = images.shape
    x, y = _sources(matrices, height, width)
    column, row = np.floor(x), np.floor(y)
    right, down = x - column, y - row
    # A border of zeros on every side stands for all that lies outside.
    framed = np.zeros((count, channels, height + 3, width + 3), np.float32)
    framed[:, :, 1:-2, 1:-2] = images
    corner = _index(row, height) * (width + 3) + _index(column, width)
    flat = framed.reshape(count, channels, -1)
    result = _gather(flat, corner) * ((1 - right) * (1 - down))[:, None]
    result += _gather(flat, corner + 1) * (right * (1 - down))[:, None]
    result += _gather(flat, corner + width + 3) * ((1 - right) * down)[:, None]
    result += _gather(flat, corner + width + 4) * (right * down)[:, None]
    return result.reshape(images.shape)


def _sources(
    matrices: NDArray[np.float64], height: int, width: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each pixel of the result comes from: columns and rows, each (N, H * W)."""
    back = np.linalg.inv(matrices).astype(np.float32)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    x = np.arange(width, dtype=np.float32) - np.float32(middle_x)
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32(middle_y)
    a, b, c = (back[:, 0, i, None, None] for i in range(3))
    d, e, f = (back[:, 1, i, None, None] for i in range(3))
    columns = a * x + b * y + (c + np.float32(middle_x))
    rows = d * x + e * y + (f + np.float32(middle_y))
    return columns.reshape(len(back), -1), rows.reshape(len(back), -1)


def _index(position: NDArray[np.float32], length: int) -> NDArray[np.intp]:
    """Positions in the framed image; whatever is further out reads two zeros of the border."""
    outside = (position < -1) | (position >= length)
    return np.where(outside, length + 1, position + 1).astype(np.intp)


def _gather(flat: NDArray[np.float32], index: NDArray[np.intp]) -> NDArray[np.float32]:
    return np.take_along_axis(flat, index[:, None], axis=2)
