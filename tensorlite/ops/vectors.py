"""Lengths of vectors and sizes of matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.elementwise import Pow, Where, sub
from tensorlite.ops.extreme import Amax
from tensorlite.ops.factors import svdvals
from tensorlite.ops.functions import Abs
from tensorlite.ops.names import numpy_names
from tensorlite.ops.reduce import Dims, Sum, all_dims, floating, root
from tensorlite.ops.shape import RangeError, Reshape, movedim

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


@numpy_names
def norm(
    input: Any,
    p: Any = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The length of all elements, or along dimensions: ``sum(abs(x) ** p) ** (1 / p)``.

    Args:
        input: A floating point tensor.
        p: The power; ``"fro"`` stands for 2, ``inf`` for the largest, 0 for a count.
        dim: A dimension, several, or ``None`` for all.
        keepdim: Keep the reduced dimensions with size 1.
        dtype: The element type to cast to first.

    Example:
        >>> norm([3.0, 4.0]).item()
        5.0
    """
    if p == "nuc":
        x = as_tensor(input, dtype)
        return matrix_norm(x, "nuc", (0, 1) if dim is None else dim, keepdim)  # type: ignore[arg-type]
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


@numpy_names
def vector_norm(
    x: Any,
    ord: float = 2,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The length of all elements, or along dimensions; at 0 the gradient is 0, as in PyTorch."""
    tensor = as_tensor(x, dtype)
    floating(tensor, "vector_norm")
    if isinstance(ord, str):
        raise ConfigError(f"expected a power, got {ord!r}.", where="vector_norm")
    dims = all_dims(dim, tensor.shape, "vector_norm")
    if math.isinf(ord):
        if any(tensor.shape[d] == 0 for d in dims):
            raise RangeError(f"expected elements, got shape {tensor.shape}.", where="vector_norm")
        return Amax.apply(Abs.apply(tensor), dims, keepdim, 1 if ord > 0 else -1)
    if ord == 2:
        return root(Sum.apply(tensor * tensor, dims, keepdim))
    if ord == 0:
        return Sum.apply(tensor * 0.0 + (tensor.array != 0).astype(tensor.dtype), dims, keepdim)
    size = Abs.apply(tensor)
    if ord == 1:
        return Sum.apply(size, dims, keepdim)
    power = float(ord)
    return _power(Sum.apply(_power(size, power), dims, keepdim), 1 / power)


def _power(x: Any, power: float) -> Any:
    """``x ** power`` for ``x`` of 0 or more, with gradient 0 at 0."""
    zero = x.array == 0
    if not zero.any():
        return Pow.apply(x, power)
    return Where.apply(
        zero, 0.0 if power > 0 else np.inf, Pow.apply(Where.apply(zero, 1.0, x), power)
    )


@numpy_names
def matrix_norm(
    A: Any,
    ord: Any = "fro",
    dim: Sequence[int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The size of matrices: ``"fro"``, or the largest (``inf``, 1) or smallest sum of a line."""
    tensor = as_tensor(A, dtype)
    floating(tensor, "matrix_norm")
    dims = all_dims(dim, tensor.shape, "matrix_norm")
    if len(dims) != 2 or len(tensor.shape) < 2:
        raise ShapeError(f"expected two dimensions, got {dim}.", where="matrix_norm")
    if ord == "fro":
        return vector_norm(tensor, 2, dims, keepdim)
    if ord in ("nuc", 2, -2):
        return _by_singular_values(tensor, ord, dims, keepdim)
    if ord not in (1, -1, math.inf, -math.inf):
        raise ConfigError(
            f"expected 'fro', 'nuc', inf, -inf, 1, -1, 2 or -2, got {ord!r}.", where="matrix_norm"
        )
    along, across = dims if abs(ord) == 1 else dims[::-1]
    sums = Sum.apply(Abs.apply(tensor), (along,), True)
    out = Amax.apply(sums, (across,), True, 1 if ord > 0 else -1)
    if keepdim:
        return out
    return Reshape.apply(out, tuple(n for i, n in enumerate(out.shape) if i not in dims))


def _by_singular_values(x: Any, ord: Any, dims: tuple[int, ...], keepdim: bool) -> Tensor:
    """The sum of the singular values, the largest or the smallest one."""
    values = svdvals(movedim(x, dims, (-2, -1)))
    last = (len(values.shape) - 1,)
    if ord == "nuc":
        out = Sum.apply(values, last, False)
    else:
        out = Amax.apply(values, last, False, 1 if ord > 0 else -1)
    shape = tuple(1 if i in dims else n for i, n in enumerate(x.shape))
    return Reshape.apply(out, shape) if keepdim else out


@numpy_names
def linalg_norm(
    A: Any,
    ord: Any = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The length of vectors or the size of matrices, by the number of dimensions."""
    tensor = as_tensor(A)
    if ord is None:
        return vector_norm(tensor, 2, dim, keepdim, dtype=dtype)
    if dim is None and len(tensor.shape) == 2 or isinstance(dim, (tuple, list)) and len(dim) == 2:
        return matrix_norm(tensor, ord, tuple(dim or (0, 1)), keepdim, dtype=dtype)
    return vector_norm(tensor, ord, dim, keepdim, dtype=dtype)


def dist(input: Any, other: Any, p: float = 2) -> Tensor:
    """The length of ``input - other``."""
    return vector_norm(sub(input, other), p)
