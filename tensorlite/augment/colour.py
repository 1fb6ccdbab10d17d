"""Random changes of colour. Nothing moves, so boxes, masks and labels stay as they are.

Values are taken to be in 0..1, and stay there. What each computes is in ``tones.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from tensorlite.augment import tones
from tensorlite.augment.augmentation import (
    EVERYTHING,
    Augmentation,
    Chance,
    between,
    spread,
    uniform,
)
from tensorlite.augment.samples import Images, Samples
from tensorlite.errors import ConfigError
from tensorlite.random import Generator


class _Factor(Augmentation):
    """A change by a factor from ``1 - amount`` to ``1 + amount``."""

    targets = EVERYTHING
    change: ClassVar[Any]  # a static function (images, factors)
    amount: float | Sequence[float]

    def __post_init__(self) -> None:
        factors(self, "amount")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Change each image by a factor of its own."""
        changed: Images = self.change(images, uniform(generators, *factors(self, "amount")))
        return changed


@dataclass(frozen=True)
class Brightness(_Factor):
    """Make darker or brighter by a random factor, as ``ImageEnhance.Brightness``.

    Args:
        amount: The factor is drawn from ``1 - amount`` (at least 0) to ``1 + amount``; two numbers
            are the smallest and the largest factor.

    Raises:
        ConfigError: If the amount is negative or no range.

    Example:
        >>> float(Brightness((0.5, 0.5))(np.ones((1, 2, 2), np.float32), Generator(0)).max())
        0.5
    """

    amount: float | Sequence[float] = 0.3
    change = staticmethod(tones.brightness)


@dataclass(frozen=True)
class Contrast(_Factor):
    """Blend with the mean grey by a random factor, as ``ImageEnhance.Contrast``.

    Args:
        amount: As of ``Brightness``.

    Raises:
        ConfigError: If the amount is negative or no range.

    Example:
        >>> Contrast(0.5)(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)
    """

    amount: float | Sequence[float] = 0.3
    change = staticmethod(tones.contrast)


@dataclass(frozen=True)
class Saturation(_Factor):
    """Make colours paler or stronger by a random factor, as ``ImageEnhance.Color``.

    Args:
        amount: As of ``Brightness``.

    Raises:
        ConfigError: If the amount is negative or no range.

    Example:
        >>> Saturation(0.5)(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)
    """

    amount: float | Sequence[float] = 0.3
    change = staticmethod(tones.saturation)


@dataclass(frozen=True)
class Hue(Augmentation):
    """Turn the hue of the HSV colours by a random angle.

    Unlike Pillow, which keeps hue and saturation as bytes, no step is rounded; see ``tones.hue``.

    Args:
        amount: The largest turn as a part of the circle, up to 0.5; two numbers are the smallest
            and the largest, from -0.5 to 0.5.

    Raises:
        ConfigError: If the amount is out of its range.

    Example:
        >>> red = np.array([1, 0, 0], np.float32).reshape(3, 1, 1)
        >>> Hue((1 / 3, 1 / 3))(red, Generator(0)).ravel().round(3).tolist()
        [0.0, 1.0, 0.0]
    """

    amount: float | Sequence[float] = 0.05
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        turns(self, "amount")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Turn the hue of each image."""
        return tones.hue(images, uniform(generators, *turns(self, "amount")))


@dataclass(frozen=True)
class ColorJitter(Augmentation):
    """Change brightness, contrast, saturation and hue at random, in this order.

    PyTorch draws the order anew for each image; here it stays, which lets a batch be changed at
    once.

    Args:
        brightness: As the amount of ``Brightness``; 0 leaves it.
        contrast: As the amount of ``Contrast``.
        saturation: As the amount of ``Saturation``.
        hue: As the amount of ``Hue``.

    Raises:
        ConfigError: If an amount is out of its range.

    Example:
        >>> ColorJitter(0.2, 0.2, 0.2, 0.05)(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)
    """

    brightness: float | Sequence[float] = 0.2
    contrast: float | Sequence[float] = 0.2
    saturation: float | Sequence[float] = 0.2
    hue: float | Sequence[float] = 0.02
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        for name in ("brightness", "contrast", "saturation"):
            factors(self, name)
        turns(self, "hue")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Change each image."""
        for name in ("brightness", "contrast", "saturation"):
            low, high = factors(self, name)
            if (low, high) != (1, 1):
                images = getattr(tones, name)(images, uniform(generators, low, high))
        low, high = turns(self, "hue")
        return images if low == high == 0 else tones.hue(images, uniform(generators, low, high))


class _Tone(Chance):
    """A change without an amount that is drawn."""

    targets = EVERYTHING

    def changed(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Change all of these."""
        return replace(samples, images=self.tone(samples.images))

    def tone(self, images: Images) -> Images:
        """The change."""
        raise NotImplementedError(f"{type(self).__name__} needs a tone method")


@dataclass(frozen=True)
class Grayscale(_Tone):
    """Take the colour out: ``0.299 red + 0.587 green + 0.114 blue`` in each channel.

    Rounded to whole levels of 255, as Pillow's mode L.

    Args:
        p: The probability.

    Raises:
        ConfigError: If it is not in 0..1.

    Example:
        >>> red = np.array([1, 0, 0], np.float32).reshape(3, 1, 1)
        >>> Grayscale(p=1)(red, Generator(0)).ravel()
        array([0.29803923, 0.29803923, 0.29803923], dtype=float32)
    """

    p: float = 0.1

    def tone(self, images: Images) -> Images:
        """Grey pictures with as many channels."""
        return tones.grey(images)


@dataclass(frozen=True)
class Invert(_Tone):
    """Turn light into dark and back.

    Args:
        p: The probability.

    Raises:
        ConfigError: If it is not in 0..1.

    Example:
        >>> float(Invert(p=1)(np.ones((1, 2, 2), np.float32), Generator(0)).max())
        0.0
    """

    p: float = 0.5

    def tone(self, images: Images) -> Images:
        """Inverted pictures."""
        return tones.invert(images)


@dataclass(frozen=True)
class Solarize(_Tone):
    """Invert the values of at least a threshold, as ``ImageOps.solarize``.

    Args:
        threshold: Between 0, where all are inverted, and 1; Pillow's number over 255.
        p: The probability.

    Raises:
        ConfigError: If a number is not in 0..1.

    Example:
        >>> image = np.array([[[0.25, 0.75]]], np.float32)
        >>> Solarize(0.5, p=1)(image, Generator(0))
        array([[[0.25, 0.25]]], dtype=float32)
    """

    threshold: float = 0.5
    p: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        between(self, "threshold", 0, 1)

    def tone(self, images: Images) -> Images:
        """Solarized pictures."""
        return tones.solarize(images, np.full(len(images), self.threshold))


@dataclass(frozen=True)
class Posterize(_Tone):
    """Keep the upper bits of each value, as ``ImageOps.posterize``.

    Args:
        bits: How many of 8.
        p: The probability.

    Raises:
        ConfigError: If bits are not in 1..8 or the probability not in 0..1.

    Example:
        >>> image = np.array([[[0.3, 0.9]]], np.float32)
        >>> (Posterize(1, p=1)(image, Generator(0)) * 255).tolist()
        [[[0.0, 128.0]]]
    """

    bits: int = 4
    p: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        between(self, "bits", 1, 8)
        if self.bits != int(self.bits):
            message = f"expected bits as a whole number, got {self.bits}."
            raise ConfigError(message, where="Posterize")

    def tone(self, images: Images) -> Images:
        """Posterized pictures."""
        return tones.posterize(images, np.full(len(images), self.bits))


@dataclass(frozen=True)
class Equalize(_Tone):
    """Make all levels of a channel about equally frequent, as ``ImageOps.equalize``.

    Args:
        p: The probability.

    Raises:
        ConfigError: If it is not in 0..1.

    Example:
        >>> Equalize(p=1)(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)
    """

    p: float = 0.5

    def tone(self, images: Images) -> Images:
        """Equalized pictures."""
        return tones.equalize(images)


@dataclass(frozen=True)
class Autocontrast(_Tone):
    """Stretch the values of each channel to reach from 0 to 1, as ``ImageOps.autocontrast``.

    Args:
        p: The probability.

    Raises:
        ConfigError: If it is not in 0..1.

    Example:
        >>> Autocontrast(p=1)(np.array([[[0.25, 0.5]]], np.float32), Generator(0))
        array([[[0., 1.]]], dtype=float32)
    """

    p: float = 0.5

    def tone(self, images: Images) -> Images:
        """Stretched pictures."""
        return tones.autocontrast(images)


@dataclass(frozen=True)
class Normalize(Augmentation):
    """Subtract a mean and divide by a deviation, channel by channel.

    ``tensorlite train`` does this by itself, with what it measured on the training part. It comes
    last: colour transforms expect values in 0..1.

    Args:
        mean: One number, or one for each channel.
        std: One number, or one for each channel.

    Raises:
        ConfigError: If a deviation is not above 0.

    Example:
        >>> Normalize(0.5, 0.5)(np.ones((1, 1, 2), np.float32), Generator(0))
        array([[[1., 1.]]], dtype=float32)
    """

    mean: float | Sequence[float] = (0.485, 0.456, 0.406)
    std: float | Sequence[float] = (0.229, 0.224, 0.225)
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        if not np.all(np.asarray(self.std) > 0):
            message = f"expected std above 0, got {self.std}."
            raise ConfigError(message, where="Normalize")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Normalise each image."""
        mean, std = (
            np.asarray(value, np.float32).reshape(1, -1, 1, 1) for value in (self.mean, self.std)
        )
        if max(mean.size, std.size) not in (1, images.shape[1]):
            message = f"expected numbers for {images.shape[1]} channels, got mean={self.mean}."
            raise ConfigError(message, where="Normalize")
        return (images - mean) / std


def factors(thing: Any, name: str) -> tuple[float, float]:
    """The smallest and the largest factor that an option means."""
    value = getattr(thing, name)
    if isinstance(value, int | float):
        between(thing, name, 0)
        return max(0.0, 1.0 - value), 1.0 + value
    pair: tuple[float, float] = spread(thing, name)
    return pair


def turns(thing: Any, name: str) -> tuple[float, float]:
    """The smallest and the largest turn that an option means."""
    value = getattr(thing, name)
    if isinstance(value, int | float):
        between(thing, name, 0, 0.5)
        return -float(value), float(value)
    pair: tuple[float, float] = spread(thing, name, -0.5, 0.5)
    return pair
