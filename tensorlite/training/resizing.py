"""Smaller pictures in the first epochs: they are learned from faster, and the size then grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tensorlite.autograd import no_grad


class ImageSizes:
    """Resizes the pictures of a training epoch by epoch; validation always sees the full size.

    Args:
        sides: Length of the short side in pixels, by the epoch from which it holds, counted from
            1. Before the first of them pictures stay as they are.

    Example:
        >>> import tensorlite as tl
        >>> sizes = ImageSizes({"1": 24, "8": 32})
        >>> sizes(tl.zeros((2, 3, 32, 48)), epoch=7).shape, sizes.at(8)
        ((2, 3, 24, 36), 32)

    Source: Howard 2018, "Training Imagenet in 3 hours for 25 minutes" (progressive resizing).
    """

    def __init__(self, sides: Mapping[str, int]) -> None:
        self._sides = sorted((int(epoch), int(side)) for epoch, side in sides.items())

    def at(self, epoch: int) -> int | None:
        """The short side in an epoch; None for the full size."""
        return next((side for first, side in reversed(self._sides) if first <= epoch), None)

    @property
    def smallest(self) -> int | None:
        """The shortest side of all; None if no epoch has one of its own."""
        return min((side for _, side in self._sides), default=None)

    def __call__(self, images: Any, epoch: int) -> Any:
        """Resize a batch as the epoch wants it."""
        side = self.at(epoch)
        return images if side is None else resized(images, side)


def resized(images: Any, side: int) -> Any:
    """Resize a batch to a short side.

    Shape:
        - images: ``(N, C, H, W)``
        - Output: ``(N, C, Ho, Wo)`` with ``min(Ho, Wo) == side``
    """
    from tensorlite.nn.functional import interpolate

    height, width = images.shape[2:]
    scale = side / min(height, width)
    size = round(height * scale), round(width * scale)
    if size == (height, width):
        return images
    with no_grad():
        return interpolate(images, size=size, mode="bilinear", antialias=True)
