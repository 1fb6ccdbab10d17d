"""From Python and NumPy values to tensors, and from one element type to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.devices import check_device
from tensorlite.errors import DTypeError
from tensorlite.ops import dtypes
from tensorlite.ops.dtypes import default_float as default_float

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

float32 = np.dtype(np.float32)
float64 = np.dtype(np.float64)
int64 = np.dtype(np.int64)
bool_ = np.dtype(np.bool_)


def to_array(data: Any, dtype: DTypeLike | None = None) -> Array:
    """Make an array: Python floats get the default type, integers int64; arrays keep their type.

    Raises:
        DTypeError: If the data are not numbers, or not of one rectangular shape.
    """
    if isinstance(data, TensorBase):
        data = data.array
    plain = not isinstance(data, (np.ndarray, np.generic))
    if plain and isinstance(data, (list, tuple)):
        plain = not _holds_arrays(data)
        data = data if plain else _without_tensors(data)
    try:
        array = np.asarray(data, dtype=dtype)
    except (ValueError, TypeError, OverflowError) as error:
        raise DTypeError(f"expected numbers in a rectangle, got {error}.", where="tensor") from None
    if array.dtype.kind not in "fiub":
        raise DTypeError(
            f"expected real numbers or booleans, got elements of type {array.dtype}.",
            where="tensor",
        )
    if plain and dtype is None and array.dtype == float64:
        return array.astype(default_float())
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _holds_arrays(data: Any) -> bool:
    """Whether the first element of nested lists is a tensor or NumPy's."""
    while isinstance(data, (list, tuple)):
        if any(isinstance(value, (TensorBase, np.ndarray, np.generic)) for value in data):
            return True
        data = data[0] if data else None
    return False


def _without_tensors(data: Any) -> Any:
    if isinstance(data, (list, tuple)):
        return [_without_tensors(value) for value in data]
    return data.array if isinstance(data, TensorBase) else data


def as_tensor(data: Any, dtype: DTypeLike | None = None, device: Any = None) -> Tensor:
    """Return tensors as they are and wrap everything else, without a copy where possible.

    Example:
        >>> as_tensor([1.0, 2.0])
        tensor([1., 2.])
    """
    if device is not None:
        check_device(device, "as_tensor")
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


def floating(input: Any) -> Tensor:
    """A tensor of a floating point type; integers and booleans are cast to the default one."""
    tensor: Any = input if isinstance(input, TensorBase) else as_tensor(input)
    return tensor if tensor.array.dtype.kind == "f" else cast(tensor, default_float())


def number(input: Any, where: str) -> Tensor:
    """A tensor that is not boolean."""
    tensor: Any = input if isinstance(input, TensorBase) else as_tensor(input)
    if tensor.array.dtype.kind == "b":
        raise DTypeError("expected numbers, got booleans.", where=where, hint="Use x.long().")
    return tensor


def operands(a: Any, b: Any) -> tuple[Any, Any]:
    """Give two operands one element type, and make at least one of them a tensor.

    A plain number follows the tensor it meets, a floating type beats an integer one, and among
    equals the wider wins; so float32 stays float32 (NumPy alone would give float64 for int64
    with float32).
    """
    if isinstance(a, TensorBase):
        if isinstance(b, TensorBase):
            if a.array.dtype is b.array.dtype:  # the usual case, and the quickest test
                return a, b
        elif type(b) in (int, float) and a.array.dtype.kind == "f":
            return a, b
    a, b = _operand(a), _operand(b)
    if not isinstance(a, TensorBase):
        if not isinstance(b, TensorBase):
            return _with_number(as_tensor(a), b)
        b, a = _with_number(b, a)
        return a, b
    if not isinstance(b, TensorBase):
        return _with_number(a, b)
    common = promote(a, b)
    return cast(a, common), cast(b, common)


def _operand(value: Any) -> Any:
    """A tensor, or a plain Python number (NumPy's scalars would promote)."""
    if isinstance(value, TensorBase) or type(value) in (int, float, bool):
        return value
    return value.item() if isinstance(value, np.generic) else as_tensor(value)


def _with_number(tensor: TensorBase, number: Any) -> tuple[Any, Any]:
    """Cast the tensor where the number is of a higher category, or fit the number into its type."""
    kind = tensor.array.dtype
    if kind.kind == "f":
        return tensor, number
    if type(number) is float:
        return cast(tensor, default_float()), number
    if kind.kind == "b":
        return (tensor if type(number) is bool else cast(tensor, int64)), number
    fits = kind.itemsize == 8 or -128 <= number < 128 and kind.kind == "i"
    return tensor, (int(number) if fits else int(np.asarray(number).astype(kind)))


def promote(a: TensorBase, b: TensorBase) -> np.dtype[Any]:
    """The element type that holds both, where integers never widen a floating type.

    A 0-d tensor widens others of its own kind no more than a plain number does.
    """
    return np.dtype(dtypes.result_type(a, b))
