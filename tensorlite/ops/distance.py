"""Functions of two vectors: the angle between them, their distance, a product with a matrix."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.errors import ShapeError
from tensorlite.ops.convert import as_tensor, operands

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def length(x: Any, p: float, dim: Any, keepdim: bool = False) -> Tensor:
    """The p-norm along dimensions; where it is 0, so is its gradient."""
    if p == math.inf:
        return ops.amax(ops.abs(x), dim, keepdim)
    if p == -math.inf:
        return ops.amin(ops.abs(x), dim, keepdim)
    if p == 0:
        return ops.sum(ops.cast(ops.ne(x, 0), x.dtype), dim, keepdim)
    if p == 1:
        return ops.sum(ops.abs(x), dim, keepdim)
    total = ops.sum(x * x if p == 2 else ops.pow(ops.abs(x), p), dim, keepdim)
    zero = ops.eq(total, 0)
    safe = ops.where(zero, 1.0, total)
    return ops.where(zero, 0.0, ops.sqrt(safe) if p == 2 else ops.pow(safe, 1 / p))


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors that lie along ``dim``.

    Args:
        x1: Vectors.
        x2: Other vectors; the shapes broadcast.
        dim: The dimension along which the vectors lie.
        eps: The smallest length that is divided by.

    Example:
        >>> cosine_similarity([[3.0, 4.0]], [[0.0, 2.0]])
        tensor([0.8])
    """
    a, b = operands(as_tensor(x1), as_tensor(x2))
    if a.shape != b.shape:
        a, b = ops.broadcast_tensors(a, b)
    return ops.sum(_unit(a, dim, eps) * _unit(b, dim, eps), dim)


def _unit(x: Tensor, dim: int, eps: float) -> Tensor:
    """Vectors over their lengths; the limit ``eps`` has no gradient of its own."""
    found = length(x, 2, dim, keepdim=True)
    return x / (found + (ops.maximum(found.detach(), eps) - found.detach()))


def pairwise_distance(
    x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """The distance between vectors: the p-norm of ``x1 - x2 + eps`` along the last dimension.

    Example:
        >>> pairwise_distance([[0.0, 0.0]], [[3.0, 4.0]], eps=0.0)
        tensor([5.])
    """
    a, b = operands(as_tensor(x1), as_tensor(x2))
    return length(a - b + eps, p, -1, keepdim)


def bilinear(input1: Any, input2: Any, weight: Any, bias: TensorBase | None = None) -> Tensor:
    """Apply ``x1 @ weight[k] @ x2 + bias[k]`` for each output ``k``.

    Shape:
        - Inputs: ``(..., A)`` and ``(..., B)``
        - Weight: ``(K, A, B)``
        - Output: ``(..., K)``

    Raises:
        ShapeError: If the inputs do not fit each other or the weight.
    """
    a, b, w = as_tensor(input1), as_tensor(input2), as_tensor(weight)
    outputs, first, second = w.shape
    if a.shape[:-1] != b.shape[:-1] or (a.shape[-1:], b.shape[-1:]) != ((first,), (second,)):
        raise ShapeError(
            f"expected inputs (..., {first}) and (..., {second}) (weight {w.shape}), "
            f"got {a.shape} and {b.shape}.",
            where="bilinear",
        )
    sided = ops.matmul(a, ops.reshape(ops.permute(w, (1, 0, 2)), (first, outputs * second)))
    sided = ops.reshape(sided, (*a.shape[:-1], outputs, second))
    out = ops.sum(sided * ops.unsqueeze(b, -2), -1)
    return out if bias is None else out + bias
