"""Activation functions as layers."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor


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
