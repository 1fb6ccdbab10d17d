"""How large the result of a window that slides over a picture is."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from tensorlite.errors import ShapeError

Pair = tuple[int, int]


def pair(value: int | Sequence[int]) -> Pair:
    """Height and width; one number stands for both.

    Example:
        >>> pair(3), pair((1, 2))
        ((3, 3), (1, 2))
    """
    sides: Any = (value, value) if isinstance(value, Integral) else value
    if isinstance(sides, str) or len(sides) != 2:
        raise ShapeError(f"expected a number or a pair of numbers, got {value!r}.", where="size")
    return int(sides[0]), int(sides[1])


def conv_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Number of window positions along one side of a convolution.

    Example:
        >>> conv_size(5, kernel=3, stride=1, padding=0, dilation=1)
        3
    """
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def pool_size(
    size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    """Number of window positions along one side of a pooling.

    With ``ceil_mode`` a window may hang over the far edge, as long as it starts inside the picture
    or its near padding.

    Example:
        >>> pool_size(5, 2, 2, 0, 1, ceil_mode=False), pool_size(5, 2, 2, 0, 1, ceil_mode=True)
        (2, 3)
    """
    if not ceil_mode:
        return conv_size(size, kernel, stride, padding, dilation)
    count = -(-(size + 2 * padding - dilation * (kernel - 1) - 1) // stride) + 1
    return count - 1 if (count - 1) * stride >= size + padding else count
