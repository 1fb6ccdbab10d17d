"""Transposed convolution layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import DTypeLike

from tensorlite import ops
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.nn.conv import _ConvNd
from tensorlite.nn.module import shape_of
from tensorlite.ops.windows import Sides, Size
from tensorlite.tensor import Tensor


class _ConvTranspose(_ConvNd):
    """The arguments of the transposed convolutions."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ConfigError(
                f"expected padding_mode 'zeros', got {padding_mode!r}.", where=type(self).__name__
            )
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, True,
            output_padding, groups, bias, padding_mode, device, dtype,
        )  # fmt: skip

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Spread; ``output_size`` says which of the sizes is meant that the stride leaves open."""
        more = self.output_padding if output_size is None else self._reach(input, output_size)
        spread = (ops.conv_transpose1d, ops.conv_transpose2d, ops.conv_transpose3d)[self._dims - 1]
        steps: Any = self.stride, self.padding, more, self.groups, self.dilation
        return spread(input, self.weight, self.bias, *steps)

    def _reach(self, input: Tensor, output_size: Sequence[int]) -> Sides:
        """The output padding that leads to a size."""
        wanted = tuple(output_size)
        if len(wanted) == len(input.shape):
            wanted = wanted[-self._dims :]
        sizes: Any = zip(
            input.shape[-self._dims :], self.stride, self.padding, self.dilation, self.kernel_size,
            strict=True,
        )  # fmt: skip
        least = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, d, k in sizes]
        if len(wanted) != self._dims or any(
            not 0 <= w - n < s for w, n, s in zip(wanted, least, self.stride, strict=True)
        ):
            most = [n + s - 1 for n, s in zip(least, self.stride, strict=True)]
            raise ShapeError(
                f"expected an output_size from {least} to {most} for input {input.shape}, got "
                f"{tuple(output_size)}.",
                where=type(self).__name__,
            )
        return tuple(w - n for w, n in zip(wanted, least, strict=True))

    def multiply_adds(self, inputs: tuple[Any, ...], output: Any) -> int:
        """Each input goes into as many as a filter has numbers."""
        return math.prod(shape_of(inputs)) * math.prod(self.weight.shape[1:])


class ConvTranspose1d(_ConvTranspose):
    """Spread each element of signals over a window; arguments as for ``ConvTranspose2d``.

    Shape:
        - Input: ``(N, in_channels, L)`` or ``(in_channels, L)``
        - Output: ``(N, out_channels, Lo)``, sizes as for ``ConvTranspose2d``

    Raises:
        ShapeError: If the channels do not divide into groups, or the input does not fit.

    Example:
        >>> import tensorlite as tl
        >>> ConvTranspose1d(3, 8, kernel_size=2, stride=2)(tl.zeros(1, 3, 10)).shape
        (1, 8, 20)
    """

    _dims = 1


class ConvTranspose2d(_ConvTranspose):
    """Spread each pixel over a window, weighted by learned filters, and add up what overlaps.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Distance of the windows of neighbouring pixels.
        padding: Pixels cut off at each side of the output.
        output_padding: Pixels added at the far side, where the stride leaves the size open.
        groups: Parts that the channels are split into, each with filters of its own.
        bias: Whether to add a learned number to each channel of the output.
        dilation: Distance between the pixels of a window.
        padding_mode: Only ``zeros``.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: The element type of the parameters, float32 unless given.

    Shape:
        - Input: ``(N, in_channels, H, W)`` or ``(in_channels, H, W)``
        - Output: ``(N, out_channels, Ho, Wo)``, ``Ho = (H - 1) * stride - 2 * padding
          + dilation * (kernel_size - 1) + output_padding + 1``

    Raises:
        ShapeError: If the channels do not divide into groups, or the input does not fit.

    Example:
        >>> import tensorlite as tl
        >>> up = ConvTranspose2d(16, 8, kernel_size=3, stride=2, padding=1)
        >>> up(tl.zeros(1, 16, 6, 6)).shape
        (1, 8, 11, 11)
        >>> up(tl.zeros(1, 16, 6, 6), output_size=(12, 12)).shape
        (1, 8, 12, 12)

    Source: Zeiler et al. 2010, "Deconvolutional Networks".
    """

    _dims = 2


class ConvTranspose3d(_ConvTranspose):
    """Spread each element of volumes over a window; arguments as for ``ConvTranspose2d``.

    Shape:
        - Input: ``(N, in_channels, D, H, W)`` or ``(in_channels, D, H, W)``
        - Output: ``(N, out_channels, Do, Ho, Wo)``, sizes as for ``ConvTranspose2d``

    Raises:
        ShapeError: If the channels do not divide into groups, or the input does not fit.

    Example:
        >>> import tensorlite as tl
        >>> ConvTranspose3d(2, 1, kernel_size=2, stride=2)(tl.zeros(1, 2, 2, 3, 3)).shape
        (1, 1, 4, 6, 6)
    """

    _dims = 3
