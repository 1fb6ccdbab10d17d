"""Random changes of place: shift, rotation, scale, shear, all of them at once, tilt and mirror.

All move pixels by ``projective.moved``, so that boxes and masks stay on their objects, and give
what ``Image.transform`` of Pillow gives for the same matrix with bilinear interpolation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tensorlite.augment.augmentation import between, spread, uniform
from tensorlite.augment.projective import Matrices, Projective, Size, identities
from tensorlite.errors import ConfigError
from tensorlite.random import Generator


@dataclass(frozen=True)
class RandomShift(Projective):
    """Shift by a random way in both directions.

    Args:
        pixels: The longest way in pixels; each direction is drawn from -pixels to pixels.
        fraction: The same as a part of the width and of the height; 0.1 if neither is given.
        fill: The value of what comes in from outside.

    Raises:
        ConfigError: If both are given, or one is negative.

    Example:
        >>> RandomShift(pixels=2)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    pixels: float | None = None
    fraction: float | None = None
    fill: float = 0.0

    def __post_init__(self) -> None:
        if self.pixels is not None and self.fraction is not None:
            raise ConfigError("expected pixels or fraction, got both.", where="RandomShift")
        for name in ("pixels", "fraction"):
            if getattr(self, name) is not None:
                between(self, name, 0)

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator."""
        height, width = size
        fraction = 0.1 if self.fraction is None else self.fraction
        way = (fraction * width, fraction * height) if self.pixels is None else (self.pixels,) * 2
        result = identities(len(generators))
        result[:, :2, 2] = np.reshape([g.numpy.uniform(-1, 1, 2) for g in generators], (-1, 2))
        result[:, :2, 2] *= way
        return result


@dataclass(frozen=True)
class RandomRotation(Projective):
    """Turn about the middle by a random angle.

    Args:
        degrees: The largest angle; it is drawn from -degrees to degrees.
        fill: The value of what comes in from outside.

    Raises:
        ConfigError: If the angle is negative.

    Example:
        >>> RandomRotation(10)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    degrees: float = 10.0
    fill: float = 0.0

    def __post_init__(self) -> None:
        between(self, "degrees", 0)

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator; a positive angle turns counter-clockwise."""
        return rotations(uniform(generators, -self.degrees, self.degrees))


@dataclass(frozen=True)
class RandomScale(Projective):
    """Enlarge or shrink about the middle by a random factor.

    Args:
        low: The smallest factor.
        high: The largest factor.
        fill: The value of what comes in from outside.

    Raises:
        ConfigError: Unless 0 < low <= high.

    Example:
        >>> RandomScale(0.9, 1.1)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    low: float = 0.9
    high: float = 1.1
    fill: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            message = f"expected 0 < low <= high, got low={self.low}, high={self.high}."
            raise ConfigError(message, where="RandomScale")

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator."""
        return scales(uniform(generators, self.low, self.high))


@dataclass(frozen=True)
class RandomShear(Projective):
    """Slant rows, and columns if wanted, by a random angle; the middle stays where it is.

    Args:
        degrees: The largest angle that a column may lean; drawn from -degrees to degrees.
        vertical: The largest angle that a row may lean.
        fill: The value of what comes in from outside.

    Raises:
        ConfigError: If an angle is not in 0..89.

    Example:
        >>> RandomShear(10)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    degrees: float = 10.0
    vertical: float = 0.0
    fill: float = 0.0

    def __post_init__(self) -> None:
        between(self, "degrees", 0, 89)
        between(self, "vertical", 0, 89)

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator; the columns lean first."""
        slants = np.tan(np.radians(uniform(generators, -self.degrees, self.degrees)))
        rises = np.tan(np.radians(uniform(generators, -self.vertical, self.vertical)))
        return shears(0 * rises, rises) @ shears(slants, 0 * slants)


@dataclass(frozen=True)
class RandomAffine(Projective):
    """Turn, scale, slant and shift at once, in this order, in one resampling.

    Args:
        degrees: The largest angle, as of ``RandomRotation``.
        translate: The longest way as parts of the width and of the height.
        scale: Smallest and largest factor.
        shear: The largest angle that a column may lean.
        fill: The value of what comes in from outside.

    Raises:
        ConfigError: If an option is out of its range.

    Example:
        >>> RandomAffine(10, shear=5)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    degrees: float = 10.0
    translate: Sequence[float] = (0.1, 0.1)
    scale: Sequence[float] = (0.9, 1.1)
    shear: float = 0.0
    fill: float = 0.0

    def __post_init__(self) -> None:
        between(self, "degrees", 0)
        between(self, "shear", 0, 89)
        low, _ = spread(self, "scale")
        if low <= 0 or len(self.translate) != 2 or min(self.translate) < 0:
            message = (
                f"expected two parts and two factors above 0, got translate={self.translate}, "
                f"scale={self.scale}."
            )
            raise ConfigError(message, where="RandomAffine")

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator."""
        low, high = self.scale
        result = RandomRotation(self.degrees).matrices(size, generators)
        result = scales(uniform(generators, low, high)) @ result
        result = RandomShear(self.shear).matrices(size, generators) @ result
        ways = RandomShift(fraction=1).matrices(size, generators)
        ways[:, :2, 2] *= self.translate
        return ways @ result


@dataclass(frozen=True)
class RandomPerspective(Projective):
    """Tilt: move each corner towards the middle by a random way, straight lines stay straight.

    Args:
        distortion: The longest way as a part of half the width and half the height.
        fill: The value of what comes in from outside.

    Raises:
        ConfigError: If the part is not in 0..0.9.

    Example:
        >>> RandomPerspective(0.3)(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    distortion: float = 0.3
    fill: float = 0.0

    def __post_init__(self) -> None:
        between(self, "distortion", 0, 0.9)

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw one matrix for each generator."""
        half = np.array([size[1], size[0]]) / 2
        corners = half * [[-1, -1], [1, -1], [1, 1], [-1, 1]]
        draws = [g.numpy.uniform(0, self.distortion, (4, 2)) for g in generators]
        return quadrangles(corners, corners * (1 - np.reshape(draws, (-1, 4, 2))))


@dataclass(frozen=True)
class HorizontalFlip(Projective):
    """Mirror left and right with a given probability; no pixel is blended.

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
        between(self, "p", 0, 1)

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw for each generator whether to mirror."""
        return mirrors(0, self.p, generators)


@dataclass(frozen=True)
class VerticalFlip(Projective):
    """Turn upside down, as a mirror does, with a given probability; no pixel is blended.

    Args:
        p: The probability.

    Raises:
        ConfigError: If it is not in 0..1.

    Example:
        >>> VerticalFlip(p=1)(np.array([[[1.0], [2.0]]], np.float32), Generator(0))
        array([[[2.],
                [1.]]], dtype=float32)
    """

    p: float = 0.5

    def __post_init__(self) -> None:
        between(self, "p", 0, 1)

    def matrices(self, size: Size, generators: Sequence[Generator]) -> Matrices:
        """Draw for each generator whether to mirror."""
        return mirrors(1, self.p, generators)


def rotations(degrees: Matrices) -> Matrices:
    """Matrices (N, 3, 3) that turn counter-clockwise."""
    angle, result = np.radians(degrees), identities(len(degrees))
    result[:, 0, 0] = result[:, 1, 1] = np.cos(angle)
    result[:, 0, 1], result[:, 1, 0] = np.sin(angle), -np.sin(angle)
    return result


def scales(factors: Matrices) -> Matrices:
    """Matrices (N, 3, 3) that enlarge in both directions."""
    result = identities(len(factors))
    result[:, 0, 0] = result[:, 1, 1] = factors
    return result


def shears(right: Matrices, down: Matrices) -> Matrices:
    """Matrices (N, 3, 3) with ``x + right * y`` and ``y + down * x``."""
    result = identities(len(right))
    result[:, 0, 1], result[:, 1, 0] = right, down
    return result


def shifts(right: Matrices, down: Matrices) -> Matrices:
    """Matrices (N, 3, 3) that shift by pixels."""
    result = identities(len(right))
    result[:, 0, 2], result[:, 1, 2] = right, down
    return result


def mirrors(axis: int, p: float, generators: Sequence[Generator]) -> Matrices:
    """Matrices (N, 3, 3) that mirror x (axis 0) or y (axis 1), or do nothing."""
    result = identities(len(generators))
    result[:, axis, axis] = [-1 if g.numpy.random() < p else 1 for g in generators]
    return result


def quadrangles(before: Matrices, after: Matrices) -> Matrices:
    """Matrices (N, 3, 3) that take four points (4, 2) to four others, (N, 4, 2) each.

    With ``(u, v)`` the new place of ``(x, y)`` and ``h`` the entries of the matrix, the last of
    them 1: ``h0 x + h1 y + h2 - u (h6 x + h7 y) = u``, and the same for ``v``.

    Source: Heckbert 1989, "Fundamentals of Texture Mapping and Image Warping", 2.2.3.
    """
    x, y = before[:, 0], before[:, 1]
    system, values = np.zeros((len(after), 8, 8)), np.zeros((len(after), 8))
    for axis in (0, 1):
        rows = slice(4 * axis, 4 * axis + 4)
        place = after[:, :, axis]
        system[:, rows, 3 * axis] = x
        system[:, rows, 3 * axis + 1] = y
        system[:, rows, 3 * axis + 2] = 1
        system[:, rows, 6], system[:, rows, 7] = -place * x, -place * y
        values[:, rows] = place
    entries = np.linalg.solve(system, values[:, :, None])[:, :, 0]
    return np.concatenate([entries, np.ones((len(after), 1))], axis=1).reshape(-1, 3, 3)
