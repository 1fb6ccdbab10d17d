"""Methods that read and write chosen elements; those that write do it in a new tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.ops.names import numpy_names

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor


class Indexing(TensorBase):
    """Indices, masks, gather and scatter."""

    __slots__ = ()

    def argwhere(self) -> Tensor:
        return ops.argwhere(self)

    @numpy_names
    def gather(self, dim: int, index: Any, *, sparse_grad: bool = False) -> Tensor:
        return ops.gather(self, dim, index, sparse_grad=sparse_grad)

    def index_add(self, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Tensor:
        return ops.index_add(self, dim, index, source, alpha=alpha)

    def index_copy(self, dim: int, index: Any, source: Any) -> Tensor:
        return ops.index_copy(self, dim, index, source)

    def index_fill(self, dim: int, index: Any, value: Any) -> Tensor:
        return ops.index_fill(self, dim, index, value)

    def index_put(self, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Tensor:
        return ops.index_put(self, indices, values, accumulate)

    @numpy_names
    def index_select(self, dim: int, index: Any) -> Tensor:
        return ops.index_select(self, dim, index)

    def masked_fill(self, mask: Any, value: Any) -> Tensor:
        return ops.masked_fill(self, mask, value)

    def masked_scatter(self, mask: Any, source: Any) -> Tensor:
        return ops.masked_scatter(self, mask, source)

    def masked_select(self, mask: Any) -> Tensor:
        return ops.masked_select(self, mask)

    def narrow(self, dim: int, start: Any, length: int) -> Tensor:
        return ops.narrow(self, dim, start, length)

    def nonzero(self, *, as_tuple: bool = False) -> Any:
        return ops.nonzero(self, as_tuple=as_tuple)

    def put(self, index: Any, source: Any, accumulate: bool = False) -> Tensor:
        return ops.put(self, index, source, accumulate)

    def scatter(
        self, dim: int, index: Any, src: Any = None, *, reduce: str | None = None, value: Any = None
    ) -> Tensor:
        return ops.scatter(self, dim, index, src, reduce=reduce, value=value)

    def scatter_add(self, dim: int, index: Any, src: Any) -> Tensor:
        return ops.scatter_add(self, dim, index, src)

    def scatter_reduce(
        self, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
    ) -> Tensor:
        return ops.scatter_reduce(self, dim, index, src, reduce, include_self=include_self)

    def select(self, dim: int, index: int) -> Tensor:
        return ops.select(self, dim, index)

    def take(self, index: Any) -> Tensor:
        return ops.take(self, index)

    def take_along_dim(self, indices: Any, dim: int | None = None) -> Tensor:
        return ops.take_along_dim(self, indices, dim)
