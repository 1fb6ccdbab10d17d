"""``x[index] = value`` as an op: what a change in place is to the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import ShapeError
from tensorlite.ops.convert import as_tensor, cast
from tensorlite.ops.shape import GetItem, plain_index, reshape

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Assign(Op):
    """A copy of input 0 with input 1 at an index; one may pass values there, the other the rest."""

    def forward(self, x: Array, value: Array, index: Any) -> Array:
        self.index = index
        out = x.copy(order="K")
        out[index] = value
        return out

    def backward(self, grad: Any) -> Any:
        return (
            Assign.apply(grad, 0.0, self.index) if self.needs[0] else None,
            GetItem.apply(grad, self.index) if self.needs[1] else None,
        )


def assign(input: Any, index: Any, value: Any) -> Tensor:
    """Return a copy in which the elements at ``index`` are ``value``, broadcast and cast.

    Raises:
        ShapeError: If the index lies outside, or the value does not fit there.

    Example:
        >>> assign([1.0, 2.0, 3.0], slice(0, 2), 0.0)
        tensor([0., 0., 3.])
    """
    x, at = as_tensor(input), plain_index(index)
    try:
        if isinstance(value, TensorBase):
            place = x.array[at].shape
            value = cast(value, x.dtype)
            spare = len(value.shape) - len(place)
            if spare > 0 and set(value.shape[:spare]) == {1}:
                value = reshape(value, value.shape[spare:])
        return Assign.apply(x, value, at)
    except (IndexError, ShapeError) as error:
        raise ShapeError(f"{error}", where="x[i] = v") from None
