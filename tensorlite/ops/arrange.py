"""The same elements in another order: turned, moved, repeated; diagonals and triangles."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor, clone, operands
from tensorlite.ops.elementwise import Where
from tensorlite.ops.join import cat
from tensorlite.ops.placing import Flip, GetItem, Roll
from tensorlite.ops.shape import (
    BroadcastTo,
    Dims,
    RangeError,
    Reshape,
    broadcast_shapes,
    broadcast_to,
    dim_index,
    dim_indices,
    movedim,
    transpose,
)

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

# --- turned and moved -----------------------------------------------------------------------------


def flip(input: Any, dims: Dims) -> Tensor:
    """Turn the order along dimensions around, in a copy.

    Example:
        >>> flip([1, 2, 3], 0)
        tensor([3, 2, 1])
    """
    x = as_tensor(input)
    return Flip.apply(x, dim_indices(dims, len(x.shape), "flip") if x.shape else ())


def fliplr(input: Any) -> Tensor:
    """Turn left and right around: dimension 1."""
    return flip(_with_dims(input, 2, "fliplr"), 1)


def flipud(input: Any) -> Tensor:
    """Turn up and down around: dimension 0."""
    return flip(_with_dims(input, 1, "flipud"), 0)


def _with_dims(input: Any, least: int, where: str) -> Any:
    x = as_tensor(input)
    if len(x.shape) < least:
        raise ShapeError(f"expected {least} or more dimensions, got {x.shape}.", where=where)
    return x


def roll(input: Any, shifts: Dims, dims: Dims | None = None) -> Tensor:
    """Move elements along dimensions, or through the flattened input; the last become the first.

    Example:
        >>> roll([1, 2, 3], 1)
        tensor([3, 1, 2])
    """
    x = as_tensor(input)
    given: Any = shifts
    steps = (given,) if isinstance(given, Integral) else tuple(given)
    if dims is None or (isinstance(dims, (tuple, list)) and not dims):
        if len(steps) != 1:
            raise ShapeError(f"expected one shift, got {steps}.", where="roll", hint="Give dims.")
        flat = Roll.apply(Reshape.apply(x, (x.array.size,)), steps, (0,))
        return Reshape.apply(flat, x.shape)
    chosen: Any = (dims,) if isinstance(dims, Integral) else dims
    axes = tuple(dim_index(dim, len(x.shape), "roll") for dim in chosen)
    if len(axes) != len(steps):
        raise ShapeError(f"expected a shift for each of {axes}, got {steps}.", where="roll")
    if not x.shape and axes:
        raise RangeError("expected no dimensions for a scalar, got some.", where="roll")
    return Roll.apply(x, steps, axes)


def rot90(input: Any, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turn by ``k`` times 90 degrees, from the first of two dimensions towards the second."""
    x = as_tensor(input)
    found = dim_indices(dims, len(x.shape), "rot90")
    if len(found) != 2:
        raise ShapeError(f"expected two dimensions, got {tuple(dims)}.", where="rot90")
    a, b = found
    if k % 4 == 0:
        return clone(x)
    if k % 4 == 2:
        return Flip.apply(x, (a, b))
    return transpose(flip(x, b), a, b) if k % 4 == 1 else flip(transpose(x, a, b), b)


# --- repeated -------------------------------------------------------------------------------------


def repeat(input: Any, repeats: Sequence[int]) -> Tensor:
    """Lay copies side by side: one number per dimension, new dimensions in front.

    Example:
        >>> repeat([1, 2], (2,))
        tensor([1, 2, 1, 2])
    """
    x = as_tensor(input)
    times = [int(n) for n in repeats]
    extra = len(times) - len(x.shape)
    if extra < 0 or any(n < 0 for n in times):
        raise ShapeError(
            f"expected a number of 0 or more for each dimension of {x.shape}, got {tuple(times)}.",
            where="repeat",
        )
    shape = (1,) * extra + x.shape
    if all(n == 1 for n in times):
        return Reshape.apply(clone(x), shape)
    pairs = [m for n in shape for m in (1, n)]
    wide = [m for n, k in zip(shape, times, strict=True) for m in (k, n)]
    spread = BroadcastTo.apply(Reshape.apply(x, tuple(pairs)), tuple(wide))
    return Reshape.apply(spread, tuple(n * k for n, k in zip(shape, times, strict=True)))


def tile(input: Any, dims: Sequence[int]) -> Tensor:
    """As ``repeat``; where there are fewer numbers than dimensions, they are for the last."""
    x = as_tensor(input)
    times = (dims,) if isinstance(dims, Integral) else tuple(dims)
    return repeat(x, (*(1,) * (len(x.shape) - len(times)), *times))


# --- diagonals ------------------------------------------------------------------------------------


class Diagonal(Op):
    """The elements where two dimensions have the same index; they come last."""

    view = True

    def forward(self, x: Array, offset: int, dim1: int, dim2: int) -> Array:
        self.input_shape, self.place = x.shape, (offset, dim1, dim2)
        return _diagonal(x, *self.place)

    def backward(self, grad: Any) -> Any:
        return FromDiagonal.apply(grad, self.input_shape, self.place)


class FromDiagonal(Op):
    """Zeros with a diagonal."""

    def forward(self, values: Array, shape: tuple[int, ...], place: tuple[int, int, int]) -> Array:
        self.place = place
        out = np.zeros(shape, values.dtype)
        _diagonal(out, *place)[...] = values
        return out

    def backward(self, grad: Any) -> Any:
        return Diagonal.apply(grad, *self.place)


def _diagonal(x: Array, offset: int, dim1: int, dim2: int) -> Array:
    """NumPy's view, but one that can be written."""
    found = np.diagonal(x, offset, dim1, dim2)
    if x.flags.writeable:
        found.flags.writeable = True
    return found


def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The elements where two dimensions have the same index, as the last dimension of a view.

    Args:
        input: At least two dimensions.
        offset: How far above the main diagonal.
        dim1: The dimension of rows.
        dim2: The dimension of columns.
    """
    x = as_tensor(input)
    a, b = (dim_index(dim, len(x.shape), "diagonal") for dim in (dim1, dim2))
    if a == b:
        raise ShapeError(f"expected two dimensions, got {dim1} and {dim2}.", where="diagonal")
    return Diagonal.apply(x, offset, a, b)


def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices of zeros with the last dimension of the input on a diagonal."""
    x = as_tensor(input)
    if not x.shape:
        raise RangeError("expected at least one dimension, got a scalar.", where="diag_embed")
    n, count = x.shape[-1] + abs(offset), len(x.shape) + 1
    a, b = (dim_index(dim, count, "diag_embed") for dim in (dim1, dim2))
    if a == b:
        raise ShapeError(f"expected two dimensions, got {dim1} and {dim2}.", where="diag_embed")
    out = FromDiagonal.apply(x, (*x.shape[:-1], n, n), (offset, count - 2, count - 1))
    return movedim(out, (-2, -1), (a, b))


def diag(input: Any, diagonal: int = 0) -> Tensor:
    """The diagonal of a matrix, or the matrix with this diagonal.

    Example:
        >>> diag([1, 2])
        tensor([[1, 0],
                [0, 2]])
    """
    x = as_tensor(input)
    if len(x.shape) not in (1, 2):
        raise ShapeError(f"expected a vector or a matrix, got shape {x.shape}.", where="diag")
    if len(x.shape) == 1:
        return diag_embed(x, diagonal)
    return clone(Diagonal.apply(x, diagonal, 0, 1))


def trace(input: Any) -> Tensor:
    """The sum of the diagonal of a matrix."""
    x = as_tensor(input)
    if len(x.shape) != 2:
        raise ShapeError(f"expected a matrix, got shape {x.shape}.", where="trace")
    return Diagonal.apply(x, 0, 0, 1).sum()


# --- triangles ------------------------------------------------------------------------------------


def tril(input: Any, diagonal: int = 0) -> Tensor:
    """The lower triangle of matrices, zeros elsewhere.

    Example:
        >>> tril([[1, 2], [3, 4]])
        tensor([[1, 0],
                [3, 4]])
    """
    x = _matrices(input, "tril")
    return Where.apply(_below(x, diagonal), x, x.dtype.type(0))


def triu(input: Any, diagonal: int = 0) -> Tensor:
    """The upper triangle of matrices, zeros elsewhere."""
    x = _matrices(input, "triu")
    return Where.apply(_below(x, diagonal - 1), x.dtype.type(0), x)


def _below(x: Any, diagonal: int) -> Array:
    """Where matrices of this shape lie on or below a diagonal."""
    rows, columns = x.shape[-2:]
    return np.tri(rows, columns, diagonal, dtype=bool)


def _matrices(input: Any, where: str) -> Tensor:
    x = as_tensor(input)
    if len(x.shape) < 2:
        raise ShapeError(f"expected at least 2 dimensions, got shape {x.shape}.", where=where)
    return x


def tril_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: Any = None,
    device: Any = None,
    layout: Any = None,
) -> Tensor:
    """Rows and columns of the lower triangle, as two rows of numbers."""
    return _triangle(np.tril_indices(row, offset, col), dtype)


def triu_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: Any = None,
    device: Any = None,
    layout: Any = None,
) -> Tensor:
    """Rows and columns of the upper triangle, as two rows of numbers."""
    return _triangle(np.triu_indices(row, offset, col), dtype)


def _triangle(places: Any, dtype: Any) -> Tensor:
    return make_tensor(np.stack(places).astype(dtype or np.int64))


# --- neighbours -----------------------------------------------------------------------------------


def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Tensor:
    """Differences of neighbours along a dimension, ``n`` times over.

    Example:
        >>> diff([1, 4, 9])
        tensor([3, 5])
    """
    parts = [part for part in (prepend, input, append) if part is not None]
    x = as_tensor(input)
    if n < 0:
        raise ConfigError(f"expected n of 0 or more, got {n}.", where="diff")
    if not x.shape:
        raise ShapeError("expected at least one dimension, got a scalar.", where="diff")
    at = dim_index(dim, len(x.shape), "diff")
    if len(parts) > 1 and n:
        x = cat(parts, at)
    before = (slice(None),) * at
    for _ in range(min(n, x.shape[at])):
        later = GetItem.apply(x, (*before, slice(1, None)))
        earlier = GetItem.apply(x, (*before, slice(0, max(x.shape[at] - 1, 0))))
        x = later != earlier if x.dtype == bool else later - earlier
    return x


def cross(input: Any, other: Any, dim: int | None = None) -> Tensor:
    """The cross product along a dimension of size 3, the first such one unless given.

    Raises:
        ShapeError: If there is none.
    """
    a, b = operands(as_tensor(input), as_tensor(other))
    shape = broadcast_shapes(a.shape, b.shape)
    if dim is None:
        dim = next((i for i, n in enumerate(shape) if n == 3), -1)
    at = dim_index(dim, len(shape), "cross")
    a, b = (x if x.shape == shape else broadcast_to(x, shape) for x in (a, b))
    if not shape or shape[at] != 3:
        raise ShapeError(f"expected a dimension of size 3, got {shape}.", where="cross")
    (a1, a2), (b1, b2) = ([Roll.apply(x, (-n,), (at,)) for n in (1, 2)] for x in (a, b))
    return a1 * b2 - a2 * b1
