"""Wavy distortions: every pixel is read a little way off, neighbours nearly the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tensorlite import kernels
from tensorlite.augment.augmentation import EVERYTHING, Augmentation, between
from tensorlite.augment.blur import blurred
from tensorlite.augment.boxes import clip_boxes
from tensorlite.augment.projective import Size, identities, masks_at
from tensorlite.augment.samples import Samples
from tensorlite.errors import ConfigError
from tensorlite.random import Generator

Ways = NDArray[np.float32]


@dataclass(frozen=True)
class Elastic(Augmentation):
    """Distort as a sheet of rubber: noise, blurred, is the way that each pixel is read off.

    Masks are read along the same ways. A box becomes the smallest one around all pixels that were
    read in it. Pillow has no such transform; the tests compare with the definition.

    Args:
        alpha: The root mean square of the ways along each axis, in pixels. It does not depend on
            ``sigma``, unlike in the paper, where blurring makes the ways shorter.
        sigma: Deviation of the blur in pixels: how far from each other pixels move alike.
        fill: The value of what comes in from outside.

    Raises:
        ConfigError: If alpha is negative or sigma below 0.5, or alpha more than half of sigma,
            where pixels would pass each other.

    Example:
        >>> Elastic(1.5, 5)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)

    Source: Simard et al. 2003, "Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis".
    """

    alpha: float = 1.5
    sigma: float = 4.0
    fill: float = 0.0
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        between(self, "alpha", 0)
        between(self, "sigma", 0.5)
        if self.alpha > self.sigma / 2:
            message = f"expected alpha of at most half of sigma={self.sigma:g}, got {self.alpha:g}."
            raise ConfigError(message, where="Elastic")

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Distort pictures, boxes and masks along the same ways."""
        size, count = samples.size, len(samples)
        ways = self.ways(size, generators)
        back = identities(count)
        changed = replace(samples, images=kernels.warp(samples.images, back, size, self.fill, ways))
        if samples.masks is not None:
            index = kernels.nearest(back, size, size, ways)
            changed = replace(changed, masks=masks_at(samples, index))
        if samples.boxes is not None and samples.box_labels is not None:
            triples = zip(samples.boxes, samples.box_labels, ways, strict=True)
            kept = [clip_boxes(around(box, way), label, size) for box, label, way in triples]
            changed = replace(changed, boxes=[a for a, _ in kept], box_labels=[b for _, b in kept])
        return changed

    def ways(self, size: Size, generators: Sequence[Generator]) -> Ways:
        """Draw where each pixel is read: (N, 2, H, W), to the right and down."""
        draws = [g.numpy.standard_normal((2, *size), dtype=np.float32) for g in generators]
        noise = np.reshape(draws, (-1, 2, *size)).astype(np.float32)
        smooth = blurred(noise, np.full(len(draws), self.sigma))
        strength = np.sqrt(np.square(smooth).mean(axis=(2, 3), keepdims=True))
        return smooth * (np.float32(self.alpha) / np.maximum(strength, np.float32(1e-12)))


def around(boxes: NDArray[Any], ways: Ways) -> NDArray[Any]:
    """The smallest boxes around the pixels that are read in the old ones; (k, 4), (2, H, W)."""
    rows, columns = np.indices(ways.shape[1:])
    x, y = columns + 0.5 + ways[0], rows + 0.5 + ways[1]
    result = np.zeros((len(boxes), 4), np.float32)
    for box, new in zip(boxes, result, strict=True):
        inside = (x >= box[0]) & (x < box[2]) & (y >= box[1]) & (y < box[3])
        if inside.any():
            right, down = np.flatnonzero(inside.any(axis=0)), np.flatnonzero(inside.any(axis=1))
            new[:] = right[0], down[0], right[-1] + 1, down[-1] + 1
    return result
