"""The error function and its relatives, and functions of logarithms that must not overflow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op
from tensorlite.errors import DTypeError
from tensorlite.ops.choose import Where, clamp, select
from tensorlite.ops.convert import default_float, floating, operands
from tensorlite.ops.functions import Exp, Log, Logit, Sigmoid

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

ROOT_PI = math.sqrt(math.pi)
BLOCK = 32768

# Quotients of polynomials near the error function, by interval, highest power first.
# Source: Cody 1969, "Rational Chebyshev Approximations for the Error Function".
NEAR = (  # erf(x) / x in x ** 2, up to 0.46875
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
     2.84423683343917062e3),
)  # fmt: skip
MIDDLE = (  # erfc(x) * exp(x ** 2) in x, up to 4
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
     1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
     1.23033935480374942e3),
)  # fmt: skip
FAR = (  # what erfc(x) * exp(x ** 2) lacks to 1 / (x * sqrt(pi)), in x ** -2
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
     1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1,
     6.05183413124413191e-2, 2.33520497626869185e-3),
)  # fmt: skip


def _quotient(x: Array, polynomials: tuple[tuple[float, ...], tuple[float, ...]]) -> Array:
    above, below = (_polynomial(x, factors) for factors in polynomials)
    above /= below
    return above


def _polynomial(x: Array, factors: tuple[float, ...]) -> Array:
    value = x * factors[0]
    for factor in factors[1:-1]:
        value += factor
        value *= x
    value += factors[-1]
    return value


def erf_array(x: Array) -> Array:
    """The error function of an array, to the last digits of its type.

    Example:
        >>> float(erf_array(np.array(0.5))) == math.erf(0.5)
        True
    """
    return _by_blocks(_erf, x)


def erfc_array(x: Array) -> Array:
    """1 minus the error function of an array, exact where that is small."""
    return _by_blocks(_erfc, x)


def _by_blocks(function: Any, x: Array) -> Array:
    """Work on as much at a time as the processor keeps near: a fifth of the time on large ones."""
    if x.size <= BLOCK:
        return function(x)
    out = np.empty_like(x)  # in the input's memory order, so that both are walked the same way
    source, target = x.ravel(order="K"), out.ravel(order="K")
    for at in range(0, x.size, BLOCK):
        target[at : at + BLOCK] = function(source[at : at + BLOCK])
    return out


def _erf(x: Array) -> Array:
    size = np.abs(x if x.dtype.itemsize > 2 else x.astype(np.float32))
    near = np.minimum(size, 0.46875)
    inner = near * _quotient(near * near, NEAR)
    outer = 1 - _upper(np.maximum(size, 0.46875))
    return np.copysign(select(size > 0.46875, outer, inner), x).astype(x.dtype, copy=False)


def _erfc(x: Array) -> Array:
    wide = x if x.dtype.itemsize > 2 else x.astype(np.float32)
    size = np.abs(wide)
    near = np.clip(wide, -0.46875, 0.46875)
    inner = 1 - near * _quotient(near * near, NEAR)
    beyond = _upper(np.maximum(size, 0.46875))
    outer = select(wide < 0, 2 - beyond, beyond)
    return select(size > 0.46875, outer, inner).astype(x.dtype, copy=False)


def _upper_scaled(x: Array) -> Array:
    """``(1 - erf(x)) * exp(x * x)`` for ``x`` from 0.46875."""
    value = np.asarray(_quotient(np.minimum(x, 4.0), MIDDLE))
    far = x > 4
    if far.any():
        distant = x[far]
        inverse = 1 / (distant * distant)
        value[far] = (1 / ROOT_PI - inverse * _quotient(inverse, FAR)) / distant
    return value


def _upper(x: Array) -> Array:
    """``1 - erf(x)`` for ``x`` from 0.46875."""
    x = np.minimum(x, 30.0)  # beyond it the result is 0
    value = _upper_scaled(x)
    # exp(-x * x) in two factors: the square of x cut to sixteenths has no rounding error
    cut = np.trunc(x * 16) / 16
    value *= np.exp(-cut * cut)
    value *= np.exp((cut - x) * (x + cut))
    return value


def erfinv_array(y: Array) -> Array:
    """The inverse of the error function: a guess, then Halley's steps on ``erf`` or ``erfc``."""
    size = np.abs(y).astype(np.float64)
    tail = np.log((1 - size) * (1 + size))
    half = 2 / (math.pi * 0.147) + tail / 2  # Winitzki's formula, good to 3 digits
    x = np.sqrt(np.sqrt(half * half - tail / 0.147) - half)
    for _ in range(3):
        excess = np.where(size > 0.5, (1 - size) - erfc_array(x), erf_array(x) - size)
        step = excess * (ROOT_PI / 2) * np.exp(x * x)
        x = x - step / (1 + x * step)
    x = np.where(size == 1, np.inf, np.where(size > 1, np.nan, x))
    return np.copysign(x, y).astype(y.dtype)


class Erf(Op):
    """The error function: ``2 / sqrt(pi)`` times the integral of ``exp(-t * t)`` from 0 to x."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return kernels.each("erf", x) if kernels.worth(x) else erf_array(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * (2 / ROOT_PI) * Exp.apply(-(x * x))


class Erfc(Op):
    """``1 - erf(x)``, exact where that is small."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return erfc_array(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * (-2 / ROOT_PI) * Exp.apply(-(x * x))


class Erfcx(Op):
    """``erfc(x) * exp(x * x)``."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        self.save_output()
        wide = x.astype(np.float64)
        near = np.minimum(wide, 0.46875)
        low = np.exp(near * near) * erfc_array(near)
        far = _upper_scaled(np.maximum(wide, 0.46875))
        return np.where(wide > 0.46875, far, low).astype(x.dtype)

    def backward(self, grad: Any) -> Any:
        x, y = self.saved
        return grad * (x * y * 2 - 2 / ROOT_PI)


class Erfinv(Op):
    """The inverse of the error function."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        return erfinv_array(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (ROOT_PI / 2) * Exp.apply(y * y)


class Xlogy(Op):
    """``x * log(y)``, and 0 where x is 0."""

    def forward(self, x: Array, y: Array) -> Array:
        self.save_inputs(0, 1)
        return np.where(np.equal(x, 0) & ~np.isnan(y), 0, x * np.log(y))

    def backward(self, grad: Any) -> Any:
        x, y = self.saved
        for_x = for_y = None
        if self.needs[0]:
            for_x = (
                grad
                * Where.apply((x == 0) & (y <= 0), 0.0, 1.0)
                * Log.apply(Where.apply((x == 0) & (y <= 0), 1.0, y))
            )
        if self.needs[1]:
            for_y = grad * x / y
        return for_x, for_y


class LogAddExp(Op):
    """``log(exp(a) + exp(b))`` without overflow."""

    def forward(self, a: Array, b: Array) -> Array:
        self.save_inputs(0, 1)
        return np.logaddexp(a, b)

    def backward(self, grad: Any) -> Any:
        a, b = self.saved
        return grad * Sigmoid.apply(a - b), grad * Sigmoid.apply(b - a)


# --- functions ------------------------------------------------------------------------------------


def erf(input: Any) -> Tensor:
    """Take the error function of each element.

    Source: Cody 1969, "Rational Chebyshev Approximations for the Error Function".
    """
    return Erf.apply(floating(input))


def erfc(input: Any) -> Tensor:
    """Take 1 minus the error function of each element, exact where that is small."""
    return Erfc.apply(floating(input))


def erfcx(input: Any) -> Tensor:
    """Take ``erfc(x) * exp(x * x)`` of each element."""
    return Erfcx.apply(floating(input))


def erfinv(input: Any) -> Tensor:
    """Take the number whose error function each element is.

    Source: Winitzki 2008, "A Handy Approximation for the Error Function and Its Inverse".
    """
    return Erfinv.apply(floating(input))


def logit(input: Any, eps: float | None = None) -> Tensor:
    """Invert the sigmoid: ``log(x / (1 - x))``.

    Args:
        input: Numbers from 0 to 1.
        eps: Limits the elements to ``eps``..``1 - eps`` first.
    """
    x = floating(input)
    return Logit.apply(x if eps is None else clamp(x, eps, 1 - eps))


def xlogy(input: Any, other: Any) -> Tensor:
    """Multiply by a logarithm, ``input * log(other)``; 0 where ``input`` is 0."""
    a, b = operands(input, other)
    if getattr(a, "dtype", default_float()).kind != "f":
        a, b = floating(a), floating(b)
    return Xlogy.apply(a, floating(b))


def logaddexp(input: Any, other: Any) -> Tensor:
    """Add in the space of logarithms: ``log(exp(input) + exp(other))``, without overflow."""
    a, b = operands(input, other)
    if a.dtype.kind != "f":
        raise DTypeError(f"expected floating point numbers, got {a.dtype}.", where="logaddexp")
    return LogAddExp.apply(a, b)
