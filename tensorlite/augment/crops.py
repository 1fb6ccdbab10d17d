"""Changes of the frame: crops and resizing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tensorlite import kernels
from tensorlite.augment.augmentation import EVERYTHING, Augmentation, between, spread
from tensorlite.augment.boxes import clip_boxes, move_boxes
from tensorlite.augment.geometry import shifts
from tensorlite.augment.projective import Matrices, Projective, Size, masks_at
from tensorlite.augment.samples import Images, Samples
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.random import Generator

Parts = NDArray[np.float64]


@dataclass(frozen=True)
class RandomCrop(Projective):
    """Cut out a part at a random place, after framing the image; no pixel is blended.

    Args:
        size: Height and width of the part in pixels, or one number for both; the image's own
            size if not given.
        padding: Pixels added on every side before.
        fill: Their value.

    Raises:
        ConfigError: If a size is not positive or the padding negative.
        ShapeError: If the part is larger than the framed image.

    Example:
        >>> RandomCrop(padding=4)(np.ones((3, 32, 32), np.float32), Generator(0)).shape
        (3, 32, 32)
    """

    size: int | Sequence[int] | None = None
    padding: int = 0
    fill: float = 0.0
    cuts: ClassVar[bool] = True

    def __post_init__(self) -> None:
        between(self, "padding", 0)
        _check_size(self)

    def frame(self, size: Size) -> Size:
        """Height and width of the part."""
        return _pair(self.size) or size

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw a corner for each generator."""
        part = self.frame(size)
        free = np.array(size) + 2 * self.padding - part
        if free.min() < 0:
            message = f"expected at least {part[0]}x{part[1]} pixels, got {size}."
            hint = f"Use a size up to {min(size)}, or more padding."
            raise ShapeError(message, where=type(self).__name__, hint=hint)
        corners = self.corners(free, generators) - self.padding
        return _cut(size, part, np.reshape(corners, (-1, 2)))

    def corners(self, free: Any, generators: Sequence[Generator]) -> Any:
        """Upper left corners (N, 2), row and column, from 0 to ``free`` in the framed image."""
        return np.array([g.numpy.integers((0, 0), free, endpoint=True) for g in generators])


@dataclass(frozen=True)
class PaddedCrop(RandomCrop):
    """Shift by whole pixels: frame the image, then cut out a part of its own size.

    Args:
        size: Height and width of the part; the image's own size if not given.
        padding: Pixels added on every side before.
        fill: Their value.

    Raises:
        ConfigError: If a size is not positive or the padding negative.

    Example:
        >>> PaddedCrop()(np.ones((3, 32, 32), np.float32), Generator(0)).shape
        (3, 32, 32)

    Source: He et al. 2015, "Deep Residual Learning for Image Recognition", 4.2.
    """

    padding: int = 4


@dataclass(frozen=True)
class CenterCrop(RandomCrop):
    """Cut out the part in the middle; a larger one than the image is framed with zeros.

    Args:
        size: Height and width of the part in pixels, or one number for both.
        padding: Pixels added on every side before.
        fill: Their value.

    Raises:
        ConfigError: If a size is not positive.

    Example:
        >>> CenterCrop(24)(np.ones((3, 32, 32), np.float32), Generator(0)).shape
        (3, 24, 24)
    """

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """The same for all; where half a pixel is left over, it is on the left and above."""
        part = self.frame(size)
        corner = [round((whole - piece) / 2) for whole, piece in zip(size, part, strict=True)]
        return _cut(size, part, np.tile(corner, (len(generators), 1)))


@dataclass(frozen=True)
class Resize(Augmentation):
    """Resize with antialiasing, as ``Image.resize`` of Pillow does with ``BILINEAR``.

    Args:
        size: Height and width; one number is the length of the short side, and the long side
            keeps its proportion.

    Raises:
        ConfigError: If a size is not positive.

    Example:
        >>> Resize(16)(np.ones((3, 32, 64), np.float32), Generator(0)).shape
        (3, 16, 32)
    """

    size: int | Sequence[int]
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        _check_size(self)

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Resize pictures, boxes and masks."""
        height, width = samples.size
        if isinstance(self.size, int) or len(self.size) == 1:
            short = self.size if isinstance(self.size, int) else self.size[0]
            scale = short / min(height, width)
            size = (
                short if height <= width else int(height * scale),
                short if width <= height else int(width * scale),
            )
        else:
            size = self.size[0], self.size[1]
        return resampled(samples, np.tile([0.0, 0, width, height], (len(samples), 1)), size)


@dataclass(frozen=True)
class RandomResizedCrop(Augmentation):
    """Cut out a part of random area and shape, and resize it with antialiasing.

    Args:
        size: Height and width of the result, or one number for both; the image's own size if not
            given.
        scale: Smallest and largest area of the part, as parts of the image's.
        ratio: Smallest and largest width of the part over its height.

    Raises:
        ConfigError: If an option is out of its range.

    Example:
        >>> RandomResizedCrop(24)(np.ones((3, 32, 32), np.float32), Generator(0)).shape
        (3, 24, 24)

    Source: Szegedy et al. 2014, "Going Deeper with Convolutions", 6.
    """

    size: int | Sequence[int] | None = None
    scale: Sequence[float] = (0.08, 1.0)
    ratio: Sequence[float] = (3 / 4, 4 / 3)
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        _check_size(self)
        spread(self, "scale", 1e-6, 1)
        spread(self, "ratio", 1e-3, 1e3)

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Cut and resize pictures, boxes and masks."""
        parts = np.reshape([self.part(samples.size, g) for g in generators], (-1, 4))
        return resampled(samples, parts.astype(np.float64), _pair(self.size) or samples.size)

    def part(self, size: Size, generator: Generator) -> tuple[int, int, int, int]:
        """Draw left, top, right and bottom; the largest middle part if ten draws do not fit."""
        height, width = size
        bounds = np.log(self.ratio)
        for _ in range(10):
            area = generator.numpy.uniform(self.scale[0], self.scale[1]) * height * width
            ratio = math.exp(generator.numpy.uniform(*bounds))
            h, w = max(round(math.sqrt(area / ratio)), 1), max(round(math.sqrt(area * ratio)), 1)
            if h <= height and w <= width:
                top, left = generator.numpy.integers((0, 0), (height - h, width - w), endpoint=True)
                return int(left), int(top), int(left) + w, int(top) + h
        ratio = min(max(width / height, self.ratio[0]), self.ratio[1])
        w, h = min(width, round(height * ratio)), min(height, round(width / ratio))
        return (width - w) // 2, (height - h) // 2, (width + w) // 2, (height + h) // 2


def resampled(samples: Samples, parts: Parts, size: Size) -> Samples:
    """Resize a part of each picture, with its boxes and its mask.

    Args:
        samples: What is resized.
        parts: (N, 4): left, top, right and bottom of each part, in pixels.
        size: Height and width of the result.
    """
    images = resize_rows(samples.images, parts[:, 1], parts[:, 3], size[0])
    # The columns are the rows of one column each: (N, C * H, W, 1).
    count, channels, height, width = images.shape
    lines = images.reshape(count, channels * height, width, 1)
    lines = resize_rows(lines, parts[:, 0], parts[:, 2], size[1])
    changed = replace(samples, images=lines.reshape(count, channels, height, size[1]))
    grow = np.zeros((len(parts), 3, 3))
    grow[:, 0, 0], grow[:, 1, 1] = (np.array(size[::-1]) / (parts[:, 2:] - parts[:, :2])).T
    grow[:, :2, 2] = -parts[:, :2] * grow[:, (0, 1), (0, 1)]
    grow[:, 2, 2] = 1
    if samples.masks is not None:
        index = kernels.nearest(np.linalg.inv(grow), samples.size, size)
        changed = replace(changed, masks=masks_at(samples, index))
    if samples.boxes is not None and samples.box_labels is not None:
        pairs = zip(samples.boxes, grow, samples.box_labels, strict=True)
        kept = [clip_boxes(move_boxes(box, way), label, size) for box, way, label in pairs]
        changed = replace(changed, boxes=[a for a, _ in kept], box_labels=[b for _, b in kept])
    return changed


def resize_rows(x: Images, start: Parts, stop: Parts, count: int) -> Images:
    """Resample the rows from ``start`` to ``stop`` of each picture to ``count`` rows.

    The filter is a triangle that reaches one row of the result, or of the picture if those are
    larger, to both sides; what lies outside of the picture does not count.

    Shape:
        - x: ``(N, C, H, W)``
        - Result: ``(N, C, count, W)``
    """
    height = x.shape[2]
    step = (stop - start)[:, None] / count
    reach = np.maximum(step, 1.0)
    middle = start[:, None] + (np.arange(count) + 0.5) * step
    length = min(math.ceil(2 * reach.max(initial=1.0)) + 1, height)
    first = np.floor(middle - reach + 0.5).clip(0, height - length).astype(np.int64)
    places = first[:, :, None] + np.arange(length) + 0.5
    weights = np.maximum(1 - np.abs(places - middle[:, :, None]) / reach[:, :, None], 0)
    weights /= weights.sum(axis=2, keepdims=True)
    return kernels.weighted_rows(x, weights.astype(np.float32), first)


def _cut(size: Size, part: Size, corners: Any) -> Matrices:
    """Matrices from the middle of a picture to the middle of a part with this upper left corner."""
    middle = np.array(size) / 2 - np.array(part) / 2
    rows, columns = (middle - corners).T
    return shifts(columns, rows)


def _pair(size: int | Sequence[int] | None) -> Size | None:
    if size is None:
        return None
    return (size, size) if isinstance(size, int) else (size[0], size[-1])


def _check_size(thing: Any) -> None:
    if thing.size is None:
        return
    sizes = (thing.size,) if isinstance(thing.size, int) else tuple(thing.size)
    if len(sizes) not in (1, 2) or min(sizes) < 1:
        message = f"expected a size or a height and a width, got {thing.size}."
        raise ConfigError(message, where=type(thing).__name__)
