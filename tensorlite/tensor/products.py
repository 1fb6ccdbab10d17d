"""Methods that multiply matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorlite import ops
from tensorlite.autograd import TensorBase

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor


class Products(TensorBase):
    """Products of matrices and vectors."""

    __slots__ = ()

    def mm(self, mat2: Any) -> Tensor:
        return ops.mm(self, mat2)

    def bmm(self, mat2: Any) -> Tensor:
        return ops.bmm(self, mat2)

    def mv(self, vec: Any) -> Tensor:
        return ops.mv(self, vec)

    def dot(self, tensor: Any) -> Tensor:
        return ops.dot(self, tensor)

    def vdot(self, other: Any) -> Tensor:
        return ops.vdot(self, other)

    def inner(self, other: Any) -> Tensor:
        return ops.inner(self, other)

    def outer(self, vec2: Any) -> Tensor:
        return ops.outer(self, vec2)

    def ger(self, vec2: Any) -> Tensor:
        return ops.ger(self, vec2)

    def kron(self, other: Any) -> Tensor:
        return ops.kron(self, other)

    def addmm(self, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        return ops.addmm(self, mat1, mat2, beta=beta, alpha=alpha)

    def addmv(self, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        return ops.addmv(self, mat, vec, beta=beta, alpha=alpha)

    def addr(self, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        return ops.addr(self, vec1, vec2, beta=beta, alpha=alpha)

    def baddbmm(self, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        return ops.baddbmm(self, batch1, batch2, beta=beta, alpha=alpha)

    def addbmm(self, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
        return ops.addbmm(self, batch1, batch2, beta=beta, alpha=alpha)
