"""Several augmentations: one after the other, one of them, or one at times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tensorlite.augment.augmentation import EVERYTHING, Augmentation, augment_samples
from tensorlite.augment.projective import Projective, apply_together
from tensorlite.augment.samples import Samples
from tensorlite.errors import ConfigError
from tensorlite.random import Generator


class Compose(Augmentation):
    """Several augmentations, one after the other, drawing in this order.

    Neighbours that move pixels along straight lines are one resampling, up to and with a crop.

    Args:
        augmentations: Augmentations, or functions of (image, generator).

    Example:
        >>> from tensorlite.augment import RandomRotation, RandomShift
        >>> both = Compose([RandomShift(pixels=2), RandomRotation(10)])
        >>> both(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    targets = EVERYTHING

    def __init__(self, augmentations: Sequence[Any]) -> None:
        self.augmentations = list(augmentations)

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Do one after the other."""
        for group in _groups(self.augmentations):
            if isinstance(group, list):
                samples = apply_together(group, samples, generators)
            else:
                samples = augment_samples(group, samples, generators)
        return samples

    def __repr__(self) -> str:
        return f"Compose({self.augmentations!r})"


class OneOf(Augmentation):
    """One of several augmentations, drawn for each picture.

    Args:
        augmentations: Augmentations, or functions of (image, generator).
        weights: How likely each is, relative to the others; all alike if not given.
        p: The probability that there is one at all.

    Raises:
        ConfigError: If there are none, or the weights or the probability are impossible.

    Example:
        >>> from tensorlite.augment import HorizontalFlip, Invert
        >>> either = OneOf([HorizontalFlip(p=1), Invert(p=1)])
        >>> either(np.zeros((1, 4, 4), np.float32), Generator(1)).shape
        (1, 4, 4)
    """

    targets = EVERYTHING

    def __init__(
        self,
        augmentations: Sequence[Any],
        weights: Sequence[float] | None = None,
        p: float = 1.0,
    ) -> None:
        self.augmentations, self.p = list(augmentations), p
        self.weights = [1.0] * len(self.augmentations) if weights is None else list(weights)
        fits = len(self.weights) == len(self.augmentations) and min(self.weights, default=-1) >= 0
        if not fits or sum(self.weights) <= 0 or not 0 <= p <= 1:
            message = (
                f"expected at least one augmentation, a weight for each and p in 0..1, "
                f"got {len(self.augmentations)}, weights={weights} and p={p}."
            )
            raise ConfigError(message, where="OneOf")

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Draw one for each picture, and do it."""
        bounds = np.cumsum(self.weights) / sum(self.weights)
        draws = np.reshape([g.numpy.random(2) for g in generators], (-1, 2))
        choice = np.searchsorted(bounds, draws[:, 1], side="right")
        choice = np.where(draws[:, 0] < self.p, np.minimum(choice, len(bounds) - 1), -1)
        for number, augmentation in enumerate(self.augmentations):
            chosen = np.flatnonzero(choice == number)
            samples = apply_to(chosen, augmentation, samples, generators)
        return samples

    def __repr__(self) -> str:
        return f"OneOf({self.augmentations!r}, weights={self.weights}, p={self.p})"


class Sometimes(Augmentation):
    """An augmentation that is done with a given probability, drawn for each picture.

    Args:
        augmentation: An augmentation, or a function of (image, generator).
        p: The probability.

    Raises:
        ConfigError: If it is not in 0..1.

    Example:
        >>> from tensorlite.augment import RandomRotation
        >>> turned = Sometimes(RandomRotation(30), p=0.5)
        >>> turned(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    targets = EVERYTHING

    def __init__(self, augmentation: Any, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise ConfigError(f"expected p in 0..1, got {p}.", where="Sometimes")
        self.augmentation, self.p = augmentation, p

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Draw for each picture whether to do it."""
        chosen = np.flatnonzero([g.numpy.random() < self.p for g in generators])
        return apply_to(chosen, self.augmentation, samples, generators)

    def __repr__(self) -> str:
        return f"Sometimes({self.augmentation!r}, p={self.p})"


def apply_to(
    chosen: Any, augmentation: Any, samples: Samples, generators: Sequence[Generator]
) -> Samples:
    """Apply an augmentation to some of the samples; the others stay.

    Raises:
        ConfigError: If there are boxes or masks that it would leave behind, whatever was drawn.
    """
    samples.needs(getattr(augmentation, "targets", {"image"}), type(augmentation).__name__)
    if not len(chosen):
        return samples
    part = [generators[index] for index in chosen]
    return samples.put(chosen, augment_samples(augmentation, samples.take(chosen), part))


def _groups(steps: Sequence[Any]) -> Iterator[Any]:
    """Lists of what is one resampling, and single steps."""
    group: list[Projective] = []
    for step in steps:
        if not isinstance(step, Projective) or (group and group[-1].fill != step.fill):
            if group:
                yield group
            group = []
        if not isinstance(step, Projective):
            yield step
            continue
        group.append(step)
        if step.cuts:
            yield group
            group = []
    if group:
        yield group
