"""Dropout layers."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.errors import ConfigError
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor


class Dropout(Module):
    """In training, set elements to 0 with probability ``p`` and scale the others up.

    Args:
        p: Probability of an element to be dropped, 0 to 1.
        inplace: Accepted for PyTorch's sake; the result is always a new tensor.

    Shape:
        - Input and output: any

    Raises:
        ConfigError: If ``p`` is not between 0 and 1.

    Example:
        >>> import tensorlite as tl
        >>> Dropout(0.5).eval()(tl.ones(2))
        tensor([1., 1.])

    Source: Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting".
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ConfigError(f"expected a probability from 0 to 1, got {p}.", where="Dropout")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.dropout(x, self.p, self.training)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}"
