"""The loader: batches of a data set, whose order and random changes follow from a seed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Generator as Stream
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment import augment_targets
from tensorlite.data.collate import default_collate, default_convert
from tensorlite.data.dataset import Dataset, stack
from tensorlite.data.draws import generators
from tensorlite.data.items import IterableDataset
from tensorlite.data.prefetch import prefetched
from tensorlite.data.sampler import BatchSampler, RandomSampler, SequentialSampler
from tensorlite.errors import ConfigError
from tensorlite.random import Generator, default_generator

Augment = Callable[[NDArray[np.float32], Generator], NDArray[np.float32]]
T = TypeVar("T", covariant=True)


class DataLoader(Generic[T]):
    """Batches of a data set, as tensors.

    The arguments are PyTorch's; ``seed``, ``augment`` and ``prefetch`` are ours. With a ``seed``
    the order follows from (seed, epoch) and the random changes of an image from (seed, epoch, its
    index), so they do not depend on the batch size, on ``prefetch``, or on where a training was
    interrupted. Every iteration is one epoch and moves on to the next.

    Unlike in PyTorch, batches are made by threads that run ahead, never by processes. Data sets of
    images use as many as ``num_workers`` says, and the batches are the same with any number; for
    all others it says only that there is one.

    Args:
        dataset: Anything with a length and items, or an ``IterableDataset``.
        batch_size: Items in a batch; ``None`` gives the items one by one.
        shuffle: Draw a new order in every epoch.
        sampler: Gives the indices one by one.
        batch_sampler: Gives lists of indices.
        num_workers: 0 makes each batch when it is asked for.
        collate_fn: Makes a batch of a list of items; ``default_collate`` if not given.
        pin_memory: Accepted; there is nothing to do.
        drop_last: Leave out a last batch that is not full.
        timeout: Accepted; there is no process that could hang.
        worker_init_fn: Called in each thread with its number before it makes a batch.
        multiprocessing_context: Accepted; there are no processes.
        generator: Decides the order in place of the default generator.
        prefetch_factor: Batches that a worker makes ahead, 2 if not given.
        persistent_workers: Accepted.
        pin_memory_device: Accepted.
        in_order: Accepted; batches always come in order.
        seed: If None, each iteration draws its seed from the generator, so that
            ``tensorlite.manual_seed`` decides; the epoch then plays no part.
        augment: An augmentation, called with an image (C, H, W) and a ``Generator``, by several
            threads at once if there are any.
        prefetch: How many batches are made ahead; 0 means without a thread. If not given, 2 for
            data sets of images, and what ``num_workers`` says for others.

    Raises:
        ConfigError: If arguments exclude each other, or a number is too small.

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
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
        seed: int | None = None,
        augment: Augment | None = None,
        prefetch: int | None = None,
    ) -> None:
        for name, value, least in (
            ("batch_size", batch_size, 1),
            ("num_workers", num_workers, 0),
            ("timeout", timeout, 0),
            ("prefetch", prefetch, 0),
        ):
            if value is not None and value < least:
                raise _wrong(f"expected {name} to be at least {least}, got {value}.")
        if num_workers == 0 and (prefetch_factor is not None or persistent_workers):
            raise _wrong("prefetch_factor and persistent_workers need num_workers of at least 1.")
        self.dataset, self.augment = dataset, augment
        self.num_workers, self.prefetch_factor = num_workers, prefetch_factor
        self.pin_memory, self.timeout, self.worker_init_fn = pin_memory, timeout, worker_init_fn
        self.persistent_workers, self.pin_memory_device = persistent_workers, pin_memory_device
        self.multiprocessing_context, self.in_order = multiprocessing_context, in_order
        self.generator, self.seed, self.shuffle = generator, seed, bool(shuffle)
        self._choose_order(batch_size, shuffle, sampler, batch_sampler, drop_last)
        self._as_images = (
            collate_fn is None
            and self.batch_sampler is not None
            and (isinstance(dataset, Dataset) or augment is not None)
        )
        one_by_one = self.batch_sampler is None
        self.collate_fn = collate_fn or (default_convert if one_by_one else default_collate)
        if prefetch is None:
            ahead = num_workers * (prefetch_factor or 2)
            prefetch = max(ahead, 2 if self._as_images else 0)
        self.prefetch = prefetch
        self.epoch = 0
        self._skip = 0

    def _choose_order(
        self,
        batch_size: int | None,
        shuffle: bool | None,
        sampler: Iterable[Any] | None,
        batch_sampler: Iterable[Any] | None,
        drop_last: bool,
    ) -> None:
        walked = isinstance(self.dataset, IterableDataset)
        if walked and (shuffle or sampler is not None or batch_sampler is not None):
            raise _wrong("an IterableDataset has an order of its own.", "Leave shuffle out.")
        if sampler is not None and shuffle:
            raise _wrong("sampler and shuffle exclude each other.")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise _wrong("batch_sampler excludes batch_size, shuffle, sampler and drop_last.")
            batch_size = None
        elif batch_size is None and drop_last:
            raise _wrong("drop_last needs a batch_size.")
        self.batch_size, self.drop_last = batch_size, drop_last
        if sampler is None:
            if walked:
                sampler = _Endless()
            elif shuffle:
                sampler = RandomSampler(self.dataset, generator=self.generator)
            else:
                sampler = SequentialSampler(self.dataset)
        self.sampler = sampler
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_sampler = batch_sampler

    def __len__(self) -> int:
        """Batches in an epoch."""
        if isinstance(self.dataset, IterableDataset):
            count = len(self.dataset)  # type: ignore[arg-type]
            if self.batch_size is None:
                return count
            full, rest = divmod(count, self.batch_size)
            return full + (rest > 0 and not self.drop_last)
        return len(self._index_source())  # type: ignore[arg-type]

    def _index_source(self) -> Iterable[Any]:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def set_epoch(self, epoch: int, skip: int = 0) -> None:
        """Choose the epoch of the next iteration.

        Args:
            epoch: Counted from 0.
            skip: Batches at its beginning to leave out, for a training that was interrupted.
        """
        self.epoch, self._skip = epoch, skip

    def __iter__(self) -> Stream[Any, None, None]:
        """The batches of one epoch; order and epoch are settled now, not at the first batch."""
        return self.batches()

    def batches(
        self, finish: Callable[[Any], Any] | None = None, *, at_once: bool = False
    ) -> Stream[Any, None, None]:
        """The batches of one epoch, each passed through a function in the thread that made it.

        Args:
            finish: Called with each batch, by several threads at once if there are any.
            at_once: Make the first batches now, not when the first is asked for. Whoever says so
                goes through them or closes them.

        Example:
            >>> from tensorlite.data import digits
            >>> loader = DataLoader(digits("train"), batch_size=64, seed=0)
            >>> next(loader.batches(lambda batch: batch[0] * 2)).max().item()
            2.0
        """
        seed, epoch, skip = self._seed(), self.epoch, self._skip
        self.epoch, self._skip = epoch + 1, 0
        epoch = epoch if self.seed is not None else 0
        source, work = self._work(seed, epoch, skip)
        workers = max(self.num_workers, 1) if self._as_images else 1
        begin = partial(self._begin, workers, seed) if self.num_workers else None
        make = work if finish is None else partial(_both, work, finish)
        return prefetched(source, self.prefetch, make, workers, begin, at_once)

    def _seed(self) -> int:
        if self.seed is not None:
            return self.seed
        # An evaluation that needs no randomness must not move the generator of the training.
        random = self.shuffle or self.augment is not None or self.num_workers > 0
        return int((self.generator or default_generator).numpy.integers(2**63)) if random else 0

    def _work(self, seed: int, epoch: int, skip: int) -> tuple[Iterator[Any], Callable[[Any], Any]]:
        """What is taken in turn, and what is made of it by several threads at once."""
        if isinstance(self.dataset, IterableDataset):
            return islice(self._walk(), skip, None), _as_it_is
        order = islice(self._order(seed, epoch), skip, None)
        if not self._as_images:
            return map(self._collated, order), _as_it_is
        changed = partial(self._changed, seed, epoch)
        if getattr(self.dataset, "concurrent", False):
            return order, lambda indices: changed(self._images(indices))
        return map(self._images, order), changed

    def _order(self, seed: int, epoch: int) -> Iterator[Any]:
        if not self.shuffle:
            return iter(self._index_source())
        order = RandomSampler(self.dataset, generator=Generator(seed, epoch))
        if self.batch_size is None:
            return iter(order)
        return iter(BatchSampler(order, self.batch_size, self.drop_last))

    def _collated(self, indices: Any) -> Any:
        if self.batch_sampler is None:
            return self.collate_fn(self.dataset[indices])
        return self.collate_fn(fetch(self.dataset, indices))

    def _walk(self) -> Iterator[Any]:
        items = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn, items)
            return
        while batch := list(islice(items, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield self.collate_fn(batch)

    def _begin(self, workers: int, seed: int, number: int) -> None:
        """What a worker does first, in its thread."""
        _worker.info = WorkerInfo(number, workers, seed, self.dataset)
        if self.worker_init_fn is not None:
            self.worker_init_fn(number)

    def _images(self, indices: list[int]) -> tuple[list[int], Any, Any]:
        if isinstance(self.dataset, Dataset):
            return indices, *self.dataset.batch(np.asarray(indices, dtype=np.int64))
        return indices, *stack([self.dataset[index] for index in indices])

    def _changed(self, seed: int, epoch: int, batch: tuple[list[int], Any, Any]) -> Any:
        from tensorlite.tensor import from_numpy

        indices, images, targets = batch
        if self.augment is not None:
            images, targets = augment_targets(
                self.augment,
                images,
                targets,
                generators(seed, epoch, indices),
                lambda: len(self.dataset.classes),
            )
        return from_numpy(images), tensors(targets)


def tensors(targets: Any) -> Any:
    """The targets of a batch as tensors: boxes stay a list of dicts, since pictures have so many.

    Example:
        >>> tensors([{"mask": np.zeros((2, 2))}, {"mask": np.ones((2, 2))}])["mask"].shape
        (2, 2, 2)
        >>> len(tensors([{"boxes": np.zeros((3, 4))}, {"boxes": np.zeros((0, 4))}]))
        2
    """
    from tensorlite.tensor import from_numpy

    if isinstance(targets, np.ndarray):
        return from_numpy(targets)
    if any("boxes" in target for target in targets):
        return default_convert(list(targets))
    return default_collate(list(targets))


def _as_it_is(batch: Any) -> Any:
    return batch


def _both(first: Callable[[Any], Any], second: Callable[[Any], Any], batch: Any) -> Any:
    return second(first(batch))


def fetch(dataset: Any, indices: list[Any]) -> list[Any]:
    """The items at these indices, in one call where the data set can do that."""
    several = getattr(dataset, "__getitems__", None)
    return several(indices) if callable(several) else [dataset[index] for index in indices]


@dataclass(frozen=True)
class WorkerInfo:
    """What ``get_worker_info`` says inside a thread of a loader.

    Attributes:
        id: The number of the thread, from 0.
        num_workers: How many there are; 1 for all data sets but those of images, so that one that
            shares itself out among workers is whole.
        seed: A number that is new in each epoch.
        dataset: The data set.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


class _Worker(threading.local):
    info: WorkerInfo | None = None


_worker = _Worker()


def get_worker_info() -> WorkerInfo | None:
    """Who is making the batch: ``None`` outside the thread of a loader with ``num_workers``."""
    return _worker.info


class _Endless:
    """The sampler of a data set that cannot be indexed."""

    def __iter__(self) -> Iterator[None]:
        while True:
            yield None


def _wrong(message: str, hint: str | None = None) -> ConfigError:
    return ConfigError(message, where="DataLoader", hint=hint)
