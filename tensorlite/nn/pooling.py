"""Pooling layers."""

from __future__ import annotations

from collections.abc import Sequence

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor

Size = int | Sequence[int]


class MaxPool2d(Module):
    """Keep the largest element of each window.

    Args:
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        padding: Pixels around the picture that no window prefers.
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
        >>> MaxPool2d(2)(tl.zeros(1, 3, 8, 8)).shape
        (1, 3, 4, 4)

    Source: Scherer et al. 2010, "Evaluation of Pooling Operations in Convolutional Architectures".
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.dilation, self.ceil_mode = padding, dilation, ceil_mode

    def forward(self, x: Tensor) -> Tensor:
        """Pool."""
        return ops.max_pool2d(
            x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        )

    def extra_repr(self) -> str:
        """The window."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class AvgPool2d(Module):
    """Average the elements of each window.

    Args:
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        padding: Zeros around the picture in pixels.
        ceil_mode: Let a last window hang over the far edge.
        count_include_pad: Divide by all elements of the window, those of the padding too.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C, Ho, Wo)``, ``Ho = (H + 2 * padding - kernel_size) // stride + 1``

    Raises:
        ShapeError: If the window is larger than the padded input.

    Example:
        >>> import tensorlite as tl
        >>> AvgPool2d(2)(tl.ones(1, 1, 2, 2)).item()
        1.0

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, x: Tensor) -> Tensor:
        """Pool."""
        return ops.avg_pool2d(
            x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self) -> str:
        """The window."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
