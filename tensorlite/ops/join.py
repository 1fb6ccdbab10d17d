"""Several tensors into one, and one into several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor, operands
from tensorlite.ops.index import getitem, select
from tensorlite.ops.names import numpy_names
from tensorlite.ops.placing import Cat, GetItem, Pad
from tensorlite.ops.shape import Reshape, atleast_1d, atleast_2d, atleast_3d, dim_index, unsqueeze

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

# --- together -------------------------------------------------------------------------------------


@numpy_names
def cat(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Join tensors along a dimension that they have; empty vectors are passed over.

    Raises:
        ShapeError: If there is none, or the other sizes differ.

    Example:
        >>> cat([[1.0, 2.0], [3.0]])
        tensor([1., 2., 3.])
    """
    parts = of_one_type(tensors, "cat")
    full = [part for part in parts if part.shape != (0,)] or parts[:1]
    if not all(part.shape for part in full):
        hint = "Use stack for scalars."
        raise ShapeError("expected dimensions to join, got a scalar.", where="cat", hint=hint)
    return Cat.apply(dim_index(dim, len(full[0].shape), "cat"), *full)


concat = concatenate = cat


@numpy_names
def stack(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new dimension.

    Example:
        >>> stack([[1.0, 2.0], [3.0, 4.0]], dim=1)
        tensor([[1., 3.],
                [2., 4.]])
    """
    parts = of_one_type(tensors, "stack")
    shapes = {part.shape for part in parts}
    if len(shapes) > 1:
        raise ShapeError(f"expected tensors of one shape, got {sorted(shapes)}.", where="stack")
    parts = [unsqueeze(part, dim) for part in parts]
    return Cat.apply(dim_index(dim, len(parts[0].shape), "stack"), *parts)


def of_one_type(tensors: Sequence[Any], where: str) -> list[Any]:
    """Tensors cast to the widest of their element types.

    Raises:
        ShapeError: If there are none.
    """
    parts = [as_tensor(tensor) for tensor in tensors]
    if not parts:
        raise ShapeError("expected at least one tensor, got none.", where=where)
    widest = parts[0]
    for part in parts[1:]:
        widest = operands(widest, part)[0] if widest.dtype != part.dtype else widest
    return [operands(part, widest)[0] if part.dtype != widest.dtype else part for part in parts]


def hstack(tensors: Sequence[Any]) -> Tensor:
    """Join tensors side by side: along dimension 1, vectors along their only one."""
    parts = atleast_1d(list(tensors))
    return cat(parts, 0 if parts and len(parts[0].shape) == 1 else 1)


def vstack(tensors: Sequence[Any]) -> Tensor:
    """Join tensors below each other: along dimension 0, vectors as rows."""
    return cat(atleast_2d(list(tensors)), 0)


def dstack(tensors: Sequence[Any]) -> Tensor:
    """Join tensors behind each other: along dimension 2."""
    return cat(atleast_3d(list(tensors)), 2)


def column_stack(tensors: Sequence[Any]) -> Tensor:
    """Join tensors side by side, vectors as columns."""
    parts = [as_tensor(tensor) for tensor in tensors]
    return cat([x if len(x.shape) > 1 else Reshape.apply(x, (x.array.size, 1)) for x in parts], 1)


def block_diag(*tensors: Any) -> Tensor:
    """Put matrices along the diagonal of a larger one, zeros elsewhere."""
    blocks = of_one_type(atleast_2d(list(tensors)), "block_diag")
    if any(len(block.shape) > 2 for block in blocks):
        raise ShapeError("expected at most 2 dimensions each.", where="block_diag")
    left, width = 0, int(np.sum([block.shape[1] for block in blocks]))
    rows = []
    for block in blocks:
        n = block.shape[1]
        rows.append(Pad.apply(block, ((0, 0), (left, width - left - n)), 0))
        left += n
    return cat(rows, 0)


def cartesian_prod(*tensors: Any) -> Tensor:
    """All ways to take one element of each vector, as rows."""
    parts = of_one_type(tensors, "cartesian_prod")
    if len(parts) == 1:
        return parts[0]
    places = np.indices([part.array.size for part in parts]).reshape(len(parts), -1)
    return stack([getitem(x, index) for x, index in zip(parts, places, strict=True)], 1)


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All ways to take ``r`` elements of a vector, as rows."""
    x = as_tensor(input)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = list(choose(range(x.shape[0]), r))
    return getitem(x, np.array(rows, np.int64).reshape(len(rows), r))


# --- apart ----------------------------------------------------------------------------------------


@numpy_names
def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Cut into slices of one size (the last may be smaller), or of the sizes given.

    Example:
        >>> [part.tolist() for part in split([1, 2, 3], 2)]
        [[1, 2], [3]]
    """
    x, at, n = _along(tensor, dim, "split")
    sizes = split_size_or_sections
    if isinstance(sizes, Integral) or not hasattr(sizes, "__len__"):
        size = int(sizes)
        if size < 1 and (size < 0 or n):
            raise ConfigError(f"expected a size of 1 or more, got {size}.", where="split")
        cuts = list(range(0, n, size))[1:] if n else []
    else:
        sizes = [int(size) for size in sizes]
        if sum(sizes) != n or any(size < 0 for size in sizes):
            raise ShapeError(f"expected sizes that add up to {n}, got {sizes}.", where="split")
        cuts = list(itertools.accumulate(sizes[:-1]))
    return _cut(x, at, cuts)


@numpy_names
def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Cut into at most ``chunks`` slices of one size; the last may be smaller."""
    x, _, n = _along(input, dim, "chunk")
    if chunks < 1:
        raise ConfigError(f"expected 1 chunk or more, got {chunks}.", where="chunk")
    if not n:
        return _cut(x, dim_index(dim, len(x.shape), "chunk"), [0] * (chunks - 1))
    return split(x, -(-n // chunks), dim)


def tensor_split(input: Any, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Cut at the given places, or into that many slices whose sizes differ by one at most."""
    x, at, n = _along(input, dim, "tensor_split")
    wanted = getattr(indices_or_sections, "array", indices_or_sections)
    if np.ndim(wanted):
        return _cut(x, at, [int(i) for i in wanted])
    parts = int(wanted)
    if parts < 1:
        raise ConfigError(f"expected 1 part or more, got {parts}.", where="tensor_split")
    small, larger = divmod(n, parts)
    return _cut(x, at, [i * small + min(i, larger) for i in range(1, parts)])


@numpy_names
def unbind(input: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """All slices along a dimension, without it."""
    x, at, n = _along(input, dim, "unbind")
    return tuple(select(x, at, i) for i in range(n))


def _along(input: Any, dim: int, where: str) -> tuple[Any, int, int]:
    x = as_tensor(input)
    if not x.shape:
        raise ShapeError("expected at least one dimension, got a scalar.", where=where)
    at = dim_index(dim, len(x.shape), where)
    return x, at, x.shape[at]


def _cut(x: Any, dim: int, cuts: list[int]) -> tuple[Tensor, ...]:
    """Slices between the cuts; negative ones count from the end, as in slices."""
    ends = [*cuts, None]
    before = (slice(None),) * dim
    return tuple(
        GetItem.apply(x, (*before, slice(a, b))) for a, b in zip([None, *cuts], ends, strict=True)
    )
