"""Methods that rearrange; sizes come one by one or as a tuple, as in PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.fold import windows
from tensorlite.ops.names import numpy_names

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor


Dims = int | Sequence[int]


class Shapes(TensorBase):
    """Shape, order and indexing."""

    __slots__ = ()

    def __getitem__(self, index: Any) -> Tensor:
        return ops.getitem(self, index)

    def __len__(self) -> int:
        if not self.shape:
            raise DimensionlessError("expected at least one dimension, got a scalar.", where="len")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (ops.getitem(self, i) for i in range(len(self)))

    @property
    def T(self) -> Tensor:  # noqa: N802 - PyTorch's name
        """The matrix transposed."""
        return ops.permute(self, tuple(range(len(self.shape)))[::-1])

    @property
    def mT(self) -> Tensor:  # noqa: N802 - PyTorch's name
        """The last two dimensions exchanged."""
        return ops.transpose(self, -2, -1)

    def reshape(self, *shape: Any) -> Tensor:
        return ops.reshape(self, sizes(shape))

    def reshape_as(self, other: TensorBase) -> Tensor:
        """As ``reshape`` to the shape of another tensor."""
        return ops.reshape(self, other.shape)

    def view_as(self, other: TensorBase) -> Tensor:
        """As ``reshape`` to the shape of another tensor."""
        return ops.reshape(self, other.shape)

    def view(self, *shape: Any) -> Tensor:
        """As ``reshape``: without a copy where the order in memory allows it."""
        if len(shape) == 1 and isinstance(shape[0], (type, str, np.dtype)):
            raise DTypeError(
                f"expected sizes, got the element type {shape[0]}.",
                where="view",
                hint="Use x.to(dtype) to cast.",
            )
        return ops.reshape(self, sizes(shape))

    def permute(self, *dims: Any) -> Tensor:
        return ops.permute(self, sizes(dims))

    def expand(self, *shape: Any) -> Tensor:
        return ops.expand(self, sizes(shape))

    def expand_as(self, other: TensorBase) -> Tensor:
        """As ``expand`` to the shape of another tensor."""
        return ops.expand(self, other.shape)

    def flip(self, *dims: Any) -> Tensor:
        return ops.flip(self, sizes(dims))

    def repeat(self, *repeats: Any) -> Tensor:
        return ops.repeat(self, sizes(repeats))

    def tile(self, *dims: Any) -> Tensor:
        return ops.tile(self, sizes(dims))

    def unfold(self, dimension: int, size: int, step: int) -> Tensor:
        """Windows along a dimension, which come last; they share memory.

        Example:
            >>> import tensorlite as tl
            >>> tl.arange(4).unfold(0, 2, 1)
            tensor([[0, 1],
                    [1, 2],
                    [2, 3]])
        """
        return windows(self, dimension, size, step)

    def stride(self, dim: int | None = None) -> Any:
        """Steps in memory, in elements: all of them or that of a dimension."""
        steps = tuple(n // self.array.itemsize for n in self.array.strides)
        return steps if dim is None else steps[dim]

    def broadcast_to(self, size: Sequence[int]) -> Tensor:
        return ops.broadcast_to(self, size)

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        return ops.flatten(self, start_dim, end_dim)

    def ravel(self) -> Tensor:
        return ops.ravel(self)

    def unflatten(self, dim: int, sizes: Sequence[int]) -> Tensor:
        return ops.unflatten(self, dim, sizes)

    @numpy_names
    def squeeze(self, dim: Dims | None = None) -> Tensor:
        return ops.squeeze(self, dim)

    @numpy_names
    def unsqueeze(self, dim: int) -> Tensor:
        return ops.unsqueeze(self, dim)

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        return ops.transpose(self, dim0, dim1)

    def swapaxes(self, axis0: int, axis1: int) -> Tensor:
        return ops.swapaxes(self, axis0, axis1)

    def swapdims(self, dim0: int, dim1: int) -> Tensor:
        return ops.swapdims(self, dim0, dim1)

    def t(self) -> Tensor:
        return ops.t(self)

    def movedim(self, source: Dims, destination: Dims) -> Tensor:
        return ops.movedim(self, source, destination)

    def moveaxis(self, source: Dims, destination: Dims) -> Tensor:
        return ops.moveaxis(self, source, destination)

    def repeat_interleave(
        self, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
    ) -> Tensor:
        return ops.repeat_interleave(self, repeats, dim, output_size=output_size)

    def fliplr(self) -> Tensor:
        return ops.fliplr(self)

    def flipud(self) -> Tensor:
        return ops.flipud(self)

    def roll(self, shifts: Dims, dims: Dims | None = None) -> Tensor:
        return ops.roll(self, shifts, dims)

    def rot90(self, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
        return ops.rot90(self, k, dims)

    @numpy_names
    def split(self, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
        return ops.split(self, split_size_or_sections, dim)

    def tensor_split(self, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
        return ops.tensor_split(self, indices_or_sections, dim)

    @numpy_names
    def chunk(self, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        return ops.chunk(self, chunks, dim)

    @numpy_names
    def unbind(self, dim: int = 0) -> tuple[Tensor, ...]:
        return ops.unbind(self, dim)

    def diag(self, diagonal: int = 0) -> Tensor:
        return ops.diag(self, diagonal)

    def diag_embed(self, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
        return ops.diag_embed(self, offset, dim1, dim2)

    def diagonal(self, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        return ops.diagonal(self, offset, dim1, dim2)

    def trace(self) -> Tensor:
        return ops.trace(self)

    def tril(self, diagonal: int = 0) -> Tensor:
        return ops.tril(self, diagonal)

    def triu(self, diagonal: int = 0) -> Tensor:
        return ops.triu(self, diagonal)

    def diff(self, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Tensor:
        return ops.diff(self, n, dim, prepend, append)

    def cross(self, other: Any, dim: int | None = None) -> Tensor:
        return ops.cross(self, other, dim)


class DimensionlessError(ShapeError, TypeError):
    """A scalar where Python expects something to count or to walk through."""


def sizes(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes given one by one, or as one sequence."""
    if len(shape) == 1 and not isinstance(shape[0], Integral):
        shape = tuple(shape[0])
    return tuple(int(n) for n in shape)
