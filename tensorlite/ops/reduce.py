"""Ops that add many elements up: sums, products, means, variances, counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite import kernels
from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.errors import DTypeError
from tensorlite.ops.convert import as_tensor, cast, float32
from tensorlite.ops.elementwise import Where
from tensorlite.ops.functions import Exp, Sqrt
from tensorlite.ops.join import cat
from tensorlite.ops.names import numpy_names
from tensorlite.ops.placing import GetItem
from tensorlite.ops.shape import BroadcastTo, Reshape, dim_index, dim_indices, movedim

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Dims = int | Sequence[int] | None


class Sum(Op):
    """Sum over dimensions."""

    def forward(self, x: Array, dims: tuple[int, ...], keepdim: bool) -> Array:
        self.input_shape = x.shape
        self.kept_shape = tuple(1 if i in dims else n for i, n in enumerate(x.shape))
        if kernels.worth(x):
            if len(x.shape) == 4 and dims == (0, 2, 3) and not keepdim:
                return kernels.channel_sums(x)
            if len(dims) == x.ndim:
                total = kernels.sum_all(x)
                return total.reshape(self.kept_shape) if keepdim else total
            if len(dims) == 1 and kernels.along_rows(x, dims[0]):
                return kernels.sum_rows(x).reshape(self.kept_shape if keepdim else x.shape[:-1])
        kind = None if x.dtype.kind == "f" else np.int64
        add: Any = np.add
        return add.reduce(x, axis=dims, keepdims=keepdim, dtype=kind)  # x.sum() would warn

    def backward(self, grad: Any) -> Any:
        return BroadcastTo.apply(Reshape.apply(grad, self.kept_shape), self.input_shape)


class LogSumExp(Op):
    """Logarithm of the sum of exponentials, kept from overflowing."""

    def forward(self, x: Array, dims: tuple[int, ...], keepdim: bool) -> Array:
        self.save_inputs(0)
        self.save_output()
        top = np.asarray(np.maximum.reduce(x, axis=dims, keepdims=True, initial=-np.inf))
        top[~np.isfinite(top)] = 0
        self.kept_shape = top.shape
        out = np.log(np.add.reduce(np.exp(x - top), axis=dims, keepdims=True)) + top
        return out if keepdim else out.squeeze(dims)

    def backward(self, grad: Any) -> Any:
        x, y = self.saved
        share = Exp.apply(x - Reshape.apply(y, self.kept_shape))
        return Reshape.apply(grad, self.kept_shape) * share


def all_dims(dim: Dims, shape: tuple[int, ...], where: str) -> tuple[int, ...]:
    """The dimensions to reduce, counted from the front; ``None`` and ``()`` mean all.

    Raises:
        ShapeError: If there is no such dimension, or one comes twice.
    """
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return tuple(range(len(shape)))
    if type(dim) is int and -len(shape) <= dim < len(shape):  # the usual case
        return (dim % len(shape),)
    found = dim_indices(dim, len(shape), where)
    return found if shape else ()


def floating(x: Any, where: str) -> None:
    """Check for floating point numbers.

    Raises:
        DTypeError: If there are others.
    """
    if x.dtype.kind != "f":
        raise DTypeError(
            f"expected floating point numbers, got {x.dtype}.", where=where, hint="Use x.float()."
        )


def root(x: Any) -> Any:
    """Square root whose gradient is 0 at 0, where PyTorch's lengths and deviations have it."""
    zero = x.array == 0
    if not x.requires_grad or not zero.any():
        return Sqrt.apply(x)
    return Where.apply(zero, 0.0, Sqrt.apply(Where.apply(zero, 1.0, x)))


@numpy_names
def sum(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """Add up the elements, over all dimensions or some.

    Args:
        input: Any tensor; booleans and integers give int64.
        dim: A dimension, several, or ``None`` for all.
        keepdim: Keep the summed dimensions with size 1.
        dtype: The element type to cast to first.

    Example:
        >>> sum([[1.0, 2.0], [3.0, 4.0]], dim=0)
        tensor([4., 6.])
    """
    x = as_tensor(input, dtype)
    out = Sum.apply(x, all_dims(dim, x.shape, "sum"), keepdim)
    return out if dtype is None else cast(out, dtype)


@numpy_names
def nansum(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """Add up the elements that are numbers."""
    x = as_tensor(input)
    x = Where.apply(np.isnan(x.array), 0, x) if x.dtype.kind == "f" else x
    return sum(x, dim, keepdim, dtype=dtype)


@numpy_names
def mean(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """Average the elements, over all dimensions or some.

    Raises:
        DTypeError: If the input holds integers or booleans.
    """
    x = as_tensor(input, dtype)
    floating(x, "mean")
    dims = all_dims(dim, x.shape, "mean")
    return Sum.apply(x, dims, keepdim) / (_count(x, dims) or math.nan)


@numpy_names
def nanmean(
    input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """Average the elements that are numbers."""
    x = as_tensor(input, dtype)
    floating(x, "nanmean")
    dims = all_dims(dim, x.shape, "nanmean")
    counts = (~np.isnan(x.array)).sum(axis=dims, keepdims=keepdim, dtype=x.dtype)
    counts = np.where(counts == 0, np.nan, counts).astype(x.dtype)
    return nansum(x, dims, keepdim) / make_tensor(counts)


def _count(x: Any, dims: tuple[int, ...]) -> int:
    return math.prod(x.shape[d] for d in dims)


@numpy_names
def var(
    input: Any,
    dim: Dims | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """Variance: the mean squared distance from the mean.

    Args:
        input: A floating point tensor.
        dim: A dimension, several, or ``None`` for all.
        unbiased: ``False`` stands for ``correction=0``.
        keepdim: Keep the reduced dimensions with size 1.
        correction: Subtracted from the number of elements that the sum is divided by; 1 unless
            given.

    Example:
        >>> var([1.0, 2.0, 3.0]).item()
        1.0
    """
    return _spread(input, dim, unbiased, keepdim, correction, "var")[0]


@numpy_names
def std(
    input: Any,
    dim: Dims | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """Standard deviation: the root of ``var``, whose arguments it has."""
    return root(_spread(input, dim, unbiased, keepdim, correction, "std")[0])


@numpy_names
def var_mean(
    input: Any,
    dim: Dims | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Variance and mean, with the arguments of ``var``."""
    return _spread(input, dim, unbiased, keepdim, correction, "var_mean")


@numpy_names
def std_mean(
    input: Any,
    dim: Dims | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean, with the arguments of ``var``."""
    variance, average = _spread(input, dim, unbiased, keepdim, correction, "std_mean")
    return root(variance), average


def _spread(
    input: Any, dim: Any, unbiased: Any, keepdim: bool, correction: float | None, where: str
) -> tuple[Any, Any]:
    x = as_tensor(input)
    floating(x, where)
    if isinstance(dim, bool):  # var(x, False)
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    dims = all_dims(dim, x.shape, where)
    kept = mean(x, dims or None, keepdim=True) if x.shape else x
    distance = x - kept
    count = _count(x, dims) - correction
    variance = Sum.apply(distance * distance, dims, keepdim) / (count if count > 0 else math.nan)
    if keepdim:
        return variance, kept
    return variance, Reshape.apply(kept, variance.shape)


@numpy_names
def prod(
    input: Any, dim: int | None = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """Multiply the elements, all of them or along a dimension; zeros have their true gradient."""
    x = as_tensor(input, dtype)
    at = None if dim is None else dim_index(dim, len(x.shape), "prod")
    if not x.requires_grad:
        kind = None if x.dtype.kind == "f" else np.int64
        axis = at if x.shape else None
        multiply: Any = np.multiply
        out = multiply.reduce(x.array, axis=axis, keepdims=keepdim, dtype=kind)
        return make_tensor(np.asarray(out, dtype))
    wide = Reshape.apply(x, (-1,)) if at is None or not x.shape else movedim(x, at, -1)
    shape = tuple(1 if at in (None, i) else n for i, n in enumerate(x.shape))
    if not keepdim:
        shape = wide.shape[:-1]
    if not wide.shape[-1]:
        return Sum.apply(wide, (len(wide.shape) - 1,), False).reshape(shape) + 1.0
    # The product of pairs, of pairs of pairs: no quotient, so a zero does no harm.
    while (n := wide.shape[-1]) > 1:
        pairs = _part(wide, 0, n // 2) * _part(wide, n // 2, n // 2 * 2)
        wide = cat([pairs, _part(wide, n - 1, n)], -1) if n % 2 else pairs
    return Reshape.apply(wide, shape)


def _part(x: Any, start: int, stop: int) -> Any:
    return GetItem.apply(x, (..., slice(start, stop)))


@numpy_names
def logsumexp(input: Any, dim: int | Sequence[int], keepdim: bool = False) -> Tensor:
    """Logarithm of the sum of exponentials over dimensions.

    Example:
        >>> logsumexp([1000.0, 1000.0], 0).item()
        1000.6931762695312
    """
    x = as_tensor(input)
    x = x if x.dtype.kind == "f" else cast(x, float32)
    return LogSumExp.apply(x, all_dims(dim, x.shape, "logsumexp"), keepdim)


@numpy_names
def any(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether any element is not zero."""
    return _truth(np.any, input, dim, keepdim, "any")


@numpy_names
def all(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether no element is zero."""
    return _truth(np.all, input, dim, keepdim, "all")


def _truth(function: Any, input: Any, dim: Dims, keepdim: bool, where: str) -> Tensor:
    x = as_tensor(input)
    found = function(x.array, axis=all_dims(dim, x.shape, where), keepdims=keepdim)
    return make_tensor(np.asarray(found, np.uint8 if x.dtype == np.uint8 else bool))


@numpy_names
def count_nonzero(input: Any, dim: Dims = None) -> Tensor:
    """How many elements are not zero."""
    x = as_tensor(input)
    return make_tensor(np.asarray((x.array != 0).sum(axis=all_dims(dim, x.shape, "count_nonzero"))))
