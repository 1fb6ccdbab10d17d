"""Windows over dimensions and back, and blocks of pixels that become channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.errors import ShapeError
from tensorlite.kernels import Pair, pair
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.placing import GetItem, Pad
from tensorlite.ops.shape import Permute, Reshape, dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Windows(Op):
    """Windows along a dimension, without a copy; they come last."""

    view = True

    def forward(self, x: Array, dim: int, size: int, step: int, dilation: int) -> Array:
        self.place = dim, x.shape[dim], step, dilation
        reach = dilation * (size - 1) + 1
        wide = np.lib.stride_tricks.sliding_window_view(x, reach, dim)
        before = (slice(None),) * dim
        return wide[(*before, slice(None, None, step))][..., ::dilation]

    def backward(self, grad: Any) -> Any:
        return Overlap.apply(grad, *self.place)


class Overlap(Op):
    """Windows, the last dimension, added up where they lay; what ``Windows`` does, backwards."""

    def forward(self, x: Array, dim: int, length: int, step: int, dilation: int) -> Array:
        count, size = x.shape[dim], x.shape[-1]
        self.window = dim, size, step, dilation
        out = np.zeros((*x.shape[:dim], length, *x.shape[dim + 1 : -1]), x.dtype)
        before = (slice(None),) * dim
        for i in range(size if count else 0):
            first = i * dilation
            out[(*before, slice(first, first + step * (count - 1) + 1, step))] += x[..., i]
        return out

    def backward(self, grad: Any) -> Any:
        return Windows.apply(grad, *self.window)


def windows(input: Any, dimension: int, size: int, step: int) -> Tensor:
    """Windows along a dimension, which come last; they share memory.

    Raises:
        ShapeError: If a window is larger than the dimension, or the step smaller than 1.
    """
    x = as_tensor(input)
    if not x.shape:
        return windows(Reshape.apply(x, (1,)), 0, size, step)[0]
    dim = dim_index(dimension, len(x.shape), "unfold")
    if not 0 <= size <= x.shape[dim] or step < 1:
        raise ShapeError(
            f"expected windows of at most {x.shape[dim]} and a step of 1 or more, "
            f"got size {size} and step {step}.",
            where="unfold",
        )
    return Windows.apply(x, dim, size, step, 1)


def unfold(
    input: Any,
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Tensor:
    """Lay the windows of pictures side by side as columns (im2col).

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C * Kh * Kw, L)`` for ``L`` windows

    Raises:
        ShapeError: If a window is larger than the framed picture.
    """
    x = as_tensor(input)
    if len(x.shape) == 3:
        return unfold(x[None], kernel_size, dilation, padding, stride)[0]
    if len(x.shape) != 4:
        raise ShapeError(f"expected shape (N, C, H, W), got {x.shape}.", where="unfold")
    kernel, holes, frame, steps = (pair(v) for v in (kernel_size, dilation, padding, stride))
    count = _windows(x.shape[2:], kernel, holes, frame, steps, "unfold")
    if frame != (0, 0):
        x = Pad.apply(x, ((0, 0), (0, 0), *((f, f) for f in frame)), 0)
    # (N, C, H, W) -> (N, C, Ho, W, Kh) -> (N, C, Ho, Wo, Kh, Kw) -> (N, C * Kh * Kw, Ho * Wo)
    x = Windows.apply(x, 2, kernel[0], steps[0], holes[0])
    x = Windows.apply(x, 3, kernel[1], steps[1], holes[1])
    n, c = x.shape[:2]
    columns = Permute.apply(x, (0, 1, 4, 5, 2, 3))
    return Reshape.apply(columns, (n, c * kernel[0] * kernel[1], count[0] * count[1]))


def fold(
    input: Any,
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Tensor:
    """Add up the columns of ``unfold`` where their windows lay (col2im).

    Shape:
        - Input: ``(N, C * Kh * Kw, L)`` or ``(C * Kh * Kw, L)``
        - Output: ``(N, C, *output_size)``

    Raises:
        ShapeError: If the number of columns or rows does not fit.
    """
    x = as_tensor(input)
    if len(x.shape) == 2:
        return fold(x[None], output_size, kernel_size, dilation, padding, stride)[0]
    size, kernel, holes, frame, steps = (
        pair(v) for v in (output_size, kernel_size, dilation, padding, stride)
    )
    count = _windows(size, kernel, holes, frame, steps, "fold")
    area, places = kernel[0] * kernel[1], count[0] * count[1]
    if len(x.shape) != 3 or x.shape[1] % area or x.shape[2] != places:
        raise ShapeError(
            f"expected shape (N, C * {area}, {places}), got {x.shape}.",
            where="fold",
        )
    n, c = x.shape[0], x.shape[1] // area
    x = Permute.apply(Reshape.apply(x, (n, c, *kernel, *count)), (0, 1, 4, 5, 2, 3))
    height, width = (s + 2 * f for s, f in zip(size, frame, strict=True))
    x = Overlap.apply(x, 3, width, steps[1], holes[1])
    x = Overlap.apply(x, 2, height, steps[0], holes[0])
    if frame == (0, 0):
        return x
    return GetItem.apply(x, (..., *(slice(f, f + s) for s, f in zip(size, frame, strict=True))))


def _windows(
    size: tuple[int, ...], kernel: Pair, holes: Pair, frame: Pair, steps: Pair, where: str
) -> Pair:
    reach = [h * (k - 1) + 1 for k, h in zip(kernel, holes, strict=True)]
    room = [s + 2 * f - r for s, f, r in zip(size, frame, reach, strict=True)]
    if min(room) < 0 or min(*kernel, *holes, *steps) < 1 or min(frame) < 0:
        raise ShapeError(
            f"expected windows inside {tuple(size)} framed by {frame}, got kernel {kernel}, "
            f"dilation {holes}, stride {steps}.",
            where=where,
        )
    return room[0] // steps[0] + 1, room[1] // steps[1] + 1


# --- blocks and channels --------------------------------------------------------------------------


def pixel_shuffle(input: Any, upscale_factor: int) -> Tensor:
    """Turn groups of channels into blocks of pixels.

    Shape:
        - Input: ``(..., C * r * r, H, W)``
        - Output: ``(..., C, H * r, W * r)``

    Raises:
        ShapeError: If the number of channels does not fit.

    Source: Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution Using an Efficient
    Sub-Pixel Convolutional Neural Network".
    """
    x, r = _pictures(input, "pixel_shuffle"), int(upscale_factor)
    *front, c, h, w = x.shape
    if r < 1 or c % (r * r):
        raise ShapeError(
            f"expected a multiple of {r * r} channels, got {c} (input {x.shape}).",
            where="pixel_shuffle",
        )
    n, c = len(front), c // (r * r)
    x = Reshape.apply(x, (*front, c, r, r, h, w))
    x = Permute.apply(x, (*range(n + 1), n + 3, n + 1, n + 4, n + 2))
    return Reshape.apply(x, (*front, c, h * r, w * r))


def pixel_unshuffle(input: Any, downscale_factor: int) -> Tensor:
    """Turn blocks of pixels into groups of channels, as ``pixel_shuffle`` backwards.

    Shape:
        - Input: ``(..., C, H * r, W * r)``
        - Output: ``(..., C * r * r, H, W)``
    """
    x, r = _pictures(input, "pixel_unshuffle"), int(downscale_factor)
    *front, c, h, w = x.shape
    if r < 1 or h % r or w % r:
        raise ShapeError(
            f"expected height and width to be multiples of {r}, got shape {x.shape}.",
            where="pixel_unshuffle",
        )
    n = len(front)
    x = Reshape.apply(x, (*front, c, h // r, r, w // r, r))
    x = Permute.apply(x, (*range(n + 1), n + 2, n + 4, n + 1, n + 3))
    return Reshape.apply(x, (*front, c * r * r, h // r, w // r))


def channel_shuffle(input: Any, groups: int) -> Tensor:
    """Deal the channels of each group out to all groups.

    Shape:
        - Input and output: ``(N, C, ...)``

    Source: Zhang et al. 2018, "ShuffleNet: An Extremely Efficient Convolutional Neural Network
    for Mobile Devices".
    """
    x, groups = as_tensor(input), int(groups)
    if len(x.shape) < 3 or groups < 1 or x.shape[1] % groups:
        raise ShapeError(
            f"expected shape (N, C, ...) with channels in {groups} groups, got {x.shape}.",
            where="channel_shuffle",
        )
    n, c, *rest = x.shape
    later = range(3, 3 + len(rest))
    x = Permute.apply(Reshape.apply(x, (n, groups, c // groups, *rest)), (0, 2, 1, *later))
    return Reshape.apply(x, (n, c, *rest))


def _pictures(input: Any, where: str) -> Tensor:
    x = as_tensor(input)
    if len(x.shape) < 3:
        raise ShapeError(f"expected shape (..., C, H, W), got {x.shape}.", where=where)
    return x
