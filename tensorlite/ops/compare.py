"""Comparisons, logic and bits: results without gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor, operands

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def _compare(function: Any, a: Any, b: Any) -> Tensor:
    """A function of NumPy on two operands of one type, or numbers."""
    a, b = (x.array if isinstance(x, TensorBase) else x for x in (a, b))
    try:
        return make_tensor(np.asarray(function(a, b)))
    except ValueError:
        shapes = f"{np.shape(a)} and {np.shape(b)}"
        raise ShapeError(f"cannot compare shapes {shapes}.", where=function.__name__) from None


# --- order ----------------------------------------------------------------------------------------


def eq(input: Any, other: Any) -> Tensor:
    """Tell where ``input == other``."""
    return _compare(np.equal, *operands(input, other))


def ne(input: Any, other: Any) -> Tensor:
    """Tell where ``input != other``."""
    return _compare(np.not_equal, *operands(input, other))


def lt(input: Any, other: Any) -> Tensor:
    """Tell where ``input < other``."""
    return _compare(np.less, *operands(input, other))


def le(input: Any, other: Any) -> Tensor:
    """Tell where ``input <= other``."""
    return _compare(np.less_equal, *operands(input, other))


def gt(input: Any, other: Any) -> Tensor:
    """Tell where ``input > other``."""
    return _compare(np.greater, *operands(input, other))


def ge(input: Any, other: Any) -> Tensor:
    """Tell where ``input >= other``."""
    return _compare(np.greater_equal, *operands(input, other))


not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge


# --- equality of whole tensors --------------------------------------------------------------------


def equal(input: Any, other: Any) -> bool:
    """Whether two tensors have the same shape and the same elements.

    Example:
        >>> equal([1.0, 2.0], [1.0, 2.0])
        True
    """
    return bool(np.array_equal(as_tensor(input).array, as_tensor(other).array))


array_equal = equal


def isclose(
    input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Tell where two elements differ by at most ``atol + rtol * abs(other)``.

    Raises:
        DTypeError: If the tensors are of different types.
    """
    a, b = as_tensor(input).array, as_tensor(other).array
    if rtol < 0 or atol < 0:
        raise ConfigError(f"expected rtol and atol from 0, got {rtol} and {atol}.", where="isclose")
    if a.dtype != b.dtype:
        raise DTypeError(
            f"expected one element type, got {a.dtype} and {b.dtype}.",
            where="isclose",
            hint="Cast one of them with .to(other.dtype).",
        )
    return make_tensor(np.asarray(np.isclose(a, b, rtol, atol, equal_nan)))


def allclose(
    input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all elements of two tensors are as close as ``isclose`` asks."""
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


# --- kinds of numbers -----------------------------------------------------------------------------


def _question(function: Any, input: Any) -> Tensor:
    return make_tensor(np.asarray(function(as_tensor(input).array)))


def isnan(input: Any) -> Tensor:
    """Tell which elements are not a number."""
    return _question(np.isnan, input)


def isinf(input: Any) -> Tensor:
    """Tell which elements are infinite."""
    return _question(np.isinf, input)


def isposinf(input: Any) -> Tensor:
    """Tell which elements are infinite and positive."""
    return _question(np.isposinf, input)


def isneginf(input: Any) -> Tensor:
    """Tell which elements are infinite and negative."""
    return _question(np.isneginf, input)


def isfinite(input: Any) -> Tensor:
    """Tell which elements are numbers and not infinite."""
    return _question(np.isfinite, input)


def signbit(input: Any) -> Tensor:
    """Tell which elements carry a minus, ``-0.0`` included."""
    x = as_tensor(input).array
    return make_tensor(np.asarray(np.signbit(x) if x.dtype.kind == "f" else x < 0))


# --- logic: anything but 0 is true ----------------------------------------------------------------


def logical_and(input: Any, other: Any) -> Tensor:
    """Tell where both are true."""
    return _compare(np.logical_and, as_tensor(input), as_tensor(other))


def logical_or(input: Any, other: Any) -> Tensor:
    """Tell where at least one is true."""
    return _compare(np.logical_or, as_tensor(input), as_tensor(other))


def logical_xor(input: Any, other: Any) -> Tensor:
    """Tell where exactly one is true."""
    return _compare(np.logical_xor, as_tensor(input), as_tensor(other))


def logical_not(input: Any) -> Tensor:
    """Tell where the input is false."""
    return _question(np.logical_not, input)


# --- bits: integers and booleans ------------------------------------------------------------------


def _bits(function: Any, input: Any, other: Any) -> Tensor:
    a, b = operands(input, other)
    kind = (a if isinstance(a, TensorBase) else b).array.dtype
    if kind.kind == "f":
        raise DTypeError(
            f"expected integers or booleans, got {kind}.",
            where=function.__name__,
            hint="Use x.long(), or a comparison such as x != 0.",
        )
    return _compare(function, a, b)


def bitwise_and(input: Any, other: Any) -> Tensor:
    """Keep the bits that both have; of booleans, ``and``."""
    return _bits(np.bitwise_and, input, other)


def bitwise_or(input: Any, other: Any) -> Tensor:
    """Keep the bits that one has; of booleans, ``or``."""
    return _bits(np.bitwise_or, input, other)


def bitwise_xor(input: Any, other: Any) -> Tensor:
    """Keep the bits that exactly one has; of booleans, ``!=``."""
    return _bits(np.bitwise_xor, input, other)


def bitwise_not(input: Any) -> Tensor:
    """Turn all bits over; of booleans, ``not``."""
    x = as_tensor(input).array
    if x.dtype.kind == "f":
        raise DTypeError(f"expected integers or booleans, got {x.dtype}.", where="bitwise_not")
    return make_tensor(np.asarray(np.invert(x)))


def bitwise_left_shift(input: Any, other: Any) -> Tensor:
    """Shift bits up: ``input << other``."""
    return _bits(np.left_shift, input, other)


def bitwise_right_shift(input: Any, other: Any) -> Tensor:
    """Shift bits down: ``input >> other``."""
    return _bits(np.right_shift, input, other)
