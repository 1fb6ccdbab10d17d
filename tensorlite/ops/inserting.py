"""Parts written back into a copy of the whole, and other names for cutting and copying."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import make_tensor
from tensorlite.errors import ShapeError
from tensorlite.ops.arrange import diag
from tensorlite.ops.assign import assign
from tensorlite.ops.convert import as_tensor, clone
from tensorlite.ops.elementwise import Where
from tensorlite.ops.index import narrow
from tensorlite.ops.join import chunk, split, tensor_split
from tensorlite.ops.reduce import Sum
from tensorlite.ops.scatter import reduce_at
from tensorlite.ops.shape import Reshape, dim_index, movedim, reshape
from tensorlite.ops.vectors import vector_norm

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def select_scatter(input: Any, src: Any, dim: int, index: int) -> Tensor:
    """A copy whose slice number ``index`` along ``dim`` is ``src``.

    Example:
        >>> select_scatter([[1.0, 2.0], [3.0, 4.0]], [0.0, 9.0], 0, 1)
        tensor([[1., 2.],
                [0., 9.]])
    """
    x, part = as_tensor(input), as_tensor(src)
    at = dim_index(dim, len(x.shape), "select_scatter")
    return _inserted(x, part, (*(slice(None),) * at, int(index)), "select_scatter")


def slice_scatter(
    input: Any,
    src: Any,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Tensor:
    """A copy whose part from ``start`` to ``end`` along ``dim`` is ``src``."""
    x, part = as_tensor(input), as_tensor(src)
    at = dim_index(dim, len(x.shape), "slice_scatter")
    return _inserted(x, part, (*(slice(None),) * at, slice(start, end, step)), "slice_scatter")


def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy whose diagonal is ``src``; the diagonal is the last dimension of ``src``."""
    x, part = as_tensor(input), as_tensor(src)
    count = len(x.shape)
    dims = (dim_index(dim1, count, "diagonal_scatter"), dim_index(dim2, count, "diagonal_scatter"))
    last = movedim(x, dims, (-2, -1))
    n = max(0, min(last.shape[-2] + min(offset, 0), last.shape[-1] - max(offset, 0)))
    places = np.arange(n)
    index = (..., make_tensor(places - min(offset, 0)), make_tensor(places + max(offset, 0)))
    done = _inserted(last, part, index, "diagonal_scatter")
    return movedim(done, (-2, -1), dims)


def _inserted(x: Any, part: Any, index: Any, where: str) -> Any:
    shape = np.empty(x.shape, bool)[tuple(getattr(i, "array", i) for i in index)].shape
    if part.shape != shape:
        raise ShapeError(f"expected a part of shape {shape}, got {part.shape}.", where=where)
    return assign(x, index, part)


def index_reduce(
    input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Combine whole slices that go to one place: ``prod``, ``mean``, ``amax`` or ``amin``."""
    x, values = as_tensor(input), as_tensor(source)
    at = dim_index(dim, len(x.shape), "index_reduce")
    rows = as_tensor(index).array.reshape(-1)
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise ShapeError(
            f"expected prod, mean, amax or amin, got {reduce!r}.", where="index_reduce"
        )
    wanted = (*x.shape[:at], len(rows), *x.shape[at + 1 :]) if x.shape else ()
    if values.shape != wanted:
        raise ShapeError(f"expected {wanted}, got {values.shape}.", where="index_reduce")
    if not x.shape:
        x, values = Reshape.apply(x, (1,)), Reshape.apply(values, (1,))
    places = np.broadcast_to(rows.reshape(-1, *(1,) * (len(x.shape) - at - 1)), values.shape)
    grid = tuple(places if i == at else g for i, g in enumerate(np.indices(values.shape)))
    return Reshape.apply(reduce_at(x, grid, values, reduce, include_self), as_tensor(input).shape)


# --- cut and copied -------------------------------------------------------------------------------


def dsplit(input: Any, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """``tensor_split`` along dimension 2."""
    x = as_tensor(input)
    if len(x.shape) < 3:
        raise ShapeError(f"expected three or more dimensions, got {x.shape}.", where="dsplit")
    return tensor_split(x, indices_or_sections, 2)


def split_with_sizes(input: Any, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """``split`` into slices of the sizes given."""
    return split(input, split_sizes, dim)


def narrow_copy(input: Any, dim: int, start: int, length: int) -> Tensor:
    """``narrow`` with memory of its own."""
    return clone(narrow(input, dim, start, length))


unsafe_chunk, unsafe_split, unsafe_split_with_sizes = chunk, split, split_with_sizes


def diagflat(input: Any, offset: int = 0) -> Tensor:
    """A square matrix with all elements on one of its diagonals."""
    return diag(reshape(as_tensor(input), (-1,)), offset)


def unravel_index(indices: Any, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """The positions, one tensor per dimension, of places in a flattened tensor of ``shape``."""
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    places = as_tensor(indices).array
    if places.size and not (0 <= places.min() and places.max() < math.prod(sizes)):
        raise ShapeError(f"expected places inside {sizes}, got others.", where="unravel_index")
    return tuple(make_tensor(np.asarray(p)) for p in np.unravel_index(places, sizes))


def sum_to_size(input: Any, *size: Any) -> Tensor:
    """Add up the dimensions along which ``size`` would broadcast to the input's shape."""
    x = as_tensor(input)
    given: Any = size[0] if len(size) == 1 and not isinstance(size[0], int) else size
    wanted = tuple(given)
    spare = len(x.shape) - len(wanted)
    if spare < 0 or any(m not in (1, n) for n, m in zip(x.shape[spare:], wanted, strict=True)):
        raise ShapeError(
            f"expected sizes that broadcast to {x.shape}, got {wanted}.", where="sum_to_size"
        )
    dims = (*range(spare), *(i + spare for i, n in enumerate(wanted) if n != x.shape[i + spare]))
    return Reshape.apply(Sum.apply(x, dims, True), wanted) if dims else x


def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Tensor:
    """Shrink the slices along ``dim`` whose p-norm is larger than ``maxnorm`` to that norm."""
    x = as_tensor(input)
    at = dim_index(dim, len(x.shape), "renorm")
    if len(x.shape) < 2:
        raise ShapeError(f"expected two or more dimensions, got {x.shape}.", where="renorm")
    others = tuple(i for i in range(len(x.shape)) if i != at)
    size = vector_norm(x, p, others, True)
    long = size.array > maxnorm
    return x * Where.apply(long, maxnorm / (Where.apply(long, size, 1.0) + 1e-7), 1.0)
