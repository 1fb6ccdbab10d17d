"""Two-dimensional convolution.

Convolution is linear in the picture and in the filters, and so is each of its two gradients: the
three ops below are each other's derivatives, and none needs a rule of its own for second order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.kernels import Pair, conv_size, pair
from tensorlite.ops.activations import ReluGrad
from tensorlite.ops.convert import as_tensor, cast, operands
from tensorlite.ops.reduce import Sum

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Steps = tuple[Pair, Pair, Pair, int]  # stride, padding, dilation, groups


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


def conv2d(
    input: Any,
    weight: TensorBase,
    bias: TensorBase | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    relu: bool = False,
) -> Tensor:
    """Slide filters over pictures (cross-correlation, as in all deep learning libraries).

    Args:
        input: Pictures.
        weight: Filters.
        bias: One number per filter, added to its result.
        stride: Step of the window in pixels, or one down and one across.
        padding: Zeros around the picture, in pixels.
        dilation: Distance between the pixels that a filter looks at.
        groups: Parts that the channels are split into, each with filters of its own.
        relu: Keep the positive part of the result, in the same pass.

    Shape:
        - Input: ``(N, C, H, W)``
        - Weight: ``(K, C / groups, R, S)``
        - Bias: ``(K,)``
        - Output: ``(N, K, Ho, Wo)``,
          ``Ho = (H + 2 * padding - dilation * (R - 1) - 1) // stride + 1``

    Raises:
        ShapeError: If channels, groups or sizes do not fit.
        DTypeError: If the numbers are not float32 or float64.

    Example:
        >>> import tensorlite as tl
        >>> conv2d(tl.ones(1, 1, 5, 5), tl.ones(1, 1, 3, 3)).shape
        (1, 1, 3, 3)

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """
    x, w = operands(as_tensor(input), weight)
    steps = pair(stride), pair(padding), pair(dilation), groups
    _check(x, w, bias, steps)
    return Conv2d.apply(x, w, bias if bias is None else cast(bias, x.dtype), steps, relu)


def _missing_dimension(x: TensorBase, w: TensorBase) -> str | None:
    if len(x.shape) != 3 or len(w.shape) != 4:
        return None
    missing = "batch" if x.shape[0] == w.shape[1] else "channels"
    return f"Add the {missing} with x.unsqueeze({0 if missing == 'batch' else 1})."


def _check(x: TensorBase, w: TensorBase, bias: TensorBase | None, steps: Steps) -> None:
    stride, padding, dilation, groups = steps
    if x.dtype.kind != "f" or x.dtype.itemsize not in (4, 8):
        raise DTypeError(f"expected float32 or float64, got {x.dtype}.", where="conv2d")
    if len(x.shape) != 4 or len(w.shape) != 4:
        raise ShapeError(
            f"expected input (N, C, H, W) and weight (K, C, R, S), got {x.shape} and {w.shape}.",
            where="conv2d",
            hint=_missing_dimension(x, w),
        )
    if min(*stride, *dilation, groups) < 1 or min(padding) < 0:
        raise ShapeError(
            f"expected stride, dilation and groups of 1 or more and padding of 0 or more, got "
            f"stride={stride}, dilation={dilation}, groups={groups}, padding={padding}.",
            where="conv2d",
        )
    channels = w.shape[1] * groups
    if x.shape[1] != channels:
        raise ShapeError(
            f"expected input with {channels} channels (weight {w.shape}), got {x.shape[1]} "
            f"(input {x.shape}).",
            where="conv2d",
            hint=f"Build the model with in_channels={x.shape[1]} or convert the pictures.",
        )
    if w.shape[0] % groups or (bias is not None and bias.shape != w.shape[:1]):
        raise ShapeError(
            f"expected filters that divide into {groups} groups and as many biases, got weight "
            f"{w.shape} and bias {None if bias is None else bias.shape}.",
            where="conv2d",
        )
    for i in (0, 1):
        size, kernel = x.shape[2 + i], w.shape[2 + i]
        if conv_size(size, kernel, stride[i], padding[i], dilation[i]) < 1:
            raise ShapeError(
                f"expected pictures at least as large as the window ({w.shape[2]}x{w.shape[3]}, "
                f"dilation {dilation}), got {x.shape[2]}x{x.shape[3]} with padding {padding}.",
                where="conv2d",
            )
