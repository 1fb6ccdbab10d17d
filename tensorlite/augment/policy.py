"""Policies: random choices among the same fourteen changes, with one number for how strong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment import tones
from tensorlite.augment.augmentation import EVERYTHING, Augmentation, between
from tensorlite.augment.geometry import rotations, shears, shifts
from tensorlite.augment.projective import Matrices, Size, identities, moved
from tensorlite.augment.samples import Images, Samples
from tensorlite.random import Generator

Amounts = NDArray[Any]
LEVELS = 30  # strengths are whole numbers from 0 to this, as in both papers


@dataclass(frozen=True)
class Reach:
    """How far the strongest changes go.

    Args:
        shear: Pixels to the right for each pixel down.
        shift: Ways as a part of the width and of the height.
        degrees: Angle.
        factor: How far factors of brightness and so on are from 1.
        bits: Bits that posterizing takes away.
    """

    shear: float
    shift: float
    degrees: float
    factor: float
    bits: float


NARROW = Reach(shear=0.3, shift=150 / 331, degrees=30, factor=0.9, bits=4)
WIDE = Reach(shear=0.99, shift=1.0, degrees=135, factor=0.99, bits=6)

# Where points go, by an amount in -1..1.
MOVES: dict[str, Callable[[Amounts, Size, Reach], Matrices]] = {
    "shear_x": lambda a, size, reach: shears(a * reach.shear, 0 * a),
    "shear_y": lambda a, size, reach: shears(0 * a, a * reach.shear),
    "translate_x": lambda a, size, reach: shifts(a * reach.shift * size[1], 0 * a),
    "translate_y": lambda a, size, reach: shifts(0 * a, a * reach.shift * size[0]),
    "rotate": lambda a, size, reach: rotations(a * reach.degrees),
}
# What values become; those that have no sign take the size of the amount.
TONES: dict[str, Callable[[Images, Amounts, Reach], Images]] = {
    "identity": lambda x, a, reach: x,
    "brightness": lambda x, a, reach: tones.brightness(x, 1 + a * reach.factor),
    "color": lambda x, a, reach: tones.saturation(x, 1 + a * reach.factor),
    "contrast": lambda x, a, reach: tones.contrast(x, 1 + a * reach.factor),
    "sharpness": lambda x, a, reach: tones.sharpness(x, 1 + a * reach.factor),
    "posterize": lambda x, a, reach: tones.posterize(x, 8 - np.rint(np.abs(a) * reach.bits)),
    "solarize": lambda x, a, reach: tones.solarize(x, 1 - np.abs(a)),
    "autocontrast": lambda x, a, reach: tones.autocontrast(x),
    "equalize": lambda x, a, reach: tones.equalize(x),
}
NAMES = (*MOVES, *TONES)


@dataclass(frozen=True)
class RandAugment(Augmentation):
    """A few changes drawn from fourteen, all of the same strength.

    The changes are shearing, shifting and turning, brightness, colour, contrast, sharpness,
    posterizing, solarizing, equalizing, stretching the contrast, and none. Whether to turn left or
    right, lighter or darker is drawn. Changes of place that follow each other are one resampling.

    Args:
        n: How many for each image.
        magnitude: Their strength, from 0 to 30.
        fill: The value of what comes in from outside.

    Raises:
        ConfigError: If a number is out of its range.

    Example:
        >>> RandAugment(2, 9)(np.ones((3, 32, 32), np.float32), Generator(0)).shape
        (3, 32, 32)

    Source: Cubuk et al. 2019, "RandAugment: Practical automated data augmentation with a reduced
    search space".
    """

    n: int = 2
    magnitude: float = 9.0
    fill: float = 0.0
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def __post_init__(self) -> None:
        between(self, "n", 0)
        between(self, "magnitude", 0, LEVELS)

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Draw and do the changes."""
        shape = len(generators), int(self.n)
        kinds = [g.numpy.integers(len(NAMES), size=self.n) for g in generators]
        signs = [g.numpy.integers(2, size=self.n) * 2 - 1 for g in generators]
        amounts = np.reshape(signs, shape) * (self.magnitude / LEVELS)
        return perform(samples, np.reshape(kinds, shape), amounts, NARROW, self.fill)


@dataclass(frozen=True)
class TrivialAugment(Augmentation):
    """One change drawn from fourteen, with a strength that is drawn as well.

    The changes are those of ``RandAugment``, and may be stronger ("wide" in the paper), except that
    shifts go up to the whole width and height: the paper's 32 pixels are meant for pictures of 32.

    Args:
        fill: The value of what comes in from outside.

    Example:
        >>> TrivialAugment()(np.ones((3, 32, 32), np.float32), Generator(0)).shape
        (3, 32, 32)

    Source: Müller and Hutter 2021, "TrivialAugment: Tuning-free Yet State-of-the-Art Data
    Augmentation".
    """

    fill: float = 0.0
    targets: ClassVar[frozenset[str]] = EVERYTHING

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Draw and do one change."""
        bounds = (len(NAMES), LEVELS + 1, 2)
        draws = np.reshape([g.numpy.integers(bounds) for g in generators], (-1, 3))
        amounts = (2 * draws[:, 2:] - 1) * draws[:, 1:2] / LEVELS
        return perform(samples, draws[:, :1], amounts, WIDE, self.fill)


def perform(
    samples: Samples, kinds: Amounts, amounts: Amounts, reach: Reach, fill: float = 0.0
) -> Samples:
    """Do the changes ``NAMES[kinds[i, 0]]``, ``NAMES[kinds[i, 1]]`` and so on to picture i.

    Args:
        samples: What is changed.
        kinds: (N, steps).
        amounts: (N, steps), from -1 to 1.
        reach: What an amount of 1 means.
        fill: What comes in from outside.
    """
    waiting = identities(len(samples))  # moves that no change of values has followed yet
    for kind, amount in zip(kinds.T, amounts.T, strict=True):
        coloured = kind > len(MOVES)  # a move, or the identity behind them, may wait
        samples = _settle(samples, waiting, coloured, fill)
        waiting[coloured] = np.eye(3)
        for number in np.unique(kind):
            chosen = np.flatnonzero(kind == number)
            if NAMES[number] in MOVES:
                move = MOVES[NAMES[number]](amount[chosen], samples.size, reach)
                waiting[chosen] = move @ waiting[chosen]
            elif NAMES[number] != "identity":
                part = samples.take(chosen)
                images = TONES[NAMES[number]](part.images, amount[chosen], reach)
                samples = samples.put(chosen, replace(part, images=images))
    return _settle(samples, waiting, np.ones(len(samples), bool), fill)


def _settle(samples: Samples, waiting: Matrices, now: Amounts, fill: float) -> Samples:
    """Do the moves that wait for some of the pictures."""
    chosen = np.flatnonzero(now & (waiting != np.eye(3)).any(axis=(1, 2)))
    if not len(chosen):
        return samples
    part = samples.take(chosen)
    return samples.put(chosen, moved(part, waiting[chosen], samples.size, fill))
