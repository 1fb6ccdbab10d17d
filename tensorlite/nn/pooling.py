"""Pooling layers with windows of one size."""

from __future__ import annotations

from typing import Any

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.ops.windows import Size, sides
from tensorlite.tensor import Tensor


class _MaxPool(Module):
    """Keep the largest element of each window; ``_dims`` is set by the subclass."""

    _dims = 0

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Tensor) -> Any:
        """Pool."""
        pool: Any = (ops.max_pool1d, ops.max_pool2d, ops.max_pool3d)[self._dims - 1]
        return pool(input, *self.window, self.return_indices)

    @property
    def window(self) -> tuple[Any, ...]:
        """What ``max_pool2d`` and its like are told about the window."""
        return self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode

    def extra_repr(self) -> str:
        """The window."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """Keep the largest element of each window of signals; arguments as for ``MaxPool2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: ``(N, C, Lo)``, sizes as for ``MaxPool2d``

    Raises:
        ShapeError: If the window is larger than the padded input.

    Example:
        >>> import tensorlite as tl
        >>> MaxPool1d(2)(tl.tensor([[1.0, 3.0, 2.0, 4.0]]))
        tensor([[3., 4.]])
    """

    _dims = 1


class MaxPool2d(_MaxPool):
    """Keep the largest element of each window.

    Args:
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        padding: Pixels around the picture that no window prefers.
        dilation: Distance between the pixels of a window.
        return_indices: Return as well where the largest elements lie, for ``MaxUnpool2d``.
        ceil_mode: Let a last window hang over the far edge.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
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

    _dims = 2


class MaxPool3d(_MaxPool):
    """Keep the largest element of each window of volumes; arguments as for ``MaxPool2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: ``(N, C, Do, Ho, Wo)``, sizes as for ``MaxPool2d``

    Raises:
        ShapeError: If the window is larger than the padded input.
    """

    _dims = 3


class AvgPool1d(Module):
    """Average the elements of each window of signals; arguments as for ``AvgPool2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: ``(N, C, Lo)``, sizes as for ``AvgPool2d``

    Raises:
        ShapeError: If the window is larger than the padded input.
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
        self.kernel_size = sides(kernel_size, 1, "AvgPool1d")
        self.stride = self.kernel_size if stride is None else sides(stride, 1, "AvgPool1d")
        self.padding = sides(padding, 1, "AvgPool1d")
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """Pool."""
        window = self.kernel_size, self.stride, self.padding, self.ceil_mode
        return ops.avg_pool1d(input, *window, self.count_include_pad)

    def extra_repr(self) -> str:
        """The window."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """Average the elements of each window.

    Args:
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        padding: Zeros around the picture in pixels.
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
        >>> AvgPool2d(2)(tl.ones(1, 1, 2, 2)).item()
        1.0

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """

    _dims = 2

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """Pool."""
        pool = ops.avg_pool2d if self._dims == 2 else ops.avg_pool3d
        window = self.kernel_size, self.stride, self.padding, self.ceil_mode
        return pool(input, *window, self.count_include_pad, self.divisor_override)

    def extra_repr(self) -> str:
        """The window."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool3d(AvgPool2d):
    """Average the elements of each window of volumes; arguments as for ``AvgPool2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: ``(N, C, Do, Ho, Wo)``, sizes as for ``AvgPool2d``

    Raises:
        ShapeError: If the window is larger than the padded input.
    """

    _dims = 3


class _LPPool(Module):
    """Norm of each window; ``_dims`` is set by the subclass."""

    _dims = 0

    def __init__(
        self,
        norm_type: float,
        kernel_size: Size,
        stride: Size | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.norm_type, self.kernel_size = norm_type, kernel_size
        self.stride, self.ceil_mode = stride, ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """Pool."""
        pool: Any = (ops.lp_pool1d, ops.lp_pool2d, ops.lp_pool3d)[self._dims - 1]
        return pool(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        """The norm and the window."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """Norm of each window of signals; arguments as for ``LPPool2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: ``(N, C, Lo)``, sizes as for ``LPPool2d``

    Raises:
        ShapeError: If the window is larger than the input.
    """

    _dims = 1


class LPPool2d(_LPPool):
    """Norm of each window: ``(sum of x ** p) ** (1 / p)``.

    Args:
        norm_type: p; 1 gives sums.
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        ceil_mode: Let a last window hang over the far edge; its sum is scaled up to a full one.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, Ho, Wo)``, ``Ho = (H - kernel_size) // stride + 1``

    Raises:
        ShapeError: If the window is larger than the input.

    Example:
        >>> import tensorlite as tl
        >>> LPPool2d(1, 2)(tl.ones(1, 1, 2, 2)).item()
        4.0

    Source: Sermanet et al. 2012, "Convolutional Neural Networks Applied to House Numbers Digit
    Classification".
    """

    _dims = 2


class LPPool3d(_LPPool):
    """Norm of each window of volumes; arguments as for ``LPPool2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: ``(N, C, Do, Ho, Wo)``, sizes as for ``LPPool2d``

    Raises:
        ShapeError: If the window is larger than the input.
    """

    _dims = 3
