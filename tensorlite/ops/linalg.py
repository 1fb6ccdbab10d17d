"""Products of matrices."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.activations import Relu, ReluGrad
from tensorlite.ops.convert import as_tensor, float32, float64, operands
from tensorlite.ops.reduce import Sum
from tensorlite.ops.shape import Permute, Reshape, squeeze, unsqueeze

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
    """Rows times the transposed weights, plus a bias, and a ReLU if wanted."""

    def forward(self, x: Array, w: Array, bias: Array, relu: bool = False) -> Array:
        self.save_factors()
        if relu:
            self.save_output()
        if _are_plain(x, w):
            return kernels.matmul(x, w.T, bias, relu)
        y = x @ w.T + bias
        return np.maximum(y, 0) if relu else y

    def backward(self, grad: Any) -> Any:
        x, w, *y = self.saved
        grad = ReluGrad.apply(grad, y[0]) if y else grad
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
    if len(a.shape) > 2 and len(b.shape) == 2:  # one product of matrices in place of many
        rows = Reshape.apply(a, (math.prod(a.shape[:-1]), a.shape[-1]))
        return Reshape.apply(MatMul.apply(rows, b), (*a.shape[:-1], b.shape[1]))
    if len(a.shape) > 1 and len(b.shape) > 1:
        return MatMul.apply(a, b)
    row, column = len(a.shape) == 1, len(b.shape) == 1
    out = MatMul.apply(unsqueeze(a, 0) if row else a, unsqueeze(b, 1) if column else b)
    out = squeeze(out, -1) if column else out
    return squeeze(out, -1 if column else -2) if row else out


def linear(input: Any, weight: Any, bias: TensorBase | None = None, relu: bool = False) -> Tensor:
    """Apply ``input @ weight.T + bias``; ``relu`` keeps the positive part, in the same pass.

    Shape:
        - Input: ``(..., in_features)``
        - Weight: ``(out_features, in_features)``
        - Output: ``(..., out_features)``

    Raises:
        ShapeError: If the number of features differs from the weight's.
        DTypeError: If the element type does.
    """
    x = as_tensor(input)
    if not x.shape or x.shape[-1] != weight.shape[-1]:
        raise ShapeError(
            f"expected input with {weight.shape[-1]} features in the last dimension "
            f"(weight {weight.shape}), got shape {x.shape}.",
            where="linear",
        )
    if x.dtype != weight.dtype:
        raise DTypeError(
            f"expected input of the weight's type {weight.dtype}, got {x.dtype}.",
            where="linear",
            hint="Use x.float(), or cast the layer.",
        )
    if bias is None or x.dtype != bias.dtype or len(weight.shape) != 2:
        out = matmul(x, Permute.apply(weight, tuple(range(len(weight.shape)))[::-1]))
        out = out if bias is None else out + bias
        return Relu.apply(out) if relu else out
    if len(x.shape) == 2:
        return Linear.apply(x, weight, bias, relu)
    rows = Reshape.apply(x, (math.prod(x.shape[:-1]), x.shape[-1]))
    return Reshape.apply(Linear.apply(rows, weight, bias, relu), (*x.shape[:-1], weight.shape[0]))


# --- with the number of dimensions in the name ----------------------------------------------------


def _of_dims(dims: tuple[int, ...], where: str, *tensors: Any) -> list[Any]:
    found = [as_tensor(tensor) for tensor in tensors]
    for tensor, count in zip(found, dims, strict=True):
        if len(tensor.shape) != count:
            raise ShapeError(
                f"expected {count} dimensions, got shape {tensor.shape}.",
                where=where,
                hint="Use matmul for any others.",
            )
    if len({tensor.dtype for tensor in found}) > 1:
        raise DTypeError(
            f"expected one element type, got {', '.join(str(t.dtype) for t in found)}.", where=where
        )
    return found


def mm(input: Any, mat2: Any) -> Tensor:
    """Multiply two matrices."""
    return matmul(*_of_dims((2, 2), "mm", input, mat2))


def bmm(input: Any, mat2: Any) -> Tensor:
    """Multiply two stacks of matrices, ``(B, M, K)`` and ``(B, K, N)``."""
    a, b = _of_dims((3, 3), "bmm", input, mat2)
    if a.shape[0] != b.shape[0]:
        raise ShapeError(f"expected stacks of one size, got {a.shape} and {b.shape}.", where="bmm")
    return matmul(a, b)


def mv(input: Any, vec: Any) -> Tensor:
    """Multiply a matrix by a vector."""
    return matmul(*_of_dims((2, 1), "mv", input, vec))


def dot(input: Any, tensor: Any) -> Tensor:
    """The sum of the products of two vectors' elements."""
    return matmul(*_of_dims((1, 1), "dot", input, tensor))


def vdot(input: Any, other: Any) -> Tensor:
    """The sum of the products of two vectors' elements."""
    return dot(input, other)


def inner(input: Any, other: Any) -> Tensor:
    """Sum products over the last dimension of both."""
    a, b = operands(as_tensor(input), as_tensor(other))
    if not a.shape or not b.shape:
        return a * b
    if a.shape[-1] != b.shape[-1]:
        raise ShapeError(
            f"expected last dimensions of one size, got {a.shape} and {b.shape}.", where="inner"
        )
    k = a.shape[-1]
    columns = Reshape.apply(b, (math.prod(b.shape[:-1]), k))
    rows = Reshape.apply(a, (math.prod(a.shape[:-1]), k))
    return Reshape.apply(MatMul.apply(rows, _swap(columns)), (*a.shape[:-1], *b.shape[:-1]))


def outer(input: Any, vec2: Any) -> Tensor:
    """All products of an element of one vector and one of the other, as a matrix."""
    a, b = as_tensor(input), as_tensor(vec2)
    if len(a.shape) != 1 or len(b.shape) != 1:
        raise ShapeError(f"expected two vectors, got {a.shape} and {b.shape}.", where="outer")
    return unsqueeze(a, 1) * b


ger = outer


def kron(input: Any, other: Any) -> Tensor:
    """All products of elements: ``other`` once for each element of ``input``, in its place."""
    a, b = as_tensor(input), as_tensor(other)
    count = max(len(a.shape), len(b.shape))
    one, two = ((1,) * (count - len(x.shape)) + x.shape for x in (a, b))
    spread = Reshape.apply(a, tuple(m for n in one for m in (n, 1)))
    tiles = Reshape.apply(b, tuple(m for n in two for m in (1, n)))
    return Reshape.apply(spread * tiles, tuple(m * n for m, n in zip(one, two, strict=True)))


def chain_matmul(*matrices: Any) -> Tensor:
    """Multiply matrices, the smallest product first."""
    parts = _of_dims((2,) * len(matrices), "chain_matmul", *matrices)
    while len(parts) > 1:
        cost = [math.prod((*a.shape, b.shape[1])) for a, b in itertools.pairwise(parts)]
        i = cost.index(min(cost))
        parts[i : i + 2] = [matmul(parts[i], parts[i + 1])]
    return parts[0]


# --- a product and a sum --------------------------------------------------------------------------


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)``."""
    return _mixed(input, mm(mat1, mat2), beta, alpha, "addmm")


def addmv(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * (mat @ vec)``."""
    return _mixed(input, mv(mat, vec), beta, alpha, "addmv")


def addr(input: Any, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * outer(vec1, vec2)``."""
    return _mixed(input, outer(vec1, vec2), beta, alpha, "addr")


def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2)``."""
    return _mixed(input, bmm(batch1, batch2), beta, alpha, "baddbmm")


def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2).sum(0)``."""
    product = bmm(batch1, batch2)
    return _mixed(input, product.sum(0, dtype=product.dtype), beta, alpha, "addbmm")


def _mixed(input: Any, product: Any, beta: float, alpha: float, where: str) -> Tensor:
    x = as_tensor(input)
    if x.dtype.kind != "f" and product.dtype.kind != "f":
        beta, alpha = int(beta), int(alpha)
    product = product if alpha == 1 else product * alpha
    if beta == 0:  # not even NaN counts
        return product
    out = (x if beta == 1 else x * beta) + product
    if out.shape != product.shape:
        raise ShapeError(
            f"expected an input that broadcasts to {product.shape}, got {x.shape}.", where=where
        )
    return out
