"""Sines, tangents and their inverses, on the circle and on the hyperbola."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op
from tensorlite.ops.convert import floating, operands
from tensorlite.ops.functions import Rsqrt
from tensorlite.ops.pointwise import Unary

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Sin(Unary):
    """Sine."""

    plain = np.sin

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Cos.apply(x)


class Cos(Unary):
    """Cosine."""

    plain = np.cos

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return -grad * Sin.apply(x)


class Tan(Unary):
    """Tangent."""

    plain = np.tan

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (1 + y * y)


class Asin(Unary):
    """Inverse of the sine."""

    plain = np.arcsin

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Rsqrt.apply(1 - x * x)


class Acos(Unary):
    """Inverse of the cosine."""

    plain = np.arccos

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return -grad * Rsqrt.apply(1 - x * x)


class Atan(Unary):
    """Inverse of the tangent."""

    plain = np.arctan

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

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


class Sinh(Unary):
    """Hyperbolic sine."""

    plain = np.sinh

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Cosh.apply(x)


class Cosh(Unary):
    """Hyperbolic cosine."""

    plain = np.cosh

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Sinh.apply(x)


def tanh_array(x: Array) -> Array:
    """The hyperbolic tangent of an array."""
    return kernels.each("tanh", x) if kernels.worth(x) else np.tanh(x)


class Tanh(Unary):
    """Hyperbolic tangent."""

    plain = staticmethod(tanh_array)

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (1 - y * y)


class Asinh(Unary):
    """Inverse of the hyperbolic sine."""

    plain = np.arcsinh

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Rsqrt.apply(x * x + 1)


class Acosh(Unary):
    """Inverse of the hyperbolic cosine."""

    plain = np.arccosh

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Rsqrt.apply(x * x - 1)


class Atanh(Unary):
    """Inverse of the hyperbolic tangent."""

    plain = np.arctanh

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / (1 - x * x)


# --- functions ------------------------------------------------------------------------------------


def sin(input: Any) -> Tensor:
    """Take the sine of each element, in radians."""
    return Sin.of(floating(input))


def cos(input: Any) -> Tensor:
    """Take the cosine of each element, in radians."""
    return Cos.of(floating(input))


def tan(input: Any) -> Tensor:
    """Take the tangent of each element, in radians."""
    return Tan.of(floating(input))


def asin(input: Any) -> Tensor:
    """Take the angle whose sine each element is."""
    return Asin.of(floating(input))


def acos(input: Any) -> Tensor:
    """Take the angle whose cosine each element is."""
    return Acos.of(floating(input))


def atan(input: Any) -> Tensor:
    """Take the angle whose tangent each element is."""
    return Atan.of(floating(input))


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
    return Sinh.of(floating(input))


def cosh(input: Any) -> Tensor:
    """Take the hyperbolic cosine of each element."""
    return Cosh.of(floating(input))


def tanh(input: Any) -> Tensor:
    """Take the hyperbolic tangent of each element."""
    return Tanh.of(floating(input))


def asinh(input: Any) -> Tensor:
    """Take the number whose hyperbolic sine each element is."""
    return Asinh.of(floating(input))


def acosh(input: Any) -> Tensor:
    """Take the number whose hyperbolic cosine each element is."""
    return Acosh.of(floating(input))


def atanh(input: Any) -> Tensor:
    """Take the number whose hyperbolic tangent each element is."""
    return Atanh.of(floating(input))


def deg2rad(input: Any) -> Tensor:
    """Turn degrees into radians."""
    return floating(input) * (math.pi / 180)


def rad2deg(input: Any) -> Tensor:
    """Turn radians into degrees."""
    return floating(input) * (180 / math.pi)


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh
