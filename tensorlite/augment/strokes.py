"""Random changes of strokes: what different pens do to the same writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tensorlite.augment.augmentation import EVERYTHING, Augmentation
from tensorlite.augment.samples import Images
from tensorlite.errors import ConfigError
from tensorlite.random import Generator

MOST = 2.0  # pixels; a wider pen than that is rare in pictures of 28x28


@dataclass(frozen=True)
class RandomThinning(Augmentation):
    """Make light strokes on a dark ground thinner, as a finer pen would; about half of them stay.

    ``erode(x)[i, j] = min(x[i, j], x[i±1, j], x[i, j±1])`` takes one pixel from each side; part
    of a pixel is a blend of the images before and after it.

    Args:
        pixels: The most that is taken from each side of a stroke, at most 2; the amount is drawn
            from -pixels to pixels, and a negative one leaves the image as it is.

    Shape:
        - Input: ``(C, H, W)``, or ``(N, C, H, W)`` in ``batch``; outside of it is dark
        - Output: the same

    Raises:
        ConfigError: If pixels is not in 0..2.

    Example:
        >>> stroke = np.zeros((1, 9, 9), np.float32)
        >>> stroke[:, :, 3:6] = 1
        >>> thinner = RandomThinning(1)(stroke, Generator(0))
        >>> thinner.shape, bool(thinner.sum() < stroke.sum())
        ((1, 9, 9), True)

    Source: grey-scale erosion, Serra 1982, "Image Analysis and Mathematical Morphology".
    """

    pixels: float = 1.0
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        if not 0 <= self.pixels <= MOST:
            message = f"expected pixels in 0..{MOST:g}, got {self.pixels}."
            raise ConfigError(message, where="thinning")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Thin each image of a batch (N, C, H, W) by the draw from its own generator."""
        draws = [g.numpy.uniform(-self.pixels, self.pixels) for g in generators]
        amount = np.array(draws, np.float32)[:, None, None, None]
        once = eroded(images)
        return _blend(_blend(images, once, amount), eroded(once), amount - 1)


def eroded(images: Images) -> Images:
    """The smallest of each pixel and its four neighbours; (N, C, H, W), outside is dark."""
    height, width = images.shape[2:]
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    corners = ((0, 1), (2, 1), (1, 0), (1, 2))
    neighbours = [padded[:, :, y : y + height, x : x + width] for y, x in corners]
    smallest: Images = np.minimum.reduce([images, *neighbours])
    return smallest


def _blend(before: Images, after: Images, share: Images) -> Images:
    share = share.clip(0, 1)
    return before * (1 - share) + after * share
