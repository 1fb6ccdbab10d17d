"""Layers that frame signals, pictures and volumes."""

from __future__ import annotations

from collections.abc import Sequence

from tensorlite import ops
from tensorlite.errors import ShapeError
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor

Widths = int | Sequence[int]


class _Pad(Module):
    """Widths of a frame, given as one number or as ``(left, right, top, bottom, ...)``."""

    _dims = 1
    _mode = "constant"
    value: float = 0.0

    def __init__(self, padding: Widths) -> None:
        super().__init__()
        several = (padding,) * 2 * self._dims if isinstance(padding, int) else tuple(padding)
        if len(several) != 2 * self._dims:
            raise ShapeError(
                f"expected {2 * self._dims} widths, got {several}.", where=type(self).__name__
            )
        self.padding = several

    def forward(self, input: Tensor) -> Tensor:
        """Frame."""
        if self._mode == "constant":
            return ops.pad(input, self.padding, value=self.value)
        return ops.pad(input, self.padding, mode=self._mode)

    def extra_repr(self) -> str:
        """The widths."""
        return f"{self.padding}"


class _ConstantPad(_Pad):
    """A frame of one value."""

    def __init__(self, padding: Widths, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        """The widths and the value."""
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """Frame signals with one value.

    Args:
        padding: One width for all sides, or left and right.
        value: What the frame is filled with.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: the same, larger by the frame

    Example:
        >>> import tensorlite as tl
        >>> ConstantPad1d((1, 2), 9.0)(tl.zeros(1, 2))
        tensor([[9., 0., 0., 9., 9.]])
    """


class ConstantPad2d(_ConstantPad):
    """Frame pictures with one value.

    Args:
        padding: One width for all sides, or left, right, top and bottom.
        value: What the frame is filled with.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 2


class ConstantPad3d(_ConstantPad):
    """Frame volumes with one value.

    Args:
        padding: One width for all sides, or left, right, top, bottom, front and back.
        value: What the frame is filled with.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 3


class ZeroPad1d(_Pad):
    """Frame signals with zeros.

    Args:
        padding: One width for all sides, or left and right.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: the same, larger by the frame
    """


class ZeroPad2d(_Pad):
    """Frame pictures with zeros.

    Args:
        padding: One width for all sides, or left, right, top and bottom.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: the same, larger by the frame

    Example:
        >>> ZeroPad2d(1)
        ZeroPad2d((1, 1, 1, 1))
    """

    _dims = 2


class ZeroPad3d(_Pad):
    """Frame volumes with zeros.

    Args:
        padding: One width for all sides, or left, right, top, bottom, front and back.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 3


class ReflectionPad1d(_Pad):
    """Frame signals with what lies on the other side of the edge, as in a mirror.

    Args:
        padding: One width for all sides, or left and right.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: the same, larger by the frame
    """

    _mode = "reflect"


class ReflectionPad2d(_Pad):
    """Frame pictures with what lies on the other side of the edge, as in a mirror.

    Args:
        padding: One width for all sides, or left, right, top and bottom.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 2
    _mode = "reflect"


class ReflectionPad3d(_Pad):
    """Frame volumes with what lies on the other side of the edge, as in a mirror.

    Args:
        padding: One width for all sides, or left, right, top, bottom, front and back.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 3
    _mode = "reflect"


class ReplicationPad1d(_Pad):
    """Frame signals with the nearest element.

    Args:
        padding: One width for all sides, or left and right.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: the same, larger by the frame
    """

    _mode = "replicate"


class ReplicationPad2d(_Pad):
    """Frame pictures with the nearest element.

    Args:
        padding: One width for all sides, or left, right, top and bottom.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 2
    _mode = "replicate"


class ReplicationPad3d(_Pad):
    """Frame volumes with the nearest element.

    Args:
        padding: One width for all sides, or left, right, top, bottom, front and back.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 3
    _mode = "replicate"


class CircularPad1d(_Pad):
    """Frame signals with what lies at the opposite edge.

    Args:
        padding: One width for all sides, or left and right.

    Shape:
        - Input: ``(N, C, L)`` or ``(C, L)``
        - Output: the same, larger by the frame
    """

    _mode = "circular"


class CircularPad2d(_Pad):
    """Frame pictures with what lies at the opposite edge.

    Args:
        padding: One width for all sides, or left, right, top and bottom.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 2
    _mode = "circular"


class CircularPad3d(_Pad):
    """Frame volumes with what lies at the opposite edge.

    Args:
        padding: One width for all sides, or left, right, top, bottom, front and back.

    Shape:
        - Input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``
        - Output: the same, larger by the frame
    """

    _dims = 3
    _mode = "circular"
