"""Sharpening, blurring, noise, and holes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tensorlite import kernels
from tensorlite.augment import tones
from tensorlite.augment.augmentation import EVERYTHING, Augmentation, Chance, spread, uniform
from tensorlite.augment.colour import factors
from tensorlite.augment.samples import Images, Samples
from tensorlite.errors import ConfigError
from tensorlite.random import Generator


@dataclass(frozen=True)
class Sharpness(Augmentation):
    """Blend with a smoothed picture by a random factor, as ``ImageEnhance.Sharpness``.

    Args:
        amount: The factor is drawn from ``1 - amount`` (smoother) to ``1 + amount`` (sharper); two
            numbers are the smallest and the largest factor.

    Raises:
        ConfigError: If the amount is negative or no range.

    Example:
        >>> Sharpness(0.5)(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)
    """

    amount: float | Sequence[float] = 0.5
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        factors(self, "amount")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Sharpen or smooth each image."""
        return tones.sharpness(images, uniform(generators, *factors(self, "amount")))


@dataclass(frozen=True)
class Sharpen(Chance):
    """Sharpen by a given factor with a given probability.

    Args:
        factor: 1 leaves the picture as it is, 0 smooths it.
        p: The probability.

    Raises:
        ConfigError: If the factor is negative or the probability not in 0..1.

    Example:
        >>> Sharpen(2, p=1)(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)
    """

    factor: float = 2.0
    p: float = 0.5
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.factor < 0:
            raise ConfigError(
                f"expected a factor of at least 0, got {self.factor}.", where="Sharpen"
            )

    def changed(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Sharpen all of these."""
        factor = np.full(len(samples), self.factor)
        return replace(samples, images=tones.sharpness(samples.images, factor))


@dataclass(frozen=True)
class GaussianBlur(Chance):
    """Blur with a bell curve of random width.

    The curve is cut off at four deviations, and pixels of the border count as often as they are
    reached for. ``ImageFilter.GaussianBlur`` of Pillow runs three box filters instead, which only
    resemble the curve: near edges it is some grey levels off.

    Args:
        sigma: Smallest and largest deviation in pixels, or one number for both.
        p: The probability.

    Raises:
        ConfigError: If sigma is negative or no range, or the probability not in 0..1.

    Example:
        >>> GaussianBlur(2.0, p=1)(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)
    """

    sigma: float | Sequence[float] = (0.1, 2.0)
    p: float = 0.5
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        super().__post_init__()
        self._range()

    def changed(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Blur all of these."""
        return replace(samples, images=blurred(samples.images, uniform(generators, *self._range())))

    def _range(self) -> Any:
        if isinstance(self.sigma, int | float):
            if self.sigma < 0:
                message = f"expected sigma of at least 0, got {self.sigma}."
                raise ConfigError(message, where="GaussianBlur")
            return self.sigma, self.sigma
        return spread(self, "sigma")


@dataclass(frozen=True)
class GaussianNoise(Augmentation):
    """Add normal noise of random strength to every value, and clip to 0..1.

    Args:
        sigma: The largest deviation; it is drawn from 0. Two numbers are the smallest and largest.

    Raises:
        ConfigError: If sigma is negative or no range.

    Example:
        >>> GaussianNoise(0.1)(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)
    """

    sigma: float | Sequence[float] = 0.05
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        self._range()

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Add noise to each image."""
        result = np.empty(images.shape, np.float32)
        sigmas = uniform(generators, *self._range())
        for image, sigma, generator in zip(result, sigmas, generators, strict=True):
            generator.numpy.standard_normal(dtype=np.float32, out=image)
            image *= np.float32(sigma)
        result += images
        return np.clip(result, 0, 1, out=result)

    def _range(self) -> Any:
        if isinstance(self.sigma, int | float):
            if self.sigma < 0:
                message = f"expected sigma of at least 0, got {self.sigma}."
                raise ConfigError(message, where="GaussianNoise")
            return 0.0, self.sigma
        return spread(self, "sigma")


@dataclass(frozen=True)
class RandomErasing(Chance):
    """Cover a random rectangle with one value or with noise; boxes and masks stay.

    Args:
        p: The probability.
        scale: Smallest and largest area of the rectangle, as parts of the image's.
        ratio: Smallest and largest height of the rectangle over its width.
        value: What is put there; ``"noise"`` is normal noise around 0.5, clipped to 0..1.

    Raises:
        ConfigError: If an option is out of its range.

    Example:
        >>> erased = RandomErasing(p=1, value=0.5)(np.ones((3, 16, 16), np.float32), Generator(0))
        >>> float(erased.min())
        0.5

    Source: Zhong et al. 2017, "Random Erasing Data Augmentation".
    """

    p: float = 0.5
    scale: Sequence[float] = (0.02, 0.33)
    ratio: Sequence[float] = (0.3, 3.3)
    value: float | str = 0.0
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        super().__post_init__()
        spread(self, "scale", 1e-6, 1)
        spread(self, "ratio", 1e-3, 1e3)
        if isinstance(self.value, str) and self.value != "noise":
            message = f"expected value as a number or 'noise', got {self.value!r}."
            raise ConfigError(message, where="RandomErasing")

    def changed(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Cover a part of all of these."""
        images = samples.images.copy()
        for image, generator in zip(images, generators, strict=True):
            part = self._part(image.shape[1:], generator)
            if part is not None:
                image[part] = self._cover(image[part].shape, generator)
        return replace(samples, images=images)

    def _part(self, size: Any, generator: Generator) -> Any:
        height, width = size
        bounds = np.log(self.ratio)
        for _ in range(10):
            area = generator.numpy.uniform(self.scale[0], self.scale[1]) * height * width
            ratio = math.exp(generator.numpy.uniform(*bounds))
            h, w = max(round(math.sqrt(area * ratio)), 1), max(round(math.sqrt(area / ratio)), 1)
            if h < height and w < width:
                top, left = generator.numpy.integers((0, 0), (height - h, width - w), endpoint=True)
                return slice(None), slice(top, top + h), slice(left, left + w)
        return None

    def _cover(self, shape: Any, generator: Generator) -> Any:
        if self.value == "noise":
            return generator.numpy.normal(0.5, 0.25, shape).clip(0, 1)
        return self.value


def blurred(images: Images, sigmas: NDArray[Any]) -> Images:
    """Pictures (N, C, H, W) blurred with deviations (N,), those outside like the nearest pixel."""
    reach = max(math.ceil(4 * float(sigmas.max(initial=0))), 1)
    steps = np.arange(-reach, reach + 1)
    width = np.maximum(sigmas, 1e-3)[:, None]
    weights = np.exp(-0.5 * np.square(steps / width)) * (np.abs(steps) <= np.ceil(4 * width))
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    rows = _smoothed(images, weights, reach)
    count, channels, height, width = rows.shape
    lines = _smoothed(rows.reshape(count, channels * height, width, 1), weights, reach)
    return lines.reshape(images.shape)


def _smoothed(images: Images, weights: Images, reach: int) -> Images:
    count, height = len(images), images.shape[2]
    framed = np.pad(images, ((0, 0), (0, 0), (reach, reach), (0, 0)), mode="edge")
    start = np.tile(np.arange(height), (count, 1))
    each = np.repeat(weights[:, None], height, axis=1)  # the same weights for every row
    return kernels.weighted_rows(framed, each, start)
