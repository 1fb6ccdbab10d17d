"""Normalization layers."""

from __future__ import annotations

import numpy as np

from tensorlite import ops
from tensorlite.errors import ShapeError
from tensorlite.nn.module import Module
from tensorlite.tensor import Buffer, Parameter, Tensor, zeros


class BatchNorm2d(Module):
    """Normalise each channel over the batch and the picture, then scale and shift it.

    In training the statistics are the batch's, and the running ones follow them; in evaluation the
    running ones are used.

    Args:
        num_features: Channels.
        eps: Added to the variance.
        momentum: Share of the batch's statistics in the running ones.
        affine: Whether scale and shift are learned.
        track_running_stats: Whether running statistics are kept; without them evaluation uses the
            batch's too.

    Shape:
        - Input and output: ``(N, num_features, H, W)``

    Raises:
        ShapeError: If the input has another number of channels or of dimensions.

    Example:
        >>> import tensorlite as tl
        >>> BatchNorm2d(3)(tl.randn(2, 3, 4, 4)).shape
        (2, 3, 4, 4)

    Source: Ioffe and Szegedy 2015, "Batch Normalization".
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = Parameter(np.ones(num_features, np.float32)) if affine else None
        self.bias = Parameter(zeros(num_features)) if affine else None
        keep = track_running_stats
        self.running_mean = Buffer(zeros(num_features)) if keep else None
        self.running_var = Buffer(np.ones(num_features, np.float32)) if keep else None
        self.num_batches_tracked = Buffer(0) if keep else None

    def forward(self, x: Tensor, relu: bool = False) -> Tensor:
        """Normalise; ``relu`` takes over the layer after it, see ``Sequential``."""
        if len(x.shape) != 4:
            raise ShapeError(
                f"expected input (N, {self.num_features}, H, W), got {x.shape}.",
                where="batch_norm2d",
            )
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.fill_(self.num_batches_tracked.item() + 1)
        return ops.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            self.momentum,
            self.eps,
            relu,
        )

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"
