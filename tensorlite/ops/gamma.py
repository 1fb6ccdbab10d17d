"""The logarithm of the gamma function and its derivatives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.errors import ConfigError
from tensorlite.ops.convert import floating

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

# B(2), B(4), ...: what Euler and Maclaurin's formula takes for the rest of a sum.
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
ENOUGH = 8  # from here on that formula is exact to the last digits


def polygamma_array(n: int, x: Array) -> Array:
    """Derivative number ``n + 1`` of the logarithm of the gamma function.

    Example:
        >>> round(float(polygamma_array(1, np.array(1.0))), 12) == round(math.pi**2 / 6, 12)
        True
    """
    sign = -((-1.0) ** n)
    x = x.astype(np.float64)
    pole = (x < 0) & (x == np.floor(x))
    total = np.zeros_like(x)
    while (low := x < ENOUGH).any():  # one step up at a time: f(x) = f(x + 1) - term(x)
        lowest = x.min()
        if lowest < -1000 or not np.isfinite(lowest):
            return np.full_like(x, np.nan)
        step = math.factorial(n) * np.where(low, x, 1.0) ** -(n + 1)
        total += np.where(low, sign * step, 0.0)
        x = np.where(low, x + 1, x)
    if n == 0:
        total = np.where(pole, np.nan, total)
        tail = np.log(x) - 0.5 / x
    else:
        tail = sign * (math.factorial(n - 1) / x**n + math.factorial(n) / (2 * x ** (n + 1)))
    for k, number in enumerate(BERNOULLI, start=1):
        factor = number * math.factorial(2 * k + n - 1) / math.factorial(2 * k)
        tail = tail + sign * factor / x ** (2 * k + n)
    return tail + total


class Lgamma(Op):
    """Logarithm of the size of the gamma function."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.vectorize(_lgamma, otypes=[x.dtype])(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Polygamma.apply(x, 0)


class Polygamma(Op):
    """A derivative of the logarithm of the gamma function."""

    def forward(self, x: Array, n: int) -> Array:
        self.n = n
        self.save_inputs(0)
        return polygamma_array(n, x).astype(x.dtype)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Polygamma.apply(x, self.n + 1)


def _lgamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except ValueError:  # 0 and the negative integers
        return math.inf


def lgamma(input: Any) -> Tensor:
    """Take the logarithm of the size of the gamma function of each element.

    Example:
        >>> lgamma([5.0]).exp().round()
        tensor([24.])
    """
    return Lgamma.apply(floating(input))


def digamma(input: Any) -> Tensor:
    """Take the slope of ``lgamma`` at each element.

    Source: Abramowitz and Stegun 1964, "Handbook of Mathematical Functions", 6.3.18.
    """
    return Polygamma.apply(floating(input), 0)


def multigammaln(input: Any, p: int) -> Tensor:
    """Take the logarithm of the gamma function of dimension ``p`` of each element.

    Raises:
        ConfigError: If ``p`` is not positive.
    """
    if p < 1:
        raise ConfigError(f"expected p of 1 or more, got {p}.", where="mvlgamma")
    x = floating(input)
    total = lgamma(x)
    for k in range(1, p):
        total = total + lgamma(x - k / 2)
    return total + p * (p - 1) / 4 * math.log(math.pi)


mvlgamma = multigammaln


def polygamma(n: int, input: Any) -> Tensor:
    """Take derivative number ``n`` of ``digamma`` at each element.

    Raises:
        ConfigError: If ``n`` is negative.
    """
    if n < 0:
        raise ConfigError(f"expected n of 0 or more, got {n}.", where="polygamma")
    return Polygamma.apply(floating(input), int(n))
