"""Activation functions of several elements at a time, as layers."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.errors import ShapeError
from tensorlite.nn.activation import Activation
from tensorlite.tensor import Tensor


class Softmax(Activation):
    """Make elements along a dimension positive, with sum 1: ``exp(x) / sum(exp(x))``.

    Args:
        dim: The dimension along which the sum is 1; if ``None``, 0 for inputs of 0, 1 and 3
            dimensions and 1 for others, as in PyTorch.

    Shape:
        - Input and output: any

    Example:
        >>> Softmax(1)
        Softmax(dim=1)
    """

    _shown = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Apply along the dimension."""
        return ops.softmax(input, _dim(input, self.dim))


class LogSoftmax(Activation):
    """The logarithm of ``Softmax``, without overflow.

    Args:
        dim: The dimension along which the sum is 1; if ``None``, 0 for inputs of 0, 1 and 3
            dimensions and 1 for others, as in PyTorch.

    Shape:
        - Input and output: any

    Example:
        >>> LogSoftmax(1)
        LogSoftmax(dim=1)
    """

    _shown = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Apply along the dimension."""
        return ops.log_softmax(input, _dim(input, self.dim))


class Softmin(Activation):
    """``Softmax`` of the negative elements.

    Args:
        dim: The dimension along which the sum is 1; if ``None``, 0 for inputs of 0, 1 and 3
            dimensions and 1 for others, as in PyTorch.

    Shape:
        - Input and output: any

    Example:
        >>> Softmin(1)
        Softmin(dim=1)
    """

    _shown = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Apply along the dimension."""
        return ops.softmin(input, _dim(input, self.dim))


class Softmax2d(Activation):
    """``Softmax`` over the channels of a picture.

    Shape:
        - Input and output: ``(N, C, H, W)`` or ``(C, H, W)``

    Raises:
        ShapeError: If the input is no picture.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply along the dimension."""
        if len(input.shape) not in (3, 4):
            raise ShapeError(
                f"expected (N, C, H, W) or (C, H, W), got {input.shape}.", where="softmax2d"
            )
        return ops.softmax(input, -3)


class GLU(Activation):
    """One half of the channels times the sigmoid of the other half.

    Args:
        dim: The dimension that is halved.

    Shape:
        - Input: ``(..., 2 * C, ...)``
        - Output: ``(..., C, ...)``

    Source: Dauphin et al. 2017, "Language Modeling with Gated Convolutional Networks".
    """

    _shown = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Apply along the dimension."""
        return ops.glu(input, self.dim)


def _dim(input: Tensor, dim: int | None) -> int:
    """The dimension where none was chosen."""
    return dim if dim is not None else 0 if len(input.shape) in (0, 1, 3) else 1
