"""Data sets: so many pairs of a picture and its class, fetched one by one or as batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tensorlite.data import items
from tensorlite.data.fit import Shape, describe_fit, fit, fit_target
from tensorlite.errors import ConfigError, DataError, DTypeError, ShapeError
from tensorlite.random import Generator

Batch = tuple[NDArray[np.float32], Any]


class Dataset(items.Dataset[Any]):
    """Pictures with a target: a subclass needs ``__len__`` and ``__getitem__``, the rest follows.

    An item is ``(image, target)``, the image a float32 array (C, H, W) with values 0..1. What the
    target is, ``task`` says:

    - ``"classification"``: an integer class;
    - ``"boxes"``: a dict of ``boxes``, float32 (k, 4), left, top, right, bottom in pixels of the
      image, and ``labels``, int64 (k,);
    - ``"masks"``: a dict of ``mask``, int64 (H, W), the class of each pixel; 255 is none.

    Attributes:
        task: What is learned from it.
        name: What it is called in tables and run directories.
        classes: The class names; as many as there are targets, numbered, if not set.
        image_shape: ``(C, H, W)`` of every image; that of the first one, if not set.
        targets: The class of every image, int64 (N,); read item by item, if not set.
        adaptation: What ``adapt`` did to the images, for people; empty if nothing.
        concurrent: Whether several threads may take items at once; if not, they take turns.
        noun, origin, part: What an item is called, where the data is from and what this split is
            called, in the line that is printed for people.
        left_out: Files beside the pictures that are none.
        defects: What cannot be used, known before it is read.
        repairs: Boxes that were not taken as written.
        remarks: Sentences that a person should read.

    Example:
        >>> class Squares(Dataset):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         image = np.zeros((1, 4, 4), np.float32)
        ...         image[:, : index + 1, : index + 1] = 1
        ...         return image, index
        >>> squares = Squares()
        >>> squares.classes, squares.image_shape, squares.adapt(3, 8, 8)[0][0].shape
        (['0', '1', '2'], (1, 4, 4), (3, 8, 8))
    """

    task: str = "classification"
    name: str = "data"
    adaptation: str = ""
    concurrent: bool = False
    noun: str = "images"
    origin: str = ""
    part: str = ""
    left_out: Sequence[Any] = ()
    defects: Sequence[Any] = ()
    repairs: Sequence[Any] = ()
    remarks: Sequence[str] = ()

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} needs a __len__ method")

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Any]:
        raise NotImplementedError(f"{type(self).__name__} needs a __getitem__ method")

    @cached_property
    def classes(self) -> list[str]:
        """The class names, in the order of the targets."""
        return [str(number) for number in range(int(self.targets.max(initial=-1)) + 1)]

    @cached_property
    def image_shape(self) -> Shape:
        """Channels, height and width of every image."""
        channels, height, width = self[0][0].shape
        return channels, height, width

    @cached_property
    def targets(self) -> NDArray[np.int64]:
        """The class of every image.

        Raises:
            DataError: If images have boxes or masks in place of a class.
        """
        if self.task != "classification":
            raise DataError(f"expected a class for each image, got {self.task}.", where=self.name)
        return np.array([self[index][1] for index in range(len(self))], dtype=np.int64)

    @property
    def strata(self) -> NDArray[np.int64]:
        """The group of every image, of which a split takes the same share each: its class."""
        if self.task != "classification":
            return np.zeros(len(self), np.int64)
        return self.targets

    def target(self, index: int) -> Any:
        """What belongs to an image; a data set that need not make the image for it says how."""
        return self[index][1]

    def frame(self, index: int) -> tuple[int, int]:
        """Height and width of an image before it was brought to the size of all."""
        return self.image_shape[1], self.image_shape[2]

    def counts(self, indices: Any = None) -> dict[str, int]:
        """How many images each class has; how many boxes; how many pixels of masks.

        Args:
            indices: Of these items only.
        """
        chosen = range(len(self)) if indices is None else indices
        if self.task == "classification":
            numbers = self.targets[np.asarray(chosen, dtype=np.int64)]
        else:
            key = {"boxes": "labels", "masks": "mask"}[self.task]
            parts = [np.asarray(self[int(index)][1][key]).ravel() for index in chosen]
            numbers = np.concatenate([np.empty(0, np.int64), *parts])
        totals = np.bincount(numbers, minlength=len(self.classes))
        return dict(zip(self.classes, map(int, totals), strict=False))

    def batch(self, indices: Sequence[int] | NDArray[np.integer]) -> Batch:
        """Fetch several items at once; override it where that is faster.

        Returns:
            Images, float32 (N, C, H, W), and targets: int64 (N,), or a list of dicts.
        """
        return stack([self[int(index)] for index in indices])

    def adapt(self, channels: int, height: int, width: int) -> Dataset:
        """The same data with images of this shape; the data set itself if they have it already.

        An image up to 4 pixels too small is framed with zeros; otherwise its short side is
        resized with antialiasing and the long side cropped at the centre; with boxes it is
        resized by the long side and framed. ``adaptation`` of the result says what is done.
        """
        shape = (channels, height, width)
        return self if self.image_shape == shape else Adapted(self, shape)

    def __repr__(self) -> str:
        shape, classes = "x".join(map(str, self.image_shape)), len(self.classes)
        return f"{type(self).__name__}({self.name!r}, {len(self):,} x {shape}, {classes} classes)"


def stack(items: Sequence[tuple[Any, Any]]) -> Batch:
    """Join items to a batch.

    Raises:
        ShapeError: If the images differ in shape.
    """
    images = [np.asarray(image, dtype=np.float32) for image, _ in items]
    shapes = {image.shape for image in images}
    if len(shapes) > 1:
        sizes = " and ".join(map(str, sorted(shapes)[:2]))
        hint = "Call adapt(channels, height, width) on the data set."
        raise ShapeError(f"expected images of one shape, got {sizes}.", where="batch", hint=hint)
    targets = [target for _, target in items]
    return np.stack(images), targets if isinstance(targets[0], Mapping) else np.asarray(targets)


class ArrayDataset(Dataset):
    """Pictures that are already an array.

    Args:
        images: (N, C, H, W), or (N, H, W) for one channel. Bytes are kept as they are and divided
            by 255 when fetched; floats are taken to be in 0..1.
        targets: The class of each, (N,) integers from 0.
        classes: The class names; numbers if not given.
        name: What it is called.

    Raises:
        ShapeError: If the arrays do not fit each other.
        DTypeError: If images are neither uint8 nor floating point.
        DataError: If a target is negative or has no class name.

    Example:
        >>> pictures = np.full((4, 8, 8), 255, np.uint8)
        >>> data = ArrayDataset(pictures, [0, 1, 0, 1], classes=["cat", "dog"])
        >>> image, target = data[1]
        >>> image.shape, float(image.max()), data.classes[target]
        ((1, 8, 8), 1.0, 'dog')
    """

    concurrent = True

    def __init__(
        self,
        images: ArrayLike,
        targets: ArrayLike,
        *,
        classes: Sequence[str] | None = None,
        name: str = "data",
    ) -> None:
        self.images = _checked_images(np.asarray(images))
        self.targets = np.asarray(targets, dtype=np.int64)
        self.image_shape = self.images.shape[1:]
        self.name = name
        if self.targets.shape != (len(self.images),):
            message = f"expected {len(self.images)} targets (N,), got {self.targets.shape}."
            raise ShapeError(message, where="ArrayDataset")
        if classes is not None:
            self.classes = list(classes)
        self._check_targets()

    def _check_targets(self) -> None:
        low, high = self.targets.min(initial=0), self.targets.max(initial=0)
        if low < 0 or high >= max(len(self.classes), 1):
            wrong = low if low < 0 else high
            message = f"expected targets from 0 to {len(self.classes) - 1}, got {wrong}."
            raise DataError(message, where=self.name, hint="Give a name for each class.")

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], int]:
        image = self.images[index]
        own = image.copy() if image.dtype != np.uint8 else image  # it may be written to
        return _as_float(own), int(self.targets[index])

    def batch(self, indices: Sequence[int] | NDArray[np.integer]) -> Batch:
        """Fetch several items at once."""
        chosen = np.asarray(indices, dtype=np.int64)
        return _as_float(self.images[chosen]), self.targets[chosen]


class Subset(Dataset):
    """Some items of another data set, in the given order.

    Example:
        >>> data = ArrayDataset(np.zeros((4, 8, 8), np.uint8), [0, 1, 2, 3])
        >>> Subset(data, [3, 0]).targets
        array([3, 0])
    """

    def __init__(self, dataset: Dataset, indices: Sequence[int] | NDArray[np.integer]) -> None:
        self.dataset = dataset
        self.indices = np.asarray(indices, dtype=np.int64)
        self.name, self.classes, self.task = dataset.name, dataset.classes, dataset.task
        self.adaptation, self.noun = dataset.adaptation, dataset.noun
        self.concurrent = dataset.concurrent

    @cached_property
    def image_shape(self) -> Shape:
        """Channels, height and width of every image."""
        return self.dataset.image_shape

    @cached_property
    def targets(self) -> NDArray[np.int64]:
        """The class of every image."""
        return self.dataset.targets[self.indices]

    @property
    def strata(self) -> NDArray[np.int64]:
        """The group of every image."""
        return self.dataset.strata[self.indices]

    def target(self, index: int) -> Any:
        """What belongs to an image."""
        return self.dataset.target(int(self.indices[index]))

    def frame(self, index: int) -> tuple[int, int]:
        """Height and width of an image before it was brought to the size of all."""
        return self.dataset.frame(int(self.indices[index]))

    def counts(self, indices: Any = None) -> dict[str, int]:
        """How many images, boxes or pixels each class has."""
        return self.dataset.counts(self.indices if indices is None else self.indices[indices])

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Any]:
        return self.dataset[int(self.indices[index])]

    def batch(self, indices: Sequence[int] | NDArray[np.integer]) -> Batch:
        """Fetch several items at once."""
        return self.dataset.batch(self.indices[np.asarray(indices, dtype=np.int64)])

    def adapt(self, channels: int, height: int, width: int) -> Dataset:
        """The same items with images of this shape."""
        adapted = self.dataset.adapt(channels, height, width)
        return self if adapted is self.dataset else Subset(adapted, self.indices)


class Adapted(Dataset):
    """Another data set with its images made to fit a model; made by ``Dataset.adapt``."""

    def __init__(self, dataset: Dataset, shape: Shape) -> None:
        self.dataset, self.image_shape = dataset, shape
        self.name, self.classes, self.task = dataset.name, dataset.classes, dataset.task
        self.noun, self.whole = dataset.noun, dataset.task == "boxes"
        self.adaptation = describe_fit(dataset.image_shape, shape, whole=self.whole)
        self.concurrent = dataset.concurrent

    @cached_property
    def targets(self) -> NDArray[np.int64]:
        """The class of every image."""
        return self.dataset.targets

    @property
    def strata(self) -> NDArray[np.int64]:
        """The group of every image."""
        return self.dataset.strata

    def target(self, index: int) -> Any:
        """What belongs to an image, moved along with it."""
        old, new = self.dataset.image_shape[1:], self.image_shape[1:]
        return fit_target(self.dataset.target(index), old, new)

    def frame(self, index: int) -> tuple[int, int]:
        """Height and width of an image before it was brought to the size of all."""
        return self.dataset.frame(index)

    def counts(self, indices: Any = None) -> dict[str, int]:
        """How many images, boxes or pixels each class has."""
        return self.dataset.counts(indices)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Any]:
        image, target = self.dataset[index]
        fitted = fit(image[None], self.image_shape, whole=self.whole)[0]
        return fitted, fit_target(target, image.shape[1:], self.image_shape[1:])

    def batch(self, indices: Sequence[int] | NDArray[np.integer]) -> Batch:
        """Fetch several items at once."""
        images, targets = self.dataset.batch(indices)
        if self.task != "classification":
            old, new = images.shape[2:], self.image_shape[1:]
            targets = [fit_target(target, old, new) for target in targets]
        return fit(images, self.image_shape, whole=self.whole), targets

    def adapt(self, channels: int, height: int, width: int) -> Dataset:
        """The original data with images of another shape."""
        shape = (channels, height, width)
        return self if self.image_shape == shape else self.dataset.adapt(*shape)


def holdout(dataset: Dataset, fraction: float = 0.1, seed: int = 0) -> tuple[Subset, Subset]:
    """Set a part of each class aside, at least one picture of every class that has two.

    Pictures with boxes count as of the class of their largest box; masks are not told apart.

    Args:
        dataset: What to split.
        fraction: The share to set aside, between 0 and 1.
        seed: The same seed chooses the same pictures.

    Returns:
        What stays and what is set aside, each in the original order.

    Raises:
        ConfigError: If the fraction is not between 0 and 1.

    Example:
        >>> data = ArrayDataset(np.zeros((20, 8, 8), np.uint8), [0, 1] * 10)
        >>> stays, aside = holdout(data, 0.2)
        >>> len(stays), len(aside), sorted(aside.targets.tolist())
        (16, 4, [0, 0, 1, 1])
    """
    if not 0 < fraction < 1:
        raise ConfigError(f"expected a fraction between 0 and 1, got {fraction}.", where="holdout")
    generator = Generator(seed).numpy
    aside = np.zeros(len(dataset), dtype=bool)
    for number in np.unique(dataset.strata):
        members = generator.permutation(np.flatnonzero(dataset.strata == number))
        count = min(max(round(fraction * len(members)), 1), len(members) - 1)
        aside[members[:count]] = True
    return Subset(dataset, np.flatnonzero(~aside)), Subset(dataset, np.flatnonzero(aside))


def _checked_images(images: NDArray[Any]) -> NDArray[Any]:
    if images.dtype != np.uint8:
        if images.dtype.kind != "f":
            message = f"expected images of uint8 or float32, got {images.dtype}."
            raise DTypeError(message, where="ArrayDataset", hint="images.astype('float32')")
        images = images.astype(np.float32, copy=False)
    if images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or (images.shape[3] in (1, 3) and images.shape[1] not in (1, 3)):
        hint = "Put the channels first: images.transpose(0, 3, 1, 2)."
        message = f"expected images (N, C, H, W) or (N, H, W), got {images.shape}."
        raise ShapeError(message, where="ArrayDataset", hint=hint if images.ndim == 4 else None)
    return images


def _as_float(images: NDArray[Any]) -> NDArray[np.float32]:
    if images.dtype == np.uint8:
        return np.divide(images, 255, dtype=np.float32)
    return images
