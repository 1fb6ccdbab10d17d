"""Batch and instance normalisation layers."""

from __future__ import annotations

from typing import Any

from numpy.typing import DTypeLike

from tensorlite import ops
from tensorlite.errors import ShapeError
from tensorlite.nn.module import Module
from tensorlite.ops.norm import scale_and_shift
from tensorlite.ops.windows import LETTERS
from tensorlite.tensor import Buffer, Parameter, Tensor, ones, zeros


class _NormBase(Module):
    """Scale, shift and running statistics of each channel; ``_dims`` is set by the subclass."""

    _dims = 0
    _version = 2  # as PyTorch writes into state dicts since batches are counted
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Buffer | None
    running_var: Buffer | None
    num_batches_tracked: Buffer | None

    def _hold(self, dtype: DTypeLike | None, bias: bool) -> None:
        """Make parameters and buffers, as the settings want them."""
        n, kind = self.num_features, dtype or "float32"
        self.weight = Parameter(ones(n, dtype=kind)) if self.affine else None
        self.bias = Parameter(zeros(n, dtype=kind)) if self.affine and bias else None
        keep = self.track_running_stats
        self.running_mean = Buffer(zeros(n, dtype=kind)) if keep else None
        self.running_var = Buffer(ones(n, dtype=kind)) if keep else None
        self.num_batches_tracked = Buffer(0) if keep else None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: DTypeLike | None = None,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self._hold(dtype, bias)

    def reset_running_stats(self) -> None:
        """Forget all batches."""
        if self.running_mean is not None and self.running_var is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Forget all batches, and scale by 1 and shift by 0 again."""
        self.reset_running_stats()
        for tensor, value in ((self.weight, 1), (self.bias, 0)):
            if tensor is not None:
                tensor.data.fill_(value)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_NormBase):
    """Normalise each channel over the batch and all its places."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias
        )

    def forward(
        self, input: Tensor, relu: bool = False, add: Tensor | None = None, pool: Any = None
    ) -> Tensor:
        """Normalise; ``add``, ``relu`` and ``pool`` are what comes after it, see ``batch_norm``."""
        self._check_input_dim(input)
        share = self.momentum
        if self.training and self.num_batches_tracked is not None:
            count = self.num_batches_tracked.item() + 1
            self.num_batches_tracked.fill_(count)
            share = 1 / count if share is None else share
        return ops.batch_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or (self.running_mean is None and self.running_var is None),
            share or 0.0,
            self.eps,
            relu,
            add,
            pool,
        )

    def can_fold(self, channels: int, dtype: DTypeLike) -> bool:
        """Whether this is ``x * scale + shift`` with fixed numbers, for inputs of this kind."""
        mean, variance = self.running_mean, self.running_var
        if self.training or mean is None or variance is None:
            return False
        return mean.shape == variance.shape == (channels,) and mean.dtype == dtype

    def fold(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
        """The weights and the bias of a convolution that normalises its result as well."""
        scale, shift = scale_and_shift(
            self.running_mean, self.running_var, self.weight, self.bias, self.eps
        )
        weight = weight * scale.reshape(-1, *[1] * (len(weight.shape) - 1))
        return weight, shift if bias is None else bias * scale + shift

    def _check_input_dim(self, input: Tensor) -> None:
        if len(input.shape) != self._dims + 2:
            raise ShapeError(
                f"expected input (N, {self.num_features}, {LETTERS[self._dims]}), got "
                f"{input.shape}.",
                where=f"batch_norm{self._dims}d",
            )


class BatchNorm1d(_BatchNorm):
    """Normalise each channel over the batch and the signal; arguments as for ``BatchNorm2d``.

    Shape:
        - Input and output: ``(N, num_features)`` or ``(N, num_features, L)``

    Raises:
        ShapeError: If the input has another number of channels or of dimensions.

    Example:
        >>> import tensorlite as tl
        >>> BatchNorm1d(3)(tl.randn(4, 3)).shape
        (4, 3)

    Source: Ioffe and Szegedy 2015, "Batch Normalization".
    """

    _dims = 1

    def _check_input_dim(self, input: Tensor) -> None:
        if len(input.shape) not in (2, 3):
            n = self.num_features
            raise ShapeError(
                f"expected input (N, {n}) or (N, {n}, L), got {input.shape}.", where="batch_norm1d"
            )


class BatchNorm2d(_BatchNorm):
    """Normalise each channel over the batch and the picture, then scale and shift it.

    In training the statistics are the batch's, and the running ones follow them; in evaluation the
    running ones are used.

    Args:
        num_features: Channels.
        eps: Added to the variance.
        momentum: Share of the batch's statistics in the running ones; with ``None`` those are the
            average over all batches.
        affine: Whether scale and shift are learned.
        track_running_stats: Whether running statistics are kept; without them evaluation uses the
            batch's too.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: The element type of parameters and statistics, float32 unless given.
        bias: Whether the shift is learned.

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

    _dims = 2


class BatchNorm3d(_BatchNorm):
    """Normalise each channel over the batch and the volume; arguments as for ``BatchNorm2d``.

    Shape:
        - Input and output: ``(N, num_features, D, H, W)``

    Raises:
        ShapeError: If the input has another number of channels or of dimensions.

    Source: Ioffe and Szegedy 2015, "Batch Normalization".
    """

    _dims = 3


class SyncBatchNorm(_BatchNorm):
    """Batch norm over all processes, of which there is one: ``BatchNorm1d`` to ``3d`` in one.

    Args:
        num_features: Channels.
        eps: Added to the variance.
        momentum: Share of a batch in the running statistics; None averages over all batches.
        affine: Whether to learn a scale and a shift for each channel.
        track_running_stats: Whether to keep running statistics.
        process_group: Accepted; there is one process.

    Shape:
        - Input and output: ``(N, num_features, ...)``

    Raises:
        ShapeError: If the input has another number of channels or no dimension for them.

    Example:
        >>> import tensorlite as tl
        >>> SyncBatchNorm(3)(tl.randn(4, 3, 2, 2)).shape
        (4, 3, 2, 2)

    Source: Ioffe and Szegedy 2015, "Batch Normalization".
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)

    def _check_input_dim(self, input: Tensor) -> None:
        if len(input.shape) < 2:
            raise ShapeError(
                f"expected input (N, {self.num_features}, ...), got {input.shape}.",
                where="sync_batch_norm",
            )

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """Put one in the place of every batch norm, with its parameters and statistics."""
        if isinstance(module, _BatchNorm) and not isinstance(module, cls):
            settings = module.num_features, module.eps, module.momentum, module.affine
            other = cls(*settings, module.track_running_stats, process_group)
            other.weight, other.bias = module.weight, module.bias
            for name, buffer in module.named_buffers(recurse=False):
                setattr(other, name, buffer)
            return other.train(module.training)
        for name, child in module.named_children():
            setattr(module, name, cls.convert_sync_batchnorm(child, process_group))
        return module


class _InstanceNorm(_NormBase):
    """Normalise each channel of each example over all its places."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias
        )

    def forward(self, input: Tensor) -> Tensor:
        """Normalise."""
        if len(input.shape) not in (self._dims + 1, self._dims + 2):
            n, letters = self.num_features, LETTERS[self._dims]
            raise ShapeError(
                f"expected input (N, {n}, {letters}) or ({n}, {letters}), got {input.shape}.",
                where=f"instance_norm{self._dims}d",
            )
        x = input.unsqueeze(0) if len(input.shape) == self._dims + 1 else input
        y = ops.instance_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum or 0.0,
            self.eps,
        )
        return y if x is input else y.squeeze(0)


class InstanceNorm1d(_InstanceNorm):
    """Normalise each channel of each signal by itself; arguments as for ``InstanceNorm2d``.

    Shape:
        - Input and output: ``(N, num_features, L)`` or ``(num_features, L)``

    Raises:
        ShapeError: If the input has another number of dimensions, or of channels with ``affine``.

    Source: Ulyanov et al. 2016, "Instance Normalization: The Missing Ingredient for Fast
    Stylization".
    """

    _dims = 1


class InstanceNorm2d(_InstanceNorm):
    """Normalise each channel of each picture by itself.

    Args:
        num_features: Channels.
        eps: Added to the variance.
        momentum: Share of the batch's statistics in the running ones.
        affine: Whether scale and shift are learned.
        track_running_stats: Whether running statistics are kept, for evaluation.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: The element type of parameters and statistics, float32 unless given.
        bias: Whether the shift is learned.

    Shape:
        - Input and output: ``(N, num_features, H, W)`` or ``(num_features, H, W)``

    Raises:
        ShapeError: If the input has another number of dimensions, or of channels with ``affine``.

    Example:
        >>> import tensorlite as tl
        >>> InstanceNorm2d(3)(tl.randn(2, 3, 4, 4)).shape
        (2, 3, 4, 4)

    Source: Ulyanov et al. 2016, "Instance Normalization: The Missing Ingredient for Fast
    Stylization".
    """

    _dims = 2


class InstanceNorm3d(_InstanceNorm):
    """Normalise each channel of each volume by itself; arguments as for ``InstanceNorm2d``.

    Shape:
        - Input and output: ``(N, num_features, D, H, W)`` or ``(num_features, D, H, W)``

    Raises:
        ShapeError: If the input has another number of dimensions, or of channels with ``affine``.

    Source: Ulyanov et al. 2016, "Instance Normalization: The Missing Ingredient for Fast
    Stylization".
    """

    _dims = 3
