"""Methods that turn many elements into fewer. NumPy's ``axis`` and ``keepdims`` are understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tensorlite import ops
from tensorlite.autograd import TensorBase

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor

Dims = int | Sequence[int] | None


class Reductions(TensorBase):
    """Sums, means and extremes."""

    __slots__ = ()

    def sum(
        self, dim: Dims = None, keepdim: bool = False, *, axis: Dims = None, keepdims: bool = False
    ) -> Tensor:
        return ops.sum(self, _either(dim, axis), keepdim or keepdims)

    def mean(
        self, dim: Dims = None, keepdim: bool = False, *, axis: Dims = None, keepdims: bool = False
    ) -> Tensor:
        return ops.mean(self, _either(dim, axis), keepdim or keepdims)

    def var(
        self,
        dim: Dims = None,
        correction: int = 1,
        keepdim: bool = False,
        *,
        axis: Dims = None,
        keepdims: bool = False,
    ) -> Tensor:
        return ops.var(self, _either(dim, axis), correction, keepdim or keepdims)

    def amax(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        return ops.amax(self, dim, keepdim)

    def amin(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        return ops.amin(self, dim, keepdim)

    def max(self, dim: int | None = None, keepdim: bool = False) -> Any:
        return ops.max(self, dim, keepdim)

    def min(self, dim: int | None = None, keepdim: bool = False) -> Any:
        return ops.min(self, dim, keepdim)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return ops.argmax(self, dim, keepdim)

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return ops.argmin(self, dim, keepdim)


def _either(dim: Dims, axis: Dims) -> Dims:
    return dim if axis is None else axis
