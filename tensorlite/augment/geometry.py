"""Random changes of place: shift, rotation, scale, flip and crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment.augmentation import Affine, Augmentation, Images
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.random import Generator

Matrices = NDArray[np.float64]


@dataclass(frozen=True)
class RandomShift(Affine):
    """Shift by a random way in both directions; what comes in is zero.

    Args:
        pixels: The longest way in pixels; each direction is drawn from -pixels to pixels.
        fraction: The same as a part of the width and of the height; 0.1 if neither is given.

    Raises:
        ConfigError: If both are given, or one is negative.

    Example:
        >>> RandomShift(pixels=2)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    pixels: float | None = None
    fraction: float | None = None

    def __post_init__(self) -> None:
        if self.pixels is not None and self.fraction is not None:
            raise ConfigError("expected pixels or fraction, got both.", where="shift")
        _check("shift", "a way", self.pixels or self.fraction or 0.0)

    def matrices(self, size: tuple[int, int], generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator."""
        height, width = size
        fraction = 0.1 if self.fraction is None else self.fraction
        way = (fraction * width, fraction * height) if self.pixels is None else (self.pixels,) * 2
        result = _identities(generators)
        result[:, :2, 2] = [g.numpy.uniform(-1, 1, 2) for g in generators]
        result[:, :2, 2] *= way
        return result


@dataclass(frozen=True)
class RandomRotation(Affine):
    """Turn about the middle by a random angle; what comes in is zero.

    Args:
        degrees: The largest angle; it is drawn from -degrees to degrees.

    Raises:
        ConfigError: If the angle is negative.

    Example:
        >>> RandomRotation(10)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    degrees: float = 10.0

    def __post_init__(self) -> None:
        _check("rotation", "an angle", self.degrees)

    def matrices(self, size: tuple[int, int], generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator; a positive angle turns counter-clockwise."""
        angle = np.radians([g.numpy.uniform(-self.degrees, self.degrees) for g in generators])
        result = _identities(generators)
        result[:, 0, 0] = result[:, 1, 1] = np.cos(angle)
        result[:, 0, 1] = np.sin(angle)
        result[:, 1, 0] = -np.sin(angle)
        return result


@dataclass(frozen=True)
class RandomScale(Affine):
    """Enlarge or shrink about the middle by a random factor; what comes in is zero.

    Args:
        low: The smallest factor.
        high: The largest factor.

    Raises:
        ConfigError: Unless 0 < low <= high.

    Example:
        >>> RandomScale(0.9, 1.1)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    low: float = 0.9
    high: float = 1.1

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            message = f"expected 0 < low <= high, got low={self.low}, high={self.high}."
            raise ConfigError(message, where="scale")

    def matrices(self, size: tuple[int, int], generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator."""
        result = _identities(generators)
        factor = [g.numpy.uniform(self.low, self.high) for g in generators]
        result[:, 0, 0] = result[:, 1, 1] = factor
        return result


@dataclass(frozen=True)
class HorizontalFlip(Augmentation):
    """Mirror left and right with a given probability.

    Args:
        p: The probability.

    Raises:
        ConfigError: If it is not in 0..1.

    Example:
        >>> HorizontalFlip(p=1)(np.array([[[1.0, 2.0]]], np.float32), Generator(0))
        array([[[2., 1.]]], dtype=float32)
    """

    p: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            message = f"expected a probability in 0..1, got {self.p}."
            raise ConfigError(message, where="horizontal_flip")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Mirror each image of a batch (N, C, H, W), or not, as its own generator says."""
        flipped = np.array([g.numpy.random() < self.p for g in generators], dtype=bool)
        return np.where(flipped[:, None, None, None], images[..., ::-1], images)


@dataclass(frozen=True)
class RandomCrop(Augmentation):
    """Cut out a part at a random place, after framing the image with zeros.

    Args:
        size: Height and width of the part in pixels, or one number for both; the image's own
            size if not given.
        padding: Zeros added on every side before.

    Raises:
        ConfigError: If a size is not positive or the padding negative.
        ShapeError: If the part is larger than the framed image.

    Example:
        >>> RandomCrop(padding=4)(np.ones((3, 32, 32), np.float32), Generator(0)).shape
        (3, 32, 32)
    """

    size: int | Sequence[int] | None = None
    padding: int = 0

    def __post_init__(self) -> None:
        _check("random_crop", "a padding", self.padding)
        if self.size is not None:
            sizes = (self.size,) if isinstance(self.size, int) else tuple(self.size)
            if len(sizes) not in (1, 2) or min(sizes) < 1:
                message = f"expected a size or a height and a width, got {self.size}."
                raise ConfigError(message, where="random_crop")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Cut a part out of each image of a batch (N, C, H, W) where its own generator says."""
        height, width = self._part(images.shape[2:])
        frame = ((0, 0), (0, 0), (self.padding,) * 2, (self.padding,) * 2)
        images = np.pad(images, frame)
        free = images.shape[2] - height, images.shape[3] - width
        if min(free) < 0:
            message = f"expected at least {height}x{width} pixels, got {images.shape[2:]}."
            hint = f"Use a size up to {min(images.shape[2:])}, or more padding."
            raise ShapeError(message, where="random_crop", hint=hint)
        corners = np.array([g.numpy.integers((0, 0), free, endpoint=True) for g in generators])
        windows = np.lib.stride_tricks.sliding_window_view(images, (height, width), axis=(2, 3))
        # (N, C, rows, columns, height, width) -> (N, C, height, width)
        return windows[np.arange(len(images)), :, corners[:, 0], corners[:, 1]]

    def _part(self, whole: tuple[int, ...]) -> tuple[int, int]:
        if self.size is None:
            return whole[0], whole[1]
        if isinstance(self.size, int):
            return self.size, self.size
        return self.size[0], self.size[-1]


def _check(where: str, what: str, value: float) -> None:
    if not value >= 0:
        raise ConfigError(f"expected {what} of at least 0, got {value}.", where=where)


def _identities(generators: Sequence[Generator]) -> Matrices:
    return np.tile(np.eye(3), (len(generators), 1, 1))
