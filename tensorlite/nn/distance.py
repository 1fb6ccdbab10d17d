"""Layers that compare two vectors."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor


class CosineSimilarity(Module):
    """The cosine of the angle between vectors.

    Args:
        dim: The dimension along which the vectors lie.
        eps: The smallest length that is divided by.

    Shape:
        - Inputs: ``(..., D, ...)`` with D at ``dim``; they broadcast
        - Output: the same without ``dim``
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Compare."""
        return ops.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The distance between vectors: the p-norm of ``x1 - x2 + eps``.

    Args:
        p: Which norm.
        eps: Added to the difference, against division by 0 in the gradient.
        keepdim: Keep the last dimension with size 1.

    Shape:
        - Inputs: ``(N, D)`` or ``(D,)``
        - Output: ``(N,)`` or a scalar
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Compare."""
        return ops.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
