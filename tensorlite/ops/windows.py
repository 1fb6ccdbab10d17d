"""What all ops with a window share: sizes per side, inputs without a batch, element types."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from tensorlite.autograd import TensorBase
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.convert import float32, float64
from tensorlite.ops.shape import Reshape

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Size = int | Sequence[int]
Sides = tuple[int, ...]

LETTERS = {1: "L", 2: "H, W", 3: "D, H, W"}
FLOATING = frozenset((float32, float64))
INPUTS = {1: "signals", 2: "pictures", 3: "volumes"}


def sides(value: Any, dims: int, where: str) -> Sides:
    """One size per dimension; a single one stands for all.

    Raises:
        ShapeError: If there is another number of them.

    Example:
        >>> sides(3, 2, "pool"), sides((1, 2), 2, "pool")
        ((3, 3), (1, 2))
    """
    if type(value) is tuple and len(value) == dims:
        return value
    if isinstance(value, Integral):
        return (int(value),) * dims
    given = () if isinstance(value, str) else tuple(value)
    if len(given) == 1:
        return (int(given[0]),) * dims
    if len(given) != dims:
        several = {1: "one in a tuple", 2: "a pair of numbers", 3: "three"}[dims]
        raise ShapeError(f"expected a number or {several}, got {value!r}.", where=where)
    return tuple(int(size) for size in given)


def batched(x: Tensor, dims: int, where: str) -> tuple[Tensor, bool]:
    """The input with a dimension for the batch, and whether it had one.

    Raises:
        ShapeError: If the input has another number of dimensions.
    """
    if len(x.shape) == dims + 2:
        return x, True
    if len(x.shape) == dims + 1:
        return Reshape.apply(x, (1, *x.shape)), False
    letters = LETTERS[dims]
    raise ShapeError(
        f"expected input (N, C, {letters}) or (C, {letters}), got {x.shape}.", where=where
    )


def unbatched(y: Tensor, had_batch: bool) -> Tensor:
    """The result, without the dimension that the input did not have."""
    return y if had_batch else Reshape.apply(y, y.shape[1:])


def lined(x: Any) -> Any:
    """(N, C, L) -> (N, C, 1, L): signals as pictures of height one."""
    return Reshape.apply(x, (*x.shape[:2], 1, x.shape[2]))


def check_floating(x: TensorBase, where: str) -> None:
    """Raise a ``DTypeError`` for anything but float32 and float64."""
    if x.array.dtype not in FLOATING:
        raise DTypeError(
            f"expected float32 or float64, got {x.dtype}.", where=where, hint="Use x.float()."
        )


def check_same_type(x: TensorBase, where: str, **others: Any) -> None:
    """Raise a ``DTypeError`` if weights have another element type than the input."""
    dtype = x.array.dtype
    check_floating(x, where)
    for name, other in others.items():
        if other is not None and other.array.dtype is not dtype and other.dtype != dtype:
            turn = "float" if other.dtype.itemsize == 4 else "double"
            raise DTypeError(
                f"expected input of the {name}'s type {other.dtype}, got {x.dtype}.",
                where=where,
                hint=f"Use x.{turn}(), or cast the layer.",
            )
