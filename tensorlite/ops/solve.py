"""Systems of equations, inverses, determinants and factors of matrices, or of stacks of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.errors import GraphError, ShapeError
from tensorlite.ops.choose import Where
from tensorlite.ops.convert import as_tensor, operands
from tensorlite.ops.functions import Exp
from tensorlite.ops.linalg import MatMul
from tensorlite.ops.reduce import floating
from tensorlite.ops.shape import Permute, Reshape, squeeze, unsqueeze

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Inverse(Op):
    """Inverse of matrices."""

    def forward(self, a: Array) -> Array:
        self.save_output()
        return _numpys(np.linalg.inv, a)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        turned = _turned(y)
        return -MatMul.apply(MatMul.apply(turned, grad), turned)


class Solve(Op):
    """The ``x`` of ``a @ x = b``."""

    def forward(self, a: Array, b: Array) -> Array:
        self.save_inputs(0)
        self.save_output()
        return _numpys(np.linalg.solve, a, b)

    def backward(self, grad: Any) -> Any:
        a, x = self.saved
        for_b = Solve.apply(_turned(a), grad)
        return (-MatMul.apply(for_b, _turned(x)) if self.needs[0] else None), for_b


class LogAbsDet(Op):
    """Logarithm of the size of determinants."""

    def forward(self, a: Array) -> Array:
        self.save_inputs(0)
        return np.linalg.slogdet(a)[1]

    def backward(self, grad: Any) -> Any:
        (a,) = self.saved
        return Reshape.apply(grad, (*grad.shape, 1, 1)) * _turned(Inverse.apply(a))


class Cholesky(Op):
    """The lower triangle ``l`` of ``l @ l.T = a``."""

    def forward(self, a: Array) -> Array:
        self.save_output()
        n = a.shape[-1]
        self.half = (np.tri(n) - 0.5 * np.eye(n)).astype(a.dtype)
        return _numpys(np.linalg.cholesky, a)

    def backward(self, grad: Any) -> Any:
        """Murray 2016, "Differentiation of the Cholesky decomposition", equation 10."""
        (y,) = self.saved
        inverse = Inverse.apply(y)
        inner = MatMul.apply(_turned(y), grad) * self.half
        whole = MatMul.apply(MatMul.apply(_turned(inverse), inner), inverse)
        return (whole + _turned(whole)) * 0.5


def _turned(x: Any) -> Any:
    n = len(x.shape)
    return Permute.apply(x, (*range(n - 2), n - 1, n - 2))


def _numpys(function: Any, *arrays: Array) -> Any:
    try:
        return function(*arrays)
    except np.linalg.LinAlgError as error:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise GraphError(
            f"{error} (shape {shapes}).", where=f"linalg.{function.__name__}"
        ) from None


def _square(A: Any, where: str) -> Any:
    a = as_tensor(A)
    floating(a, where)
    if len(a.shape) < 2 or a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"expected square matrices, got shape {a.shape}.", where=where)
    return a


def inv(A: Any) -> Tensor:
    """Inverse of matrices.

    Raises:
        GraphError: If one has none.

    Example:
        >>> inv([[2.0, 0.0], [0.0, 4.0]])
        tensor([[0.5 , 0.  ],
                [0.  , 0.25]])
    """
    return Inverse.apply(_square(A, "linalg.inv"))


inverse = inv


def det(A: Any) -> Tensor:
    """Determinant of matrices; one that is singular has no gradient."""
    sign, size = slogdet(A)
    return sign * Exp.apply(size)


def logdet(A: Any) -> Tensor:
    """Logarithm of the determinant; NaN where that is negative."""
    sign, size = slogdet(A)
    return Where.apply(sign.array < 0, math.nan, size)


def slogdet(A: Any) -> tuple[Tensor, Tensor]:
    """Sign of the determinant, and logarithm of its size."""
    a = _square(A, "linalg.slogdet")
    return as_tensor(np.asarray(np.linalg.slogdet(a.array)[0], a.dtype)), LogAbsDet.apply(a)


def solve(A: Any, B: Any) -> Tensor:
    """The ``X`` of ``A @ X = B``, where ``B`` holds columns, or is one for each matrix."""
    a, b = operands(_square(A, "linalg.solve"), as_tensor(B))
    if b.shape == a.shape[:-1]:
        return squeeze(Solve.apply(a, unsqueeze(b, -1)), -1)
    if len(b.shape) < 2 or b.shape[-2] != a.shape[-1]:
        raise ShapeError(
            f"expected {a.shape[-1]} rows for matrices of shape {a.shape}, got {b.shape}.",
            where="linalg.solve",
        )
    return Solve.apply(a, b)


def cholesky(A: Any, *, upper: bool = False) -> Tensor:
    """The lower triangle ``L`` of ``L @ L.T = A``, or the upper one.

    Raises:
        GraphError: If a matrix is not positive definite.
    """
    lower = Cholesky.apply(_square(A, "linalg.cholesky"))
    return _turned(lower) if upper else lower
