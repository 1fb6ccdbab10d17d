"""Powers of e, logarithms, roots and signs: functions of one input."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op
from tensorlite.ops.convert import as_tensor, clone, floating, number
from tensorlite.ops.pointwise import Unary

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def exp_array(x: Array) -> Array:
    """``e ** x`` of an array."""
    return kernels.each("exp", x) if kernels.worth(x) else np.exp(x)


def expm1_array(x: Array) -> Array:
    """``e ** x - 1`` of an array."""
    return kernels.each("expm1", x) if kernels.worth(x) else np.expm1(x)


class Exp(Unary):
    """``e ** x``."""

    plain = staticmethod(exp_array)

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * y


class Exp2(Unary):
    """``2 ** x``."""

    plain = np.exp2

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * y * math.log(2)


class Expm1(Unary):
    """``e ** x - 1``, exact near 0."""

    plain = staticmethod(expm1_array)

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (y + 1)


class Log(Unary):
    """Natural logarithm."""

    plain = np.log

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / x


class Log2(Unary):
    """Logarithm to base 2."""

    plain = np.log2

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (x * math.log(2))


class Log10(Unary):
    """Logarithm to base 10."""

    plain = np.log10

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (x * math.log(10))


class Log1p(Unary):
    """``log(1 + x)``, exact near 0."""

    plain = np.log1p

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (x + 1)


class Sqrt(Unary):
    """Square root."""

    plain = np.sqrt

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

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


class Abs(Unary):
    """Absolute value; the gradient at 0 is 0."""

    plain = np.abs

    def forward(self, x: Array) -> Array:
        self.sign = np.sign(x)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        return grad * self.sign


class Sign(Unary):
    """-1, 0 or 1; the gradient is 0."""

    plain = np.sign

    def backward(self, grad: Any) -> Any:
        return grad * 0.0


def sigmoid_array(x: Array) -> Array:
    """``1 / (1 + e ** -x)`` of an array; an overflow gives the right 0."""
    if kernels.worth(x):
        return kernels.each("sigmoid", x)
    share = np.exp(-x)
    share += 1
    return 1 / share


class Sigmoid(Unary):
    """``1 / (1 + e ** -x)``."""

    plain = staticmethod(sigmoid_array)

    def forward(self, x: Array) -> Array:
        self.save_output()
        return sigmoid_array(x)

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
    return Exp.of(floating(input))


def exp2(input: Any) -> Tensor:
    """Raise 2 to each element."""
    return Exp2.of(floating(input))


def expm1(input: Any) -> Tensor:
    """Raise e to each element and subtract 1, without loss near 0."""
    return Expm1.of(floating(input))


def log(input: Any) -> Tensor:
    """Take the natural logarithm of each element."""
    return Log.of(floating(input))


def log2(input: Any) -> Tensor:
    """Take the logarithm to base 2 of each element."""
    return Log2.of(floating(input))


def log10(input: Any) -> Tensor:
    """Take the logarithm to base 10 of each element."""
    return Log10.of(floating(input))


def log1p(input: Any) -> Tensor:
    """Take the natural logarithm of 1 plus each element, without loss near 0."""
    return Log1p.of(floating(input))


def sqrt(input: Any) -> Tensor:
    """Take the square root of each element."""
    return Sqrt.of(floating(input))


def rsqrt(input: Any) -> Tensor:
    """Take 1 over the square root of each element."""
    return Rsqrt.apply(floating(input))


def reciprocal(input: Any) -> Tensor:
    """Take 1 over each element."""
    return Reciprocal.apply(floating(input))


def abs(input: Any) -> Tensor:
    """Take the absolute value of each element."""
    return Abs.of(number(input, "abs"))


absolute = abs


def sign(input: Any) -> Tensor:
    """Tell the sign of each element: -1, 0 or 1."""
    x = as_tensor(input)
    return Sign.of(x) if x.array.dtype.kind != "b" else clone(x)


sgn = sign


def sigmoid(input: Any) -> Tensor:
    """Squash each element into 0..1: ``1 / (1 + exp(-x))``."""
    return Sigmoid.of(floating(input))
