"""Powers of e, logarithms, roots and signs: functions of one input."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.ops.convert import as_tensor, clone, floating, number

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Exp(Op):
    """``e ** x``."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return np.exp(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * y


class Exp2(Op):
    """``2 ** x``."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return np.exp2(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * y * math.log(2)


class Expm1(Op):
    """``e ** x - 1``, exact near 0."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return np.expm1(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (y + 1)


class Log(Op):
    """Natural logarithm."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.log(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / x


class Log2(Op):
    """Logarithm to base 2."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.log2(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (x * math.log(2))


class Log10(Op):
    """Logarithm to base 10."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.log10(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (x * math.log(10))


class Log1p(Op):
    """``log(1 + x)``, exact near 0."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.log1p(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (x + 1)


class Sqrt(Op):
    """Square root."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return np.sqrt(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * 0.5 / y


class Rsqrt(Op):
    """``1 / sqrt(x)``."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return 1 / np.sqrt(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * -0.5 * (y * y * y)


class Reciprocal(Op):
    """``1 / x``."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return 1 / x

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return -grad * (y * y)


class Abs(Op):
    """Absolute value; the gradient at 0 is 0."""

    def forward(self, x: Array) -> Array:
        self.sign = np.sign(x)
        return np.abs(x)

    def backward(self, grad: Any) -> Any:
        return grad * self.sign


class Sign(Op):
    """-1, 0 or 1; the gradient is 0."""

    def forward(self, x: Array) -> Array:
        return np.sign(x)

    def backward(self, grad: Any) -> Any:
        return grad * 0.0


class Sigmoid(Op):
    """``1 / (1 + e ** -x)``."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
        return np.where(x >= 0, 1, small) / (1 + small)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (y * (1 - y))


class Logit(Op):
    """``log(x / (1 - x))``, the inverse of the sigmoid."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.log(x / (1 - x))

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (x * (1 - x))


# --- functions ------------------------------------------------------------------------------------


def exp(input: Any) -> Tensor:
    """Raise e to each element."""
    return Exp.apply(floating(input))


def exp2(input: Any) -> Tensor:
    """Raise 2 to each element."""
    return Exp2.apply(floating(input))


def expm1(input: Any) -> Tensor:
    """Raise e to each element and subtract 1, without loss near 0."""
    return Expm1.apply(floating(input))


def log(input: Any) -> Tensor:
    """Take the natural logarithm of each element."""
    return Log.apply(floating(input))


def log2(input: Any) -> Tensor:
    """Take the logarithm to base 2 of each element."""
    return Log2.apply(floating(input))


def log10(input: Any) -> Tensor:
    """Take the logarithm to base 10 of each element."""
    return Log10.apply(floating(input))


def log1p(input: Any) -> Tensor:
    """Take the natural logarithm of 1 plus each element, without loss near 0."""
    return Log1p.apply(floating(input))


def sqrt(input: Any) -> Tensor:
    """Take the square root of each element."""
    return Sqrt.apply(floating(input))


def rsqrt(input: Any) -> Tensor:
    """Take 1 over the square root of each element."""
    return Rsqrt.apply(floating(input))


def reciprocal(input: Any) -> Tensor:
    """Take 1 over each element."""
    return Reciprocal.apply(floating(input))


def abs(input: Any) -> Tensor:
    """Take the absolute value of each element."""
    return Abs.apply(number(input, "abs"))


absolute = abs


def sign(input: Any) -> Tensor:
    """Tell the sign of each element: -1, 0 or 1."""
    x = as_tensor(input)
    return Sign.apply(x) if x.array.dtype.kind != "b" else clone(x)


sgn = sign


def sigmoid(input: Any) -> Tensor:
    """Squash each element into 0..1: ``1 / (1 + exp(-x))``."""
    return Sigmoid.apply(floating(input))
