"""Linear algebra, under the names of ``torch.linalg``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tensorlite.ops.arrange import cross as _cross
from tensorlite.ops.arrange import diagonal as _diagonal
from tensorlite.ops.factors import (
    eigh,
    eigvalsh,
    lstsq,
    matrix_exp,
    matrix_power,
    matrix_rank,
    pinv,
    qr,
    solve_triangular,
    svdvals,
    vecdot,
)
from tensorlite.ops.factors import linalg_svd as svd
from tensorlite.ops.linalg import chain_matmul, matmul
from tensorlite.ops.solve import cholesky, det, inv, slogdet, solve
from tensorlite.ops.statistics import vander as _vander
from tensorlite.ops.vectors import linalg_norm as norm
from tensorlite.ops.vectors import matrix_norm, vector_norm

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def cross(input: Any, other: Any, *, dim: int = -1) -> "Tensor":
    """The cross product along a dimension of size 3."""
    return _cross(input, other, dim)


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> "Tensor":
    """The diagonals of matrices, as the last dimension of a view."""
    return _diagonal(A, offset, dim1, dim2)


def multi_dot(tensors: Sequence[Any]) -> "Tensor":
    """Multiply matrices, the smallest product first."""
    return chain_matmul(*tensors)


def vander(x: Any, *, N: int | None = None) -> "Tensor":
    """The powers of each element, as rows, from 0 up."""
    return _vander(x, N, increasing=True)


def cond(A: Any, p: Any = None) -> "Tensor":
    """How much a system of equations magnifies errors: the norm times that of the inverse."""
    if p in (None, 2, -2):
        values = svdvals(A)
        first, last = values[..., 0], values[..., -1]
        return last / first if p == -2 else first / last
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


__all__ = [
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "vander",
    "vecdot",
    "vector_norm",
]
