"""What an augmentation is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment.samples import Images, Samples
from tensorlite.errors import ConfigError
from tensorlite.random import Generator

EVERYTHING = frozenset({"image", "boxes", "masks", "labels"})


class Augmentation:
    """The base class: a subclass writes ``__call__``, ``batch`` or ``apply``.

    ``__call__`` changes one image; ``batch`` several, where that is faster; ``apply`` also what
    belongs to them, for what moves pixels or mixes pictures.

    Attributes:
        targets: What stays right: of ``"image"``, ``"boxes"``, ``"masks"`` and ``"labels"`` those
            that it moves along or that it need not move. Pictures with boxes or masks are refused
            by an augmentation that does not name them.

    Example:
        >>> class Dim(Augmentation):
        ...     targets = frozenset({"image", "boxes", "masks", "labels"})  # nothing moves
        ...     def __call__(self, image, generator):
        ...         return image * np.float32(generator.numpy.uniform(0.5, 1))
        >>> Dim().batch(np.ones((2, 1, 4, 4), np.float32), [Generator(0), Generator(0)]).shape
        (2, 1, 4, 4)
    """

    targets: ClassVar[frozenset[str]] = frozenset({"image"})

    def __call__(self, image: Images, generator: Generator) -> Images:
        """Change one image.

        Args:
            image: float32 (C, H, W) with values 0..1; it is not written to.
            generator: Where every random draw comes from.
        """
        return self.batch(image[None], [generator])[0]

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Change each image of a batch (N, C, H, W) by the draws from its own generator."""
        if type(self).apply is not Augmentation.apply:
            return self.apply(Samples(images), generators).images
        if type(self).__call__ is Augmentation.__call__:
            raise NotImplementedError(f"{type(self).__name__} needs a __call__ or a batch method")
        return np.stack([self(*pair) for pair in zip(images, generators, strict=True)])

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Change a batch with all that belongs to it.

        Raises:
            ConfigError: If there are boxes or masks that it would leave behind.
        """
        samples.needs(self.targets, type(self).__name__)
        return replace(samples, images=self.batch(samples.images, generators))


def augment_batch(
    augmentation: Callable[[Images, Generator], Images],
    images: Images,
    generators: Sequence[Generator],
) -> Images:
    """Apply an augmentation, or any function of (image, generator), to a batch of images."""
    return augment_samples(augmentation, Samples(images), generators).images


def augment_targets(
    augmentation: Callable[[Images, Generator], Images],
    images: Images,
    targets: Any,
    generators: Sequence[Generator],
    classes: int | Callable[[], int] | None = None,
    void: int | None = None,
) -> tuple[Images, Any]:
    """Apply an augmentation to a batch of images and to their targets.

    Args:
        augmentation: An ``Augmentation``, or any function of (image, generator).
        images: float32 (N, C, H, W).
        targets: Classes, masks, or dictionaries with boxes or masks, see ``Samples.of``.
        generators: One for each image.
        classes: How many classes there are, or a function that knows; for what mixes labels.
        void: The class of mask pixels that nothing is known of.

    Returns:
        The new images, and the new targets in the form of the old ones; classes become rows of
        probabilities, float32 (N, K), if labels were mixed.

    Example:
        >>> from tensorlite.augment import HorizontalFlip
        >>> target = [{"boxes": np.array([[0, 0, 1, 2]]), "labels": np.array([7])}]
        >>> images = np.zeros((1, 1, 4, 4), np.float32)
        >>> augment_targets(HorizontalFlip(p=1), images, target, [Generator(0)])[1]
        [{'boxes': array([[3., 0., 4., 2.]], dtype=float32), 'labels': array([7])}]
    """
    samples = Samples.of(images, targets, classes, void)
    changed = augment_samples(augmentation, samples, generators)
    return changed.images, changed.targets(targets)


def augment_samples(
    augmentation: Callable[[Images, Generator], Images],
    samples: Samples,
    generators: Sequence[Generator],
) -> Samples:
    """Apply an augmentation, or any function of (image, generator), to samples."""
    if isinstance(augmentation, Augmentation):
        return augmentation.apply(samples, generators)
    samples.needs({"image"}, getattr(augmentation, "__name__", type(augmentation).__name__))
    pairs = zip(samples.images, generators, strict=True)
    return replace(samples, images=np.stack([augmentation(*pair) for pair in pairs]))


class Chance(Augmentation):
    """The base class of what is done to a picture with a given probability, or not at all.

    A subclass has the probability as ``p`` and writes ``changed``, which sees only the pictures
    that are to be changed.

    Raises:
        ConfigError: If it is not in 0..1.
    """

    p: float

    def __post_init__(self) -> None:
        between(self, "p", 0, 1)

    def apply(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Change each picture with the probability."""
        samples.needs(self.targets, type(self).__name__)
        chosen = np.flatnonzero([g.numpy.random() < self.p for g in generators])
        if not len(chosen):
            return samples
        part = self.changed(samples.take(chosen), [generators[int(index)] for index in chosen])
        return samples.put(chosen, part)

    def changed(self, samples: Samples, generators: Sequence[Generator]) -> Samples:
        """Change all of these."""
        raise NotImplementedError(f"{type(self).__name__} needs a changed method")


def uniform(generators: Sequence[Generator], low: float, high: float) -> NDArray[np.float64]:
    """One number from low to high of each generator."""
    return np.array([g.numpy.uniform(low, high) for g in generators])


def between(thing: Any, name: str, low: float, high: float = float("inf")) -> None:
    """Check that an option is a number in a range.

    Raises:
        ConfigError: If not.
    """
    value = getattr(thing, name)
    if not (low <= value <= high and math.isfinite(value)):
        bounds = f"of at least {low:g}" if high == float("inf") else f"in {low:g}..{high:g}"
        message = f"expected {name} {bounds}, got {value}."
        raise ConfigError(message, where=type(thing).__name__)


def spread(thing: Any, name: str, low: float = 0.0, high: float = float("inf")) -> Any:
    """Check that an option is a pair of numbers, the smaller first, and return it.

    Raises:
        ConfigError: If not.
    """
    value = getattr(thing, name)
    try:
        first, last = map(float, value)
    except (TypeError, ValueError):
        first, last = 1.0, 0.0
    if not (low <= first <= last <= high and math.isfinite(last)):
        message = f"expected {name} as two numbers, the smaller first, got {value}."
        if low > 0 or high < float("inf"):
            message = f"{message[:-1]}; they must lie in {low:g}..{high:g}."
        raise ConfigError(message, where=type(thing).__name__)
    return first, last
