"""Rows of a table, chosen by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import ops
from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class ScaleGrad(Op):
    """The input as it is; the gradient times a constant."""

    view = True

    def forward(self, x: Array, scale: Array) -> Array:
        self.scale = scale
        return x

    def backward(self, grad: Any) -> Any:
        return ScaleGrad.apply(grad * self.scale, 1.0)


def embedding(
    input: Any,
    weight: TensorBase,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Take rows of a table.

    Args:
        input: Row numbers, integers of any shape.
        weight: The table.
        padding_idx: A row that gets no gradient.
        max_norm: Rows that are taken and longer are scaled down to this length, in place.
        norm_type: Which norm is the length.
        scale_grad_by_freq: Divide the gradient of a row by how often it is taken.
        sparse: Not there; gradients are whole tables.

    Shape:
        - Input: any ``(...)``
        - Weight: ``(V, D)``
        - Output: ``(..., D)``

    Raises:
        DTypeError: If the numbers are no integers.
        ShapeError: If a number lies outside of the table, which has two dimensions.

    Example:
        >>> import tensorlite as tl
        >>> embedding([0, 2], tl.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
        tensor([[1., 2.],
                [5., 6.]])
    """
    rows = _rows(as_tensor(input), weight)
    if sparse:
        raise ConfigError("has no sparse gradients.", where="embedding", hint="Use sparse=False.")
    if padding_idx is not None:
        padding_idx = row_number(padding_idx, weight.shape[0], "embedding")
    if max_norm is not None:
        _shorten(weight, rows, max_norm, norm_type)
    out = ops.getitem(weight, make_tensor(rows))
    if not out.requires_grad or (padding_idx is None and not scale_grad_by_freq):
        return out
    scale = np.ones(rows.shape, weight.dtype)
    if scale_grad_by_freq:
        _, place, counts = np.unique(rows, return_inverse=True, return_counts=True)
        scale /= counts[place].reshape(rows.shape)
    if padding_idx is not None:
        scale[rows == padding_idx] = 0
    return ScaleGrad.apply(out, scale[..., None])


def row_number(number: int, rows: int, where: str) -> int:
    """Check ``padding_idx`` and count negative ones from the end."""
    if not -rows <= number < rows:
        raise ConfigError(f"expected padding_idx below {rows}, got {number}.", where=where)
    return number % rows


def _rows(numbers: Tensor, weight: TensorBase) -> Array:
    if numbers.dtype.kind not in "iu":
        raise DTypeError(
            f"expected integers, got {numbers.dtype}.", where="embedding", hint="Use x.long()."
        )
    if len(weight.shape) != 2:
        raise ShapeError(
            f"expected a table of two dimensions, got {weight.shape}.", where="embedding"
        )
    rows = numbers.array.astype(np.int64)
    if rows.size and (rows.min() < 0 or rows.max() >= weight.shape[0]):
        wrong = rows.min() if rows.min() < 0 else rows.max()
        raise RowError(
            f"expected row numbers from 0 to {weight.shape[0] - 1}, got {wrong}.", where="embedding"
        )
    return rows


class RowError(ShapeError, IndexError):
    """A number that no row of the table has."""


def _shorten(weight: TensorBase, rows: Array, max_norm: float, norm_type: float) -> None:
    used = np.unique(rows)
    table = weight.array[used]
    lengths = np.linalg.norm(table, norm_type, axis=1, keepdims=True)
    long = lengths[:, 0] > max_norm
    weight.array[used[long]] = table[long] * (max_norm / (lengths[long] + 1e-7))
    weight.version[0] += 1
