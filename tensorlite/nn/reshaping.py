"""Layers that move elements."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor


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
        >>> Flatten()(tl.zeros(2, 3, 4, 4)).shape
        (2, 48)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Tensor) -> Tensor:
        """Reshape."""
        return ops.flatten(x, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """The dimensions."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
