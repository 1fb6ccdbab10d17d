"""Rounding, and division that rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import ConfigError, DTypeError, TensorliteError
from tensorlite.ops.convert import as_tensor, clone, operands

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class ZeroDivisorError(TensorliteError, RuntimeError, ZeroDivisionError):
    """A division of integers by 0."""


class Round(Op):
    """A rounding function of NumPy; the gradient is 0."""

    def forward(self, x: Array, function: Any, decimals: int) -> Array:
        return function(x, decimals) if decimals else function(x)

    def backward(self, grad: Any) -> Any:
        return grad * 0.0


class FloorDivide(Op):
    """The quotient rounded down; the gradient is 0."""

    def forward(self, a: Array, b: Array) -> Array:
        return np.floor_divide(a, b)

    def backward(self, grad: Any) -> Any:
        return grad * 0.0, grad * 0.0


class TruncDivide(Op):
    """The quotient rounded towards 0; the gradient is 0."""

    def forward(self, a: Array, b: Array) -> Array:
        if np.result_type(a, b).kind == "f":
            return np.trunc(np.divide(a, b))
        return np.floor_divide(a - np.fmod(a, b), b)

    def backward(self, grad: Any) -> Any:
        return grad * 0.0, grad * 0.0


class Remainder(Op):
    """What division leaves, with the sign of the divisor."""

    def forward(self, a: Array, b: Array) -> Array:
        self.quotient = np.floor_divide(a, b) if self.needs[1] else None
        return np.remainder(a, b)

    def backward(self, grad: Any) -> Any:
        return grad, (-grad * self.quotient if self.needs[1] else None)


class Fmod(Op):
    """What division leaves, with the sign of the dividend."""

    def forward(self, a: Array, b: Array) -> Array:
        self.quotient = np.trunc(np.divide(a, b)) if self.needs[1] else None
        return np.fmod(a, b)

    def backward(self, grad: Any) -> Any:
        return grad, (-grad * self.quotient if self.needs[1] else None)


# --- functions ------------------------------------------------------------------------------------


def _round(input: Any, function: Any, where: str, decimals: int = 0) -> Tensor:
    x = as_tensor(input)
    if x.array.dtype.kind == "b":
        raise DTypeError("expected numbers, got booleans.", where=where)
    if x.array.dtype.kind != "f":
        return clone(x)
    return Round.apply(x, function, decimals)


def floor(input: Any) -> Tensor:
    """Round each element down; the gradient is 0."""
    return _round(input, np.floor, "floor")


def ceil(input: Any) -> Tensor:
    """Round each element up; the gradient is 0."""
    return _round(input, np.ceil, "ceil")


def trunc(input: Any) -> Tensor:
    """Round each element towards 0; the gradient is 0."""
    return _round(input, np.trunc, "trunc")


fix = trunc


def round(input: Any, *, decimals: int = 0) -> Tensor:
    """Round each element to the nearest number of that many decimals, halves to even.

    Example:
        >>> round([0.5, 1.5, -2.6])
        tensor([ 0.,  2., -3.])
    """
    return _round(input, np.ndarray.round if decimals else np.rint, "round", decimals)


def frac(input: Any) -> Tensor:
    """Keep what ``trunc`` cuts off.

    Raises:
        DTypeError: If the input holds integers.
    """
    x = as_tensor(input)
    if x.array.dtype.kind != "f":
        raise DTypeError(f"expected floating point numbers, got {x.dtype}.", where="frac")
    return x - trunc(x)


def floor_divide(input: Any, other: Any) -> Tensor:
    """Divide and round down: ``input // other``; the gradient is 0."""
    return FloorDivide.apply(*_divisible(input, other, "floor_divide"))


def trunc_divide(input: Any, other: Any) -> Tensor:
    """Divide and round towards 0: ``div`` with ``rounding_mode="trunc"``; the gradient is 0."""
    return TruncDivide.apply(*_divisible(input, other, "div"))


def remainder(input: Any, other: Any) -> Tensor:
    """Take what division leaves, with the sign of the divisor: ``input % other``.

    Example:
        >>> remainder([-3.0, 5.0], 2)
        tensor([1., 1.])
    """
    return Remainder.apply(*_divisible(input, other, "remainder"))


def fmod(input: Any, other: Any) -> Tensor:
    """Take what division leaves, with the sign of the dividend.

    Example:
        >>> fmod([-3.0, 5.0], 2)
        tensor([-1.,  1.])
    """
    return Fmod.apply(*_divisible(input, other, "fmod"))


def rounded_division(input: Any, other: Any, rounding_mode: str) -> Tensor:
    """Divide and round: down for ``"floor"``, towards 0 for ``"trunc"``.

    Raises:
        ConfigError: If the mode is another one.
    """
    if rounding_mode not in ("floor", "trunc"):
        raise ConfigError(
            f"expected the rounding mode 'floor', 'trunc' or None, got {rounding_mode!r}.",
            where="div",
        )
    return (floor_divide if rounding_mode == "floor" else trunc_divide)(input, other)


def _divisible(input: Any, other: Any, where: str) -> tuple[Any, Any]:
    a, b = operands(input, other)
    divisor = b.array if isinstance(b, TensorBase) else b
    tensor = a if isinstance(a, TensorBase) else b
    if tensor.array.dtype.kind != "f" and not np.all(divisor):
        raise ZeroDivisorError("expected integers other than 0 to divide by.", where=where)
    return a, b
