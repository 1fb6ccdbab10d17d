"""Smooth activation functions, each with its slope worked out in the forward pass.

An op that keeps its slope names the same function written with plain ops: second derivatives go
through that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.activations import Hardtanh
from tensorlite.ops.choose import Where, select
from tensorlite.ops.convert import floating
from tensorlite.ops.functions import Sigmoid, abs, sigmoid_array
from tensorlite.ops.index import getitem
from tensorlite.ops.settle import settle
from tensorlite.ops.shape import dim_index
from tensorlite.ops.special import Erf, erf_array
from tensorlite.ops.trigonometry import Tanh

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

SURE = 17  # from here on log(1 + exp(x)) is x in float32
DENSITY = 1 / math.sqrt(2 * math.pi)  # of the normal distribution at its mean
TANH_SCALE, TANH_CUBIC = math.sqrt(2 / math.pi), 0.044715


class Sloped(Op):
    """An activation that keeps its slope where a gradient is wanted."""

    def in_one_pass(self, name: str, x: Array) -> Array:
        """The kernel's way, for large arrays."""
        if not self.needs[0]:
            return kernels.each(name, x)
        y, self.slope = kernels.each_with_slope(name, x)
        return y


class Silu(Sloped):
    """``x * sigmoid(x)``."""

    @staticmethod
    def composed(x: Any) -> Any:
        """The same with plain ops."""
        return x * Sigmoid.apply(x)

    def forward(self, x: Array) -> Array:
        if kernels.worth(x):
            return self.in_one_pass("silu", x)
        share = sigmoid_array(x)
        y = x * share
        if self.needs[0]:
            self.slope = share + y * (1 - share)
        return y

    def backward(self, grad: Any) -> Any:
        return grad * self.slope


class Gelu(Sloped):
    """``x`` times the share of the normal distribution below it."""

    @staticmethod
    def composed(x: Any) -> Any:
        """The same with plain ops."""
        return x * 0.5 * (1 + Erf.apply(x * math.sqrt(0.5)))

    def forward(self, x: Array) -> Array:
        if kernels.worth(x):
            return self.in_one_pass("gelu", x)
        below = 0.5 * (1 + erf_array(x * math.sqrt(0.5)))
        if self.needs[0]:
            self.slope = below + x * np.exp(x * x * -0.5) * DENSITY
        return x * below

    def backward(self, grad: Any) -> Any:
        return grad * self.slope


class GeluTanh(Sloped):
    """The GELU, its distribution replaced by a hyperbolic tangent."""

    @staticmethod
    def composed(x: Any) -> Any:
        """The same with plain ops."""
        inner = (x + x * x * x * TANH_CUBIC) * TANH_SCALE
        return x * 0.5 * (1 + Tanh.apply(inner))

    def forward(self, x: Array) -> Array:
        if kernels.worth(x):
            return self.in_one_pass("gelu_tanh", x)
        square = x * x
        bent = np.tanh((1 + square * TANH_CUBIC) * x * TANH_SCALE)
        if self.needs[0]:
            steep = (1 + square * (3 * TANH_CUBIC)) * TANH_SCALE
            self.slope = 0.5 * (1 + bent) + 0.5 * x * (1 - bent * bent) * steep
        return x * 0.5 * (1 + bent)

    def backward(self, grad: Any) -> Any:
        return grad * self.slope


class Mish(Sloped):
    """``x * tanh(log(1 + exp(x)))``."""

    @staticmethod
    def composed(x: Any) -> Any:
        """The same with plain ops."""
        return x * Tanh.apply(-LogSigmoid.apply(-x))

    def forward(self, x: Array) -> Array:
        if kernels.worth(x):
            return self.in_one_pass("mish", x)
        bent = np.tanh(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))
        if self.needs[0]:
            self.slope = bent + x * (1 - bent * bent) * sigmoid_array(x)
        return x * bent

    def backward(self, grad: Any) -> Any:
        return grad * self.slope


class Hardswish(Op):
    """``x * relu6(x + 3) / 6``."""

    @staticmethod
    def composed(x: Any) -> Any:
        """The same with plain ops."""
        return x * Hardtanh.apply(x + 3, 0.0, 6.0) / 6

    def forward(self, x: Array) -> Array:
        share = np.clip(x + 3, 0, 6) / 6
        if self.needs[0]:
            self.slope = share + select((x > -3) & (x < 3), x / 6, 0)
        return x * share

    def backward(self, grad: Any) -> Any:
        return grad * self.slope


class Softplus(Op):
    """``log(1 + exp(beta * x)) / beta``, and ``x`` where ``beta * x`` is above a threshold."""

    def forward(self, x: Array, beta: float, threshold: float) -> Array:
        self.beta = beta
        self.save_inputs(0)
        if kernels.worth(x) and beta == 1 and threshold >= SURE:
            self.straight = None
            return kernels.each("softplus", x)
        steep = x * beta
        self.straight = steep > threshold
        return select(self.straight, x, np.log1p(np.exp(np.minimum(steep, threshold))) / beta)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        if self.straight is None:
            return grad * Sigmoid.apply(x)
        return Where.apply(self.straight, grad, grad * Sigmoid.apply(x * self.beta))


class LogSigmoid(Op):
    """Logarithm of the sigmoid, without overflow."""

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad * Sigmoid.apply(-x)


# --- functions ------------------------------------------------------------------------------------


def silu(input: Any, inplace: bool = False) -> Tensor:
    """Multiply each element by its sigmoid; also known as swish.

    Source: Elfwing et al. 2018, "Sigmoid-Weighted Linear Units for Neural Network Function
    Approximation in Reinforcement Learning".
    """
    return settle(input, Silu.apply(floating(input)), inplace)


def gelu(input: Any, approximate: str = "none") -> Tensor:
    """Multiply each element by the share of the normal distribution below it.

    Args:
        input: A floating point tensor.
        approximate: ``"none"``, or ``"tanh"`` for the formula with the hyperbolic tangent.

    Raises:
        ConfigError: If ``approximate`` is neither.

    Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units (GELUs)".
    """
    if approximate not in ("none", "tanh"):
        raise ConfigError(f"expected 'none' or 'tanh', got {approximate!r}.", where="gelu")
    return (Gelu if approximate == "none" else GeluTanh).apply(floating(input))


def mish(input: Any, inplace: bool = False) -> Tensor:
    """Multiply each element by the hyperbolic tangent of its softplus.

    Source: Misra 2020, "Mish: A Self Regularized Non-Monotonic Activation Function".
    """
    return settle(input, Mish.apply(floating(input)), inplace)


def hardswish(input: Any, inplace: bool = False) -> Tensor:
    """Multiply each element by its hard sigmoid: ``x * relu6(x + 3) / 6``.

    Source: Howard et al. 2019, "Searching for MobileNetV3".
    """
    return settle(input, Hardswish.apply(floating(input)), inplace)


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Smooth the positive part: ``log(1 + exp(beta * x)) / beta``.

    Args:
        input: A floating point tensor.
        beta: How sharp the bend is.
        threshold: The element itself is returned where ``beta * x`` is larger.

    Source: Dugas et al. 2001, "Incorporating Second-Order Functional Knowledge for Better Option
    Pricing".
    """
    return Softplus.apply(floating(input), beta, threshold)


def logsigmoid(input: Any) -> Tensor:
    """Take the logarithm of the sigmoid of each element, without overflow."""
    return LogSigmoid.apply(floating(input))


def softsign(input: Any) -> Tensor:
    """Squash each element into -1..1: ``x / (1 + abs(x))``."""
    x = floating(input)
    return x / (abs(x) + 1)


def tanhshrink(input: Any) -> Tensor:
    """Subtract from each element its hyperbolic tangent."""
    x = floating(input)
    return x - Tanh.apply(x)


def glu(input: Any, dim: int = -1) -> Tensor:
    """Multiply one half of a dimension by the sigmoid of the other.

    Raises:
        ShapeError: If the dimension has an odd size.

    Source: Dauphin et al. 2017, "Language Modeling with Gated Convolutional Networks".
    """
    x = floating(input)
    at = dim_index(dim, len(x.shape), "glu")
    if not x.shape or x.shape[at] % 2:
        raise ShapeError(f"expected an even size in dimension {dim}, got {x.shape}.", where="glu")
    before, half = (slice(None),) * at, x.shape[at] // 2
    gate = getitem(x, (*before, slice(half, None)))
    return getitem(x, (*before, slice(half))) * Sigmoid.apply(gate)
