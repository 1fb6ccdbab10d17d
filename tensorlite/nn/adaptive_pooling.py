"""Pooling layers that are told the size of their output, and those that undo pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.ops.adaptive_pool import OutputSize
from tensorlite.ops.windows import Size, sides
from tensorlite.tensor import Tensor


class _AdaptiveAvgPool(Module):
    """Average to a size; ``_dims`` is set by the subclass."""

    _dims = 0

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Pool."""
        pools = ops.adaptive_avg_pool1d, ops.adaptive_avg_pool2d, ops.adaptive_avg_pool3d
        return pools[self._dims - 1](input, self.output_size)

    def extra_repr(self) -> str:
        """The size."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """Average signals to a length; see ``AdaptiveAvgPool2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: ``(N, C, output_size)``
    """

    _dims = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """Average over as many even windows as the output is to have elements.

    Args:
        output_size: Height and width of the output; ``None`` keeps the input's, an int is both.
            1 is global average pooling.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, *output_size)``

    Raises:
        ShapeError: If the input has another number of dimensions.

    Example:
        >>> import tensorlite as tl
        >>> AdaptiveAvgPool2d((7, None))(tl.zeros(1, 3, 10, 9)).shape
        (1, 3, 7, 9)

    Source: He et al. 2014, "Spatial Pyramid Pooling in Deep Convolutional Networks".
    """

    _dims = 2


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """Average volumes to a size; see ``AdaptiveAvgPool2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: ``(N, C, *output_size)``
    """

    _dims = 3


class _AdaptiveMaxPool(Module):
    """Keep maxima, as many as wanted; ``_dims`` is set by the subclass."""

    _dims = 0

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input: Tensor) -> Any:
        """Pool."""
        pools = ops.adaptive_max_pool1d, ops.adaptive_max_pool2d, ops.adaptive_max_pool3d
        return pools[self._dims - 1](input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        """The size."""
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """Keep as many maxima of signals as wanted; see ``AdaptiveMaxPool2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: ``(N, C, output_size)``
    """

    _dims = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """Keep the largest element of as many even windows as the output is to have elements.

    Args:
        output_size: Height and width of the output; ``None`` keeps the input's, an int is both.
        return_indices: Return as well where the largest elements lie, as ``h * W + w``.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, *output_size)``

    Raises:
        ShapeError: If the input has another number of dimensions.

    Example:
        >>> import tensorlite as tl
        >>> AdaptiveMaxPool2d(2)(tl.zeros(1, 3, 5, 5)).shape
        (1, 3, 2, 2)

    Source: He et al. 2014, "Spatial Pyramid Pooling in Deep Convolutional Networks".
    """

    _dims = 2


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """Keep as many maxima of volumes as wanted; see ``AdaptiveMaxPool2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: ``(N, C, *output_size)``
    """

    _dims = 3


class _MaxUnpool(Module):
    """Put maxima back; ``_dims`` is set by the subclass."""

    _dims = 0

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__()
        where = type(self).__name__
        self.kernel_size = sides(kernel_size, self._dims, where)
        self.stride = self.kernel_size if stride is None else sides(stride, self._dims, where)
        self.padding = sides(padding, self._dims, where)

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Tensor:
        """Put the elements back."""
        unpool: Any = (ops.max_unpool1d, ops.max_unpool2d, ops.max_unpool3d)[self._dims - 1]
        window = self.kernel_size, self.stride, self.padding
        return unpool(input, indices, *window, output_size)

    def extra_repr(self) -> str:
        """The window."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """Put the maxima of signals back; arguments as for ``MaxUnpool2d``.

    Shape:
        - Input and indices: ``(N, C, L)`` or ``(C, L)``
        - Output: ``(N, C, Lo)``, sizes as for ``MaxUnpool2d``
    """

    _dims = 1


class MaxUnpool2d(_MaxUnpool):
    """Put the maxima that ``MaxPool2d`` found back where they lay, into zeros.

    Args:
        kernel_size: The pooling's window.
        stride: Its step; the window's size unless given.
        padding: Its padding.

    Shape:
        - Input and indices: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, Ho, Wo)``, ``Ho = (H - 1) * stride - 2 * padding + kernel_size``

    Raises:
        ShapeError: If sizes do not fit, or an index lies outside.

    Example:
        >>> import tensorlite as tl
        >>> from tensorlite.nn import MaxPool2d
        >>> y, where = MaxPool2d(2, return_indices=True)(tl.randn(1, 3, 4, 4))
        >>> MaxUnpool2d(2)(y, where).shape
        (1, 3, 4, 4)

    Source: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks".
    """

    _dims = 2


class MaxUnpool3d(_MaxUnpool):
    """Put the maxima of volumes back; arguments as for ``MaxUnpool2d``.

    Shape:
        - Input and indices: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: ``(N, C, Do, Ho, Wo)``, sizes as for ``MaxUnpool2d``
    """

    _dims = 3
