"""Max and average pooling of signals, pictures and volumes.

A signal is a picture of height one. Averages of volumes are averages over slices of averages within
them; the maxima of volumes are found in NumPy, dimension by dimension, and picked by a kernel.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.kernels import Pair, pool_size
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.shape import Reshape
from tensorlite.ops.windows import (
    INPUTS,
    Sides,
    Size,
    batched,
    check_floating,
    lined,
    sides,
    unbatched,
)

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Window = tuple[Sides, Sides, Sides, Sides, bool]  # kernel, stride, padding, dilation, ceil_mode


class MaxPool2d(Op):
    """The largest element of each window; also returns where it lies."""

    reach = 1, 1, 1  # height, step and dilation of the window

    def forward(self, x: Array, *window: Any) -> Any:
        self.size, self.reach = x.shape[2:], (window[0][0], window[1][0], window[3][0])
        y, self.index = kernels.max_pool2d(x, *window)
        return y, self.index

    def backward(self, grad: Any) -> Any:
        return MaxPool2dGrad.apply(grad, self.index, self.size)


class MaxPool2dGrad(Op):
    """Gradients put where the maxima lay."""

    def forward(self, dy: Array, index: Array, size: Pair) -> Array:
        self.index = index
        return kernels.max_pool2d_grad(dy, index, size)

    def backward(self, grad: Any) -> Any:
        return MaxPool2dPick.apply(grad, self.index)


class MaxPool2dPick(Op):
    """What lies where the maxima lay."""

    def forward(self, x: Array, index: Array) -> Array:
        self.index, self.size = index, x.shape[2:]
        return kernels.max_pool2d_pick(x, index)

    def backward(self, grad: Any) -> Any:
        return MaxPool2dGrad.apply(grad, self.index, self.size)


class AvgPool2d(Op):
    """The mean of each window."""

    reach = 1, 1, 1

    def forward(self, x: Array, kernel: Pair, stride: Pair, padding: Pair, *modes: bool) -> Array:
        self.reach = kernel[0], stride[0], 1
        self.size, self.window, self.modes = x.shape[2:], (kernel, stride, padding), modes
        return kernels.avg_pool2d(x, kernel, stride, padding, *modes)

    def backward(self, grad: Any) -> Any:
        return AvgPool2dGrad.apply(grad, self.size, self.window, self.modes)


class AvgPool2dGrad(Op):
    """Gradients spread over their windows."""

    def forward(self, dy: Array, size: Pair, window: Any, modes: Any) -> Array:
        self.window, self.modes = window, modes
        kernel, stride, padding = window
        return kernels.avg_pool2d_grad(dy, size, kernel, stride, padding, modes[1])

    def backward(self, grad: Any) -> Any:
        return AvgPool2d.apply(grad, *self.window, *self.modes)


def max_pool1d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Keep the largest element of each window of signals; arguments as for ``max_pool2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: ``(N, C, Lo)``, sizes as for ``max_pool2d``

    Raises:
        ShapeError: If the window is larger than the padded input.
    """
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _max_pool(1, input, window, return_indices)


def max_pool2d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Keep the largest element of each window; of equal ones the first gets the gradient.

    Args:
        input: Pictures.
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        padding: Pixels around the picture that no window prefers; at most half the window.
        dilation: Distance between the pixels of a window.
        ceil_mode: Let a last window hang over the far edge.
        return_indices: Return as well where the largest elements lie, as ``h * W + w``.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, Ho, Wo)``,
          ``Ho = (H + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1``

    Raises:
        ShapeError: If the window is larger than the padded input.

    Example:
        >>> import tensorlite as tl
        >>> max_pool2d(tl.arange(16.0).reshape(1, 1, 4, 4), 2)
        tensor([[[[ 5.,  7.],
                  [13., 15.]]]])

    Source: Scherer et al. 2010, "Evaluation of Pooling Operations in Convolutional Architectures".
    """
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _max_pool(2, input, window, return_indices)


def max_pool3d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Keep the largest element of each window of volumes; arguments as for ``max_pool2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: ``(N, C, Do, Ho, Wo)``, sizes as for ``max_pool2d``

    Raises:
        ShapeError: If the window is larger than the padded input.
    """
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _max_pool(3, input, window, return_indices)


def avg_pool1d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Average the elements of each window of signals; arguments as for ``avg_pool2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: ``(N, C, Lo)``, sizes as for ``avg_pool2d``

    Raises:
        ShapeError: If the window is larger than the padded input.
    """
    window = kernel_size, stride, padding, 1, ceil_mode
    return _avg_pool(1, input, window, count_include_pad, None)


def avg_pool2d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Average the elements of each window.

    Args:
        input: Pictures.
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        padding: Zeros around the picture in pixels; at most half the window.
        ceil_mode: Let a last window hang over the far edge.
        count_include_pad: Divide by all elements of the window, those of the padding too.
        divisor_override: What the sums are divided by instead; 1 gives the sums.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, Ho, Wo)``, ``Ho = (H + 2 * padding - kernel_size) // stride + 1``

    Raises:
        ShapeError: If the window is larger than the padded input.

    Example:
        >>> import tensorlite as tl
        >>> avg_pool2d(tl.ones(1, 1, 2, 4), 2, divisor_override=1)
        tensor([[[[4., 4.]]]])

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """
    window = kernel_size, stride, padding, 1, ceil_mode
    return _avg_pool(2, input, window, count_include_pad, divisor_override)


def avg_pool3d(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Average the elements of each window of volumes; arguments as for ``avg_pool2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: ``(N, C, Do, Ho, Wo)``, sizes as for ``avg_pool2d``

    Raises:
        ShapeError: If the window is larger than the padded input.
    """
    window = kernel_size, stride, padding, 1, ceil_mode
    return _avg_pool(3, input, window, count_include_pad, divisor_override)


def _max_pool(dims: int, input: Any, given: Any, return_indices: bool) -> Any:
    where = f"max_pool{dims}d"
    x, had_batch = prepared(input, dims, where)
    window = window_of(x, given, dims, where)
    if dims < 3:
        y, index = max_in_plane(x, window)
    else:
        y, index = largest(x, _tables(x.shape[2:], window))
    y = unbatched(y, had_batch)
    if not return_indices:
        return y
    return y, make_tensor(index.astype(np.int64).reshape(y.shape))


def max_in_plane(x: Any, window: Window) -> tuple[Any, Array]:
    """The maxima of signals or pictures, and where they lie."""
    if len(x.shape) == 4:
        return MaxPool2d.apply(x, *window)
    y, index = MaxPool2d.apply(lined(x), *_lined(window))
    return Reshape.apply(y, (*y.shape[:2], y.shape[3])), index


def _avg_pool(
    dims: int, input: Any, given: Any, count_padding: bool, divisor: int | None
) -> Tensor:
    where = f"avg_pool{dims}d"
    x, had_batch = prepared(input, dims, where)
    window = window_of(x, given, dims, where)
    y = averages(x, window, count_padding)
    if divisor is not None:
        if not divisor:
            raise ConfigError("expected a divisor other than 0, got 0.", where=where)
        y = y * _counts(x, y, window, count_padding, divisor)
    return unbatched(y, had_batch)


def averages(x: Any, window: Window, count_padding: bool) -> Any:
    """The mean of each window of signals, pictures or volumes."""
    if len(x.shape) == 3:
        y = averages(lined(x), _lined(window), count_padding)
        return Reshape.apply(y, (*y.shape[:2], y.shape[3]))
    *sizes, _, ceil_mode = window
    if len(x.shape) == 4:
        return AvgPool2d.apply(x, *sizes, ceil_mode, count_padding)
    n, c, d, h, w = x.shape
    flat = [size[1:] for size in sizes]
    y = AvgPool2d.apply(Reshape.apply(x, (n, c * d, h, w)), *flat, ceil_mode, count_padding)
    ho, wo = y.shape[2:]
    deep = (sizes[0][0], 1), (sizes[1][0], 1), (sizes[2][0], 0)
    y = AvgPool2d.apply(Reshape.apply(y, (n, c, d, ho * wo)), *deep, ceil_mode, count_padding)
    return Reshape.apply(y, (n, c, y.shape[2], ho, wo))


def _counts(x: Any, y: Any, window: Window, count_padding: bool, divisor: int) -> Any:
    """What each mean was divided by, over what is wanted."""
    factor = np.ones((), np.float64)
    kernel, stride, padding, _, _ = window
    for n, out, k, s, p in zip(x.shape[2:], y.shape[2:], kernel, stride, padding, strict=True):
        start = np.arange(out) * s - p
        low, high = (start, n + p) if count_padding else (np.maximum(start, 0), n)
        factor = factor[..., None] * (np.minimum(start + k, high) - low)
    return make_tensor((factor / divisor).astype(x.dtype))


def _lined(window: Window) -> Window:
    """A window of signals as one of pictures of height one."""
    kernel, stride, padding, dilation, ceil_mode = window
    return (1, *kernel), (1, *stride), (0, *padding), (1, *dilation), ceil_mode


# --- maxima over any windows ----------------------------------------------------------------------


def _tables(size: Sides, window: Window) -> list[Array]:
    """For each dimension the elements of each window; the first one stands in for the padding."""
    kernel, stride, padding, dilation, ceil_mode = window
    tables = []
    for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True):
        starts = np.arange(pool_size(n, k, s, p, d, ceil_mode)) * s - p
        places = starts[:, None] + np.arange(k) * d
        inside = (places >= 0) & (places < n)
        first = np.take_along_axis(places, inside.argmax(1)[:, None], 1)
        tables.append(np.where(inside, places, np.clip(first, 0, n - 1)))
    return tables


def largest(x: Any, tables: list[Array]) -> tuple[Any, Array]:
    """The largest element of each window, and where it lies.

    Args:
        x: Signals, pictures or volumes, ``(N, C, ...)``.
        tables: For each of the last dimensions the elements that each window takes of it, as
            windows by elements; an element may come twice.
    """
    index = _positions(x.array, tables)
    n, c, *size = x.shape
    shape = n, c, *index.shape[2:]
    flat = np.ascontiguousarray(index.reshape(n, c, 1, -1), np.int32)
    plane = Reshape.apply(x, (n, c, 1, math.prod(size)))
    return Reshape.apply(MaxPool2dPick.apply(plane, flat), shape), index


def _positions(values: Array, tables: list[Array]) -> Array:
    """Where the largest elements lie: along the last dimension first, then along those before."""
    dims, inner = len(tables), 1
    index = np.zeros(values.shape, np.int64)
    for axis in reversed(range(2, 2 + dims)):
        table = tables[axis - 2]
        seen = np.take(values, table, axis)  # (..., windows, elements, ...)
        best = np.expand_dims(seen.argmax(axis + 1), axis + 1)
        tail = (1,) * (dims + 1 - axis)
        places = np.take(index, table, axis) + table.reshape(*table.shape, *tail) * inner
        inner *= values.shape[axis]
        values = np.take_along_axis(seen, best, axis + 1).squeeze(axis + 1)
        index = np.take_along_axis(places, best, axis + 1).squeeze(axis + 1)
    return index


# --- what does not fit ----------------------------------------------------------------------------


def prepared(input: Any, dims: int, where: str) -> tuple[Tensor, bool]:
    """The input as a tensor with a batch, and whether it had one."""
    x = as_tensor(input)
    check_floating(x, where)
    return batched(x, dims, where)


def window_of(x: Tensor, given: Any, dims: int, where: str) -> Window:
    """The window with one size per dimension, checked against the input."""
    kernel = sides(given[0], dims, where)
    padding, dilation = sides(given[2], dims, where), sides(given[3], dims, where)
    own = given[1] is None or given[1] == [] or given[1] == ()
    stride = kernel if own else sides(given[1], dims, where)
    window = kernel, stride, padding, dilation, bool(given[4])
    _check_fit(x.array.shape[2:], window, where)
    return window


@functools.lru_cache(maxsize=1024)  # what fits once fits in every step of a training
def _check_fit(size: Sides, window: Window, where: str) -> None:
    kernel, stride, padding, dilation, ceil_mode = window
    if min(*kernel, *stride, *dilation) < 1 or min(padding) < 0:
        raise ShapeError(
            f"expected kernel_size, stride and dilation of 1 or more and padding of 0 or more, got "
            f"{kernel}, {stride}, {dilation} and {padding}.",
            where=where,
        )
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise ShapeError(
            f"expected padding of at most half the window {kernel}, got {padding}.", where=where
        )
    for sizes in zip(size, kernel, stride, padding, dilation, strict=True):
        if pool_size(*sizes, ceil_mode) < 1:
            raise ShapeError(
                f"expected {INPUTS[len(size)]} at least as large as the window {kernel}, got "
                f"{size} with padding {padding}.",
                where=where,
            )
