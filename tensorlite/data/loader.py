"""The loader: batches whose order and random changes follow from seed and epoch alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Generator as Stream
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment import augment_batch
from tensorlite.data.dataset import Batch, Dataset, stack
from tensorlite.data.prefetch import prefetched
from tensorlite.errors import ConfigError
from tensorlite.random import Generator, default_generator

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Augment = Callable[[NDArray[np.float32], Generator], NDArray[np.float32]]


class DataLoader:
    """Batches of images and targets, as tensors.

    The order follows from (seed, epoch) and the random changes of an image from (seed, epoch,
    its index), so they do not depend on the batch size, on ``prefetch``, or on where a training
    was interrupted. Every iteration is one epoch and moves on to the next. Unlike in PyTorch,
    batches are made by one thread that runs ahead, not by processes.

    Args:
        dataset: A ``Dataset``, or anything with a length whose items are (image, target).
        batch_size: Images in a batch; the last one may be smaller.
        shuffle: Draw a new order in every epoch.
        drop_last: Leave out a last batch that is not full.
        seed: If None, each iteration draws its seed from the default generator, so that
            ``tensorlite.manual_seed`` decides; the epoch then plays no part.
        augment: An augmentation, called with an image (C, H, W) and a ``Generator``.
        prefetch: How many batches are made ahead; 0 means without a thread.

    Shape:
        - Output: images ``(N, C, H, W)`` float32, targets ``(N,)`` int64

    Raises:
        ConfigError: If the batch size is below 1 or ``prefetch`` below 0.

    Example:
        >>> from tensorlite.data import digits
        >>> loader = DataLoader(digits("train"), batch_size=64, shuffle=True, seed=0)
        >>> len(loader)
        23
        >>> images, labels = next(iter(loader))
        >>> images.shape, labels.shape
        ((64, 1, 28, 28), (64,))
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        seed: int | None = None,
        augment: Augment | None = None,
        prefetch: int = 2,
    ) -> None:
        for name, value, least in (("batch_size", batch_size, 1), ("prefetch", prefetch, 0)):
            if value < least:
                message = f"expected {name} to be at least {least}, got {value}."
                raise ConfigError(message, where="DataLoader")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.seed = seed
        self.augment = augment
        self.prefetch = prefetch
        self.epoch = 0
        self._skip = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def set_epoch(self, epoch: int, skip: int = 0) -> None:
        """Choose the epoch of the next iteration.

        Args:
            epoch: Counted from 0.
            skip: Batches at its beginning to leave out, for a training that was interrupted.
        """
        self.epoch, self._skip = epoch, skip

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self._tensors(self._arrays())

    def _tensors(self, batches: Stream[Batch, None, None]) -> Iterator[tuple[Tensor, Tensor]]:
        from tensorlite.tensor import from_numpy

        with closing(batches):
            for images, targets in batches:
                yield from_numpy(images), from_numpy(targets)

    def _arrays(self) -> Stream[Batch, None, None]:
        """The batches of one epoch as arrays; the epoch is settled now, not at the first batch."""
        seed, epoch, skip = self._seed(), self.epoch, self._skip
        self.epoch, self._skip = epoch + 1, 0
        epoch = epoch if self.seed is not None else 0
        return prefetched(self._batches(seed, epoch, skip), self.prefetch)

    def _seed(self) -> int:
        if self.seed is not None:
            return self.seed
        # An evaluation that needs no randomness must not move the generator of the training.
        random = self.shuffle or self.augment is not None
        return int(default_generator.numpy.integers(2**63)) if random else 0

    def _batches(self, seed: int, epoch: int, skip: int) -> Iterator[Batch]:
        order = self._order(seed, epoch)
        for number in range(skip, len(self)):
            indices = order[number * self.batch_size : (number + 1) * self.batch_size]
            images, targets = fetch(self.dataset, indices)
            if self.augment is not None:
                generators = [Generator(seed, epoch, int(index)) for index in indices]
                images = augment_batch(self.augment, images, generators)
            yield images, targets

    def _order(self, seed: int, epoch: int) -> NDArray[np.int64]:
        count = len(self.dataset)
        if not self.shuffle:
            return np.arange(count)
        return Generator(seed, epoch).numpy.permutation(count)


def fetch(dataset: Any, indices: NDArray[np.int64]) -> Batch:
    """A batch of a ``Dataset``, or of any sequence of (image, target)."""
    if isinstance(dataset, Dataset):
        return dataset.batch(indices)
    return stack([dataset[int(index)] for index in indices])
