"""Fully connected layers."""

from __future__ import annotations

import math
from typing import Any

from tensorlite import ops
from tensorlite.nn import init
from tensorlite.nn.module import Module, new_parameter, shape_of
from tensorlite.tensor import Parameter, Tensor


class Identity(Module):
    """Return the input as it is; a place to be filled.

    Args:
        args: Accepted and not used, and so are keywords.

    Example:
        >>> Identity(54, unused=0.1)
        Identity()
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        """Pass."""
        return input


class Linear(Module):
    """Apply ``x @ weight.T + bias``.

    Args:
        in_features: Numbers per input.
        out_features: Numbers per output.
        bias: Whether to add a learned number to each output.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: ``(..., in_features)``
        - Output: ``(..., out_features)``

    Raises:
        ShapeError: If the input has another number of features.

    Example:
        >>> import tensorlite as tl
        >>> Linear(20, 30)(tl.zeros(128, 20)).shape == (128, 30)
        True
    """

    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = new_parameter((out_features, in_features), device, dtype)
        fitting = new_parameter((out_features,), device, dtype) if bias else None
        self.register_parameter("bias", fitting)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial values."""
        init.fan_in_uniform_(self.weight, self.bias)

    def forward(self, input: Tensor, relu: bool = False) -> Tensor:
        """Multiply and add; ``relu`` takes over the layer after it, see ``neighbours``."""
        return ops.linear(input, self.weight, self.bias, relu)

    def multiply_adds(self, inputs: tuple[Any, ...], output: Any) -> int:
        """Each output needs ``in_features`` of them."""
        return math.prod(shape_of(output)) * self.in_features

    def extra_repr(self) -> str:
        """The sizes."""
        bias = self.bias is not None
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={bias}"


class Bilinear(Module):
    """Apply ``x1 @ weight[k] @ x2 + bias[k]`` for each output ``k``.

    Args:
        in1_features: Numbers per first input.
        in2_features: Numbers per second input.
        out_features: Numbers per output.
        bias: Whether to add a learned number to each output.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Inputs: ``(..., in1_features)`` and ``(..., in2_features)``
        - Output: ``(..., out_features)``

    Raises:
        ShapeError: If the inputs do not fit.

    Example:
        >>> import tensorlite as tl
        >>> Bilinear(20, 30, 40)(tl.zeros(5, 20), tl.zeros(5, 30)).shape == (5, 40)
        True
    """

    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        shape = out_features, in1_features, in2_features
        self.weight = new_parameter(shape, device, dtype)
        fitting = new_parameter((out_features,), device, dtype) if bias else None
        self.register_parameter("bias", fitting)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial values."""
        bound = 1 / math.sqrt(self.in1_features)
        for parameter in self.parameters(recurse=False):
            init.uniform_(parameter, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        """Multiply from both sides and add."""
        return ops.bilinear(input1, input2, self.weight, self.bias)

    def multiply_adds(self, inputs: tuple[Any, ...], output: Any) -> int:
        """Each output needs as many as a matrix has numbers."""
        return math.prod(shape_of(output)) * self.in1_features * self.in2_features

    def extra_repr(self) -> str:
        """The sizes."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
