"""Pooling to a size of the result: the windows are as even as they can be.

Window i of ``out`` over n elements reaches from ``floor(i * n / out)`` to
``ceil((i + 1) * n / out)``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, make_tensor
from tensorlite.errors import ShapeError
from tensorlite.ops.linalg import MatMul
from tensorlite.ops.pool import Window, averages, largest, max_in_plane, prepared
from tensorlite.ops.shape import Reshape
from tensorlite.ops.windows import Sides, unbatched

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

OutputSize = int | None | Sequence[int | None]


def adaptive_avg_pool1d(input: Any, output_size: OutputSize) -> Tensor:
    """Average signals to a size; arguments as for ``adaptive_avg_pool2d``."""
    return _average(1, input, output_size)


def adaptive_avg_pool2d(input: Any, output_size: OutputSize) -> Tensor:
    """Average over as many even windows as the result is to have elements.

    Args:
        input: Pictures.
        output_size: Height and width of the result; ``None`` keeps the input's, an int is both.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, *output_size)``

    Raises:
        ShapeError: If a size is negative or the input has other dimensions.

    Example:
        >>> import tensorlite as tl
        >>> adaptive_avg_pool2d(tl.arange(6.0).reshape(1, 2, 3), (1, 2))
        tensor([[[2., 3.]]])

    Source: He et al. 2014, "Spatial Pyramid Pooling in Deep Convolutional Networks".
    """
    return _average(2, input, output_size)


def adaptive_avg_pool3d(input: Any, output_size: OutputSize) -> Tensor:
    """Average volumes to a size; arguments as for ``adaptive_avg_pool2d``."""
    return _average(3, input, output_size)


def adaptive_max_pool1d(input: Any, output_size: OutputSize, return_indices: bool = False) -> Any:
    """Keep the largest elements of signals; arguments as for ``adaptive_max_pool2d``."""
    return _maximum(1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Any, output_size: OutputSize, return_indices: bool = False) -> Any:
    """Keep the largest element of as many even windows as the result is to have elements.

    Args:
        input: Pictures.
        output_size: Height and width of the result; ``None`` keeps the input's, an int is both.
        return_indices: Return as well where the largest elements lie, as ``h * W + w``.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, *output_size)``

    Raises:
        ShapeError: If a size is negative or the input has other dimensions.

    Source: He et al. 2014, "Spatial Pyramid Pooling in Deep Convolutional Networks".
    """
    return _maximum(2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Any, output_size: OutputSize, return_indices: bool = False) -> Any:
    """Keep the largest elements of volumes; arguments as for ``adaptive_max_pool2d``."""
    return _maximum(3, input, output_size, return_indices)


def _average(dims: int, input: Any, output_size: OutputSize) -> Tensor:
    x, had_batch, out = _prepared(dims, input, output_size, f"adaptive_avg_pool{dims}d")
    window = _even(x.shape[2:], out)
    if window is not None and x.array.size:
        return unbatched(averages(x, window, True), had_batch)
    for axis in reversed(range(dims)):
        if x.shape[2 + axis] != out[axis]:
            x = _mixed(x, 2 + axis, _shares(x.shape[2 + axis], out[axis]))
    return unbatched(x, had_batch)


def _maximum(dims: int, input: Any, output_size: OutputSize, return_indices: bool) -> Any:
    x, had_batch, out = _prepared(dims, input, output_size, f"adaptive_max_pool{dims}d")
    window = _even(x.shape[2:], out) if dims < 3 else None
    if window is not None:
        y, index = max_in_plane(x, window)
    else:
        y, index = largest(x, [_table(n, o) for n, o in zip(x.shape[2:], out, strict=True)])
    y = unbatched(y, had_batch)
    if not return_indices:
        return y
    return y, make_tensor(index.astype(np.int64).reshape(y.shape))


def _prepared(
    dims: int, input: Any, output_size: OutputSize, where: str
) -> tuple[Any, bool, Sides]:
    x, had_batch = prepared(input, dims, where)
    wanted = tuple(output_size) if isinstance(output_size, Sequence) else (output_size,) * dims
    if len(wanted) == 1:
        wanted *= dims
    if len(wanted) != dims:
        raise ShapeError(f"expected {dims} sizes or one, got {output_size!r}.", where=where)
    out = tuple(n if o is None else int(o) for n, o in zip(x.shape[2:], wanted, strict=True))
    if min(out) < 0 or 0 in x.shape[1:]:
        raise ShapeError(
            f"expected sizes of 0 or more and an input with elements, got {out} for {x.shape}.",
            where=where,
        )
    return x, had_batch, out


def _even(size: Sides, out: Sides) -> Window | None:
    """The one window that serves for all places, if there is one."""
    if any(o == 0 or n % o for n, o in zip(size, out, strict=True)):
        return None
    kernel = tuple(n // o for n, o in zip(size, out, strict=True))
    return kernel, kernel, (0,) * len(size), (1,) * len(size), False


def _borders(n: int, out: int) -> tuple[Array, Array]:
    window = np.arange(out)
    return window * n // max(out, 1), -(-(window + 1) * n // max(out, 1))


def _table(n: int, out: int) -> Array:
    """The elements of each window; the last one again where a window has fewer than others."""
    start, end = _borders(n, out)
    longest = int((end - start).max(initial=1))
    return np.minimum(start[:, None] + np.arange(longest), end[:, None] - 1)


def _shares(n: int, out: int) -> Array:
    """How much each of n elements has in each mean, as means by elements."""
    start, end = _borders(n, out)
    place = np.arange(n)
    inside = (place >= start[:, None]) & (place < end[:, None])
    return inside / (end - start)[:, None]


def _mixed(x: Any, axis: int, shares: Array) -> Any:
    """A dimension multiplied by a matrix."""
    before, n, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    matrix = shares.astype(x.dtype)
    if not after:
        flat = Reshape.apply(x, (math.prod(before), n))
        y = MatMul.apply(flat, np.ascontiguousarray(matrix.T))
    else:
        y = MatMul.apply(matrix, Reshape.apply(x, (math.prod(before), n, math.prod(after))))
    return Reshape.apply(y, (*before, len(matrix), *after))
