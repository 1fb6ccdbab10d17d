"""Writing chosen elements, out of place: the input with other values at some places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, TensorBase, make_tensor
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor, cast
from tensorlite.ops.elementwise import Where
from tensorlite.ops.index import along, boolean, check_along, inside, split_index, whole_numbers
from tensorlite.ops.placing import GetItem, IndexSelect, PutItem, SetItem
from tensorlite.ops.shape import BroadcastTo, Reshape, broadcast_to, dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

# --- along a dimension, element by element --------------------------------------------------------


def scatter(
    input: Any,
    dim: int,
    index: Any,
    src: Any = None,
    *,
    reduce: str | None = None,
    value: Any = None,
) -> Tensor:
    """Write elements along a dimension: ``out[index[i][j]][j] = src[i][j]`` for ``dim=0``.

    Args:
        input: What the places outside ``index`` keep.
        dim: The dimension that ``index`` counts along.
        index: Places, as many as are read from the front of ``src``.
        src: The values, a tensor or one number.
        reduce: ``"add"`` or ``"multiply"`` with what is there in place of overwriting it.
        value: One number, in place of ``src``.

    Example:
        >>> scatter([[0.0, 0.0, 0.0]], 1, [[2]], 5.0)
        tensor([[0., 0., 5.]])
    """
    x = as_tensor(input)
    source = value if src is None else src
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise ConfigError(f"expected 'add' or 'multiply', got {reduce!r}.", where="scatter")
        return _reduced(
            x, dim, index, source, "sum" if reduce == "add" else "prod", True, "scatter"
        )
    x, places, values = _places(x, dim, index, source, "scatter")
    return x if places is None else SetItem.apply(x, values, places)


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Tensor:
    """Add elements along a dimension: ``out[index[i][j]][j] += src[i][j]`` for ``dim=0``."""
    return _reduced(as_tensor(input), dim, index, src, "sum", True, "scatter_add")


def scatter_reduce(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Combine elements that go to one place: ``sum``, ``prod``, ``mean``, ``amax`` or ``amin``.

    Args:
        input: What the places outside ``index`` keep.
        dim: The dimension that ``index`` counts along.
        index: Places, as many as are read from the front of ``src``.
        src: The values.
        reduce: How to combine them.
        include_self: Whether the input's own element takes part.
    """
    if reduce not in ("sum", "prod", "mean", "amax", "amin"):
        raise ConfigError(
            f"expected sum, prod, mean, amax or amin, got {reduce!r}.", where="scatter_reduce"
        )
    return _reduced(as_tensor(input), dim, index, src, reduce, include_self, "scatter_reduce")


def _reduced(
    input: Any, dim: int, index: Any, src: Any, how: str, include_self: bool, where: str
) -> Tensor:
    x, places, values = _places(input, dim, index, src, where)
    if places is None:
        return x
    values = BroadcastTo.apply(as_tensor(values, x.dtype), np.broadcast_shapes(*_shapes(places)))
    if not x.shape:  # a scalar is worked on as a list of one
        x, values = Reshape.apply(x, (1,)), Reshape.apply(values, (1,))
        return Reshape.apply(reduce_at(x, (np.zeros(1, int),), values, how, include_self), ())
    return reduce_at(x, places, values, how, include_self)


def _shapes(places: tuple[Array, ...]) -> list[tuple[int, ...]]:
    return [part.shape for part in places]


def reduce_at(x: Any, places: Any, values: Any, how: str, include_self: bool) -> Tensor:
    """Combine values with what stands at their places."""
    touched = np.zeros(x.shape, bool)
    touched[places] = True
    if how in ("sum", "mean"):
        base = x if include_self else Where.apply(touched, np.zeros((), x.dtype), x)
        total = base + PutItem.apply(values, places, x.shape)
        total = cast(total, x.dtype)
        return total if how == "sum" else _divide(total, _counts(x, places, touched, include_self))
    if how == "prod":
        base = x if include_self else Where.apply(touched, np.ones((), x.dtype), x)
        for part in _rounds(places, x.shape):  # each place at most once in a round
            at = tuple(np.broadcast_to(p, part.shape)[part] for p in places)
            factor = GetItem.apply(base, at) * GetItem.apply(values, (part,))
            base = SetItem.apply(base, factor, at)
        return base
    return _extreme_at(x, places, values, how, touched, include_self)


def _divide(total: Any, counts: Array) -> Tensor:
    if total.dtype.kind != "f":
        return make_tensor(total.array // counts.astype(total.dtype))
    return total / make_tensor(counts.astype(total.dtype))


def _counts(x: Any, places: Any, touched: Array, include_self: bool) -> Array:
    counts = np.zeros(x.shape, np.int64)
    np.add.at(counts, places, 1)
    return counts + (1 if include_self else ~touched)


def _rounds(places: Any, shape: tuple[int, ...]) -> list[Array]:
    """Masks over the values; values of one mask go to different places."""
    flat = np.arange(np.prod(shape, dtype=np.int64)).reshape(shape)[places]
    keys = flat.reshape(-1)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    rank = np.empty_like(keys)
    rank[order] = np.arange(keys.size) - starts
    return [(rank == r).reshape(flat.shape) for r in range(int(rank.max(initial=-1)) + 1)]


def _extreme_at(
    x: Any, places: Any, values: Any, how: str, touched: Array, include_self: bool
) -> Tensor:
    """The extreme of what comes to a place; equal ones share the gradient."""
    result = x.array.copy()
    if not include_self:
        lowest = _limits(x.dtype)[0 if how == "amax" else 1]
        result[touched] = lowest
    (np.maximum if how == "amax" else np.minimum).at(result, places, values.array)
    if x.dtype.kind != "f":
        return make_tensor(result)
    own = _same(x.array, result) & (True if include_self else ~touched)
    theirs = _same(values.array, result[places])
    shares = own.astype(x.dtype)
    np.add.at(shares, places, theirs.astype(x.dtype))
    chosen = PutItem.apply(Where.apply(theirs, values, 0.0), places, x.shape)
    return (Where.apply(own, x, 0.0) + chosen) / make_tensor(shares)


def _same(a: Array, b: Array) -> Array:
    return (a == b) | (np.isnan(a) & np.isnan(b))


def _limits(dtype: Any) -> tuple[Any, Any]:
    if dtype.kind == "f":
        return -np.inf, np.inf
    return (False, True) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)


def _places(x: Any, dim: int, index: Any, src: Any, where: str) -> tuple[Any, Any, Any]:
    """The input, the full index, and those values that it reads; no index if it is empty."""
    index = whole_numbers(index, where)
    at = dim_index(dim, len(x.shape), where)
    if not index.size:
        return x, None, None
    check_along(x.shape, index, at, where)
    size = x.shape[at] if x.shape else 1
    inside(index, size, where)
    full: Any = along(index, at) if x.shape else ()
    if not isinstance(src, TensorBase):
        plain = isinstance(src, (int, float))
        src = src if plain else as_tensor(src)
        if plain:
            return x, full, src
    if src.dtype != x.dtype:
        raise DTypeError(
            f"expected values of the input's type {x.dtype}, got {src.dtype}.", where=where
        )
    if not src.shape and src.requires_grad is False and index.shape:
        return x, full, src
    if len(src.shape) != index.ndim or any(
        a > b for a, b in zip(index.shape, src.shape, strict=True)
    ):
        raise ShapeError(
            f"expected values at least of the index's shape {index.shape}, got {src.shape}.",
            where=where,
        )
    if src.shape != index.shape:
        src = GetItem.apply(src, tuple(slice(n) for n in index.shape))
    return x, full, src if x.shape else Reshape.apply(src, ())


# --- whole slices ---------------------------------------------------------------------------------


def _slices(input: Any, dim: int, index: Any, where: str) -> tuple[Any, tuple[Any, ...], Array]:
    x, places = as_tensor(input), whole_numbers(index, where)
    at = dim_index(dim, len(x.shape), where)
    if places.ndim > 1:
        raise ShapeError(f"expected a list of indices, got {places.shape}.", where=where)
    if x.shape:
        inside(np.where(places < 0, places + x.shape[at], places), x.shape[at], where)
    places = places.reshape(-1)
    return x, (*(slice(None),) * at, places), places


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Tensor:
    """Add slices of ``source``, times ``alpha``, where ``index`` says; places may repeat."""
    x, at, _ = _slices(input, dim, index, "index_add")
    values = _same_type(x, source, "index_add")
    if not x.shape:
        return cast(x + values.sum() * alpha, x.dtype)
    _check_slices(x, at, values, "index_add")
    added = PutItem.apply(values, at, x.shape)
    return cast(x + (added if alpha == 1 else added * alpha), x.dtype)


def index_copy(input: Any, dim: int, index: Any, source: Any) -> Tensor:
    """Replace slices by those of ``source``."""
    x, at, _ = _slices(input, dim, index, "index_copy")
    values = _same_type(x, source, "index_copy")
    if not x.shape:
        return Reshape.apply(values, ())
    _check_slices(x, at, values, "index_copy")
    return SetItem.apply(x, values, at)


def index_fill(input: Any, dim: int, index: Any, value: Any) -> Tensor:
    """Fill slices with one number."""
    x, at, _ = _slices(input, dim, index, "index_fill")
    number = value if isinstance(value, TensorBase) else _fits(x, value, "index_fill")
    chosen = np.zeros(x.shape, bool)
    chosen[at if x.shape else ()] = True
    number = cast(number, x.dtype) if isinstance(number, TensorBase) else number
    return Where.apply(chosen, number, x)


def _same_type(x: Any, source: Any, where: str) -> Any:
    values = as_tensor(source)
    if values.dtype != x.dtype:
        raise DTypeError(
            f"expected values of the input's type {x.dtype}, got {values.dtype}.", where=where
        )
    return values


def _check_slices(x: Any, at: tuple[Any, ...], values: Any, where: str) -> None:
    wanted = (*x.shape[: len(at) - 1], len(at[-1]), *x.shape[len(at) :])
    if values.shape != wanted and not (values.shape == () and wanted == (1,)):
        raise ShapeError(f"expected values of shape {wanted}, got {values.shape}.", where=where)


def _fits(x: Any, value: Any, where: str) -> Any:
    if x.dtype.kind != "f" and isinstance(value, float) and not value.is_integer():
        raise DTypeError(f"expected a value of type {x.dtype}, got {value!r}.", where=where)
    return value


# --- by index and by mask -------------------------------------------------------------------------


def index_put(input: Any, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Tensor:
    """Write ``values`` at ``input[indices]``; with ``accumulate`` they are added.

    Example:
        >>> index_put([0.0, 0.0], ([1],), [3.0])
        tensor([0., 3.])
    """
    x = as_tensor(input)
    values = _same_type(x, values, "index_put")
    index = tuple(slice(None) if part is None else part for part in indices)
    at = split_index(index, x.shape)[1]
    if not accumulate:
        return SetItem.apply(x, values, at)
    shape = np.empty(x.shape, bool)[at].shape
    return x + PutItem.apply(broadcast_to(values, shape), at, x.shape)


def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Tensor:
    """Write elements at places of the flattened input."""
    x, places = as_tensor(input), whole_numbers(index, "put")
    values = _same_type(x, source, "put")
    flat = Reshape.apply(x, (x.array.size,))
    given = Reshape.apply(values, (places.size,))
    done = index_put(flat, (places.reshape(-1),), given, accumulate)
    return Reshape.apply(done, x.shape)


def masked_fill(input: Any, mask: Any, value: Any) -> Tensor:
    """Put one number where the mask holds; mask and input broadcast.

    Raises:
        DTypeError: If the mask is not boolean, or the number does not fit into the input's type.

    Example:
        >>> masked_fill([1.0, 2.0], [True, False], 0.0)
        tensor([0., 2.])
    """
    x, chosen = as_tensor(input), boolean(mask, "masked_fill")
    if isinstance(value, TensorBase):
        if value.shape:
            raise ShapeError(f"expected one number, got {value.shape}.", where="masked_fill")
        value = cast(value, x.dtype)
    elif x.dtype.kind != "f":
        if isinstance(value, float) and x.dtype.kind == "b":
            value = bool(value)
        value = np.asarray(_fits(x, value, "masked_fill")).astype(x.dtype)
    return Where.apply(chosen, value, x)


def masked_scatter(input: Any, mask: Any, source: Any) -> Tensor:
    """Put the elements of ``source``, in order, where the mask holds."""
    x, chosen = as_tensor(input), boolean(mask, "masked_scatter")
    values = _same_type(x, source, "masked_scatter")
    shape = np.broadcast_shapes(x.shape, chosen.shape)
    chosen = np.broadcast_to(chosen, shape).copy()
    count = int(chosen.sum())
    if values.array.size < count:
        raise ShapeError(
            f"expected at least {count} values, got {values.array.size}.", where="masked_scatter"
        )
    taken = GetItem.apply(Reshape.apply(values, (values.array.size,)), slice(count))
    x = x if x.shape == shape else broadcast_to(x, shape)
    return SetItem.apply(x, taken, (chosen,))


def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Repeat each element, or each slice of ``dim``, a number of times.

    Args:
        input: Any tensor; flattened if there is no ``dim``. Alone, it is the repeats of 0, 1, ...
        repeats: How often, one number or one for each slice.
        dim: The dimension.
        output_size: Ignored: the size is known.

    Example:
        >>> repeat_interleave([1, 2], 2)
        tensor([1, 1, 2, 2])
    """
    x = as_tensor(input)
    if repeats is None:
        counts = whole_numbers(x, "repeat_interleave")
        return make_tensor(np.repeat(np.arange(counts.size), counts))
    x = Reshape.apply(x, (x.array.size,)) if dim is None or not x.shape else x
    at = dim_index(dim or 0, len(x.shape), "repeat_interleave")
    counts = whole_numbers(repeats, "repeat_interleave").reshape(-1)
    if counts.size not in (1, x.shape[at]) or (counts < 0).any():
        raise ShapeError(
            f"expected one number of repeats or {x.shape[at]}, 0 or more, got {counts.tolist()}.",
            where="repeat_interleave",
        )
    index = np.repeat(np.arange(x.shape[at]), counts if counts.size == x.shape[at] else counts[0])
    return IndexSelect.apply(x, at, index)


def one_hot(tensor: Any, num_classes: int = -1) -> Tensor:
    """Turn class numbers into rows of zeros with a one, as int64; -1 takes the largest plus one.

    Example:
        >>> one_hot([0, 2], 3)
        tensor([[1, 0, 0],
                [0, 0, 1]])
    """
    classes = whole_numbers(tensor, "one_hot")
    if num_classes == -1 and not classes.size:
        raise ShapeError("expected num_classes for an empty input, got -1.", where="one_hot")
    count = int(classes.max()) + 1 if num_classes == -1 else int(num_classes)
    inside(classes, count, "one_hot")
    return make_tensor((classes[..., None] == np.arange(count)).astype(np.int64))


def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """The places of the elements that are not zero, one row each, or one tensor per dimension.

    Example:
        >>> nonzero([0, 3, 4])
        tensor([[1],
                [2]])
    """
    array = as_tensor(input).array
    if as_tuple:
        return tuple(make_tensor(part) for part in np.nonzero(np.atleast_1d(array)))
    return make_tensor(np.argwhere(array))


def argwhere(input: Any) -> Tensor:
    """The places of the elements that are not zero, one row each."""
    return nonzero(input)
