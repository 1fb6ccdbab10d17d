"""Rows of a table, put together to one row per bag of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import ops
from tensorlite.autograd import Array, TensorBase, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.embedding import embedding, row_number
from tensorlite.ops.index import whole_numbers

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

WHERE = "embedding_bag"


def embedding_bag(
    input: Any,
    weight: TensorBase,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """Take rows of a table and put those of each bag together.

    Args:
        input: Row numbers: a bag per row, or all bags after each other.
        weight: The table.
        offsets: Where each bag begins, for an input of one dimension.
        max_norm: Rows that are taken and longer are scaled down to this length, in place.
        norm_type: Which norm is the length.
        scale_grad_by_freq: Divide the gradient of a row by how often it is taken.
        mode: ``"sum"``, ``"mean"`` or ``"max"``.
        sparse: Not there; gradients are whole tables.
        per_sample_weights: A factor for each row that is taken, with ``"sum"``.
        include_last_offset: Whether the last offset is the end of the last bag.
        padding_idx: A row that counts for nothing and gets no gradient.

    Shape:
        - Input: ``(B, N)``, or ``(N,)`` with offsets ``(B,)``
        - Weight: ``(V, D)``
        - Output: ``(B, D)``, zeros for empty bags

    Raises:
        ConfigError: If settings do not go together.
        ShapeError: If the shapes do not fit, or a number lies outside of the table.

    Example:
        >>> import tensorlite as tl
        >>> table = tl.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        >>> embedding_bag(tl.tensor([0, 2, 1]), table, tl.tensor([0, 2]), mode="sum")
        tensor([[6., 8.],
                [3., 4.]])
    """
    if mode not in ("sum", "mean", "max"):
        raise ConfigError(f"expected mode 'sum', 'mean' or 'max', got {mode!r}.", where=WHERE)
    if mode == "max" and scale_grad_by_freq:
        raise ConfigError("expected scale_grad_by_freq=False with 'max', got True.", where=WHERE)
    numbers = as_tensor(input)
    factors = None if per_sample_weights is None else as_tensor(per_sample_weights)
    _check_factors(factors, numbers, mode)
    starts = _starts(numbers, offsets, include_last_offset)
    taken = embedding(
        ops.reshape(numbers, (-1,)), weight, padding_idx, max_norm, norm_type, scale_grad_by_freq,
        sparse,
    )  # fmt: skip
    rows = numbers.array.reshape(-1)
    ends = np.append(starts[1:], rows.size)
    if include_last_offset:
        starts, ends = starts[:-1], ends[:-1]
    kept = np.ones(rows.shape, bool)
    if padding_idx is not None:
        kept = rows != row_number(padding_idx, weight.shape[0], WHERE)
    places = [np.flatnonzero(kept[a:b]) + a for a, b in zip(starts, ends, strict=True)]
    if mode == "max":
        return _largest(taken, places)
    if factors is not None:
        taken = taken * ops.reshape(factors, (-1, 1))
    return _total(taken, places, mode == "mean")


def _total(taken: Tensor, places: list[Array], mean: bool) -> Tensor:
    counts = np.array([len(place) for place in places], np.int64)
    used = np.concatenate([np.zeros(0, np.int64), *places])
    bag = make_tensor(np.repeat(np.arange(len(places)), counts))
    if len(used) < taken.shape[0]:
        taken = ops.getitem(taken, make_tensor(used))
    start = make_tensor(np.zeros((len(places), taken.shape[1]), taken.dtype))
    total = ops.index_add(start, 0, bag, taken)
    if not mean:
        return total
    return total / make_tensor(np.maximum(counts, 1)[:, None].astype(taken.dtype))


def _largest(taken: Tensor, places: list[Array]) -> Tensor:
    """The largest number of each column in each bag; 0 where there is none."""
    width = taken.shape[1]
    best = np.zeros((len(places), width), np.int64)
    for i, place in enumerate(places):
        if len(place):
            best[i] = place[taken.array[place].argmax(0)]
    empty = np.array([not len(place) for place in places], bool)
    if not taken.shape[0]:
        return make_tensor(np.zeros(best.shape, taken.dtype))
    chosen = ops.gather(taken, 0, make_tensor(best))
    return ops.where(make_tensor(empty[:, None]), 0.0, chosen) if empty.any() else chosen


def _starts(numbers: Tensor, offsets: Any, include_last: bool) -> Array:
    if len(numbers.shape) == 2:
        if offsets is not None:
            raise ConfigError(
                "expected no offsets with an input of two dimensions, whose rows are the bags.",
                where=WHERE,
            )
        bags, size = numbers.shape
        return np.arange(bags + include_last) * size
    if len(numbers.shape) != 1:
        raise ShapeError(
            f"expected an input of one or two dimensions, got {numbers.shape}.", where=WHERE
        )
    if offsets is None:
        raise ConfigError("expected offsets with an input of one dimension, got None.", where=WHERE)
    starts = whole_numbers(offsets, WHERE)
    if starts.ndim != 1 or (include_last and not starts.size):
        raise ShapeError(f"expected offsets of one dimension, got {starts.shape}.", where=WHERE)
    if starts.size and (starts[0] != 0 or starts[-1] > numbers.shape[0]):
        raise ShapeError(
            f"expected offsets from 0 to at most {numbers.shape[0]}, "
            f"got {starts[0]} to {starts[-1]}.",
            where=WHERE,
        )
    return starts


def _check_factors(factors: Tensor | None, numbers: Tensor, mode: str) -> None:
    if factors is None:
        return
    if mode != "sum":
        raise ConfigError(
            f"expected mode 'sum' with per_sample_weights, got {mode!r}.", where=WHERE
        )
    if tuple(factors.shape) != tuple(numbers.shape):
        raise ShapeError(
            f"expected per_sample_weights {numbers.shape}, got {factors.shape}.", where=WHERE
        )
