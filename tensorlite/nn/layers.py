"""Convolution, pooling, fully connected layers, activations, normalisation and dropout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorlite import ops
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.kernels import pair
from tensorlite.nn import init
from tensorlite.nn.module import Module, shape_of
from tensorlite.tensor import Buffer, Parameter, Tensor, zeros

Size = int | Sequence[int]


class Linear(Module):
    """Apply ``x @ weight.T + bias``.

    Args:
        in_features: Numbers per input.
        out_features: Numbers per output.
        bias: Whether to add a learned number to each output.

    Shape:
        - Input: ``(..., in_features)``
        - Output: ``(..., out_features)``

    Raises:
        ShapeError: If the input has another number of features.

    Example:
        >>> import tensorlite as tl
        >>> Linear(20, 30)(tl.zeros(128, 20)).shape
        (128, 30)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(zeros(out_features, in_features))
        self.bias = Parameter(zeros(out_features)) if bias else None
        _reset(self.weight, self.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Multiply and add."""
        return ops.linear(x, self.weight, self.bias)

    def multiply_adds(self, inputs: tuple[Any, ...], output: Any) -> int:
        """Each output needs ``in_features`` of them."""
        return math.prod(shape_of(output)) * self.in_features

    def extra_repr(self) -> str:
        """The sizes."""
        bias = self.bias is not None
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={bias}"


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
        _reset(self.weight, self.bias)

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


def _reset(weight: Parameter, bias: Parameter | None) -> None:
    """PyTorch's default: evenly within 1 / sqrt(fan_in), weights and biases alike."""
    bound = 1 / math.sqrt(max(init.fans(weight)[0], 1))
    init.uniform_(weight, -bound, bound)
    if bias is not None:
        init.uniform_(bias, -bound, bound)


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


class ReLU(Module):
    """Keep the positive part: ``max(x, 0)``, of any shape.

    Args:
        inplace: Accepted for PyTorch's sake; the result is always a new tensor.

    Example:
        >>> import tensorlite as tl
        >>> ReLU()(tl.tensor([-1.0, 2.0]))
        tensor([0., 2.])

    Source: Nair and Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, x: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.relu(x)


class Tanh(Module):
    """Squash into -1..1 with the hyperbolic tangent, of any shape.

    Example:
        >>> import tensorlite as tl
        >>> Tanh()(tl.tensor([0.0]))
        tensor([0.])

    Source: LeCun et al. 1998, "Efficient BackProp".
    """

    def forward(self, x: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.tanh(x)


class Sigmoid(Module):
    """Squash into 0..1: ``1 / (1 + exp(-x))``, of any shape.

    Example:
        >>> import tensorlite as tl
        >>> Sigmoid()(tl.tensor([0.0]))
        tensor([0.5])

    Source: Rumelhart et al. 1986, "Learning Representations by Back-Propagating Errors".
    """

    def forward(self, x: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.sigmoid(x)


class Flatten(Module):
    """Join dimensions into one; all but the batch unless told otherwise.

    Args:
        start_dim: The first dimension to join.
        end_dim: The last dimension to join.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C * H * W)``

    Example:
        >>> import tensorlite as tl
        >>> Flatten()(tl.zeros(2, 3, 4, 4)).shape
        (2, 48)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Tensor) -> Tensor:
        """Reshape."""
        return ops.flatten(x, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """The dimensions."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Dropout(Module):
    """In training, set elements to 0 with probability ``p`` and scale the others up.

    Args:
        p: Probability of an element to be dropped, 0 to 1.
        inplace: Accepted for PyTorch's sake; the result is always a new tensor.

    Shape:
        - Input and output: any

    Raises:
        ConfigError: If ``p`` is not between 0 and 1.

    Example:
        >>> import tensorlite as tl
        >>> Dropout(0.5).eval()(tl.ones(2))
        tensor([1., 1.])

    Source: Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting".
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ConfigError(f"expected a probability from 0 to 1, got {p}.", where="Dropout")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.dropout(x, self.p, self.training)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}"


class BatchNorm2d(Module):
    """Normalise each channel over the batch and the picture, then scale and shift it.

    In training the statistics are the batch's, and the running ones follow them; in evaluation the
    running ones are used.

    Args:
        num_features: Channels.
        eps: Added to the variance.
        momentum: Share of the batch's statistics in the running ones.
        affine: Whether scale and shift are learned.
        track_running_stats: Whether running statistics are kept; without them evaluation uses the
            batch's too.

    Shape:
        - Input and output: ``(N, num_features, H, W)``

    Raises:
        ShapeError: If the input has another number of channels or of dimensions.

    Example:
        >>> import tensorlite as tl
        >>> BatchNorm2d(3)(tl.randn(2, 3, 4, 4)).shape
        (2, 3, 4, 4)

    Source: Ioffe and Szegedy 2015, "Batch Normalization".
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = Parameter(np.ones(num_features, np.float32)) if affine else None
        self.bias = Parameter(zeros(num_features)) if affine else None
        keep = track_running_stats
        self.running_mean = Buffer(zeros(num_features)) if keep else None
        self.running_var = Buffer(np.ones(num_features, np.float32)) if keep else None
        self.num_batches_tracked = Buffer(0) if keep else None

    def forward(self, x: Tensor, relu: bool = False) -> Tensor:
        """Normalise; ``relu`` takes over the layer after it, see ``Sequential``."""
        if len(x.shape) != 4:
            raise ShapeError(
                f"expected input (N, {self.num_features}, H, W), got {x.shape}.",
                where="batch_norm2d",
            )
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.fill_(self.num_batches_tracked.item() + 1)
        return ops.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            self.momentum,
            self.eps,
            relu,
        )

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"
