"""The largest and the smallest elements, and those in between."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.choose import maximum, minimum
from tensorlite.ops.convert import as_tensor, bool_
from tensorlite.ops.elementwise import Where
from tensorlite.ops.index import along
from tensorlite.ops.names import numpy_names
from tensorlite.ops.placing import GetItem
from tensorlite.ops.reduce import Dims, Sum, all_dims, floating
from tensorlite.ops.shape import RangeError, Reshape, dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Amax(Op):
    """Largest element over dimensions; equal ones share the gradient evenly."""

    def forward(self, x: Array, dims: tuple[int, ...], keepdim: bool, sign: int) -> Array:
        extreme = np.maximum if sign > 0 else np.minimum
        kept = extreme.reduce(x, axis=dims, keepdims=True)  # x.max() would warn of NaN
        self.kept_shape = kept.shape
        if self.needs[0]:
            chosen = x == kept
            self.share = chosen / chosen.sum(axis=dims, keepdims=True, dtype=x.dtype)
        return kept if keepdim else kept.squeeze(dims)

    def backward(self, grad: Any) -> Any:
        return Reshape.apply(grad, self.kept_shape) * self.share


class ValuesAndIndices(NamedTuple):
    """What ``max``, ``sort``, ``topk`` and their like return."""

    values: Any
    indices: Any


class MinAndMax(NamedTuple):
    """What ``aminmax`` returns."""

    min: Any
    max: Any


@numpy_names
def amax(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Largest element over all dimensions or some; equal ones share the gradient evenly."""
    x = as_tensor(input)
    return Amax.apply(x, _extreme_dims(x, dim, "amax"), keepdim, 1)


@numpy_names
def amin(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Smallest element over all dimensions or some; equal ones share the gradient evenly."""
    x = as_tensor(input)
    return Amax.apply(x, _extreme_dims(x, dim, "amin"), keepdim, -1)


@numpy_names
def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False) -> MinAndMax:
    """Smallest and largest element, over all dimensions or one."""
    return MinAndMax(amin(input, dim, keepdim), amax(input, dim, keepdim))


def _extreme_dims(x: Tensor, dim: Dims, where: str) -> tuple[int, ...]:
    dims = all_dims(dim, x.shape, where)
    if any(x.shape[d] == 0 for d in dims):
        raise RangeError(f"expected at least one element, got shape {x.shape}.", where=where)
    return dims


@numpy_names
def max(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """Largest element; along a dimension, values and indices; of two tensors, elementwise.

    Without ``dim`` equal elements share the gradient; with it the first one gets all of it.

    Example:
        >>> max([[1.0, 5.0], [7.0, 2.0]], dim=1).indices
        tensor([1, 0])
    """
    other = dim if isinstance(dim, TensorBase) and other is None else other
    if other is not None:
        return maximum(input, other)
    return amax(input) if dim is None else _along(input, dim, keepdim, np.argmax, "max")


@numpy_names
def min(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """Smallest element; along a dimension, values and indices; as in ``max``."""
    other = dim if isinstance(dim, TensorBase) and other is None else other
    if other is not None:
        return minimum(input, other)
    return amin(input) if dim is None else _along(input, dim, keepdim, np.argmin, "min")


def _along(input: Any, dim: Any, keepdim: bool, find: Any, where: str) -> ValuesAndIndices:
    x = as_tensor(input)
    if not isinstance(dim, Integral):
        hint = "Use amax or amin over several dimensions, maximum or minimum of two tensors."
        raise ShapeError(f"expected one dimension, got {dim!r}.", where=where, hint=hint)
    at = dim_index(int(dim), len(x.shape), where)
    _extreme_dims(x, at, where)
    if not x.shape:
        return ValuesAndIndices(x, make_tensor(np.zeros((), np.int64)))
    return picked(x, find(x.array, axis=at, keepdims=True), at, keepdim)


def picked(x: Any, indices: Array, dim: int, keepdim: bool) -> ValuesAndIndices:
    """The elements at ``indices`` along a dimension that shrinks to one, and the indices."""
    values = GetItem.apply(x, along(indices, dim))
    if not keepdim:
        smaller = (*x.shape[:dim], *x.shape[dim + 1 :])
        values, indices = Reshape.apply(values, smaller), indices.reshape(smaller)
    return ValuesAndIndices(values, make_tensor(indices))


@numpy_names
def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Position of the largest element, the first of equal ones; int64, without gradient."""
    return _position(np.argmax, input, dim, keepdim, "argmax")


@numpy_names
def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Position of the smallest element, the first of equal ones; int64, without gradient."""
    return _position(np.argmin, input, dim, keepdim, "argmin")


def _position(find: Any, input: Any, dim: int | None, keepdim: bool, where: str) -> Tensor:
    x = as_tensor(input)
    if x.dtype == bool_:
        raise DTypeError("expected numbers, got booleans.", where=where, hint="Use x.long().")
    if dim is not None and not isinstance(dim, Integral):
        raise ShapeError(f"expected one dimension, got {dim!r}.", where=where)
    dims = _extreme_dims(x, dim, where)
    axis = dims[0] if dim is not None and dims else None
    return make_tensor(np.asarray(find(x.array, axis=axis, keepdims=keepdim)))


# --- by rank --------------------------------------------------------------------------------------


@numpy_names
def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle element, the lower one of two; along a dimension, values and indices.

    Example:
        >>> median([3.0, 1.0, 2.0, 4.0]).item()
        2.0
    """
    return _median(input, dim, keepdim, False, "median")


@numpy_names
def nanmedian(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle one of the elements that are numbers, as ``median``."""
    return _median(input, dim, keepdim, True, "nanmedian")


def _median(input: Any, dim: int | None, keepdim: bool, skip: bool, where: str) -> Any:
    x = as_tensor(input)
    if dim is None:
        return _middle(x, skip)
    at = dim_index(dim, len(x.shape), where)
    _extreme_dims(x, at, where)
    if not x.shape:
        return ValuesAndIndices(x, make_tensor(np.zeros((), np.int64)))
    order = x.array.argsort(axis=at, kind="stable")  # NaN come last
    n = x.shape[at]
    missing = np.isnan(x.array).sum(axis=at, keepdims=True) if x.dtype.kind == "f" else 0
    if skip:
        rank = np.maximum(n - missing - 1, 0) // 2
    else:  # the first NaN where there is one
        rank = np.where(np.asarray(missing) > 0, n - missing, (n - 1) // 2)
    shape = tuple(1 if i == at else m for i, m in enumerate(x.shape))
    return picked(x, np.take_along_axis(order, np.broadcast_to(rank, shape), at), at, keepdim)


def _middle(x: Any, skip: bool) -> Tensor:
    """The median of all elements; equal ones share the gradient."""
    values = x.array.reshape(-1)
    bad = np.isnan(values) if x.dtype.kind == "f" else np.zeros(values.shape, bool)
    kept = values[~bad] if skip else values
    if not kept.size or (bad.any() and not skip):
        if not values.size and x.dtype.kind != "f":
            raise RangeError(f"expected at least one element, got {x.shape}.", where="median")
        return Sum.apply(x, all_dims(None, x.shape, "median"), False) * np.nan
    value = np.partition(kept, (kept.size - 1) // 2)[(kept.size - 1) // 2]
    equal = x.array == value
    if x.dtype.kind != "f" or not x.requires_grad:
        return make_tensor(np.asarray(value))
    share = Sum.apply(Where.apply(equal, x, 0.0), all_dims(None, x.shape, "median"), False)
    return share / float(equal.sum())


@numpy_names
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> ValuesAndIndices:
    """The ``k``-th smallest element along a dimension, counted from 1, and where it is."""
    x = as_tensor(input)
    at = dim_index(dim, len(x.shape), "kthvalue")
    n = x.shape[at] if x.shape else 1
    if not 1 <= k <= n:
        raise RangeError(f"expected k from 1 to {n}, got {k}.", where="kthvalue")
    if not x.shape:
        return ValuesAndIndices(x, make_tensor(np.zeros((), np.int64)))
    order = x.array.argsort(axis=at, kind="stable")
    return picked(x, order.take([k - 1], at), at, keepdim)


@numpy_names
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> ValuesAndIndices:
    """The most frequent element along a dimension, the smallest of equally frequent ones."""
    x = as_tensor(input)
    at = dim_index(dim, len(x.shape), "mode")
    _extreme_dims(x, at, "mode")
    if not x.shape:
        return ValuesAndIndices(x, make_tensor(np.zeros((), np.int64)))
    lines = np.moveaxis(x.array, at, -1)
    counts = (lines[..., :, None] == lines[..., None, :]).sum(-1)
    often = counts == counts.max(-1, keepdims=True)
    smallest = np.where(often, lines, lines.max()).min(-1, keepdims=True)
    chosen = often & (lines == smallest)
    last = chosen.shape[-1] - 1 - chosen[..., ::-1].argmax(-1, keepdims=True)
    return picked(x, np.moveaxis(last, -1, at), at, keepdim)


_RANKS: dict[str, Any] = {
    "linear": lambda rank: rank,
    "lower": np.floor,
    "higher": np.ceil,
    "nearest": np.rint,
    "midpoint": lambda rank: (np.floor(rank) + np.ceil(rank)) / 2,
}


@numpy_names
def quantile(
    input: Any,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Tensor:
    """The values below which a share ``q`` of the elements lies; several ``q`` come first.

    Args:
        input: A floating point tensor.
        q: A share from 0 to 1, or a vector of them.
        dim: A dimension, or ``None`` for all elements.
        keepdim: Keep the reduced dimension with size 1.
        interpolation: ``linear``, ``lower``, ``higher``, ``nearest`` or ``midpoint``.

    Example:
        >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5).item()
        2.5
    """
    return _quantile(input, q, dim, keepdim, interpolation, False)


@numpy_names
def nanquantile(
    input: Any,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Tensor:
    """``quantile`` of the elements that are numbers."""
    return _quantile(input, q, dim, keepdim, interpolation, True)


def _quantile(
    input: Any, q: Any, dim: int | None, keepdim: bool, interpolation: str, skip: bool
) -> Tensor:
    x = as_tensor(input)
    floating(x, "quantile")
    shares = q.array if isinstance(q, TensorBase) else np.asarray(q, x.dtype)
    if interpolation not in _RANKS or shares.ndim > 1 or ((shares < 0) | (shares > 1)).any():
        raise ConfigError(
            f"expected shares from 0 to 1 and one of {', '.join(_RANKS)}, got {shares.tolist()} "
            f"and {interpolation!r}.",
            where="quantile",
        )
    at = 0 if dim is None else dim_index(dim, len(x.shape), "quantile")
    lines = Reshape.apply(x, (x.array.size,)) if dim is None or not x.shape else x
    _extreme_dims(lines, at, "quantile")
    lines = lines.movedim(at, -1)
    order = lines.array.argsort(axis=-1, kind="stable")  # NaN come last
    ordered = GetItem.apply(lines, along(order, order.ndim - 1))
    missing = np.add.reduce(np.isnan(lines.array), axis=-1, keepdims=True)
    count = lines.shape[-1] - missing if skip else np.full(missing.shape, lines.shape[-1])
    rank = shares.astype(x.dtype).reshape(-1) * np.maximum(count - 1, 0).astype(x.dtype)
    rank = np.asarray(_RANKS[interpolation](rank))
    low, high = np.floor(rank).astype(np.int64), np.ceil(rank).astype(np.int64)
    last = low.ndim - 1
    a, b = GetItem.apply(ordered, along(low, last)), GetItem.apply(ordered, along(high, last))
    out = a + (b - a) * make_tensor((rank - low).astype(x.dtype))
    bad = count == 0 if skip else missing > 0
    out = Where.apply(bad, np.nan, out) if bad.any() else out
    out = out.movedim(-1, 0)
    rest = x.shape[:at] + x.shape[at + 1 :] if dim is not None else ()
    if keepdim:
        rest = tuple(1 if dim is None or i == at else n for i, n in enumerate(x.shape))
    return Reshape.apply(out, (*shares.shape, *rest))
