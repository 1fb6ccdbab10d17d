"""Running sums, products and extremes along a dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.extreme import ValuesAndIndices
from tensorlite.ops.functions import Exp
from tensorlite.ops.index import along
from tensorlite.ops.join import cat
from tensorlite.ops.names import numpy_names
from tensorlite.ops.placing import GetItem
from tensorlite.ops.reduce import floating
from tensorlite.ops.shape import dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class CumSum(Op):
    """Running sum from the front, or from the back."""

    def forward(self, x: Array, dim: int, backwards: bool, kind: Any = None) -> Array:
        self.dim, self.backwards = dim, backwards
        if backwards:
            return np.flip(np.flip(x, dim).cumsum(axis=dim, dtype=kind), dim)
        return x.cumsum(axis=dim, dtype=kind)

    def backward(self, grad: Any) -> Any:
        return CumSum.apply(grad, self.dim, not self.backwards)


class LogCumSumExp(Op):
    """Logarithm of the running sum of exponentials."""

    def forward(self, x: Array, dim: int) -> Array:
        self.save_inputs(0)
        self.save_output()
        self.dim, self.top = dim, x.max(axis=dim, keepdims=True, initial=-np.inf)
        self.top[~np.isfinite(self.top)] = 0
        return np.logaddexp.accumulate(x, axis=dim)

    def backward(self, grad: Any) -> Any:
        x, y = self.saved
        shares = CumSum.apply(grad * Exp.apply(self.top - y), self.dim, True)
        return Exp.apply(x - self.top) * shares


@numpy_names
def cumsum(input: Any, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """Running sum along a dimension; integers give int64.

    Example:
        >>> cumsum([1, 2, 3], 0)
        tensor([1, 3, 6])
    """
    x = as_tensor(input, dtype)
    at = dim_index(dim, len(x.shape), "cumsum")
    if not x.shape:
        return x if x.dtype.kind == "f" or dtype is not None else as_tensor(x, np.int64)
    return CumSum.apply(x, at, False, _kind(x, dtype))


def _kind(x: Any, dtype: Any) -> Any:
    """The element type to count in: int64 for whole numbers, unless another is asked for."""
    return x.dtype.type if x.dtype.kind == "f" or dtype is not None else np.int64


@numpy_names
def cumprod(input: Any, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """Running product along a dimension; zeros have their true gradient."""
    x = as_tensor(input, dtype)
    at = dim_index(dim, len(x.shape), "cumprod")
    if not x.shape:
        return x if x.dtype.kind == "f" or dtype is not None else as_tensor(x, np.int64)
    if not x.requires_grad:
        return make_tensor(x.array.cumprod(axis=at, dtype=_kind(x, dtype)))
    before, step = (slice(None),) * at, 1
    while step < x.shape[at]:  # each element becomes the product of up to 2 * step
        first = GetItem.apply(x, (*before, slice(0, step)))
        later = GetItem.apply(x, (*before, slice(step, None)))
        x = cat([first, later * GetItem.apply(x, (*before, slice(0, -step)))], at)
        step *= 2
    return x


@numpy_names
def logcumsumexp(input: Any, dim: int) -> Tensor:
    """Logarithm of the running sum of exponentials along a dimension."""
    x = as_tensor(input)
    floating(x, "logcumsumexp")
    at = dim_index(dim, len(x.shape), "logcumsumexp")
    return LogCumSumExp.apply(x, at) if x.shape else x


@numpy_names
def cummax(input: Any, dim: int) -> ValuesAndIndices:
    """Running maximum along a dimension, and where it was met last.

    Example:
        >>> cummax([1, 3, 2, 3], 0).indices
        tensor([0, 1, 1, 3])
    """
    return _running(np.maximum, input, dim, "cummax")


@numpy_names
def cummin(input: Any, dim: int) -> ValuesAndIndices:
    """Running minimum along a dimension, and where it was met last."""
    return _running(np.minimum, input, dim, "cummin")


def _running(function: Any, input: Any, dim: int, where: str) -> ValuesAndIndices:
    x = as_tensor(input)
    at = dim_index(dim, len(x.shape), where)
    if not x.shape:
        return ValuesAndIndices(x, make_tensor(np.zeros((), np.int64)))
    best = function.accumulate(x.array, axis=at)
    here = x.array == best
    if x.dtype.kind == "f":
        here |= np.isnan(x.array)
    places = np.arange(x.shape[at]).reshape(-1, *(1,) * (len(x.shape) - at - 1))
    indices = np.maximum.accumulate(np.where(here, places, 0), axis=at)
    return ValuesAndIndices(GetItem.apply(x, along(indices, at)), make_tensor(indices))
