"""From Python and NumPy values to tensors, and from one element type to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.errors import DTypeError

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

float32 = np.dtype(np.float32)
float64 = np.dtype(np.float64)
int64 = np.dtype(np.int64)
bool_ = np.dtype(np.bool_)


def to_array(data: Any, dtype: DTypeLike | None = None) -> Array:
    """Make an array: Python floats become float32, Python integers int64; arrays keep their type.

    Raises:
        DTypeError: If the data are not numbers, or not of one rectangular shape.
    """
    if isinstance(data, TensorBase):
        data = data.array
    plain = not isinstance(data, (np.ndarray, np.generic))
    if plain and isinstance(data, (list, tuple)):
        plain = not any(isinstance(value, (TensorBase, np.ndarray)) for value in data)
        data = [value.array if isinstance(value, TensorBase) else value for value in data]
    try:
        array = np.asarray(data, dtype=dtype)
    except (ValueError, TypeError) as error:
        raise DTypeError(f"expected numbers in a rectangle, got {error}.", where="tensor") from None
    if array.dtype.kind not in "fiub":
        raise DTypeError(
            f"expected real numbers or booleans, got elements of type {array.dtype}.",
            where="tensor",
        )
    if plain and dtype is None and array.dtype == float64:
        return array.astype(float32)
    return array


def as_tensor(data: Any, dtype: DTypeLike | None = None) -> Tensor:
    """Return tensors as they are and wrap everything else, without a copy where possible.

    Example:
        >>> as_tensor([1.0, 2.0])
        tensor([1., 2.])
    """
    if isinstance(data, TensorBase):
        return data if dtype is None else cast(data, dtype)  # type: ignore[return-value]
    return make_tensor(to_array(data, dtype))


class Cast(Op):
    """Change the element type; the engine casts the gradient back."""

    def forward(self, x: Array, dtype: Any) -> Array:
        return x.astype(dtype)

    def backward(self, grad: Any) -> Any:
        return grad


class Clone(Op):
    """A copy in the same memory order."""

    def forward(self, x: Array) -> Array:
        return x.copy(order="K")

    def backward(self, grad: Any) -> Any:
        return grad


def clone(input: TensorBase) -> Tensor:
    """Copy the numbers; gradients flow through."""
    return Clone.apply(input)


def cast(input: TensorBase, dtype: DTypeLike) -> Tensor:
    """Change the element type.

    Integers and booleans carry no gradient: the result of a cast to them needs none.

    Example:
        >>> import tensorlite as tl
        >>> cast(tl.tensor([1.7]), "int64")
        tensor([1])
    """
    target = np.dtype(dtype)
    if input.dtype == target:
        return input  # type: ignore[return-value]
    if target.kind != "f":
        return make_tensor(input.array.astype(target))
    return Cast.apply(input, target)


def operands(a: Any, b: Any) -> tuple[Any, Any]:
    """Give two operands one element type, and make at least one of them a tensor.

    A plain number follows the tensor it meets, a floating type beats an integer one, and among
    equals the wider wins; so float32 stays float32 (NumPy alone would give float64 for int64
    with float32).
    """
    if isinstance(a, TensorBase) and isinstance(b, TensorBase):
        if a.array.dtype is b.array.dtype:  # the usual case, and the quickest test
            return a, b
    a, b = _operand(a), _operand(b)
    if not isinstance(a, TensorBase):
        if not isinstance(b, TensorBase):
            return as_tensor(a), b
        return (a, b) if _holds(b, a) else (a, cast(b, _kind_with(b, a)))
    if not isinstance(b, TensorBase):
        return (a, b) if _holds(a, b) else (cast(a, _kind_with(a, b)), b)
    if a.dtype == b.dtype:
        return a, b
    common = promote(a, b)
    return cast(a, common), cast(b, common)


def _operand(value: Any) -> Any:
    """A tensor, or a plain Python number (NumPy's scalars would promote)."""
    if isinstance(value, TensorBase) or type(value) in (int, float, bool):
        return value
    return value.item() if isinstance(value, np.generic) else as_tensor(value)


def _holds(tensor: TensorBase, number: float) -> bool:
    """Whether the tensor's type is also that of the result."""
    if tensor.dtype == bool_:
        return type(number) is bool
    return tensor.dtype.kind == "f" or (type(number) is not float)


def _kind_with(tensor: TensorBase, number: float) -> np.dtype[Any]:
    return float32 if type(number) is float else int64


def promote(a: TensorBase, b: TensorBase) -> np.dtype[Any]:
    """The element type that holds both, where integers never widen a floating type.

    A 0-d tensor widens others of its own kind no more than a plain number does.
    """
    one, other = a.dtype, b.dtype
    if (one.kind == "f") != (other.kind == "f"):
        return one if one.kind == "f" else other
    if one.kind == other.kind and bool(a.shape) != bool(b.shape):
        return one if a.shape else other
    return np.promote_types(one, other)
