"""Layers that move elements: joined and split dimensions, resized pictures, windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor

Size = int | Sequence[int]


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
        >>> Flatten()(tl.zeros(2, 3, 4, 4)).shape == (2, 48)
        True
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Reshape."""
        return ops.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """The dimensions."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Split a dimension into several.

    Args:
        dim: The dimension.
        unflattened_size: The sizes that it becomes; one may be -1 and is inferred.

    Shape:
        - Input: ``(..., S, ...)`` with S at ``dim``
        - Output: ``(..., *unflattened_size, ...)``

    Example:
        >>> Unflatten(1, (2, 5, 5))
        Unflatten(dim=1, unflattened_size=(2, 5, 5))
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        """Reshape."""
        return ops.unflatten(input, self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        """The dimension and its parts."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class Upsample(Module):
    """Resize signals, pictures or volumes.

    Args:
        size: Size of the result; excludes ``scale_factor``.
        scale_factor: Size of the result over that of the input.
        mode: ``"nearest"``, ``"linear"``, ``"bilinear"``, ``"bicubic"`` or ``"trilinear"``.
        align_corners: Whether the corners' centres, rather than their edges, stay where they are.
        recompute_scale_factor: Whether the factor is computed again from the rounded size.

    Shape:
        - Input: ``(N, C, ...)``
        - Output: ``(N, C, ...)``, of the new size

    Example:
        >>> Upsample(scale_factor=2)
        Upsample(scale_factor=2.0, mode='nearest')
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        if isinstance(scale_factor, (tuple, list)):
            scale_factor = tuple(float(factor) for factor in scale_factor)
        self.size, self.mode, self.align_corners = size, mode, align_corners
        self.scale_factor = float(scale_factor) if isinstance(scale_factor, int) else scale_factor
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Resize."""
        return ops.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        """The size, or the factor, and the mode."""
        name = "size" if self.scale_factor is None else "scale_factor"
        return f"{name}={getattr(self, name)!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Resize pictures by repeating pixels.

    Args:
        size: Height and width of the result; excludes ``scale_factor``.
        scale_factor: Size of the result over that of the input.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C, Ho, Wo)``
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Resize pictures by weighing four pixels; the corners' centres stay where they are.

    Args:
        size: Height and width of the result; excludes ``scale_factor``.
        scale_factor: Size of the result over that of the input.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C, Ho, Wo)``
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)


class PixelShuffle(Module):
    """Spread channels over larger pictures.

    Args:
        upscale_factor: How many times higher and wider the picture gets.

    Shape:
        - Input: ``(..., C * r * r, H, W)`` with r the factor
        - Output: ``(..., C, H * r, W * r)``

    Source: Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution Using an Efficient
    Sub-Pixel Convolutional Neural Network".
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Move."""
        return ops.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        """The factor."""
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Gather pixels in channels; the inverse of ``PixelShuffle``.

    Args:
        downscale_factor: How many times lower and narrower the picture gets.

    Shape:
        - Input: ``(..., C, H * r, W * r)`` with r the factor
        - Output: ``(..., C * r * r, H, W)``
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Move."""
        return ops.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        """The factor."""
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Deal the channels of several groups out in turn.

    Args:
        groups: Number of groups.

    Shape:
        - Input and output: ``(N, C, ...)``

    Source: Zhang et al. 2017, "ShuffleNet".
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        """Move."""
        return ops.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        """The number of groups."""
        return f"groups={self.groups}"


class _Windows(Module):
    """Windows that slide over pictures."""

    _shown: tuple[str, ...] = ("kernel_size", "dilation", "padding", "stride")

    def __init__(
        self, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1
    ) -> None:
        super().__init__()
        self.kernel_size, self.dilation = kernel_size, dilation
        self.padding, self.stride = padding, stride

    def extra_repr(self) -> str:
        """The settings."""
        return ", ".join(f"{name}={getattr(self, name)}" for name in self._shown)


class Unfold(_Windows):
    """Lay the windows of a picture out as columns.

    Args:
        kernel_size: Height and width of a window.
        dilation: Distance between the pixels of a window.
        padding: Zeros around the picture.
        stride: Step of the windows.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C * Kh * Kw, L)`` with L the number of windows
    """

    def forward(self, input: Tensor) -> Tensor:
        """Gather."""
        return ops.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)


class Fold(_Windows):
    """Add columns up into a picture; what ``Unfold`` does, backwards.

    Args:
        output_size: Height and width of the picture.
        kernel_size: Height and width of a window.
        dilation: Distance between the pixels of a window.
        padding: Zeros around the picture.
        stride: Step of the windows.

    Shape:
        - Input: ``(N, C * Kh * Kw, L)`` with L the number of windows
        - Output: ``(N, C, H, W)``
    """

    _shown = ("output_size", "kernel_size", "dilation", "padding", "stride")

    def __init__(
        self,
        output_size: Size,
        kernel_size: Size,
        dilation: Size = 1,
        padding: Size = 0,
        stride: Size = 1,
    ) -> None:
        super().__init__(kernel_size, dilation, padding, stride)
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Scatter."""
        sizes = self.output_size, self.kernel_size, self.dilation, self.padding, self.stride
        return ops.fold(input, *sizes)
