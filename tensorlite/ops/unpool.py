"""What undoes max pooling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.pool import MaxPool2dPick, prepared
from tensorlite.ops.shape import Reshape
from tensorlite.ops.windows import Sides, Size, sides, unbatched

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class MaxUnpool(Op):
    """Zeros with the input put where the maxima lay; the last one stays where several lie."""

    def forward(self, x: Array, index: Array, size: int) -> Array:
        self.index = index
        out = np.zeros((*x.shape[:3], size), x.dtype)
        np.put_along_axis(out, index.astype(np.int64), x, 3)
        return out

    def backward(self, grad: Any) -> Any:
        return MaxPool2dPick.apply(grad, self.index)


def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put the maxima of signals back; arguments as for ``max_unpool2d``."""
    return _unpool(1, input, indices, (kernel_size, stride, padding), output_size)


def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put the maxima back where they lay, into zeros.

    Args:
        input: What ``max_pool2d`` returned.
        indices: What it returned with ``return_indices``.
        kernel_size: Its window.
        stride: Its step; the window's size unless given.
        padding: Its padding.
        output_size: The size of its input, where the stride leaves that open.

    Shape:
        - Input and indices: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, Ho, Wo)``, ``Ho = (H - 1) * stride - 2 * padding + kernel_size``

    Raises:
        ShapeError: If sizes do not fit, or an index lies outside.
        DTypeError: If the indices are not int64.

    Example:
        >>> from tensorlite.ops import max_pool2d
        >>> y, where = max_pool2d([[[1.0, 2.0], [4.0, 3.0]]], 2, return_indices=True)
        >>> max_unpool2d(y, where, 2)
        tensor([[[0., 0.],
                 [4., 0.]]])

    Source: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks".
    """
    return _unpool(2, input, indices, (kernel_size, stride, padding), output_size)


def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put the maxima of volumes back; arguments as for ``max_unpool2d``."""
    return _unpool(3, input, indices, (kernel_size, stride, padding), output_size)


def _unpool(
    dims: int, input: Any, indices: Any, window: Any, output_size: Sequence[int] | None
) -> Tensor:
    where = f"max_unpool{dims}d"
    x, index = as_tensor(input), as_tensor(indices)
    if index.dtype != np.int64:
        raise DTypeError(f"expected int64 indices, got {index.dtype}.", where=where)
    if index.shape != x.shape:
        raise ShapeError(
            f"expected indices of the input's shape {x.shape}, got {index.shape}.", where=where
        )
    x, had_batch = prepared(x, dims, where)
    size = _whole_size(x.shape[2:], window, output_size, where)
    places = math.prod(size)
    if index.array.size and not 0 <= index.array.min() <= index.array.max() < places:
        raise ShapeError(
            f"expected indices from 0 to {places - 1} (output {size}), got "
            f"{index.array.min()} to {index.array.max()}.",
            where=where,
        )
    flat = (*x.shape[:2], 1, math.prod(x.shape[2:]))
    lain = np.ascontiguousarray(index.array.reshape(flat), np.int32)
    y = MaxUnpool.apply(Reshape.apply(x, flat), lain, places)
    return unbatched(Reshape.apply(y, (*x.shape[:2], *size)), had_batch)


def _whole_size(size: Sides, window: Any, output_size: Sequence[int] | None, where: str) -> Sides:
    """The size of what was pooled."""
    kernel, padding = (sides(window[i], len(size), where) for i in (0, 2))
    stride = kernel if window[1] is None else sides(window[1], len(size), where)
    given = zip(size, kernel, stride, padding, strict=True)
    usual = tuple((n - 1) * s - 2 * p + k for n, k, s, p in given)
    if output_size is None:
        return usual
    wanted = tuple(output_size)[-len(size) :]
    near = zip(wanted, usual, stride, strict=False)
    if len(output_size) not in (len(size), len(size) + 2) or any(
        abs(w - n) >= s for w, n, s in near
    ):
        raise ShapeError(
            f"expected an output_size of less than the stride {stride} from {usual}, got "
            f"{tuple(output_size)}.",
            where=where,
        )
    return wanted
