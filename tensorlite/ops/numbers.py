"""Parts and divisors of numbers: mantissas, powers of 2, greatest common divisors, sinc."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.choose import Where
from tensorlite.ops.convert import as_tensor, floating, operands
from tensorlite.ops.elementwise import mul, pow
from tensorlite.ops.special import logaddexp
from tensorlite.ops.trigonometry import Sin

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class MantissaAndExponent(NamedTuple):
    """What ``frexp`` returns."""

    mantissa: Any
    exponent: Any


def sinc(input: Any) -> Tensor:
    """``sin(pi * x) / (pi * x)`` of each element, and 1 at 0.

    Example:
        >>> sinc([0.0, 0.5])
        tensor([1.        , 0.63661975])
    """
    x = floating(input)
    zero = x.array == 0
    angle = Where.apply(zero, 1.0, x) * math.pi
    return Where.apply(zero, 1.0, Sin.apply(angle) / angle)


def logaddexp2(input: Any, other: Any) -> Tensor:
    """``log2(2 ** input + 2 ** other)``, without overflow."""
    a, b = operands(as_tensor(input), other)
    return logaddexp(a * math.log(2), b * math.log(2)) / math.log(2)


def ldexp(input: Any, other: Any) -> Tensor:
    """Multiply by powers of 2: ``input * 2 ** other``.

    Example:
        >>> ldexp([1.0, 3.0], [2, -1])
        tensor([4. , 1.5])
    """
    return mul(input, pow(2.0, as_tensor(other)))


def frexp(input: Any) -> MantissaAndExponent:
    """Split each number into ``mantissa * 2 ** exponent``, the mantissa's size from 0.5 to 1.

    Example:
        >>> frexp([8.0]).mantissa, frexp([8.0]).exponent.tolist()
        (tensor([0.5]), [4])
    """
    x = as_tensor(input)
    if x.dtype.kind != "f":
        raise DTypeError(f"expected floating point numbers, got {x.dtype}.", where="frexp")
    exponent = np.asarray(np.frexp(x.array)[1])
    mantissa = x * make_tensor(np.ldexp(np.ones((), x.dtype), -exponent))
    return MantissaAndExponent(mantissa, make_tensor(exponent))


def gcd(input: Any, other: Any) -> Tensor:
    """Greatest common divisor of integers.

    Example:
        >>> gcd([12, 18], [8, 27])
        tensor([4, 9])
    """
    return _of_integers(np.gcd, input, other, "gcd")


def lcm(input: Any, other: Any) -> Tensor:
    """Least common multiple of integers."""
    return _of_integers(np.lcm, input, other, "lcm")


def _of_integers(function: Any, input: Any, other: Any, where: str) -> Tensor:
    a, b = operands(as_tensor(input), other)
    if a.dtype.kind not in "iu":
        raise DTypeError(f"expected integers, got {a.dtype}.", where=where)
    return make_tensor(np.asarray(function(a.array, getattr(b, "array", b))))


def nextafter(input: Any, other: Any) -> Tensor:
    """The next number that the element type holds, towards ``other``; without gradient."""
    a, b = operands(floating(input), other)
    return make_tensor(np.asarray(np.nextafter(a.array, getattr(b, "array", b))))


# --- what complex numbers would have --------------------------------------------------------------


def angle(input: Any) -> Tensor:
    """0 for numbers that are not negative, pi for others."""
    x = floating(input)
    size = np.where(x.array < 0, np.pi, 0.0).astype(x.dtype)
    return Where.apply(np.isnan(x.array), x, make_tensor(size))


def isreal(input: Any) -> Tensor:
    """Whether each element is real: all are."""
    return make_tensor(np.ones(as_tensor(input).shape, bool))


def conj(input: Any) -> Any:
    """The numbers themselves: all are real. Also ``real``, ``conj_physical``, ``resolve_conj``."""
    return as_tensor(input)


real = conj_physical = resolve_conj = resolve_neg = conj


# --- questions ------------------------------------------------------------------------------------


def is_nonzero(input: Any) -> bool:
    """Whether the only element is not 0.

    Raises:
        ShapeError: If there is not one element.
    """
    x = as_tensor(input)
    if x.array.size != 1:
        raise ShapeError(f"expected one element, got shape {x.shape}.", where="is_nonzero")
    return bool(x.array.item())


def is_same_size(input: TensorBase, other: TensorBase) -> bool:
    """Whether two tensors have the same shape."""
    return input.shape == other.shape


# --- constants ------------------------------------------------------------------------------------

e, pi, inf, nan = math.e, math.pi, math.inf, math.nan
newaxis = None
