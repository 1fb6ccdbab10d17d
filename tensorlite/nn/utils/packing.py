"""Sequences of different lengths without anything between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from tensorlite import ops
from tensorlite.autograd import Array, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.nn.utils.padding import pad_sequence, unpad_sequence
from tensorlite.ops.convert import to_array
from tensorlite.tensor import Tensor


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """The first steps of all sequences, then the second ones, and so on, the longest first.

    Args:
        data: All steps, ``(sum of the lengths, ...)``.
        batch_sizes: How many sequences have each step, integers that do not grow.
        sorted_indices: Which of the original sequences each one is; ``None`` for their order.
        unsorted_indices: Where each original sequence is.

    Example:
        >>> import tensorlite as tl
        >>> packed = pack_sequence([tl.tensor([1, 2, 3]), tl.tensor([4])])
        >>> packed.data, packed.batch_sizes
        (tensor([1, 4, 2, 3]), tensor([2, 1, 1]))
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Any,
        batch_sizes: Any = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> Self:
        """Take the parts; two parts in a tuple are fine as well."""
        if batch_sizes is None:
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Cast the steps, as ``Tensor.to`` does."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else self._replace(data=data)

    def float(self) -> Self:
        """Cast to float32."""
        return self.to(np.float32)

    def double(self) -> Self:
        """Cast to float64."""
        return self.to(np.float64)

    def int(self) -> Self:
        """Cast to int32."""
        return self.to(np.int32)

    def long(self) -> Self:
        """Cast to int64."""
        return self.to(np.int64)

    def cpu(self) -> Self:
        """The sequences themselves: everything is on the processor."""
        return self

    def cuda(self, *args: Any, **kwargs: Any) -> Self:
        """Refuse: everything runs on the processor."""
        return self.to("cuda")

    def pin_memory(self) -> Self:
        """The sequences themselves."""
        return self

    @property
    def is_cuda(self) -> bool:
        """Never."""
        return False

    def is_pinned(self) -> bool:
        """Never."""
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The numbering that undoes another; ``None`` for ``None``."""
    return None if permutation is None else ops.argsort(permutation)


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Take the steps that are there from sequences that are filled up.

    Args:
        input: The sequences, ``(T, N, ...)`` or ``(N, T, ...)``.
        lengths: How long each is: integers in a list or a tensor.
        batch_first: Whether the batch comes before the steps.
        enforce_sorted: Whether the longest must come first; they are sorted otherwise.

    Raises:
        ShapeError: If the lengths do not fit.

    Example:
        >>> import tensorlite as tl
        >>> pack_padded_sequence(tl.tensor([[1, 2], [3, 0]]), [2, 1], batch_first=True).data
        tensor([1, 3, 2])
    """
    longs = to_array(lengths).astype(np.int64)
    order = None
    if not enforce_sorted:
        order = np.argsort(-longs, kind="stable")
        longs = longs[order]
    _check_lengths(input, longs, batch_first)
    present = np.arange(longs[0])[:, None] < longs  # (T, N)
    step, sequence = np.nonzero(present)
    if order is not None:
        sequence = order[sequence]
    at = (sequence, step) if batch_first else (step, sequence)
    data = ops.getitem(input, tuple(make_tensor(places) for places in at))
    sizes = make_tensor(present.sum(1))
    return PackedSequence(data, sizes, None if order is None else make_tensor(order))


def _check_lengths(input: Tensor, longs: Array, batch_first: bool) -> None:
    where = "pack_padded_sequence"
    if len(input.shape) < 2 or longs.ndim != 1:
        raise ShapeError(
            f"expected an input (T, N, ...) and lengths (N,), got {input.shape} and {longs.shape}.",
            where=where,
        )
    steps, batch = input.shape[:2][:: -1 if batch_first else 1]
    if len(longs) != batch or not batch:
        raise ShapeError(f"expected {batch} lengths, got {len(longs)}.", where=where)
    if (np.diff(longs) > 0).any():
        raise ShapeError(
            f"expected lengths that do not grow, got {longs.tolist()}.",
            where=where,
            hint="Pass enforce_sorted=False.",
        )
    if longs[-1] < 1 or longs[0] > steps:
        raise ShapeError(f"expected lengths from 1 to {steps}, got {longs.tolist()}.", where=where)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Fill sequences up to the longest; undoes ``pack_padded_sequence``.

    Args:
        sequence: The sequences.
        batch_first: Whether the batch comes before the steps in the result.
        padding_value: What they are filled up with.
        total_length: The number of steps in the result; that of the longest if ``None``.

    Returns:
        The sequences, ``(T, N, ...)`` or ``(N, T, ...)``, and their lengths.

    Raises:
        ConfigError: If ``total_length`` is too short.
    """
    sizes = to_array(sequence.batch_sizes)
    steps = len(sizes) if total_length is None else total_length
    if steps < len(sizes):
        raise ConfigError(
            f"expected a total_length of {len(sizes)} or more, got {steps}.",
            where="pad_packed_sequence",
        )
    batch = int(sizes[0])
    present = np.zeros((steps, batch), bool)
    present[: len(sizes)] = np.arange(batch) < sizes[:, None]
    place = np.zeros(present.shape, np.int64)
    place[present] = np.arange(present.sum())
    if sequence.unsorted_indices is not None:
        back = to_array(sequence.unsorted_indices)
        present, place = present[:, back], place[:, back]
    lengths = make_tensor(present.sum(0))
    if batch_first:
        present, place = np.ascontiguousarray(present.T), np.ascontiguousarray(place.T)
    padded = ops.getitem(sequence.data, make_tensor(place))
    if not present.all():
        there = present.reshape(present.shape + (1,) * (len(padded.shape) - 2))
        padded = ops.masked_fill(padded, make_tensor(~there), padding_value)
    return padded, lengths


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences, given one by one; see ``pack_padded_sequence``."""
    lengths = [s.shape[0] for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences that ``pack_sequence`` was given."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
