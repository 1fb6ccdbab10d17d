"""Convolution layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tensorlite import ops
from tensorlite.errors import ShapeError
from tensorlite.kernels import pair
from tensorlite.nn import init
from tensorlite.nn.module import Module, shape_of
from tensorlite.tensor import Parameter, Tensor, zeros

Size = int | Sequence[int]


class Conv2d(Module):
    """Slide learned filters over pictures.

    Args:
        in_channels: Channels of the input.
        out_channels: Number of filters, the channels of the output.
        kernel_size: Filter height and width in pixels; an int means a square filter.
        stride: Step of the filters in pixels.
        padding: Zeros around the picture in pixels.
        dilation: Distance between the pixels that a filter looks at.
        groups: Parts that the channels are split into, each with filters of its own.
        bias: Whether to add a learned number to each channel of the output.

    Shape:
        - Input: ``(N, in_channels, H, W)``
        - Output: ``(N, out_channels, Ho, Wo)``,
          ``Ho = (H + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1``

    Raises:
        ShapeError: If the channels do not divide into groups, or the input does not fit.

    Example:
        >>> import tensorlite as tl
        >>> Conv2d(3, 16, kernel_size=3, padding=1)(tl.zeros(1, 3, 32, 32)).shape
        (1, 16, 32, 32)

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ShapeError(
                f"expected channels that divide into {groups} groups, got {in_channels} and "
                f"{out_channels}.",
                where="Conv2d",
            )
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = pair(kernel_size), pair(stride)
        self.padding, self.dilation = pair(padding), pair(dilation)
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(zeros(shape))
        self.bias = Parameter(zeros(out_channels)) if bias else None
        init.fan_in_uniform_(self.weight, self.bias)

    def forward(self, x: Tensor, relu: bool = False) -> Tensor:
        """Convolve; ``relu`` takes over the layer after it, see ``Sequential``."""
        steps = self.stride, self.padding, self.dilation, self.groups
        return ops.conv2d(x, self.weight, self.bias, *steps, relu=relu)

    def multiply_adds(self, inputs: tuple[Any, ...], output: Any) -> int:
        """Each output needs as many as a filter has numbers."""
        return math.prod(shape_of(output)) * math.prod(self.weight.shape[1:])

    def extra_repr(self) -> str:
        """The sizes, and whatever is not as usual."""
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        usual = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        return text if self.bias is not None else f"{text}, bias=False"
