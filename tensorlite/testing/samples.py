"""Tiny pictures, boxes and masks to try things on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def tiny_images(
    count: int = 4, channels: int = 3, size: tuple[int, int] = (16, 12), seed: int = 0
) -> NDArray[np.float32]:
    """Smooth random pictures, float32 ``(count, channels, *size)`` in 0..1.

    Example:
        >>> tiny_images(2).shape
        (2, 3, 16, 12)
    """
    height, width = size
    coarse = np.random.default_rng(seed).random((count, channels, height // 4 + 2, width // 4 + 2))
    fine = np.kron(coarse, np.ones((1, 1, 4, 4)))
    smooth = (fine[..., 1:, 1:] + fine[..., :-1, :-1]) / 2
    return smooth[..., :height, :width].astype(np.float32)


def tiny_boxes(count: int = 4, size: tuple[int, int] = (16, 12), seed: int = 0) -> list[Any]:
    """For each picture a target with one or two boxes in the frame: ``boxes`` and ``labels``.

    Example:
        >>> target = tiny_boxes(1)[0]
        >>> target["boxes"].shape, target["labels"].dtype
        ((2, 4), dtype('int64'))
    """
    rng, (height, width) = np.random.default_rng(seed), size
    targets = []
    for number in range(count):
        corners = rng.integers(0, [width // 2, height // 2], (2 - number % 2, 2))
        sides = rng.integers(3, [width // 2, height // 2], corners.shape)
        boxes = np.concatenate([corners, corners + sides], axis=1).astype(np.float32)
        targets.append({"boxes": boxes, "labels": rng.integers(0, 3, len(boxes))})
    return targets


def tiny_masks(count: int = 4, size: tuple[int, int] = (16, 12), seed: int = 0) -> NDArray[Any]:
    """For each picture the class of every pixel, int64 ``(count, *size)``: the boxes, filled.

    Example:
        >>> tiny_masks(3).shape
        (3, 16, 12)
    """
    masks = np.zeros((count, *size), np.int64)
    for mask, target in zip(masks, tiny_boxes(count, size, seed), strict=True):
        for box, label in zip(target["boxes"].astype(int), target["labels"], strict=True):
            mask[box[1] : box[3], box[0] : box[2]] = label + 1
    return masks
