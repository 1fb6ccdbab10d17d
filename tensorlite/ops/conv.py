"""Convolution of signals, pictures and volumes.

Convolution is linear in the picture and in the filters, and so is each of its two gradients: the
three ops below are each other's derivatives, and none needs a rule of its own for second order.
A signal is a picture of height one; a volume is pictures whose channels are those of all the
slices that a filter looks at.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.kernels import Pair, conv_size
from tensorlite.ops.activations import ReluGrad
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.reduce import Sum
from tensorlite.ops.shape import Cat, GetItem, Pad, Permute, Reshape
from tensorlite.ops.windows import (
    INPUTS,
    LETTERS,
    Sides,
    Size,
    batched,
    check_same_type,
    lined,
    sides,
    unbatched,
)

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Steps = tuple[Any, Any, Any, int]  # stride, padding, dilation, groups


class Conv2d(Op):
    """Filters slid over a picture, with a bias or without (``None``), and a ReLU if wanted."""

    def forward(
        self, x: Array, w: Array, bias: Array | None, steps: Steps, relu: bool = False
    ) -> Array:
        self.save_factors()
        if relu:
            self.save_output()
        self.steps, self.size, self.window = steps, x.shape[2:], w.shape[2:]
        return kernels.conv2d(x, w, *steps, bias=bias, relu=relu)

    def backward(self, grad: Any) -> Any:
        x, w, *y = self.saved
        grad = ReluGrad.apply(grad, y[0]) if y else grad
        return (
            Conv2dInputGrad.apply(grad, w, self.size, self.steps) if self.needs[0] else None,
            Conv2dWeightGrad.apply(x, grad, self.window, self.steps) if self.needs[1] else None,
            Sum.apply(grad, (0, 2, 3), False) if self.needs[2] else None,
        )


class Conv2dInputGrad(Op):
    """The gradient of the picture: ``conv2d`` transposed."""

    def forward(self, dy: Array, w: Array, size: Pair, steps: Steps) -> Array:
        self.save_factors()
        self.steps, self.window = steps, w.shape[2:]
        return kernels.conv2d_input_grad(dy, w, size, *steps)

    def backward(self, grad: Any) -> Any:
        dy, w = self.saved
        return (
            Conv2d.apply(grad, w, None, self.steps) if self.needs[0] else None,
            Conv2dWeightGrad.apply(grad, dy, self.window, self.steps) if self.needs[1] else None,
        )


class Conv2dWeightGrad(Op):
    """The gradient of the filters."""

    def forward(self, x: Array, dy: Array, window: Pair, steps: Steps) -> Array:
        self.save_factors()
        self.steps, self.size = steps, x.shape[2:]
        return kernels.conv2d_weight_grad(x, dy, window, *steps)

    def backward(self, grad: Any) -> Any:
        x, dy = self.saved
        return (
            Conv2dInputGrad.apply(dy, grad, self.size, self.steps) if self.needs[0] else None,
            Conv2d.apply(x, grad, None, self.steps) if self.needs[1] else None,
        )


def conv1d(
    input: Any,
    weight: TensorBase,
    bias: TensorBase | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Slide filters over signals; arguments as for ``conv2d``.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Weight: ``(K, C / groups, R)``
        - Bias: ``(K,)``
        - Output: ``(N, K, Lo)``, ``Lo = (L + 2 * padding - dilation * (R - 1) - 1) // stride + 1``

    Raises:
        ShapeError: If channels, groups or sizes do not fit.
        DTypeError: If the numbers are not all float32 or all float64.

    Example:
        >>> import tensorlite as tl
        >>> conv1d(tl.ones(1, 1, 4), tl.ones(1, 1, 2)).tolist()
        [[[2.0, 2.0, 2.0]]]
    """
    return _convolve(1, input, weight, bias, (stride, padding, dilation, groups))


def conv2d(
    input: Any,
    weight: TensorBase,
    bias: TensorBase | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
    relu: bool = False,
) -> Tensor:
    """Slide filters over pictures (cross-correlation, as in all deep learning libraries).

    Args:
        input: Pictures.
        weight: Filters.
        bias: One number per filter, added to its result.
        stride: Step of the window in pixels, or one down and one across.
        padding: Zeros around the picture, in pixels; ``"same"`` keeps the picture's size,
            ``"valid"`` is 0.
        dilation: Distance between the pixels that a filter looks at.
        groups: Parts that the channels are split into, each with filters of its own.
        relu: Keep the positive part of the result, in the same pass.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Weight: ``(K, C / groups, R, S)``
        - Bias: ``(K,)``
        - Output: ``(N, K, Ho, Wo)``,
          ``Ho = (H + 2 * padding - dilation * (R - 1) - 1) // stride + 1``

    Raises:
        ShapeError: If channels, groups or sizes do not fit.
        DTypeError: If the numbers are not all float32 or all float64.

    Example:
        >>> import tensorlite as tl
        >>> conv2d(tl.ones(1, 1, 5, 5), tl.ones(1, 1, 3, 3)).shape
        (1, 1, 3, 3)

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """
    return _convolve(2, input, weight, bias, (stride, padding, dilation, groups), relu)


def conv3d(
    input: Any,
    weight: TensorBase,
    bias: TensorBase | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Slide filters over volumes; arguments as for ``conv2d``.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Weight: ``(K, C / groups, Q, R, S)``
        - Bias: ``(K,)``
        - Output: ``(N, K, Do, Ho, Wo)``, sizes as for ``conv2d``

    Raises:
        ShapeError: If channels, groups or sizes do not fit.
        DTypeError: If the numbers are not all float32 or all float64.

    Example:
        >>> import tensorlite as tl
        >>> conv3d(tl.ones(1, 1, 3, 3, 3), tl.ones(1, 1, 2, 2, 2)).shape
        (1, 1, 2, 2, 2)

    Source: Tran et al. 2015, "Learning Spatiotemporal Features with 3D Convolutional Networks".
    """
    return _convolve(3, input, weight, bias, (stride, padding, dilation, groups))


def _convolve(
    dims: int, input: Any, weight: Any, bias: Any, steps: Steps, relu: bool = False
) -> Tensor:
    where = f"conv{dims}d"
    x, w = as_tensor(input), as_tensor(weight)
    check_weight(x, w, bias, dims, where)
    x, had_batch = batched(x, dims, where)
    stride, dilation = sides(steps[0], dims, where), sides(steps[2], dims, where)
    if isinstance(steps[1], str):
        x, padding = _framed(x, w.shape[2:], stride, steps[1], dilation, where)
    else:
        padding = sides(steps[1], dims, where)
    steps = stride, padding, dilation, steps[3]
    kept = None if bias is None else bias.array.shape
    _check_fit(x.array.shape, w.array.shape, kept, steps, had_batch)
    if dims == 2:
        y = Conv2d.apply(x, w, bias, steps, relu)
    else:
        y = (_by_line if dims == 1 else _by_slice)(x, w, bias, steps)
    return unbatched(y, had_batch)


def _by_line(x: Any, w: Any, bias: Any, steps: Steps) -> Any:
    """Signals as pictures of height one."""
    y = Conv2d.apply(lined(x), lined(w), bias, lined_steps(steps))
    return Reshape.apply(y, (*y.shape[:2], y.shape[3]))


def lined_steps(steps: Steps) -> Steps:
    """The steps of a signal as those of a picture of height one."""
    stride, padding, dilation, groups = steps
    return (1, *stride), (0, *padding), (1, *dilation), groups


def _by_slice(x: Any, w: Any, bias: Any, steps: Steps) -> Any:
    """Volumes as pictures: one for each slice of the result, with all channels it is made of."""
    stride, padding, dilation, _ = steps
    n, c, d, *size = x.shape
    out = conv_size(d, w.shape[2], stride[0], padding[0], dilation[0])
    x = Permute.apply(x, (0, 2, 1, 3, 4))
    if padding[0]:
        x = Pad.apply(x, ((0, 0), (padding[0], padding[0]), (0, 0), (0, 0), (0, 0)), 0.0)
    seen = []
    for tap in range(w.shape[2]):  # (N, D, C, H, W) -> Q times (N, Do, C, 1, H, W)
        rows = every(tap * dilation[0], out, stride[0])
        seen.append(Reshape.apply(GetItem.apply(x, (slice(None), rows)), (n, out, c, 1, *size)))
    pictures = Reshape.apply(Cat.apply(3, *seen), (n * out, c * w.shape[2], *size))
    y = Conv2d.apply(pictures, flat_filters(w), bias, flat_steps(steps))
    y = Reshape.apply(y, (n, out, *y.shape[1:]))
    return Permute.apply(y, (0, 2, 1, 3, 4))


def every(start: int, count: int, step: int) -> slice:
    """``count`` elements from ``start`` on, ``step`` apart."""
    return slice(start, start + (count - 1) * step + 1, step)


def flat_filters(w: Any) -> Any:
    """(K, C, Q, R, S) -> (K, C * Q, R, S)."""
    return Reshape.apply(w, (w.shape[0], w.shape[1] * w.shape[2], *w.shape[3:]))


def flat_steps(steps: Steps) -> Steps:
    """The steps of a volume within its slices."""
    stride, padding, dilation, groups = steps
    return stride[1:], padding[1:], dilation[1:], groups


def same_padding(window: Sides, dilation: Sides) -> list[Pair]:
    """What ``"same"`` adds before and after each dimension; the odd one comes after."""
    totals = [d * (k - 1) for d, k in zip(dilation, window, strict=True)]
    return [(total // 2, total - total // 2) for total in totals]


def _framed(
    x: Any, window: Sides, stride: Sides, padding: str, dilation: Sides, where: str
) -> tuple[Any, Sides]:
    """The padding that a word stands for; what is more on one side is added to the input."""
    if padding not in ("same", "valid"):
        raise ConfigError(
            f"expected numbers, 'same' or 'valid' for the padding, got {padding!r}.", where=where
        )
    if padding == "valid":
        return x, (0,) * len(window)
    if max(stride) > 1:
        raise ConfigError(
            f"expected a stride of 1 with padding='same', got {stride}.",
            where=where,
            hint="Give the padding in numbers.",
        )
    widths = same_padding(window, dilation)
    if any(after > before for before, after in widths):
        more = [(0, after - before) for before, after in widths]
        x = Pad.apply(x, ((0, 0), (0, 0), *more), 0.0)
    return x, tuple(before for before, _ in widths)


# --- what does not fit ----------------------------------------------------------------------------


def check_weight(x: TensorBase, w: TensorBase, bias: Any, dims: int, where: str) -> None:
    """Raise if weights have other dimensions or element types than the input calls for."""
    check_same_type(x, where, weight=w, bias=bias)
    if len(w.shape) != dims + 2:
        raise ShapeError(
            f"expected a weight of {dims + 2} dimensions for input (N, C, {LETTERS[dims]}), got "
            f"weight {w.shape} and input {x.shape}.",
            where=where,
        )


def check_steps(steps: Steps, where: str) -> None:
    """Raise a ``ShapeError`` for steps that lead nowhere."""
    stride, padding, dilation, groups = steps
    if min(*stride, *dilation, groups) < 1 or min(padding) < 0:
        raise ShapeError(
            f"expected stride, dilation and groups of 1 or more and padding of 0 or more, got "
            f"stride={stride}, dilation={dilation}, groups={groups}, padding={padding}.",
            where=where,
        )


@functools.lru_cache(maxsize=1024)  # what fits once fits in every step of a training
def _check_fit(
    shape: Sides, weight: Sides, bias: Sides | None, steps: Steps, had_batch: bool
) -> None:
    where = f"conv{len(shape) - 2}d"
    check_steps(steps, where)
    groups = steps[3]
    channels = weight[1] * groups
    if shape[1] != channels:
        hint = f"Build the model with in_channels={shape[1]} or convert the input."
        if not had_batch and channels == 1:
            hint = "Add the channels with x.unsqueeze(1)."
        raise ShapeError(
            f"expected input with {channels} channels (weight {weight}), got {shape[1]} "
            f"(input {shape if had_batch else shape[1:]}).",
            where=where,
            hint=hint,
        )
    if not weight[0] or weight[0] % groups or bias not in (None, weight[:1]):
        raise ShapeError(
            f"expected filters that divide into {groups} groups and as many biases, got weight "
            f"{weight} and bias {bias}.",
            where=where,
        )
    _check_size(shape[2:], weight[2:], steps, where)


def _check_size(size: Sides, window: Sides, steps: Steps, where: str) -> None:
    stride, padding, dilation, _ = steps
    if not min(window):
        raise ShapeError(f"expected a window with elements, got one of {window}.", where=where)
    sizes = zip(size, window, stride, padding, dilation, strict=True)
    if min(conv_size(*one) for one in sizes) < 1:
        raise ShapeError(
            f"expected {INPUTS[len(size)]} at least as large as the window {window} (dilation "
            f"{dilation}), got {size} with padding {padding}.",
            where=where,
        )
