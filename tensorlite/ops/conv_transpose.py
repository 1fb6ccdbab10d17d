"""Transposed convolution: the gradient of a convolution's input, as a function of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tensorlite.autograd import TensorBase
from tensorlite.errors import ShapeError
from tensorlite.ops.conv import (
    Conv2dInputGrad,
    Steps,
    check_steps,
    check_weight,
    every,
    flat_filters,
    flat_steps,
    lined_steps,
)
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.shape import GetItem, Pad, Permute, PutItem, Reshape
from tensorlite.ops.windows import Sides, Size, batched, lined, sides, unbatched

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def conv_transpose1d(
    input: Any,
    weight: TensorBase,
    bias: TensorBase | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """Spread each element of signals over a window; arguments as for ``conv_transpose2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Weight: ``(C, K / groups, R)``
        - Bias: ``(K,)``
        - Output: ``(N, K, Lo)``, sizes as for ``conv_transpose2d``

    Raises:
        ShapeError: If channels, groups or sizes do not fit.
        DTypeError: If the numbers are not all float32 or all float64.
    """
    steps = stride, padding, dilation, groups
    return _spread(1, input, weight, bias, steps, output_padding)


def conv_transpose2d(
    input: Any,
    weight: TensorBase,
    bias: TensorBase | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """Spread each pixel over a window, weighted by filters, and add up what overlaps.

    Args:
        input: Pictures.
        weight: Filters.
        bias: One number per channel of the result.
        stride: Distance of the windows of neighbouring pixels.
        padding: Pixels cut off at each side of the result.
        output_padding: Pixels added at the far side, where ``stride`` leaves the size open.
        groups: Parts that the channels are split into, each with filters of its own.
        dilation: Distance between the pixels of a window.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Weight: ``(C, K / groups, R, S)``
        - Bias: ``(K,)``
        - Output: ``(N, K, Ho, Wo)``,
          ``Ho = (H - 1) * stride - 2 * padding + dilation * (R - 1) + output_padding + 1``

    Raises:
        ShapeError: If channels, groups or sizes do not fit.
        DTypeError: If the numbers are not all float32 or all float64.

    Example:
        >>> import tensorlite as tl
        >>> conv_transpose2d(tl.ones(1, 3, 4, 4), tl.ones(3, 2, 2, 2), stride=2).shape
        (1, 2, 8, 8)

    Source: Zeiler et al. 2010, "Deconvolutional Networks".
    """
    steps = stride, padding, dilation, groups
    return _spread(2, input, weight, bias, steps, output_padding)


def conv_transpose3d(
    input: Any,
    weight: TensorBase,
    bias: TensorBase | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """Spread each element of volumes over a window; arguments as for ``conv_transpose2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Weight: ``(C, K / groups, Q, R, S)``
        - Bias: ``(K,)``
        - Output: ``(N, K, Do, Ho, Wo)``, sizes as for ``conv_transpose2d``

    Raises:
        ShapeError: If channels, groups or sizes do not fit.
        DTypeError: If the numbers are not all float32 or all float64.
    """
    steps = stride, padding, dilation, groups
    return _spread(3, input, weight, bias, steps, output_padding)


def _spread(
    dims: int, input: Any, weight: Any, bias: Any, steps: Steps, output_padding: Size
) -> Tensor:
    where = f"conv_transpose{dims}d"
    x, w = as_tensor(input), as_tensor(weight)
    check_weight(x, w, bias, dims, where)
    x, had_batch = batched(x, dims, where)
    stride, padding, dilation = (sides(step, dims, where) for step in steps[:3])
    more = sides(output_padding, dims, where)
    check_steps((stride, padding, dilation, steps[3]), where)
    _check(x, w, bias, (stride, padding, dilation, steps[3]), more, where)
    # The whole of what the windows cover, of which padding cuts off the edges.
    full = [
        (n - 1) * s + d * (k - 1) + 1
        for n, s, d, k in zip(x.shape[2:], stride, dilation, w.shape[2:], strict=True)
    ]
    size = tuple(n - 2 * p + o for n, p, o in zip(full, padding, more, strict=True))
    if min(size) < 1:
        raise ShapeError(
            f"expected a result with elements, got {size} from input {x.shape}.",
            where=where,
            hint="Make the padding smaller.",
        )
    spread = (_line, _picture, _volume)[dims - 1]
    if all(o < s for o, s in zip(more, stride, strict=True)):
        y = spread(x, w, size, (stride, padding, dilation, steps[3]))
    else:  # with a dilation, more may be asked for than the windows reach
        y = spread(x, w, tuple(full), (stride, (0,) * dims, dilation, steps[3]))
        y = _cut(y, padding, size)
    if bias is not None:
        y = y + Reshape.apply(bias, (-1, *[1] * dims))
    return unbatched(y, had_batch)


def _picture(x: Any, w: Any, size: Sides, steps: Steps) -> Any:
    return Conv2dInputGrad.apply(x, w, size, steps)


def _line(x: Any, w: Any, size: Sides, steps: Steps) -> Any:
    y = _picture(lined(x), lined(w), (1, *size), lined_steps(steps))
    return Reshape.apply(y, (*y.shape[:2], y.shape[3]))


def _volume(x: Any, w: Any, size: Sides, steps: Steps) -> Any:
    """Each slice spread within itself for all places of the window, which are then added up."""
    stride, padding, dilation, _ = steps
    n, _, d, *flat = x.shape
    taps, kernel = w.shape[2], w.shape[1] * steps[3]
    pictures = Reshape.apply(Permute.apply(x, (0, 2, 1, 3, 4)), (n * d, -1, *flat))
    parts = _picture(pictures, flat_filters(w), size[1:], flat_steps(steps))
    parts = Reshape.apply(parts, (n, d, kernel, taps, *size[1:]))
    depth = max((d - 1) * stride[0] + dilation[0] * (taps - 1) + 1, padding[0] + size[0])
    y: Any = 0.0
    for tap in range(taps):  # (N, D, K, Q, H, W) -> (N, Do, K, H, W)
        part = GetItem.apply(parts, (slice(None), slice(None), slice(None), tap))
        rows = (slice(None), every(tap * dilation[0], d, stride[0]))
        y = y + PutItem.apply(part, rows, (n, depth, kernel, *size[1:]))
    y = GetItem.apply(y, (slice(None), slice(padding[0], padding[0] + size[0])))
    return Permute.apply(y, (0, 2, 1, 3, 4))


def _cut(y: Any, padding: Sides, size: Sides) -> Any:
    """The part of this size after the padding, with zeros where there is nothing."""
    missing = [max(p + n - have, 0) for p, n, have in zip(padding, size, y.shape[2:], strict=True)]
    y = Pad.apply(y, ((0, 0), (0, 0), *((0, m) for m in missing)), 0.0)
    inside = tuple(slice(p, p + n) for p, n in zip(padding, size, strict=True))
    return GetItem.apply(y, (slice(None), slice(None), *inside))


def _check(x: TensorBase, w: TensorBase, bias: Any, steps: Steps, more: Sides, where: str) -> None:
    stride, _, dilation, groups = steps
    if x.shape[1] != w.shape[0] or w.shape[0] % groups:
        raise ShapeError(
            f"expected input with {w.shape[0]} channels (weight {w.shape}) that divide into "
            f"{groups} groups, got {x.shape[1]} (input {x.shape}).",
            where=where,
            hint=f"Build the model with in_channels={x.shape[1]} or convert the input.",
        )
    if not math.prod(w.shape[1:]) or (bias is not None and bias.shape != (w.shape[1] * groups,)):
        raise ShapeError(
            f"expected {w.shape[1] * groups} biases (weight {w.shape}, {groups} groups), got "
            f"{None if bias is None else bias.shape}.",
            where=where,
        )
    if any(o < 0 or o >= max(s, d) for o, s, d in zip(more, stride, dilation, strict=True)):
        raise ShapeError(
            f"expected output_padding of 0 or more and smaller than stride {stride} or dilation "
            f"{dilation}, got {more}.",
            where=where,
        )
