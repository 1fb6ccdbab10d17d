"""Linear algebra, under the names of ``torch.linalg``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tensorlite.ops.arrange import cross as _cross
from tensorlite.ops.arrange import diagonal as _diagonal
from tensorlite.ops.linalg import chain_matmul, matmul
from tensorlite.ops.solve import cholesky, det, inv, slogdet, solve
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


__all__ = [
    "cholesky",
    "cross",
    "det",
    "diagonal",
    "inv",
    "matmul",
    "matrix_norm",
    "multi_dot",
    "norm",
    "slogdet",
    "solve",
    "vector_norm",
]
