"""Two-dimensional max and average pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.kernels import Pair, pair, pool_size
from tensorlite.ops.convert import as_tensor

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


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


def max_pool2d(
    input: Any,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Keep the largest element of each window; of equal ones the first gets the gradient.

    Args:
        input: Pictures.
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        padding: Pixels around the picture that no window prefers; at most half the window.
        dilation: Distance between the pixels of a window.
        ceil_mode: Let a last window hang over the far edge.

    Shape:
        - Input: ``(N, C, H, W)``
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
    x, kernel, steps = _prepare(input, kernel_size, stride, padding, "max_pool2d")
    window = kernel, *steps, pair(dilation), ceil_mode
    _check(x, window, "max_pool2d")
    return MaxPool2d.apply(x, *window)[0]


def avg_pool2d(
    input: Any,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Average the elements of each window.

    Args:
        input: Pictures.
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        padding: Zeros around the picture in pixels; at most half the window.
        ceil_mode: Let a last window hang over the far edge.
        count_include_pad: Divide by all elements of the window, those of the padding too.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C, Ho, Wo)``, ``Ho = (H + 2 * padding - kernel_size) // stride + 1``

    Raises:
        ShapeError: If the window is larger than the padded input.

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """
    x, kernel, steps = _prepare(input, kernel_size, stride, padding, "avg_pool2d")
    _check(x, (kernel, *steps, (1, 1), ceil_mode), "avg_pool2d")
    return AvgPool2d.apply(x, kernel, *steps, ceil_mode, count_include_pad)


def _prepare(
    input: Any, kernel_size: Any, stride: Any, padding: Any, where: str
) -> tuple[Tensor, Pair, tuple[Pair, Pair]]:
    x = as_tensor(input)
    if len(x.shape) != 4:
        raise ShapeError(f"expected input (N, C, H, W), got {x.shape}.", where=where)
    if x.dtype.kind != "f" or x.dtype.itemsize not in (4, 8):
        raise DTypeError(f"expected float32 or float64, got {x.dtype}.", where=where)
    kernel = pair(kernel_size)
    return x, kernel, (kernel if stride is None else pair(stride), pair(padding))


def _check(x: TensorBase, window: tuple[Pair, Pair, Pair, Pair, bool], where: str) -> None:
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
    for i in (0, 1):
        if pool_size(x.shape[2 + i], kernel[i], stride[i], padding[i], dilation[i], ceil_mode) < 1:
            raise ShapeError(
                f"expected pictures at least as large as the window {kernel}, got "
                f"{x.shape[2]}x{x.shape[3]} with padding {padding}.",
                where=where,
            )
