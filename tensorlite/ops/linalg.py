"""Products of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import ShapeError
from tensorlite.ops.convert import as_tensor, float32, float64, operands
from tensorlite.ops.reduce import Sum
from tensorlite.ops.shape import Permute, squeeze, unsqueeze

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class MatMul(Op):
    """Product of two matrices, or of two stacks of matrices."""

    def forward(self, a: Array, b: Array) -> Array:
        self.save_factors()
        return kernels.matmul(a, b) if _are_plain(a, b) else a @ b

    def backward(self, grad: Any) -> Any:
        a, b = self.saved
        return (
            MatMul.apply(grad, _swap(b)) if self.needs[0] else None,
            MatMul.apply(_swap(a), grad) if self.needs[1] else None,
        )


class Linear(Op):
    """Rows times the transposed weights, plus a bias."""

    def forward(self, x: Array, w: Array, bias: Array) -> Array:
        self.save_factors()
        return kernels.matmul(x, w.T, bias) if _are_plain(x, w) else x @ w.T + bias

    def backward(self, grad: Any) -> Any:
        x, w = self.saved
        return (
            MatMul.apply(grad, w) if self.needs[0] else None,
            MatMul.apply(_swap(grad), x) if self.needs[1] else None,
            Sum.apply(grad, (0,), False) if self.needs[2] else None,
        )


def _are_plain(a: Array, b: Array) -> bool:
    """Whether the kernel takes them: two matrices of float32 or of float64."""
    return a.ndim == b.ndim == 2 and a.dtype == b.dtype and a.dtype in (float32, float64)


def _swap(x: Any) -> Any:
    """Exchange the last two dimensions."""
    n = len(x.shape)
    return Permute.apply(x, (*range(n - 2), n - 1, n - 2))


def matmul(input: Any, other: Any) -> Tensor:
    """Multiply matrices; a vector on the left is a row, on the right a column.

    Shape:
        - Input: ``(..., M, K)`` or ``(K,)``
        - Other: ``(..., K, N)`` or ``(K,)``
        - Output: ``(..., M, N)``, without the dimension that a vector does not have

    Raises:
        ShapeError: If the inner sizes differ or an input is a scalar.

    Example:
        >>> matmul([[1.0, 2.0]], [[3.0], [4.0]])
        tensor([[11.]])
    """
    a, b = operands(as_tensor(input), as_tensor(other))
    if not a.shape or not b.shape or a.shape[-1] != b.shape[max(len(b.shape) - 2, 0)]:
        raise ShapeError(
            f"expected shapes (..., M, K) and (..., K, N), got {a.shape} and {b.shape}.",
            where="matmul",
        )
    if len(a.shape) > 1 and len(b.shape) > 1:
        return MatMul.apply(a, b)
    row, column = len(a.shape) == 1, len(b.shape) == 1
    out = MatMul.apply(unsqueeze(a, 0) if row else a, unsqueeze(b, 1) if column else b)
    out = squeeze(out, -1) if column else out
    return squeeze(out, -1 if column else -2) if row else out


def linear(input: Any, weight: Any, bias: TensorBase | None = None) -> Tensor:
    """Apply ``input @ weight.T + bias``.

    Shape:
        - Input: ``(..., in_features)``
        - Weight: ``(out_features, in_features)``
        - Output: ``(..., out_features)``

    Raises:
        ShapeError: If the number of features differs from the weight's.
    """
    x = as_tensor(input)
    if not x.shape or x.shape[-1] != weight.shape[1]:
        raise ShapeError(
            f"expected input with {weight.shape[1]} features in the last dimension "
            f"(weight {weight.shape}), got shape {x.shape}.",
            where="linear",
        )
    if bias is not None and len(x.shape) == 2 and x.dtype == weight.dtype == bias.dtype:
        return Linear.apply(x, weight, bias)
    out = matmul(x, Permute.apply(weight, (1, 0)))
    return out if bias is None else out + bias
