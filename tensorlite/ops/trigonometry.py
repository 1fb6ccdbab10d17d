"""Sines, tangents and their inverses, on the circle and on the hyperbola."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.ops.convert import floating, operands
from tensorlite.ops.functions import Rsqrt

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Sin(Op):
    """Sine."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.sin(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Cos.apply(x)


class Cos(Op):
    """Cosine."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.cos(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return -grad * Sin.apply(x)


class Tan(Op):
    """Tangent."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return np.tan(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (1 + y * y)


class Asin(Op):
    """Inverse of the sine."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.arcsin(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Rsqrt.apply(1 - x * x)


class Acos(Op):
    """Inverse of the cosine."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.arccos(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return -grad * Rsqrt.apply(1 - x * x)


class Atan(Op):
    """Inverse of the tangent."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.arctan(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (x * x + 1)


class Atan2(Op):
    """The angle of a point, from its height and its width."""

    def forward(self, y: Array, x: Array) -> Array:
        self.save_inputs(0, 1)
        return np.arctan2(y, x)

    def backward(self, grad: Any) -> Any:
        y, x = self.saved
        share = grad / (x * x + y * y)
        return (share * x if self.needs[0] else None), (-share * y if self.needs[1] else None)


class Hypot(Op):
    """The distance of a point from the origin, without overflow."""

    def forward(self, x: Array, y: Array) -> Array:
        self.save_inputs(0, 1)
        self.save_output()
        return np.hypot(x, y)

    def backward(self, grad: Any) -> Any:
        x, y, length = self.saved
        share = grad / length
        return (share * x if self.needs[0] else None), (share * y if self.needs[1] else None)


class Sinh(Op):
    """Hyperbolic sine."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.sinh(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Cosh.apply(x)


class Cosh(Op):
    """Hyperbolic cosine."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.cosh(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Sinh.apply(x)


class Tanh(Op):
    """Hyperbolic tangent."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return np.tanh(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (1 - y * y)


class Asinh(Op):
    """Inverse of the hyperbolic sine."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.arcsinh(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Rsqrt.apply(x * x + 1)


class Acosh(Op):
    """Inverse of the hyperbolic cosine."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.arccosh(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Rsqrt.apply(x * x - 1)


class Atanh(Op):
    """Inverse of the hyperbolic tangent."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.arctanh(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (1 - x * x)


# --- functions ------------------------------------------------------------------------------------


def sin(input: Any) -> Tensor:
    """Take the sine of each element, in radians."""
    return Sin.apply(floating(input))


def cos(input: Any) -> Tensor:
    """Take the cosine of each element, in radians."""
    return Cos.apply(floating(input))


def tan(input: Any) -> Tensor:
    """Take the tangent of each element, in radians."""
    return Tan.apply(floating(input))


def asin(input: Any) -> Tensor:
    """Take the angle whose sine each element is."""
    return Asin.apply(floating(input))


def acos(input: Any) -> Tensor:
    """Take the angle whose cosine each element is."""
    return Acos.apply(floating(input))


def atan(input: Any) -> Tensor:
    """Take the angle whose tangent each element is."""
    return Atan.apply(floating(input))


def atan2(input: Any, other: Any) -> Tensor:
    """Take the angle of the points ``(other, input)``, from -pi to pi.

    Example:
        >>> atan2([1.0, 0.0], [0.0, -1.0])
        tensor([1.5707964, 3.1415927])
    """
    a, b = operands(input, other)
    return Atan2.apply(floating(a), floating(b))


def hypot(input: Any, other: Any) -> Tensor:
    """Take the longest side of right triangles from the two others."""
    return Hypot.apply(*operands(input, other))


def sinh(input: Any) -> Tensor:
    """Take the hyperbolic sine of each element."""
    return Sinh.apply(floating(input))


def cosh(input: Any) -> Tensor:
    """Take the hyperbolic cosine of each element."""
    return Cosh.apply(floating(input))


def tanh(input: Any) -> Tensor:
    """Take the hyperbolic tangent of each element."""
    return Tanh.apply(floating(input))


def asinh(input: Any) -> Tensor:
    """Take the number whose hyperbolic sine each element is."""
    return Asinh.apply(floating(input))


def acosh(input: Any) -> Tensor:
    """Take the number whose hyperbolic cosine each element is."""
    return Acosh.apply(floating(input))


def atanh(input: Any) -> Tensor:
    """Take the number whose hyperbolic tangent each element is."""
    return Atanh.apply(floating(input))


def deg2rad(input: Any) -> Tensor:
    """Turn degrees into radians."""
    return floating(input) * (math.pi / 180)


def rad2deg(input: Any) -> Tensor:
    """Turn radians into degrees."""
    return floating(input) * (180 / math.pi)


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh
