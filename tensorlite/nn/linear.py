"""Fully connected layers."""

from __future__ import annotations

import math
from typing import Any

from tensorlite import ops
from tensorlite.nn import init
from tensorlite.nn.module import Module, shape_of
from tensorlite.tensor import Parameter, Tensor, zeros


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
        init.fan_in_uniform_(self.weight, self.bias)

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
