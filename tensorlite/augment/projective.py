"""The one engine of all that moves pixels along straight lines: pictures, boxes, masks at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tensorlite import kernels
from tensorlite.augment.augmentation import EVERYTHING, Augmentation
from tensorlite.augment.boxes import clip_boxes, move_boxes
from tensorlite.augment.samples import Images, Samples
from tensorlite.random import Generator

Matrices = NDArray[np.float64]
Size = tuple[int, int]


class Projective(Augmentation):
    """The base class of what shifts, turns, scales, shears, mirrors, crops or tilts.

    A subclass writes ``matrices``, and ``frame`` if the size changes. Neighbours of this kind in a
    ``Compose`` are one resampling, which is faster and blurs once.

    Attributes:
        fill: The value of pixels that come in from outside, 0 for black.
        cuts: Whether what leaves the frame is gone for those that follow. What was only moved out
            of the frame may come back in the same resampling.
    """

    targets = EVERYTHING
    fill: float = 0.0
    cuts: ClassVar[bool] = False

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator.

        Args:
            size: Height and width of the images in pixels.
            generators: One for each image.

        Returns:
            (N, 3, 3): where a point (x, y, 1) goes, in pixels from the middle of the image to
            pixels from the middle of the result, x to the right and y downwards.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a matrices method")

    def frame(self, size: Size) -> Size:
        """Height and width of the result for images of this size."""
        return size

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Move pictures, boxes and masks along the same lines."""
        return apply_together([self], samples, generators)


def apply_together(
    steps: Sequence[Projective], samples: Samples, generators: Sequence[Generator]
) -> Samples:
    """Several steps as one resampling."""
    size, total = samples.size, identities(len(generators))
    for step in steps:
        total, size = step.matrices(size, generators) @ total, step.frame(size)
    return moved(samples, total, size, steps[-1].fill)


def moved(samples: Samples, matrices: Matrices, size: Size, fill: float = 0.0) -> Samples:
    """Move pictures with bilinear interpolation, masks with nearest neighbour, and boxes.

    Args:
        samples: What is moved.
        matrices: (N, 3, 3) from the middle of the pictures to the middle of the result.
        size: Height and width of the result.
        fill: What comes in from outside.
    """
    forth = _from_corner(size, 1) @ matrices @ _from_corner(samples.size, -1)
    back = np.linalg.inv(forth)
    changed = replace(samples, images=kernels.warp(samples.images, back, size, fill))
    if samples.masks is not None:
        index = kernels.nearest(back, samples.size, size)
        changed = replace(changed, masks=masks_at(samples, index))
    if samples.boxes is not None and samples.box_labels is not None:
        pairs = zip(samples.boxes, forth, samples.box_labels, strict=True)
        kept = [clip_boxes(move_boxes(box, way), label, size) for box, way, label in pairs]
        boxes, labels = [box for box, _ in kept], [label for _, label in kept]
        changed = replace(changed, boxes=boxes, box_labels=labels)
    return changed


def masks_at(samples: Samples, index: NDArray[np.int32]) -> NDArray[np.int64]:
    """The masks read at places (N, Ho, Wo); nothing is known of what is at -1."""
    if samples.masks is None:
        raise ValueError("there are no masks")
    count = len(index)
    flat = samples.masks.reshape(count, -1)
    seen = np.take_along_axis(flat, index.reshape(count, -1).clip(0), axis=1).reshape(index.shape)
    return np.where(index < 0, flat.dtype.type(samples.void), seen)


def warp(images: Images, matrices: Matrices, fill: float = 0.0) -> Images:
    """Move the pixels of each image to where its matrix says, with bilinear interpolation.

    Each pixel of the result is read where it was, between the middles of the four pixels around.
    What was outside of the picture is ``fill``; the pixels of the border reach to its edge, as in
    Pillow.

    Args:
        images: (N, C, H, W).
        matrices: (N, 3, 3), where a point (x, y, 1) goes, in pixels from the middle of the image.
        fill: What comes in from outside.

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
    size = images.shape[2], images.shape[3]
    return moved(Samples(images), matrices, size, fill).images


def identities(count: int) -> Matrices:
    """Matrices (N, 3, 3) that move nothing."""
    return np.tile(np.eye(3), (count, 1, 1))


def _from_corner(size: Size, sign: int) -> Matrices:
    """From the middle to the corner of a frame, or back."""
    result = np.eye(3)
    result[:2, 2] = sign * size[1] / 2, sign * size[0] / 2
    return result
