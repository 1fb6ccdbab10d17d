"""Reading chosen elements: ``x[index]``, and elements by their places along a dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, TensorBase
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.names import numpy_names
from tensorlite.ops.placing import GetItem, IndexSelect
from tensorlite.ops.shape import RangeError, Reshape, dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

# --- what users write between brackets ------------------------------------------------------------


def getitem(input: Any, index: Any) -> Tensor:
    """Take elements: slices, numbers, ``None``, ``...``, integer or boolean tensors and lists.

    Numbers, slices and ``None`` act first, then the tensors, as in PyTorch.

    Raises:
        RangeError: If the index lies outside.
    """
    x = as_tensor(input)
    basic, advanced = split_index(index, x.shape)
    try:
        if basic is not None:
            x = GetItem.apply(x, basic)
        return x if advanced is None else GetItem.apply(x, advanced)
    except IndexError as error:
        raise RangeError(f"{error} (input of shape {x.shape}).", where="getitem") from None


def split_index(index: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """What NumPy is to do first (numbers, slices, ``None``) and what then (arrays)."""
    if type(index) is int or type(index) is slice and (index.step is None or index.step > 0):
        return index, None
    parts = list(index) if isinstance(index, tuple) else [index]
    parts = [_plain(part) for part in parts]
    if not any(isinstance(part, np.ndarray) for part in parts):
        return tuple(parts), None
    basic, advanced, simple = _sort_out(_without_ellipsis(parts, shape))
    return (None if simple else tuple(basic)), tuple(advanced)


def _sort_out(parts: list[Any]) -> tuple[list[Any], list[Any], bool]:
    basic: list[Any] = []
    advanced: list[Any] = []
    simple = True
    for part in parts:
        if isinstance(part, np.ndarray):
            # A boolean scalar takes no dimension, a mask as many as it has.
            taken = part.ndim if part.dtype == bool else 1
            basic += [slice(None)] * taken or [None]
            simple = simple and taken > 0
            advanced.append(part if taken else np.flatnonzero(part))
        else:
            simple = simple and part == slice(None)
            basic.append(part)
            if not isinstance(part, int):
                advanced.append(slice(None))
    return basic, advanced, simple


def _without_ellipsis(parts: list[Any], shape: tuple[int, ...]) -> list[Any]:
    places = [i for i, part in enumerate(parts) if part is Ellipsis]
    if not places:
        return parts
    if len(places) > 1:
        raise RangeError("expected at most one '...' in an index.", where="getitem")
    taken = sum(
        (part.ndim if part.dtype == bool else 1)
        if isinstance(part, np.ndarray)
        else part is not None and part is not Ellipsis
        for part in parts
    )
    at = places[0]
    return [*parts[:at], *[slice(None)] * (len(shape) - taken), *parts[at + 1 :]]


def _plain(part: Any) -> Any:
    """One part of an index as NumPy needs it."""
    if isinstance(part, TensorBase):
        array = part.array
        if array.ndim == 0 and array.dtype.kind in "iu":
            return int(array)
        return _index_array(array)
    if isinstance(part, slice):
        if part.step is not None and int(part.step) < 1:
            hint = "Use x.flip(dim) to turn an order around."
            raise ShapeError(
                f"expected a step of 1 or more, got {part.step}.", where="getitem", hint=hint
            )
        return part
    if isinstance(part, np.integer):
        return int(part)
    if isinstance(part, (bool, np.bool_, np.ndarray, list, range, tuple)):
        return _index_array(_numbers(part))
    return part


def _numbers(part: Any) -> Array:
    if isinstance(part, (list, tuple)) and any(isinstance(n, TensorBase) for n in part):
        part = [n.array if isinstance(n, TensorBase) else n for n in part]
    numbers = np.array(part)
    return numbers if numbers.size else numbers.astype(np.int64)


def _index_array(array: Array) -> Array:
    if array.dtype == np.uint8:
        return array.astype(bool)  # a mask, from the days before there were booleans
    if array.dtype.kind not in "iub":
        raise RangeError(
            f"expected integers or booleans as index, got {array.dtype}.",
            where="getitem",
            hint="Use index.long().",
        )
    # A copy: nobody can change the index before backward reads it.
    return array.astype(bool if array.dtype == bool else np.int64)


def plain_index(index: Any) -> Any:
    """An index in which tensors are replaced by their arrays; nobody else can change it."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    index = getattr(index, "array", index)
    if not isinstance(index, (np.ndarray, list)):
        return index
    numbers = np.array(index)
    return numbers.astype(np.int64) if numbers.dtype.kind == "u" or not numbers.size else numbers


# --- along one dimension --------------------------------------------------------------------------


def along(index: Array, dim: int) -> tuple[Array, ...]:
    """The full index of elements that ``index`` places along ``dim``, each in its own row."""
    count = index.ndim
    return tuple(
        index if i == dim else np.arange(n).reshape((1,) * i + (n,) + (1,) * (count - 1 - i))
        for i, n in enumerate(index.shape)
    )


def whole_numbers(index: Any, where: str) -> Array:
    """The array of an index, integers.

    Raises:
        DTypeError: If it holds anything else.
    """
    array = as_tensor(index).array
    if array.dtype.kind not in "iu":
        raise DTypeError(
            f"expected integers as index, got {array.dtype}.", where=where, hint="Use x.long()."
        )
    return array.astype(np.int64)


def inside(index: Array, count: int, where: str) -> Array:
    """Check that places lie from 0 up to ``count``.

    Raises:
        RangeError: If one does not.
    """
    if index.size and (index.min() < 0 or index.max() >= count):
        raise RangeError(
            f"expected indices from 0 to {count - 1}, got {index.min()} to {index.max()}.",
            where=where,
        )
    return index


@numpy_names
def index_select(input: Any, dim: int, index: Any) -> Tensor:
    """Take slices along a dimension, in the order of ``index``, which may repeat.

    Example:
        >>> index_select([[1.0, 2.0], [3.0, 4.0]], 1, [1, 1])
        tensor([[2., 2.],
                [4., 4.]])
    """
    x = as_tensor(input)
    at = dim_index(dim, len(x.shape), "index_select")
    places = whole_numbers(index, "index_select")
    if places.ndim > 1:
        raise ShapeError(f"expected a list of indices, got {places.shape}.", where="index_select")
    if not x.shape:
        inside(places, 1, "index_select")
        return x
    places = inside(places.reshape(-1), x.shape[at], "index_select")
    return IndexSelect.apply(x, at, places)


def select(input: Any, dim: int, index: int) -> Tensor:
    """Take one slice along a dimension, and drop the dimension; shares memory."""
    x = as_tensor(input)
    if not x.shape:
        raise RangeError("expected at least one dimension, got a scalar.", where="select")
    at = dim_index(dim, len(x.shape), "select")
    return getitem(x, (*(slice(None),) * at, int(index)))


def narrow(input: Any, dim: int, start: Any, length: int) -> Tensor:
    """Take ``length`` slices from ``start`` along a dimension; shares memory."""
    x = as_tensor(input)
    if not x.shape:
        raise RangeError("expected at least one dimension, got a scalar.", where="narrow")
    at = dim_index(dim, len(x.shape), "narrow")
    n, first, length = x.shape[at], int(start), int(length)
    first = first + n if first < 0 else first
    if length < 0 or not 0 <= first <= n or first + length > n:
        raise RangeError(
            f"expected a span inside {n} slices, got start {start} and length {length}.",
            where="narrow",
        )
    return GetItem.apply(x, (*(slice(None),) * at, slice(first, first + length)))


@numpy_names
def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False) -> Tensor:
    """Take elements along a dimension: ``out[i][j] = input[index[i][j]][j]`` for ``dim=0``.

    Example:
        >>> gather([[1.0, 2.0], [3.0, 4.0]], 1, [[0], [1]])
        tensor([[1.],
                [4.]])
    """
    x, places = as_tensor(input), whole_numbers(index, "gather")
    at = dim_index(dim, len(x.shape), "gather")
    check_along(x.shape, places, at, "gather")
    if not places.size:
        return Reshape.apply(getitem(Reshape.apply(x, (-1,)), slice(0, 0)), places.shape)
    if not x.shape or not places.ndim:
        inside(places, x.array.size, "gather")
        return Reshape.apply(x, places.shape) if x.array.size == 1 else getitem(x, places)
    return GetItem.apply(x, along(inside(places, x.shape[at], "gather"), at))


def check_along(shape: tuple[int, ...], index: Array, dim: int, where: str) -> None:
    """Check that an index has as many dimensions, and no larger ones except ``dim``.

    Raises:
        ShapeError: If it does not.
    """
    if max(index.ndim, 1) != max(len(shape), 1) or any(
        n > size for i, (n, size) in enumerate(zip(index.shape, shape, strict=False)) if i != dim
    ):
        if index.size:
            raise ShapeError(
                f"expected an index of {len(shape)} dimensions that fits into {shape} "
                f"apart from dimension {dim}, got {index.shape}.",
                where=where,
            )


def take(input: Any, index: Any) -> Tensor:
    """Take elements by their place in the flattened input; the result has the index's shape."""
    x, places = as_tensor(input), whole_numbers(index, "take")
    return getitem(Reshape.apply(x, (x.array.size,)), np.asarray(places))


def take_along_dim(input: Any, indices: Any, dim: int | None = None) -> Tensor:
    """Take elements along a dimension by indices that broadcast, as ``argsort`` returns them."""
    x, places = as_tensor(input), whole_numbers(indices, "take_along_dim")
    if dim is None:
        return take(x, places.reshape(-1))
    at = dim_index(dim, len(x.shape), "take_along_dim")
    if places.ndim != len(x.shape):
        raise ShapeError(
            f"expected indices of {len(x.shape)} dimensions, got {places.shape}.",
            where="take_along_dim",
        )
    one = [1 if i == at else n for i, n in enumerate(x.shape)]
    rows = [1 if i == at else n for i, n in enumerate(places.shape)]
    shape = list(np.broadcast_shapes(tuple(one), tuple(rows)))
    shape[at] = places.shape[at]
    full = np.broadcast_to(places, shape)
    wide = [x.shape[at] if i == at else n for i, n in enumerate(shape)]
    x = x if tuple(wide) == x.shape else x.expand(*wide)
    return GetItem.apply(x, along(full, at))


def masked_select(input: Any, mask: Any) -> Tensor:
    """Take the elements where the mask holds, as a vector; input and mask broadcast."""
    x, chosen = as_tensor(input), boolean(mask, "masked_select")
    shape = np.broadcast_shapes(x.shape, chosen.shape)
    x = x if x.shape == shape else x.expand(*shape)
    return Reshape.apply(GetItem.apply(x, (np.broadcast_to(chosen, shape).copy(),)), (-1,))


def boolean(mask: Any, where: str) -> Array:
    """The array of a mask.

    Raises:
        DTypeError: If it holds anything but booleans.
    """
    array = as_tensor(mask).array
    if array.dtype != bool:
        raise DTypeError(
            f"expected a boolean mask, got {array.dtype}.", where=where, hint="Use mask.bool()."
        )
    return array
