"""Layers that learn from their first input how many channels they have.

Until then their parameters have neither shape nor values; after it the layer is a plain one, of the
class without ``Lazy`` in its name, and its parameters are the same objects as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.autograd import Array, TensorBase, make_tensor
from tensorlite.errors import ShapeError, StateError
from tensorlite.nn import init
from tensorlite.nn.conv import Conv1d, Conv2d, Conv3d, _Conv, _ConvNd
from tensorlite.nn.conv_transpose import (
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    _ConvTranspose,
)
from tensorlite.nn.linear import Linear
from tensorlite.nn.module import Module
from tensorlite.nn.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    _BatchNorm,
    _InstanceNorm,
    _NormBase,
)
from tensorlite.ops.windows import LETTERS, Size
from tensorlite.tensor import Buffer, Parameter


class _Uninitialized:
    """What a parameter and a buffer without a shape have in common."""

    __slots__ = ()

    def _missing(self) -> NoReturn:
        raise StateError(
            "expected numbers, got a parameter of a lazy layer that has not seen any input.",
            where=type(self).__name__,
            hint="Run one batch through the model first.",
        )

    def _write(self, array: Array) -> None:
        _slot.__set__(self, array)  # kept for its type

    array = property(_missing, _write, doc="There is none; reading raises a ``StateError``.")

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Say whether gradients will be wanted."""
        tensor: Any = self
        tensor.requires_grad = requires_grad
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def materialize(
        self, shape: Sequence[int], device: Any = None, dtype: DTypeLike | None = None
    ) -> None:
        """Become what it stands for, with zeros of a shape as values."""
        tensor: Any = self
        kind = _slot.__get__(tensor).dtype if dtype is None else dtype
        tensor.__class__ = Parameter if isinstance(self, Parameter) else Buffer
        tensor.array = np.zeros(tuple(shape), kind)


_slot: Any = TensorBase.__dict__["array"]  # where other tensors have their numbers


class UninitializedParameter(_Uninitialized, Parameter):
    """A parameter that does not know its shape yet; any use of its numbers raises.

    Args:
        requires_grad: Whether it will be trained.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: Its element type, float32 unless given.

    Raises:
        StateError: On any use before it is materialized.

    Example:
        >>> p = UninitializedParameter()
        >>> p.materialize((2, 3))
        >>> p.shape, type(p).__name__
        ((2, 3), 'Parameter')
    """

    __slots__ = ()

    def __init__(
        self, requires_grad: bool = True, device: Any = None, dtype: DTypeLike | None = None
    ) -> None:
        Parameter.__init__(self, np.zeros(0, dtype or "float32"), requires_grad)


class UninitializedBuffer(_Uninitialized, Buffer):
    """A buffer that does not know its shape yet; any use of its numbers raises.

    Args:
        requires_grad: Accepted for PyTorch's sake; buffers are not trained.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: Its element type, float32 unless given.

    Raises:
        StateError: On any use before it is materialized.
    """

    __slots__ = ()

    def __init__(
        self, requires_grad: bool = False, device: Any = None, dtype: DTypeLike | None = None
    ) -> None:
        Buffer.__init__(self, np.zeros(0, dtype or "float32"))


class _Lazy(Module):
    """A layer whose first ``forward`` finds its sizes; ``becomes`` is what it is from then on."""

    becomes: type[Module]

    def _forget(self) -> None:
        """Take the shapes away from parameters and running statistics."""
        for name, value in list(vars(self).items()):
            if isinstance(value, Parameter):
                setattr(self, name, UninitializedParameter(dtype=value.dtype))
            elif isinstance(value, Buffer) and value.dtype.kind == "f":
                setattr(self, name, UninitializedBuffer(dtype=value.dtype))

    def _without_shape(self) -> list[Any]:
        return [value for value in vars(self).values() if isinstance(value, _Uninitialized)]

    def has_uninitialized_params(self) -> bool:
        """Whether it has not seen any input yet."""
        return bool(self._without_shape())

    def initialize_parameters(self, input: Any) -> None:
        """Take the sizes from an input, and draw the initial values."""
        if self.has_uninitialized_params():
            for name, shape in self._shapes_for(input).items():
                value = getattr(self, name)
                if isinstance(value, _Uninitialized):
                    value.materialize(shape)
            plain: Any = self
            plain.reset_parameters()

    def _shapes_for(self, input: Any) -> dict[str, tuple[int, ...]]:
        """Take the sizes from an input; the shapes of parameters and buffers by name."""
        raise NotImplementedError(f"{type(self).__name__} has no _shapes_for")

    def _apply(self, fn: Any, recurse: bool = True) -> Any:
        """Cast what has no numbers yet: it will have them in that type."""
        for value in self._without_shape():
            value.array = fn(make_tensor(_slot.__get__(value))).array
        return self

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Find the sizes, become the plain layer, and run that."""
        self.initialize_parameters(inputs[0] if inputs else options["input"])
        layer: Any = self
        layer.__class__ = self.becomes
        return layer.forward(*inputs, **options)


class LazyLinear(_Lazy, Linear):
    """A ``Linear`` layer that takes ``in_features`` from its first input.

    Args:
        out_features: Numbers per output.
        bias: Whether to add a learned number to each output.
        device: Accepted for PyTorch's sake; everything runs on the processor.
        dtype: The element type of the parameters, float32 unless given.

    Shape:
        - Input: ``(..., in_features)``
        - Output: ``(..., out_features)``

    Example:
        >>> import tensorlite as tl
        >>> layer = LazyLinear(3)
        >>> y = layer(tl.zeros(2, 5))
        >>> layer
        Linear(in_features=5, out_features=3, bias=True)
    """

    becomes = Linear

    def __init__(
        self,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(0, out_features, bias)
        self._forget()
        if dtype is not None:
            self.to(dtype)

    def reset_parameters(self) -> None:
        """Draw the initial values."""
        if not self.has_uninitialized_params():
            init.fan_in_uniform_(self.weight, self.bias)

    def _shapes_for(self, input: Any) -> dict[str, tuple[int, ...]]:
        self.in_features = input.shape[-1]
        return {"weight": (self.out_features, self.in_features), "bias": (self.out_features,)}


class _LazyChannels(_Lazy):
    """A layer that takes the number of channels from its first input."""

    _dims: int

    def _channels(self, input: Any) -> int:
        if len(input.shape) not in (self._dims + 1, self._dims + 2):
            letters = LETTERS[self._dims]
            raise ShapeError(
                f"expected input (N, C, {letters}) or (C, {letters}), got {input.shape}.",
                where=type(self).__name__,
            )
        return int(input.shape[-self._dims - 1])


class _LazyConv(_LazyChannels, _Conv):
    """A convolution that takes ``in_channels`` from its first input."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            0, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode,
            device, dtype,
        )  # fmt: skip
        self._forget()

    def _shapes_for(self, input: Any) -> dict[str, tuple[int, ...]]:
        return _conv_shapes(self, self._channels(input))


class _LazyConvTranspose(_LazyChannels, _ConvTranspose):
    """A transposed convolution that takes ``in_channels`` from its first input."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            0, out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation,
            padding_mode, device, dtype,
        )  # fmt: skip
        self._forget()

    def _shapes_for(self, input: Any) -> dict[str, tuple[int, ...]]:
        return _conv_shapes(self, self._channels(input))


def _conv_shapes(layer: _ConvNd, channels: int) -> dict[str, tuple[int, ...]]:
    if channels % layer.groups:
        raise ShapeError(
            f"expected channels that divide into {layer.groups} groups, got {channels}.",
            where=type(layer).__name__,
        )
    layer.in_channels = channels
    return {"weight": layer._weight_shape(), "bias": (layer.out_channels,)}


class _LazyBatchNorm(_LazyChannels, _BatchNorm):
    """A batch norm that takes ``num_features`` from its first input."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        settings: Any = 0, eps, momentum, affine, track_running_stats, device, dtype
        super().__init__(*settings, bias=bias)
        self._forget()

    def _shapes_for(self, input: Any) -> dict[str, tuple[int, ...]]:
        self._check_input_dim(input)
        return _norm_shapes(self, input.shape[1])


class _LazyInstanceNorm(_LazyChannels, _InstanceNorm):
    """An instance norm that takes ``num_features`` from its first input."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        settings: Any = 0, eps, momentum, affine, track_running_stats, device, dtype
        super().__init__(*settings, bias=bias)
        self._forget()

    def _shapes_for(self, input: Any) -> dict[str, tuple[int, ...]]:
        return _norm_shapes(self, self._channels(input))


def _norm_shapes(layer: _NormBase, channels: int) -> dict[str, tuple[int, ...]]:
    layer.num_features = channels
    names = "weight", "bias", "running_mean", "running_var"
    return {name: (channels,) for name in names}


class LazyConv1d(_LazyConv, Conv1d):
    """A ``Conv1d`` that takes ``in_channels`` from its first input; see there."""

    becomes = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A ``Conv2d`` that takes ``in_channels`` from its first input; see there."""

    becomes = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A ``Conv3d`` that takes ``in_channels`` from its first input; see there."""

    becomes = Conv3d


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A ``ConvTranspose1d`` that takes ``in_channels`` from its first input; see there."""

    becomes = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A ``ConvTranspose2d`` that takes ``in_channels`` from its first input; see there."""

    becomes = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A ``ConvTranspose3d`` that takes ``in_channels`` from its first input; see there."""

    becomes = ConvTranspose3d


class LazyBatchNorm1d(_LazyBatchNorm, BatchNorm1d):
    """A ``BatchNorm1d`` that takes ``num_features`` from its first input; see there."""

    becomes = BatchNorm1d


class LazyBatchNorm2d(_LazyBatchNorm, BatchNorm2d):
    """A ``BatchNorm2d`` that takes ``num_features`` from its first input; see there."""

    becomes = BatchNorm2d


class LazyBatchNorm3d(_LazyBatchNorm, BatchNorm3d):
    """A ``BatchNorm3d`` that takes ``num_features`` from its first input; see there."""

    becomes = BatchNorm3d


class LazyInstanceNorm1d(_LazyInstanceNorm, InstanceNorm1d):
    """An ``InstanceNorm1d`` that takes ``num_features`` from its first input; see there."""

    becomes = InstanceNorm1d


class LazyInstanceNorm2d(_LazyInstanceNorm, InstanceNorm2d):
    """An ``InstanceNorm2d`` that takes ``num_features`` from its first input; see there."""

    becomes = InstanceNorm2d


class LazyInstanceNorm3d(_LazyInstanceNorm, InstanceNorm3d):
    """An ``InstanceNorm3d`` that takes ``num_features`` from its first input; see there."""

    becomes = InstanceNorm3d
