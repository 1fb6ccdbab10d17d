"""Pooling by the norm of each window."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tensorlite.errors import ConfigError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.elementwise import Pow, Where
from tensorlite.ops.pool import avg_pool1d, avg_pool2d, avg_pool3d
from tensorlite.ops.windows import Size, sides

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def lp_pool1d(
    input: Any,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Norm of each window of signals; arguments as for ``lp_pool2d``."""
    return _norms(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Any,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Norm of each window: ``(sum of x ** p) ** (1 / p)``.

    Args:
        input: Pictures.
        norm_type: p; 1 gives sums.
        kernel_size: Window height and width in pixels; an int means a square window.
        stride: Step of the window; the window's size unless given.
        ceil_mode: Let a last window hang over the far edge; its sum is scaled up to a full one.

    Shape:
        - Input: ``(N, C, H, W)`` or ``(C, H, W)``
        - Output: ``(N, C, Ho, Wo)``, ``Ho = (H - kernel_size) // stride + 1``

    Raises:
        ShapeError: If the window is larger than the input.

    Example:
        >>> lp_pool2d([[[3.0, 4.0]]], 2, (1, 2))
        tensor([[[5.]]])

    Source: Sermanet et al. 2012, "Convolutional Neural Networks Applied to House Numbers Digit
    Classification".
    """
    return _norms(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Any,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Norm of each window of volumes; arguments as for ``lp_pool2d``."""
    return _norms(3, input, norm_type, kernel_size, stride, ceil_mode)


def _norms(
    dims: int, input: Any, norm_type: float, kernel_size: Size, stride: Any, ceil_mode: bool
) -> Tensor:
    where = f"lp_pool{dims}d"
    if not norm_type:
        raise ConfigError("expected a norm_type other than 0, got 0.", where=where)
    pool: Any = (avg_pool1d, avg_pool2d, avg_pool3d)[dims - 1]
    means = pool(Pow.apply(as_tensor(input), float(norm_type)), kernel_size, stride, 0, ceil_mode)
    sums = means * math.prod(sides(kernel_size, dims, where))
    # The root is infinitely steep at 0; no gradient comes back from there, as in PyTorch.
    some = means.array != 0
    return Where.apply(some, Pow.apply(Where.apply(some, sums, 1.0), 1.0 / norm_type), 0.0)
