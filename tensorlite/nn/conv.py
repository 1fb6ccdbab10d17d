"""Convolution layers."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import DTypeLike

from tensorlite import ops
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.nn import init
from tensorlite.nn.module import Module, shape_of
from tensorlite.nn.normalization import BatchNorm2d
from tensorlite.ops.conv import same_padding
from tensorlite.ops.windows import Size, sides
from tensorlite.tensor import Parameter, Tensor, zeros

PADDING_MODES = "zeros", "reflect", "replicate", "circular"


class _ConvNd(Module):
    """What all convolutions hold; without ``_dims`` it is as many as the kernel has sides."""

    _dims = 0
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size,
        padding: Size | str,
        dilation: Size,
        transposed: bool,
        output_padding: Size,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.transposed = transposed
        self._dims = self._dims or len(tuple(kernel_size))  # type: ignore[arg-type]
        where = type(self).__name__
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ShapeError(
                f"expected channels that divide into {groups} groups, got {in_channels} and "
                f"{out_channels}.",
                where=where,
            )
        if padding_mode not in PADDING_MODES:
            raise ConfigError(
                f"expected padding_mode {', '.join(PADDING_MODES)}, got {padding_mode!r}.",
                where=where,
            )
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = sides(kernel_size, self._dims, where)
        self.stride = sides(stride, self._dims, where)
        self.padding = padding if isinstance(padding, str) else sides(padding, self._dims, where)
        self.dilation = sides(dilation, self._dims, where)
        self.output_padding = sides(output_padding, self._dims, where)
        self.padding_mode = padding_mode
        self._check_same(where)
        self._reversed_padding_repeated_twice = self._frame()
        kind = dtype or "float32"
        self.weight = Parameter(zeros(self._weight_shape(), dtype=kind))
        self.bias = Parameter(zeros(out_channels, dtype=kind)) if bias else None
        self.reset_parameters()

    def _check_same(self, where: str) -> None:
        if isinstance(self.padding, str) and self.padding not in ("same", "valid"):
            raise ConfigError(
                f"expected numbers, 'same' or 'valid' for the padding, got {self.padding!r}.",
                where=where,
            )
        if self.padding == "same" and max(self.stride) > 1:
            raise ConfigError(
                f"expected a stride of 1 with padding='same', got {self.stride}.",
                where=where,
                hint="Give the padding in numbers.",
            )

    def _weight_shape(self) -> tuple[int, ...]:
        channels = self.out_channels, self.in_channels
        outer, inner = reversed(channels) if self.transposed else channels
        return outer, inner // self.groups, *self.kernel_size

    def reset_parameters(self) -> None:
        """Draw weights and biases anew."""
        if self.weight.numel():
            init.fan_in_uniform_(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Convolve."""
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(
        self, input: Tensor, weight: Tensor, bias: Tensor | None, **options: Any
    ) -> Tensor:
        """The convolution with other weights than the layer's, for subclasses."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            frame = self._reversed_padding_repeated_twice
            input, padding = ops.pad(input, frame, mode=self.padding_mode), 0
        convolve: Any = (ops.conv1d, ops.conv2d, ops.conv3d)[self._dims - 1]
        steps = self.stride, padding, self.dilation, self.groups
        return convolve(input, weight, bias, *steps, **options)

    def _frame(self) -> list[int]:
        """The padding as ``pad`` takes it: two widths per dimension, the last one first."""
        if self.padding == "same":
            pairs = same_padding(self.kernel_size, self.dilation)
        else:
            pairs = [(0, 0) if p == "valid" else (int(p), int(p)) for p in self._paddings()]
        return [width for pair in reversed(pairs) for width in pair]

    def _paddings(self) -> tuple[Any, ...]:
        return (self.padding,) * self._dims if isinstance(self.padding, str) else self.padding

    def multiply_adds(self, inputs: tuple[Any, ...], output: Any) -> int:
        """Each output needs as many as a filter has numbers."""
        return math.prod(shape_of(output)) * math.prod(self.weight.shape[1:])

    def extra_repr(self) -> str:
        """The sizes, and whatever is not as usual."""
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        )
        one, none = (1,) * self._dims, (0,) * self._dims
        usual = {"padding": none, "dilation": one, "output_padding": none, "groups": 1}
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        text += "" if self.bias is not None else ", bias=False"
        return text if self.padding_mode == "zeros" else f"{text}, padding_mode={self.padding_mode}"


class _Conv(_ConvNd):
    """The arguments of the convolutions that are not transposed."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, False, 0, groups,
            bias, padding_mode, device, dtype,
        )  # fmt: skip


class Conv1d(_Conv):
    """Slide learned filters over signals; arguments as for ``Conv2d``.

    Shape:
        - Input: ``(N, in_channels, L)`` or ``(in_channels, L)``
        - Output: ``(N, out_channels, Lo)``,
          ``Lo = (L + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1``

    Raises:
        ShapeError: If the channels do not divide into groups, or the input does not fit.

    Example:
        >>> import tensorlite as tl
        >>> Conv1d(3, 8, kernel_size=5)(tl.zeros(1, 3, 20)).shape
        (1, 8, 16)

    Source: Waibel et al. 1989, "Phoneme Recognition Using Time-Delay Neural Networks".
    """

    _dims = 1


class Conv2d(_Conv):
    """Slide learned filters over pictures.

    Args:
        in_channels: Channels of the input.
        out_channels: Number of filters, the channels of the output.
        kernel_size: Filter height and width in pixels; an int means a square filter.
        stride: Step of the filters in pixels.
        padding: Frame around the picture in pixels; ``"same"`` keeps the picture's size,
            ``"valid"`` is 0.
        dilation: Distance between the pixels that a filter looks at.
        groups: Parts that the channels are split into, each with filters of its own.
        bias: Whether to add a learned number to each channel of the output.
        padding_mode: What the frame holds: ``zeros``, ``reflect``, ``replicate`` or ``circular``.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: The element type of the parameters, float32 unless given.

    Shape:
        - Input: ``(N, in_channels, H, W)`` or ``(in_channels, H, W)``
        - Output: ``(N, out_channels, Ho, Wo)``,
          ``Ho = (H + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1``

    Raises:
        ShapeError: If the channels do not divide into groups, or the input does not fit.
        ConfigError: If a padding is not known, or is ``"same"`` with a stride.

    Example:
        >>> import tensorlite as tl
        >>> Conv2d(3, 16, kernel_size=3, padding=1)(tl.zeros(1, 3, 32, 32)).shape
        (1, 16, 32, 32)

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """

    _dims = 2

    def forward(self, input: Tensor, relu: bool = False, norm: BatchNorm2d | None = None) -> Tensor:
        """Convolve; ``norm`` and ``relu`` take over the layers after it, see ``neighbours``."""
        weights = self.weight, self.bias
        return self._conv_forward(input, *(norm.fold(*weights) if norm else weights), relu=relu)


class Conv3d(_Conv):
    """Slide learned filters over volumes; arguments as for ``Conv2d``.

    Shape:
        - Input: ``(N, in_channels, D, H, W)`` or ``(in_channels, D, H, W)``
        - Output: ``(N, out_channels, Do, Ho, Wo)``, sizes as for ``Conv2d``

    Raises:
        ShapeError: If the channels do not divide into groups, or the input does not fit.

    Example:
        >>> import tensorlite as tl
        >>> Conv3d(1, 4, kernel_size=3)(tl.zeros(1, 1, 5, 8, 8)).shape
        (1, 4, 3, 6, 6)

    Source: Tran et al. 2015, "Learning Spatiotemporal Features with 3D Convolutional Networks".
    """

    _dims = 3
