"""Ops that turn many elements into fewer: sums, means, extremes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.shape import BroadcastTo, GetItem, Reshape, dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Dims = int | Sequence[int] | None


class Sum(Op):
    """Sum over dimensions."""

    def forward(self, x: Array, dims: tuple[int, ...], keepdim: bool) -> Array:
        self.input_shape = x.shape
        self.kept_shape = tuple(1 if i in dims else n for i, n in enumerate(x.shape))
        return x.sum(axis=dims, keepdims=keepdim, dtype=None if x.dtype.kind == "f" else np.int64)

    def backward(self, grad: Any) -> Any:
        return BroadcastTo.apply(Reshape.apply(grad, self.kept_shape), self.input_shape)


class Amax(Op):
    """Largest element over dimensions; equal ones share the gradient evenly."""

    def forward(self, x: Array, dims: tuple[int, ...], keepdim: bool, sign: int) -> Array:
        kept = x.max(axis=dims, keepdims=True) if sign > 0 else x.min(axis=dims, keepdims=True)
        chosen = x == kept
        self.share = chosen / chosen.sum(axis=dims, keepdims=True, dtype=x.dtype)
        self.kept_shape = kept.shape
        return kept if keepdim else kept.squeeze(dims)

    def backward(self, grad: Any) -> Any:
        return Reshape.apply(grad, self.kept_shape) * self.share


class MaxResult(NamedTuple):
    """What ``max`` and ``min`` along a dimension return."""

    values: Any
    indices: Any


def _dims(dim: Dims, shape: tuple[int, ...], where: str) -> tuple[int, ...]:
    if dim is None:
        return tuple(range(len(shape)))
    chosen: Any = (dim,) if isinstance(dim, Integral) else dim
    found = tuple(dim_index(int(d), len(shape), where) for d in chosen)
    if len(set(found)) < len(found):
        raise ShapeError(f"expected each dimension once, got {tuple(chosen)}.", where=where)
    return found if shape else ()


def _floating(x: Tensor, where: str) -> None:
    if x.dtype.kind != "f":
        raise DTypeError(
            f"expected floating point numbers, got {x.dtype}.", where=where, hint="Use x.float()."
        )


def sum(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Add up the elements, over all dimensions or some.

    Args:
        input: Any tensor; booleans and integers give int64.
        dim: A dimension, several, or ``None`` for all.
        keepdim: Keep the summed dimensions with size 1.

    Example:
        >>> sum([[1.0, 2.0], [3.0, 4.0]], dim=0)
        tensor([4., 6.])
    """
    x = as_tensor(input)
    return Sum.apply(x, _dims(dim, x.shape, "sum"), keepdim)


def mean(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Average the elements, over all dimensions or some.

    Raises:
        DTypeError: If the input holds integers or booleans.
    """
    x = as_tensor(input)
    _floating(x, "mean")
    dims = _dims(dim, x.shape, "mean")
    count = math.prod(x.shape[d] for d in dims)
    return Sum.apply(x, dims, keepdim) / (count or math.nan)


def var(input: Any, dim: Dims = None, correction: int = 1, keepdim: bool = False) -> Tensor:
    """Variance: the mean squared distance from the mean.

    Args:
        input: A floating point tensor.
        dim: A dimension, several, or ``None`` for all.
        correction: Subtracted from the number of elements that the sum is divided by.
        keepdim: Keep the reduced dimensions with size 1.

    Example:
        >>> var([1.0, 2.0, 3.0]).item()
        1.0
    """
    x = as_tensor(input)
    _floating(x, "var")
    dims = _dims(dim, x.shape, "var")
    distance = x - mean(x, dims, keepdim=True)
    count = math.prod(x.shape[d] for d in dims) - correction
    return Sum.apply(distance * distance, dims, keepdim) / (count if count > 0 else math.nan)


def amax(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Largest element over all dimensions or some; equal ones share the gradient evenly."""
    x = as_tensor(input)
    return Amax.apply(x, _extreme_dims(x, dim, "amax"), keepdim, 1)


def amin(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Smallest element over all dimensions or some; equal ones share the gradient evenly."""
    x = as_tensor(input)
    return Amax.apply(x, _extreme_dims(x, dim, "amin"), keepdim, -1)


def _extreme_dims(x: Tensor, dim: Dims, where: str) -> tuple[int, ...]:
    dims = _dims(dim, x.shape, where)
    if any(x.shape[d] == 0 for d in dims):
        raise ShapeError(f"expected at least one element, got shape {x.shape}.", where=where)
    return dims


def max(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Largest element; along a dimension, values and indices.

    Without ``dim`` equal elements share the gradient; with it the first one gets all of it.

    Example:
        >>> max([[1.0, 5.0], [7.0, 2.0]], dim=1).indices
        tensor([1, 0])
    """
    return amax(input) if dim is None else _along(input, dim, keepdim, np.argmax, "max")


def min(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Smallest element; along a dimension, values and indices, as in ``max``."""
    return amin(input) if dim is None else _along(input, dim, keepdim, np.argmin, "min")


def _along(input: Any, dim: int, keepdim: bool, find: Any, where: str) -> MaxResult:
    x = as_tensor(input)
    if not isinstance(dim, Integral):
        hint = "Use amax or amin over several dimensions, maximum or minimum of two tensors."
        raise ShapeError(f"expected one dimension, got {dim!r}.", where=where, hint=hint)
    if not x.shape:
        return MaxResult(x, make_tensor(np.zeros((), np.int64)))
    (at,) = _extreme_dims(x, int(dim), where)
    indices = find(x.array, axis=at, keepdims=True)
    grid = np.ogrid[tuple(slice(n) for n in x.shape)]
    values = GetItem.apply(x, (*grid[:at], indices, *grid[at + 1 :]))
    if not keepdim:
        smaller = (*x.shape[:at], *x.shape[at + 1 :])
        values, indices = Reshape.apply(values, smaller), indices.reshape(smaller)
    return MaxResult(values, make_tensor(indices))


def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Position of the largest element, the first of equal ones; int64, without gradient."""
    return _position(np.argmax, input, dim, keepdim, "argmax")


def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Position of the smallest element, the first of equal ones; int64, without gradient."""
    return _position(np.argmin, input, dim, keepdim, "argmin")


def _position(find: Any, input: Any, dim: int | None, keepdim: bool, where: str) -> Tensor:
    x = as_tensor(input)
    dims = _extreme_dims(x, dim, where)
    axis = dims[0] if dim is not None and dims else None
    return make_tensor(np.asarray(find(x.array, axis=axis, keepdims=keepdim)))
