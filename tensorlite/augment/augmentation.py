"""What an augmentation is, and how several follow each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment.warp import warp
from tensorlite.random import Generator

Images = NDArray[np.float32]


class Augmentation:
    """The base class: a subclass writes ``__call__``, or ``batch`` where that is faster.

    Attributes:
        targets: What it knows how to move: ``"image"``, later ``"boxes"`` and ``"masks"``.

    Example:
        >>> class Dim(Augmentation):
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
        if type(self).__call__ is Augmentation.__call__:
            raise NotImplementedError(f"{type(self).__name__} needs a __call__ or a batch method")
        return np.stack([self(*pair) for pair in zip(images, generators, strict=True)])


class Affine(Augmentation):
    """The base class of what shifts, turns, scales or shears: a subclass writes ``matrices``.

    Neighbours of this kind in a ``Compose`` are one resampling, which is faster and blurs once.
    """

    def matrices(
        self, size: tuple[int, int], generators: Sequence[Generator]
    ) -> NDArray[np.float64]:
        """Draw one matrix for each generator.

        Args:
            size: Height and width of the images in pixels.
            generators: One for each image.

        Returns:
            (N, 3, 3): where a point (x, y, 1) goes, in pixels from the middle of the image,
            x to the right and y downwards.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a matrices method")

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Change each image of a batch (N, C, H, W) by the draws from its own generator."""
        return warp(images, self.matrices(_size(images), generators))


class Compose(Augmentation):
    """Several augmentations, one after the other, drawing in this order.

    Example:
        >>> from tensorlite.augment import RandomRotation, RandomShift
        >>> both = Compose([RandomShift(pixels=2), RandomRotation(10)])
        >>> both(np.ones((1, 28, 28), np.float32), Generator(0)).shape
        (1, 28, 28)
    """

    def __init__(self, augmentations: Sequence[Any]) -> None:
        self.augmentations = list(augmentations)

    def batch(self, images: Images, generators: Sequence[Generator]) -> Images:
        """Change each image of a batch (N, C, H, W) by the draws from its own generator."""
        for affine, group in groupby(self.augmentations, lambda each: isinstance(each, Affine)):
            if affine:
                images = warp(images, _product(list(group), _size(images), generators))
            else:
                for each in group:
                    images = augment_batch(each, images, generators)
        return images

    def __repr__(self) -> str:
        return f"Compose({self.augmentations!r})"


def augment_batch(
    augmentation: Callable[[Images, Generator], Images],
    images: Images,
    generators: Sequence[Generator],
) -> Images:
    """Apply an augmentation, or any function of (image, generator), to a batch."""
    if isinstance(augmentation, Augmentation):
        return augmentation.batch(images, generators)
    return np.stack([augmentation(*pair) for pair in zip(images, generators, strict=True)])


def _size(images: Images) -> tuple[int, int]:
    return images.shape[2], images.shape[3]


def _product(
    group: list[Affine], size: tuple[int, int], generators: Sequence[Generator]
) -> NDArray[np.float64]:
    total = group[0].matrices(size, generators)
    for each in group[1:]:
        total = each.matrices(size, generators) @ total
    return total
