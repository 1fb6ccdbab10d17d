"""Element types under PyTorch's names, and the one that floating point numbers get by default.

The names shadow Python's ``float``, ``int`` and ``bool`` here, so nothing but this lives here.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from tensorlite.autograd import TensorBase
from tensorlite.errors import DTypeError


class dtype:  # noqa: N801 - PyTorch's name
    """An element type: equal to NumPy's of the same name, and good wherever NumPy wants one.

    Attributes:
        dtype: NumPy's own object.
        is_floating_point: Whether it holds fractions.

    Example:
        >>> import tensorlite as tl
        >>> tl.ones(2).dtype, tl.float32 == np.float32, tl.float32.is_floating_point
        (tensorlite.float32, True, True)
    """

    __slots__ = ("dtype", "is_floating_point", "itemsize", "kind", "name", "type")

    is_complex = False

    def __init__(self, name: str) -> None:
        self.dtype = np.dtype(name)
        self.name, self.kind = self.dtype.name, self.dtype.kind
        self.itemsize, self.type = self.dtype.itemsize, self.dtype.type
        self.is_floating_point = self.kind == "f"

    @property
    def is_signed(self) -> builtins.bool:
        """Whether it holds negative numbers."""
        return self.kind in "fi"

    def __eq__(self, other: object) -> builtins.bool:
        return self is other or self.dtype == (other.dtype if isinstance(other, dtype) else other)

    def __hash__(self) -> builtins.int:
        return hash(self.dtype)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"tensorlite.{self.name}"

    def __reduce__(self) -> Any:
        return wrap, (self.name,)  # the one object of this type, also after a copy


float16 = half = dtype("float16")
float32 = dtype("float32")
float64 = double = dtype("float64")
uint8 = dtype("uint8")
int8 = dtype("int8")
int16 = short = dtype("int16")
int32 = dtype("int32")
int64 = long = dtype("int64")
bool_ = dtype("bool")

BY_NUMPY: dict[Any, Any] = {
    kind.dtype: kind
    for kind in (float16, float32, float64, uint8, int8, int16, int32, int64, bool_)
}

NAMES = {kind.name for kind in BY_NUMPY.values()}


def wrap(kind: Any) -> Any:
    """The ``dtype`` of a NumPy type, or that itself where there is no name for it.

    Example:
        >>> wrap("int8")
        tensorlite.int8
    """
    found = np.dtype(kind)
    return BY_NUMPY.get(found, found)


# --- the default ----------------------------------------------------------------------------------

_default = [float32.dtype]


def get_default_dtype() -> Any:
    """The type that Python's floats get: float32 unless ``set_default_dtype`` was called."""
    return BY_NUMPY[_default[0]]


def default_float() -> np.dtype[Any]:
    """The default as NumPy's object."""
    return _default[0]


def set_default_dtype(d: Any) -> None:
    """Choose the type that Python's floats get.

    Raises:
        DTypeError: If it is not a floating point type.
    """
    if np.dtype(d).kind != "f":
        raise DTypeError(
            f"expected a floating point type, got {np.dtype(d)}.",
            where="set_default_dtype",
            hint="Use tl.float32 or tl.float64.",
        )
    _default[0] = np.dtype(d)


# --- what types hold ------------------------------------------------------------------------------


class finfo:  # noqa: N801 - PyTorch's name
    """The limits of a floating point type.

    Args:
        type: The type, the default one if left out.

    Raises:
        DTypeError: If it is not a floating point type.

    Example:
        >>> finfo(float32).eps
        1.1920928955078125e-07
    """

    def __init__(self, type: Any = None) -> None:
        kind = _default[0] if type is None else np.dtype(type)
        if kind.kind != "f":
            raise DTypeError(
                f"expected a floating point type, got {kind}.", where="finfo", hint="Use tl.iinfo."
            )
        limits = np.finfo(kind)
        self.bits, self.dtype = limits.bits, str(limits.dtype)
        self.eps, self.resolution = builtins.float(limits.eps), builtins.float(limits.resolution)
        self.min, self.max = builtins.float(limits.min), builtins.float(limits.max)
        self.tiny = self.smallest_normal = builtins.float(limits.smallest_normal)


class iinfo:  # noqa: N801 - PyTorch's name
    """The limits of an integer type.

    Raises:
        DTypeError: If it is not one.

    Example:
        >>> iinfo(uint8).max
        255
    """

    def __init__(self, type: Any) -> None:
        kind = np.dtype(type)
        if kind.kind not in "iu":
            raise DTypeError(
                f"expected an integer type, got {kind}.", where="iinfo", hint="Use tl.finfo."
            )
        limits = np.iinfo(kind)
        self.bits, self.dtype = limits.bits, str(limits.dtype)
        self.min, self.max = builtins.int(limits.min), builtins.int(limits.max)


def is_floating_point(input: TensorBase) -> builtins.bool:
    """Whether a tensor holds fractions."""
    return input.array.dtype.kind == "f"


def is_complex(input: TensorBase) -> builtins.bool:
    """Whether a tensor holds complex numbers: never."""
    return False


# --- which type a result has ----------------------------------------------------------------------


def rank(kind: np.dtype[Any]) -> builtins.int:
    """The category: 0 for booleans, 1 for integers, 2 for floating point."""
    return 2 if kind.kind == "f" else builtins.int(kind.kind in "iu")


def common(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """The type that holds both, where integers never widen a floating point type."""
    if rank(a) == rank(b):
        return np.promote_types(a, b)
    return a if rank(a) > rank(b) else b


def promote_types(type1: Any, type2: Any) -> Any:
    """The type of the result of two tensors with dimensions.

    Example:
        >>> promote_types(int64, float32), promote_types(int8, uint8)
        (tensorlite.float32, tensorlite.int16)
    """
    return wrap(common(np.dtype(type1), np.dtype(type2)))


def result_type(tensor1: Any, tensor2: Any) -> Any:
    """The type of the result of two operands, tensors or numbers.

    Numbers, and tensors without dimensions, change the type only across booleans, integers and
    floating point.

    Example:
        >>> import tensorlite as tl
        >>> result_type(tl.ones(2), tl.tensor(1.0, dtype=tl.float64))
        tensorlite.float32
    """
    (one, strong), (other, as_strong) = _weight(tensor1), _weight(tensor2)
    if strong < as_strong:
        one, other = other, one
    if strong == as_strong or rank(one) < rank(other):
        return wrap(common(one, other))
    return wrap(one)


def _weight(value: Any) -> tuple[np.dtype[Any], builtins.int]:
    """The type of an operand, and how much it counts: 2 with dimensions, 1 without, 0 a number."""
    if isinstance(value, TensorBase):
        return value.array.dtype, 2 if value.array.shape else 1
    if isinstance(value, (builtins.bool, np.bool_)):
        return bool_.dtype, 0
    return (int64.dtype if isinstance(value, (builtins.int, np.integer)) else _default[0]), 0


def can_cast(from_: Any, to: Any) -> builtins.bool:
    """Whether a result of one type may be stored in another, as ``x += y`` asks.

    Example:
        >>> can_cast(float64, float32), can_cast(float32, int64)
        (True, False)
    """
    return rank(np.dtype(from_)) <= rank(np.dtype(to))


# The short names come last: from here on they are no longer Python's.
float = float32
int = int32
bool = bool_
