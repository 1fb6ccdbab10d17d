"""Arithmetic: sums, products, quotients and powers.

Binary ops broadcast as NumPy does; the engine sums their gradients back to each input's shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op, TensorBase
from tensorlite.errors import DTypeError
from tensorlite.ops.choose import Where as Where  # also found here by its neighbours
from tensorlite.ops.convert import (
    as_tensor,
    bool_,
    cast,
    float64,
    floating,
    int64,
    number,
    operands,
)
from tensorlite.ops.functions import Log
from tensorlite.ops.pointwise import Binary, Unary
from tensorlite.ops.rounding import rounded_division

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Add(Binary):
    """Sum of two inputs."""

    plain = np.add

    def backward(self, grad: Any) -> Any:
        return grad, grad


class Neg(Unary):
    """Negation."""

    plain = np.negative

    def backward(self, grad: Any) -> Any:
        return -grad


class Sub(Binary):
    """Difference of two inputs."""

    plain = np.subtract

    def backward(self, grad: Any) -> Any:
        return grad, (-grad if self.needs[1] else None)


class Mul(Binary):
    """Product of two inputs."""

    plain = np.multiply

    def forward(self, a: Array, b: Array) -> Array:
        self.save_factors()
        return a * b

    def backward(self, grad: Any) -> Any:
        a, b = self.saved
        return (grad * b if self.needs[0] else None), (grad * a if self.needs[1] else None)


class Div(Binary):
    """Quotient of two inputs."""

    plain = np.true_divide

    def forward(self, a: Array, b: Array) -> Array:
        self.save_inputs(0 if self.needs[1] else None, 1)
        return a / b

    def backward(self, grad: Any) -> Any:
        a, b = self.saved
        return (
            grad / b if self.needs[0] else None,
            -grad * a / (b * b) if self.needs[1] else None,
        )


class Pow(Op):
    """Power of two inputs, ``a ** b``."""

    def forward(self, a: Array, b: Array) -> Array:
        self.save_inputs(0, 1)
        return a**b

    def backward(self, grad: Any) -> Any:
        a, b = self.saved
        for_a = for_b = None
        if self.needs[0] and type(b) in (int, float):  # 0 ** -1 is not wanted where b is 0
            for_a = grad * (b * a ** (b - 1)) if b else grad * 0.0
        elif self.needs[0]:
            for_a = grad * b * Pow.apply(a, Where.apply(b == 0, 1.0, b - 1))
        if self.needs[1]:  # a ** b * log(a) tends to 0 with a
            for_b = grad * Pow.apply(a, b) * Log.apply(Where.apply((a == 0) & (b >= 0), 1.0, a))
        return for_a, for_b


# --- functions ------------------------------------------------------------------------------------


def add(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Add elementwise: ``input + alpha * other``."""
    if alpha != 1:
        other = _scaled(input, other, alpha, "add")
    return Add.of(input, other)


def sub(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Subtract elementwise: ``input - alpha * other``."""
    if alpha != 1:
        other = _scaled(input, other, alpha, "sub")
    a, b = operands(input, other)
    if isinstance(a, TensorBase) and a.array.dtype.kind == "b":
        raise DTypeError("expected numbers, got booleans.", where="sub", hint="Use a != b.")
    return Sub.of(a, b)


subtract = sub


def rsub(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Subtract the other way round: ``other - alpha * input``."""
    return sub(other, input, alpha=alpha)


def _scaled(input: Any, other: Any, alpha: float, where: str) -> Any:
    kinds = [getattr(getattr(x, "array", x), "dtype", np.dtype(type(x))) for x in (input, other)]
    if isinstance(alpha, float) and all(kind.kind != "f" for kind in kinds):
        raise DTypeError(
            f"expected an integer alpha for integers, got {alpha}.", where=where, hint="Use floats."
        )
    return other * alpha


def mul(input: Any, other: Any) -> Tensor:
    """Multiply elementwise: ``input * other``."""
    return Mul.of(input, other)


multiply = mul


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """Divide elementwise: ``input / other``; integers give the default floating point type.

    Args:
        input: The dividend.
        other: The divisor.
        rounding_mode: ``"floor"`` rounds the quotient down, ``"trunc"`` towards 0; integers then
            stay integers, and the gradient is 0.
    """
    if rounding_mode is not None:
        return rounded_division(input, other, rounding_mode)
    a, b = operands(input, other)
    if (a if isinstance(a, TensorBase) else b).array.dtype.kind != "f":
        a, b = floating(a), floating(b)
    return Div.of(a, b)


divide = div


def true_divide(input: Any, other: Any) -> Tensor:
    """Divide elementwise, as ``div`` does without rounding."""
    return div(input, other)


def pow(input: Any, exponent: Any) -> Tensor:
    """Raise elementwise to a power: ``input ** exponent``.

    Raises:
        DTypeError: If integers are raised to a negative integer power.
    """
    a, b = operands(input, exponent)
    if (a if isinstance(a, TensorBase) else b).array.dtype.kind != "f":
        if np.any(np.asarray(getattr(b, "array", b)) < 0):
            raise DTypeError("expected floats for a negative power, got integers.", where="pow")
    return Pow.apply(a, b)


def float_power(input: Any, exponent: Any) -> Tensor:
    """Raise elementwise to a power in float64, whatever the inputs are."""
    if isinstance(input, TensorBase):
        input = cast(input, float64)
    if isinstance(exponent, TensorBase):
        exponent = cast(exponent, float64)
    return pow(input, exponent)


def square(input: Any) -> Tensor:
    """Multiply each element by itself."""
    x = as_tensor(input)
    x = cast(x, int64) if x.array.dtype == bool_ else x
    return Mul.apply(x, x)


def neg(input: Any) -> Tensor:
    """Negate elementwise."""
    return Neg.of(number(input, "neg"))


negative = neg


def positive(input: Any) -> Tensor:
    """Return the numbers themselves: ``+input``."""
    return number(input, "positive")


def lerp(input: Any, end: Any, weight: Any) -> Tensor:
    """Go from ``input`` to ``end`` in a straight line: 0 is the start, 1 the end.

    Example:
        >>> lerp([0.0, 10.0], [1.0, 20.0], 0.5)
        tensor([ 0.5, 15. ])
    """
    start, end = operands(as_tensor(input), end)
    if isinstance(weight, (int, float)) and weight >= 0.5:  # so that 1 gives the end itself
        return end - (end - start) * (1 - weight)
    return start + (end - start) * weight


def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
    """Add a product: ``input + value * tensor1 * tensor2``."""
    product = mul(tensor1, tensor2)
    return add(input, product if value == 1 else product * value)


def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
    """Add a quotient: ``input + value * tensor1 / tensor2``.

    Raises:
        DTypeError: If integers are to be divided.
    """
    kinds = [as_tensor(tensor1).array.dtype.kind, as_tensor(tensor2).array.dtype.kind]
    if "f" not in kinds:
        raise DTypeError("expected floats to divide, got integers.", where="addcdiv")
    quotient = div(tensor1, tensor2)
    return add(input, quotient if value == 1 else quotient * value)
