"""Methods that rearrange; sizes come one by one or as a tuple, as in PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import TYPE_CHECKING, Any

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.errors import ShapeError

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor


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

    def reshape(self, *shape: Any) -> Tensor:
        return ops.reshape(self, sizes(shape))

    def view_as(self, other: TensorBase) -> Tensor:
        """As ``reshape`` to the shape of another tensor."""
        return ops.reshape(self, other.shape)

    def view(self, *shape: Any) -> Tensor:
        """As ``reshape``: without a copy where the order in memory allows it."""
        return ops.reshape(self, sizes(shape))

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        return ops.flatten(self, start_dim, end_dim)

    def squeeze(self, dim: int | None = None) -> Tensor:
        return ops.squeeze(self, dim)

    def unsqueeze(self, dim: int) -> Tensor:
        return ops.unsqueeze(self, dim)

    def permute(self, *dims: Any) -> Tensor:
        return ops.permute(self, sizes(dims))

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        return ops.transpose(self, dim0, dim1)

    def expand(self, *shape: Any) -> Tensor:
        return ops.expand(self, sizes(shape))

    def broadcast_to(self, shape: Any) -> Tensor:
        return ops.broadcast_to(self, shape)


class DimensionlessError(ShapeError, TypeError):
    """A scalar where Python expects something to count or to walk through."""


def sizes(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes given one by one, or as one sequence."""
    if len(shape) == 1 and not isinstance(shape[0], Integral):
        shape = tuple(shape[0])
    return tuple(int(n) for n in shape)
