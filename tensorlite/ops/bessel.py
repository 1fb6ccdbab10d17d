"""Modified Bessel functions of the first kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.ops.convert import floating

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

POINTS = 512  # of the circle; enough for arguments up to about 3000


class Bessel(Op):
    """``I(x)`` of a whole order, times ``exp(-abs(x))`` where it is scaled.

    It is the mean of ``exp(x * cos(t)) * cos(order * t)`` over the circle. For a periodic function
    equal steps are exact but for a rest that vanishes with the number of steps.
    """

    def forward(self, x: Array, order: int, scaled: bool) -> Array:
        self.save_inputs(0)
        self.save_output()
        self.order, self.scaled, self.sign = order, scaled, np.sign(x)
        wide, sign = np.abs(x).astype(np.float64), self.sign ** (order % 2)
        total = np.zeros(x.shape)
        for k in range(POINTS // 2 + 1):
            turn = 2 * np.pi * k / POINTS
            weight = (1 if k in (0, POINTS // 2) else 2) / POINTS * np.cos(order * turn)
            total += weight * np.exp(wide * (np.cos(turn) - 1))
        out = sign * total if scaled else sign * total * np.exp(wide)
        return np.asarray(out).astype(x.dtype)

    def backward(self, grad: Any) -> Any:
        x, y = self.saved
        below = Bessel.apply(x, abs(self.order - 1), self.scaled)
        slope = (below + Bessel.apply(x, self.order + 1, self.scaled)) * 0.5
        if self.scaled:
            slope = slope - y * self.sign
        return grad * slope


def i0(input: Any) -> Tensor:
    """The modified Bessel function of order 0.

    Example:
        >>> i0([0.0])
        tensor([1.])
    """
    return Bessel.apply(floating(input), 0, False)


def i0e(input: Any) -> Tensor:
    """``i0(x) * exp(-abs(x))``."""
    return Bessel.apply(floating(input), 0, True)


def i1(input: Any) -> Tensor:
    """The modified Bessel function of order 1."""
    return Bessel.apply(floating(input), 1, False)


def i1e(input: Any) -> Tensor:
    """``i1(x) * exp(-abs(x))``."""
    return Bessel.apply(floating(input), 1, True)
