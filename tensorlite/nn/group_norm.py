"""Layers that normalise each example by itself: group, layer, root-mean-square and local."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite import ops
from tensorlite.autograd import make_tensor
from tensorlite.errors import ShapeError
from tensorlite.nn.module import Module
from tensorlite.ops.local_response_norm import SumOfNeighbours
from tensorlite.tensor import Parameter, Tensor, ones, zeros


class GroupNorm(Module):
    """Normalise groups of channels of each example, then scale and shift each channel.

    Args:
        num_groups: Parts that the channels are split into.
        num_channels: Channels.
        eps: Added to the variance.
        affine: Whether scale and shift are learned.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: The element type of the parameters, float32 unless given.
        bias: Whether the shift is learned.

    Shape:
        - Input and output: ``(N, num_channels, ...)``

    Raises:
        ShapeError: If the channels do not divide into groups, or the input has others.

    Example:
        >>> import tensorlite as tl
        >>> GroupNorm(2, 6)(tl.randn(1, 6, 4, 4)).shape
        (1, 6, 4, 4)

    Source: Wu and He 2018, "Group Normalization".
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_groups < 1 or num_channels % num_groups:
            raise ShapeError(
                f"expected channels that divide into {num_groups} groups, got {num_channels}.",
                where="GroupNorm",
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        kind = dtype or "float32"
        self.weight = Parameter(ones(num_channels, dtype=kind)) if affine else None
        self.bias = Parameter(zeros(num_channels, dtype=kind)) if affine and bias else None

    def reset_parameters(self) -> None:
        """Scale by 1 and shift by 0 again."""
        _reset(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise."""
        return ops.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LayerNorm(Module):
    """Normalise the last dimensions, then scale and shift each element.

    Args:
        normalized_shape: The sizes of the last dimensions; an int means the last alone.
        eps: Added to the variance.
        elementwise_affine: Whether scale and shift are learned.
        bias: Whether the shift is learned.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: The element type of the parameters, float32 unless given.

    Shape:
        - Input and output: ``(..., *normalized_shape)``

    Raises:
        ShapeError: If the input does not end in ``normalized_shape``.

    Example:
        >>> import tensorlite as tl
        >>> LayerNorm((6, 4))(tl.randn(2, 6, 4)).shape
        (2, 6, 4)

    Source: Ba et al. 2016, "Layer Normalization".
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        kind, shape = dtype or "float32", self.normalized_shape
        self.weight = Parameter(ones(shape, dtype=kind)) if elementwise_affine else None
        self.bias = Parameter(zeros(shape, dtype=kind)) if elementwise_affine and bias else None

    def reset_parameters(self) -> None:
        """Scale by 1 and shift by 0 again."""
        _reset(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise."""
        return ops.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """Divide by the root of the mean square over the last dimensions, then scale each element.

    Args:
        normalized_shape: The sizes of the last dimensions; an int means the last alone.
        eps: Added to the mean square; the smallest step from 1 of the element type unless given.
        elementwise_affine: Whether the scale is learned.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: The element type of the parameters, float32 unless given.

    Shape:
        - Input and output: ``(..., *normalized_shape)``

    Raises:
        ShapeError: If the input does not end in ``normalized_shape``.

    Source: Zhang and Sennrich 2019, "Root Mean Square Layer Normalization".
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        shape = self.normalized_shape
        self.weight = (
            Parameter(ones(shape, dtype=dtype or "float32")) if elementwise_affine else None
        )

    def reset_parameters(self) -> None:
        """Scale by 1 again."""
        _reset(self.weight, None)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise."""
        return ops.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class LocalResponseNorm(Module):
    """Divide by ``(k + alpha * mean of squares) ** beta`` over neighbouring channels.

    The paper has a sum in place of the mean; its ``alpha`` is ``alpha / size`` here, as in PyTorch.

    Args:
        size: Number of neighbouring channels.
        alpha: Factor of the mean.
        beta: Exponent.
        k: Summand.

    Shape:
        - Input and output: ``(N, C, ...)``

    Raises:
        ShapeError: If the input has fewer than three dimensions.

    Example:
        >>> import tensorlite as tl
        >>> LocalResponseNorm(2)(tl.ones(1, 4, 3, 3)).shape
        (1, 4, 3, 3)

    Source: Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural
    Networks".
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Tensor:
        """Normalise."""
        return ops.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(LocalResponseNorm):
    """``LocalResponseNorm`` of pictures with PyTorch's neighbours in this older layer.

    They are the ``(size - 1) // 2`` channels to both sides, and the first channel always.

    Args:
        size: Number of neighbouring channels.
        alpha: Factor of the mean.
        beta: Exponent.
        k: Summand.

    Shape:
        - Input and output: ``(N, C, H, W)``

    Raises:
        ShapeError: If the input has another number of dimensions.

    Source: Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural
    Networks".
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__(size, alpha, beta, k)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise."""
        if len(input.shape) != 4:
            raise ShapeError(
                f"expected input (N, C, H, W), got {input.shape}.", where="CrossMapLRN2d"
            )
        squares, reach = input * input, (self.size - 1) // 2
        total = SumOfNeighbours.apply(squares, reach, reach)
        far = make_tensor((np.arange(input.shape[1]) > reach)[:, None, None])
        total = total + ops.where(far, squares[:, :1], 0.0)
        return input / (total * (self.alpha / self.size) + self.k) ** self.beta


def _shape(value: int | Sequence[int]) -> tuple[int, ...]:
    return (int(value),) if isinstance(value, Integral) else tuple(value)  # type: ignore[arg-type]


def _reset(weight: Parameter | None, bias: Parameter | None) -> None:
    for tensor, value in ((weight, 1), (bias, 0)):
        if tensor is not None:
            tensor.data.fill_(value)
