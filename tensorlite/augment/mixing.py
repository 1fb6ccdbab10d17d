"""Two pictures in one: labels become rows of probabilities, which ``cross_entropy`` takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment.augmentation import Augmentation
from tensorlite.augment.samples import Samples, as_rows
from tensorlite.augment.tones import column
from tensorlite.errors import ConfigError
from tensorlite.random import Generator

Array = NDArray[Any]


class _Mixing(Augmentation):
    """Mixing of each picture, with a probability, with another of its batch."""

    targets: ClassVar[frozenset[str]] = frozenset({"image", "labels"})
    alpha: float
    p: float

    def __post_init__(self) -> None:
        if not (self.alpha > 0 and 0 <= self.p <= 1):
            message = f"expected alpha above 0 and p in 0..1, got {self.alpha} and {self.p}."
            raise ConfigError(message, where=type(self).__name__)

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Mix each picture with one that its own generator chooses from the batch."""
        samples.needs(self.targets, type(self).__name__)
        chosen = np.array([g.numpy.random() < self.p for g in generators], bool)
        shares = np.array([g.numpy.beta(self.alpha, self.alpha) for g in generators])
        shares = np.where(chosen, shares, 1.0)
        partners = np.array([g.numpy.integers(len(generators)) for g in generators], np.intp)
        images, shares = self.mixed(samples.images, partners, shares, generators)
        if samples.labels is None:
            return replace(samples, images=images)
        rows, weight = as_rows(samples), shares.astype(np.float32)[:, None]
        return replace(samples, images=images, labels=weight * rows + (1 - weight) * rows[partners])

    def mixed(
        self, images: Array, partners: Array, shares: Array, generators: Sequence[Generator]
    ) -> tuple[Array, Array]:
        """The mixed pictures, and how much of each label stays."""
        raise NotImplementedError(f"{type(self).__name__} needs a mixed method")


@dataclass(frozen=True)
class Mixup(_Mixing):
    """Blend each picture with another of its batch, and their labels in the same shares.

    The share is drawn from Beta(alpha, alpha) for each picture. Which pictures a batch holds
    follows from seed, epoch and batch size, so that the number of workers changes nothing.

    Args:
        alpha: Near 0 one of the two pictures prevails, 1 makes all shares equally likely.
        p: The probability.

    Raises:
        ConfigError: If alpha is not above 0 or the probability not in 0..1; on data with boxes
            or masks, when it is applied.

    Example:
        >>> from tensorlite.augment import augment_targets
        >>> images = np.arange(2, dtype=np.float32).reshape(2, 1, 1, 1)
        >>> sources = [Generator(0, 0, index) for index in range(2)]
        >>> _, rows = augment_targets(Mixup(1.0), images, np.array([0, 2]), sources, classes=3)
        >>> rows.shape, rows.sum(axis=1).round(6).tolist()
        ((2, 3), [1.0, 1.0])

    Source: Zhang et al. 2017, "mixup: Beyond Empirical Risk Minimization".
    """

    alpha: float = 0.2
    p: float = 1.0

    def mixed(
        self, images: Array, partners: Array, shares: Array, generators: Sequence[Generator]
    ) -> tuple[Array, Array]:
        """Blends, with the shares as they are."""
        weight = column(shares)
        return weight * images + (1 - weight) * images[partners], shares


@dataclass(frozen=True)
class CutMix(_Mixing):
    """Paste a random part of another picture of the batch, and mix labels by its area.

    Args:
        alpha: The area that stays is drawn from Beta(alpha, alpha).
        p: The probability.

    Raises:
        ConfigError: If alpha is not above 0 or the probability not in 0..1; on data with boxes
            or masks, when it is applied.

    Example:
        >>> CutMix()(np.ones((3, 8, 8), np.float32), Generator(0)).shape
        (3, 8, 8)

    Source: Yun et al. 2019, "CutMix: Regularization Strategy to Train Strong Classifiers with
    Localizable Features".
    """

    alpha: float = 1.0
    p: float = 1.0

    def mixed(
        self, images: Array, partners: Array, shares: Array, generators: Sequence[Generator]
    ) -> tuple[Array, Array]:
        """Pictures with a part of another, and the shares that are really left."""
        height, width = images.shape[2:]
        result, left = images.copy(), np.ones(len(images))
        for index, (share, generator) in enumerate(zip(shares, generators, strict=True)):
            x, y = generator.numpy.uniform(0, width), generator.numpy.uniform(0, height)
            half = np.sqrt(1 - share) / 2
            rows = slice(*_clipped(y, half * height, height))
            columns = slice(*_clipped(x, half * width, width))
            result[index, :, rows, columns] = images[partners[index], :, rows, columns]
            area = (rows.stop - rows.start) * (columns.stop - columns.start)
            left[index] = 1 - area / (height * width)
        return result, left


def _clipped(middle: float, half: float, length: int) -> tuple[int, int]:
    first, last = int(middle - half), int(middle + half)
    return (max(first, 0), min(last, length)) if half > 0 else (0, 0)
