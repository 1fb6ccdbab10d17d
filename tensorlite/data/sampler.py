"""Samplers: in which order the items of a data set come, and in what batches.

Whatever is random is drawn when the iteration begins, in the thread that begins it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tensorlite.errors import ConfigError
from tensorlite.random import Generator, default_generator

T = TypeVar("T", covariant=True)


class Sampler(Generic[T]):
    """The base of all samplers: a subclass has ``__iter__`` and, if it can, ``__len__``."""

    def __init__(self, data_source: Any = None) -> None:
        pass

    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError(f"{type(self).__name__} needs an __iter__ method")


class SequentialSampler(Sampler[int]):
    """All items in their own order."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Items in a new random order each time.

    Args:
        data_source: The data set.
        replacement: Draw each index independently, so that items may repeat.
        num_samples: How many; as many as there are items, if not given.
        generator: Decides the order; the default generator if not given.

    Raises:
        ConfigError: If ``num_samples`` is below 1.

    Example:
        >>> sorted(RandomSampler(range(4)))
        [0, 1, 2, 3]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        if num_samples is not None and num_samples < 1:
            raise ConfigError(
                f"expected num_samples of at least 1, got {num_samples}.", where="RandomSampler"
            )
        self.data_source, self.replacement = data_source, replacement
        self.generator, self._num_samples = generator, num_samples

    @property
    def num_samples(self) -> int:
        """How many indices an iteration gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        count, random = len(self.data_source), (self.generator or default_generator).numpy
        if self.replacement:
            return iter(random.integers(count, size=self.num_samples).tolist())
        rounds = max(-(-self.num_samples // count), 1) if count else 1
        order = np.concatenate([random.permutation(count) for _ in range(rounds)])
        return iter(order[: self.num_samples].tolist())

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given indices in a new random order each time."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        order = (self.generator or default_generator).numpy.permutation(len(self.indices))
        return iter([self.indices[i] for i in order.tolist()])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices drawn with given weights.

    Args:
        weights: One per item, 0 or more; they need not add up to 1.
        num_samples: How many indices an iteration gives.
        replacement: Whether an index may come again.
        generator: Decides the order; the default generator if not given.

    Raises:
        ConfigError: If the weights are no weights, or too few for ``replacement=False``.

    Example:
        >>> list(WeightedRandomSampler([0.0, 1.0, 0.0], 3))
        [1, 1, 1]
    """

    def __init__(
        self,
        weights: Any,
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        values = np.asarray(getattr(weights, "array", weights), dtype=np.float64)
        if values.ndim != 1 or not np.isfinite(values).all() or values.min(initial=0) < 0:
            raise ConfigError(
                f"expected a list of weights of 0 or more, got shape {values.shape}.",
                where="WeightedRandomSampler",
            )
        if num_samples < 1 or (not replacement and num_samples > np.count_nonzero(values)):
            raise ConfigError(
                f"cannot draw {num_samples} of {values.size} items.", where="WeightedRandomSampler"
            )
        self.weights: NDArray[np.float64] = values
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        drawn = (self.generator or default_generator).numpy.choice(
            len(self.weights), self.num_samples, self.replacement, self.weights / self.weights.sum()
        )
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of indices that another sampler gives.

    Args:
        sampler: Where the indices come from.
        batch_size: How many in a list.
        drop_last: Leave out a last list that is not full.

    Raises:
        ConfigError: If the batch size is below 1.

    Example:
        >>> list(BatchSampler(range(5), 2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool) -> None:
        if type(batch_size) is not int or batch_size < 1:
            raise ConfigError(
                f"expected batch_size to be a number of at least 1, got {batch_size!r}.",
                where="BatchSampler",
            )
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        return self._batches(iter(self.sampler))  # what is random is drawn now

    def _batches(self, indices: Iterator[Any]) -> Iterator[list[Any]]:
        batch: list[Any] = []
        for index in indices:
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def __len__(self) -> int:
        full, rest = divmod(len(self.sampler), self.batch_size)  # type: ignore[arg-type]
        return full + (rest > 0 and not self.drop_last)
