"""Order: sorting, the largest few, distinct values, places in an order, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, TensorBase, make_tensor
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.extreme import ValuesAndIndices
from tensorlite.ops.index import along
from tensorlite.ops.names import numpy_names
from tensorlite.ops.placing import GetItem
from tensorlite.ops.shape import RangeError, dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


@numpy_names
def sort(
    input: Any, dim: int = -1, descending: bool = False, stable: bool = False
) -> ValuesAndIndices:
    """Sort along a dimension: values, and where they came from; equal ones keep their order.

    Example:
        >>> sort([3.0, 1.0, 2.0]).indices
        tensor([1, 2, 0])
    """
    x = as_tensor(input)
    return _taken(x, _order(x, dim, descending, "sort"), dim)


@numpy_names
def argsort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """The indices that sort along a dimension; equal elements keep their order."""
    return make_tensor(_order(as_tensor(input), dim, descending, "argsort"))


def msort(input: Any) -> Tensor:
    """Sort along dimension 0."""
    return sort(input, 0).values


def _order(x: Any, dim: int, descending: bool, where: str) -> Array:
    at = dim_index(dim, len(x.shape), where)
    if not x.shape:
        return np.zeros((), np.int64)
    if not descending:
        return x.array.argsort(axis=at, kind="stable")
    # Backwards twice, so that equal elements keep their order and NaN come first.
    backwards = np.flip(x.array, at).argsort(axis=at, kind="stable")
    return x.shape[at] - 1 - np.flip(backwards, at)


def _taken(x: Any, order: Array, dim: int) -> ValuesAndIndices:
    if not x.shape:
        return ValuesAndIndices(x, make_tensor(order))
    at = dim_index(dim, len(x.shape), "sort")
    return ValuesAndIndices(GetItem.apply(x, along(order, at)), make_tensor(order))


@numpy_names
def topk(
    input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> ValuesAndIndices:
    """The ``k`` largest or smallest elements along a dimension, sorted, and where they are.

    Raises:
        RangeError: If there are fewer.

    Example:
        >>> topk([3.0, 1.0, 2.0], 2).values
        tensor([3., 2.])
    """
    x = as_tensor(input)
    at = dim_index(dim, len(x.shape), "topk")
    n = x.shape[at] if x.shape else 1
    if not 0 <= k <= n:
        raise RangeError(f"expected k from 0 to {n}, got {k}.", where="topk")
    order = _order(x, dim, largest, "topk")
    return _taken(x, order.take(np.arange(k), at) if x.shape else order, dim)


# --- distinct values ------------------------------------------------------------------------------


def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The distinct elements, or slices along a dimension, in order.

    Args:
        input: Any tensor.
        sorted: Ignored: the result is sorted.
        return_inverse: Return as well where each element is in the result.
        return_counts: Return as well how often each occurs.
        dim: The dimension of slices, or ``None`` for elements.

    Example:
        >>> unique([3, 1, 3])
        tensor([1, 3])
    """
    x = as_tensor(input)
    at = None if dim is None else dim_index(dim, len(x.shape), "unique")
    values, inverse, counts = np.unique(
        x.array, return_inverse=True, return_counts=True, axis=at, equal_nan=False
    )
    inverse = inverse.reshape(x.shape if at is None else -1)
    return _asked(values, inverse, counts, return_inverse, return_counts)


def unique_consecutive(
    input: Any,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The elements, or slices along a dimension, that differ from the one before.

    Example:
        >>> unique_consecutive([1, 1, 2, 1])
        tensor([1, 2, 1])
    """
    x = as_tensor(input)
    lines = x.array.reshape(-1) if dim is None else x.array
    at = 0 if dim is None else dim_index(dim, len(x.shape), "unique_consecutive")
    rows = np.moveaxis(lines, at, 0)
    differs = rows[1:] != rows[:-1]
    changed = differs.any(axis=tuple(range(1, differs.ndim)))
    first = np.concatenate([np.ones(min(len(rows), 1), bool), changed])
    inverse = np.cumsum(first) - 1
    counts = np.bincount(inverse) if inverse.size else np.zeros(0, np.int64)
    inverse = inverse.reshape(x.shape) if dim is None else inverse
    return _asked(lines.compress(first, at), inverse, counts, return_inverse, return_counts)


def _asked(values: Array, inverse: Array, counts: Array, *asked: bool) -> Any:
    found = [make_tensor(values)]
    found += [make_tensor(inverse.astype(np.int64))] if asked[0] else []
    found += [make_tensor(counts.astype(np.int64))] if asked[1] else []
    return found[0] if len(found) == 1 else tuple(found)


# --- places and counts ----------------------------------------------------------------------------


def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Tensor:
    """Where values would have to be inserted into a sorted sequence, or each row into its own.

    Args:
        sorted_sequence: Sorted along the last dimension.
        input: The values: a number, or a tensor; with several sequences, as many rows.
        out_int32: Return int32.
        right: Insert after equal elements rather than before.
        side: ``"left"`` or ``"right"``, in place of ``right``.
        sorter: Indices that sort the sequence.

    Example:
        >>> searchsorted([1, 3, 5], [3, 4])
        tensor([1, 2])
    """
    edges, values = as_tensor(sorted_sequence).array, as_tensor(input).array
    if sorter is not None:
        edges = np.take_along_axis(edges, as_tensor(sorter).array, -1)
    where: Any = side or ("right" if right else "left")
    kind = np.int32 if out_int32 else np.int64
    if edges.ndim == 1:
        return make_tensor(np.asarray(edges.searchsorted(values, where), kind))
    if edges.shape[:-1] != values.shape[:-1]:
        raise ShapeError(
            f"expected values of shape {(*edges.shape[:-1], '...')}, got {values.shape}.",
            where="searchsorted",
        )
    out = np.empty(values.shape, kind)
    for row in np.ndindex(edges.shape[:-1]):
        out[row] = edges[row].searchsorted(values[row], where)
    return make_tensor(out)


def bucketize(
    input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False
) -> Tensor:
    """The number of the interval between boundaries that each value lies in."""
    edges = as_tensor(boundaries)
    if len(edges.shape) != 1:
        raise ShapeError(f"expected a list of boundaries, got {edges.shape}.", where="bucketize")
    return searchsorted(edges, input, out_int32=out_int32, right=right)


def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False
) -> Tensor:
    """Whether each element is one of the others."""
    a, b = as_tensor(elements).array, as_tensor(test_elements).array
    return make_tensor(np.asarray(np.isin(a, b, invert=invert)))


def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Tensor:
    """How often each number from 0 on occurs, or the sum of its weights.

    Example:
        >>> bincount([0, 2, 2])
        tensor([1, 0, 2])
    """
    array = as_tensor(input).array
    if array.dtype.kind not in "iu":
        raise DTypeError(f"expected integers, got {array.dtype}.", where="bincount")
    if array.ndim != 1 or (array < 0).any():
        raise ShapeError("expected a list of numbers of 0 or more.", where="bincount")
    if weights is None:
        return make_tensor(np.bincount(array, minlength=minlength))
    factors = weights.array if isinstance(weights, TensorBase) else np.asarray(weights)
    if factors.shape != array.shape:
        raise ShapeError(
            f"expected weights of shape {array.shape}, got {factors.shape}.", where="bincount"
        )
    kind = np.float32 if factors.dtype == np.float32 else np.float64
    return make_tensor(np.bincount(array, factors, minlength).astype(kind))


def histc(input: Any, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """Count elements in intervals of equal width from ``min`` to ``max``; others are passed over.

    Where both are equal, the smallest and the largest element stand for them.
    """
    x = as_tensor(input)
    if x.dtype.kind != "f":
        raise DTypeError(f"expected floating point numbers, got {x.dtype}.", where="histc")
    if bins < 1 or max < min:
        raise ShapeError(f"expected bins and min <= max, got {bins}, {min}, {max}.", where="histc")
    values = x.array.reshape(-1)
    low, high = float(min), float(max)
    if low == high and values.size:
        low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 1, high + 1
    return make_tensor(np.histogram(values, bins, (low, high))[0].astype(x.dtype))
