"""``x[index] = value`` as an op: what a change in place is to the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import ShapeError
from tensorlite.ops.convert import as_tensor, cast
from tensorlite.ops.index import split_index
from tensorlite.ops.placing import GetItem
from tensorlite.ops.shape import RangeError, reshape

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Assign(Op):
    """A copy of input 0 with input 1 at an index; one may pass values there, the other the rest."""

    def forward(self, x: Array, value: Array, basic: Any, advanced: Any) -> Array:
        self.index = basic, advanced
        out = x.copy(order="K")
        put(out, value, basic, advanced)
        return out

    def backward(self, grad: Any) -> Any:
        basic, advanced = self.index
        for_value = None
        if self.needs[1]:
            for_value = grad if basic is None else GetItem.apply(grad, basic)
            for_value = for_value if advanced is None else GetItem.apply(for_value, advanced)
        return (Assign.apply(grad, 0.0, basic, advanced) if self.needs[0] else None), for_value


def assign(input: Any, index: Any, value: Any) -> Tensor:
    """Return a copy in which the elements at ``index`` are ``value``, broadcast and cast.

    Raises:
        RangeError: If the index lies outside.
        ShapeError: If the value does not fit there.

    Example:
        >>> assign([1.0, 2.0, 3.0], slice(0, 2), 0.0)
        tensor([0., 0., 3.])
    """
    x = as_tensor(input)
    parts = split_index(index, x.shape)
    try:
        if isinstance(value, TensorBase):
            value = _without_spare_dims(cast(value, x.dtype), _shape_at(x.array, *parts))
        return Assign.apply(x, value, *parts)
    except IndexError as error:
        raise RangeError(f"{error} (input of shape {x.shape}).", where="x[i] = v") from None
    except ShapeError as error:
        raise ShapeError(error.message, where="x[i] = v") from None


def put(array: Array, value: Any, basic: Any, advanced: Any) -> None:
    """Write into an array at an index that was split in two."""
    if advanced is None:
        array[basic] = value
    elif basic is None:
        array[advanced] = value
    else:
        array[basic][advanced] = value


def _shape_at(array: Array, basic: Any, advanced: Any) -> tuple[int, ...]:
    part = array if basic is None else array[basic]
    return part.shape if advanced is None else part[advanced].shape


def _without_spare_dims(value: Any, place: tuple[int, ...]) -> Any:
    """The value without leading dimensions of size 1 that its place does not have."""
    spare = len(value.shape) - len(place)
    if spare > 0 and set(value.shape[:spare]) == {1}:
        return reshape(value, value.shape[spare:])
    return value
