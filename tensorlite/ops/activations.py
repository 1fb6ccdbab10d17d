"""Activation functions of networks, made of straight pieces or bent at one place.

The smooth ones are in ``smooth``. What ``inplace`` does is in ``settle``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels, random
from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.choose import Clamp, Where, select
from tensorlite.ops.convert import as_tensor, floating
from tensorlite.ops.functions import Exp, expm1_array
from tensorlite.ops.settle import settle
from tensorlite.ops.shape import reshape

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Relu(Op):
    """The positive part; the gradient at 0 is 0."""

    def forward(self, x: Array) -> Array:
        self.save_output()  # the sign of y tells what the sign of x would
        return kernels.relu(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return ReluGrad.apply(grad, y)


class ReluGrad(Op):
    """A gradient where a result was positive, 0 elsewhere."""

    def forward(self, grad: Array, y: Array) -> Array:
        self.save_inputs(1)
        return kernels.relu_grad(grad, y)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return ReluGrad.apply(grad, y), None


class LeakyRelu(Op):
    """The positive part, and a share of the negative one."""

    def forward(self, x: Array, slope: float) -> Array:
        self.slope = slope
        if slope > 0:  # the result has the input's sign, and the input may be written over
            self.save_output()
        else:
            self.save_inputs(0)
        return kernels.bend(x, x, slope)

    def backward(self, grad: Any) -> Any:
        (sign,) = self.saved
        return Bend.apply(grad, sign, self.slope)


class Bend(Op):
    """A gradient where an input was positive, a share of it elsewhere."""

    def forward(self, grad: Array, sign: Array, slope: float) -> Array:
        self.slope = slope
        self.save_inputs(1)
        return kernels.bend(grad, sign, slope)

    def backward(self, grad: Any) -> Any:
        (sign,) = self.saved
        return Bend.apply(grad, sign, self.slope), None


class Elu(Op):
    """``scale * x`` above 0, ``scale * alpha * (exp(rate * x) - 1)`` below."""

    def forward(self, x: Array, alpha: float, scale: float, rate: float) -> Array:
        self.alpha, self.scale, self.rate = alpha, scale, rate
        self.save_inputs(0)
        low = expm1_array(np.minimum(x, 0) * rate) * (alpha * scale)
        return select(x > 0, x if scale == 1 else x * scale, low)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        low = Exp.apply(Clamp.apply(x, None, 0.0) * self.rate)
        factor = self.alpha * self.scale * self.rate
        return Where.apply(x > 0, grad * self.scale, grad * factor * low)


class Hardtanh(Op):
    """Limit to a range; the gradient passes inside, without the borders."""

    def forward(self, x: Array, low: float, high: float) -> Array:
        self.inside = (x > low) & (x < high)
        return np.clip(x, low, high)

    def backward(self, grad: Any) -> Any:
        return Where.apply(self.inside, grad, 0.0)


# --- functions ------------------------------------------------------------------------------------


def relu(input: Any, inplace: bool = False) -> Tensor:
    """Keep the positive part of each element: ``max(x, 0)``.

    Source: Nair and Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """
    return settle(input, Relu.apply(as_tensor(input)), inplace)


def relu6(input: Any, inplace: bool = False) -> Tensor:
    """Keep each element between 0 and 6.

    Source: Howard et al. 2017, "MobileNets: Efficient Convolutional Neural Networks for Mobile
    Vision Applications".
    """
    return hardtanh(input, 0.0, 6.0, inplace)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Keep positive elements, and multiply the others by a slope.

    Source: Maas et al. 2013, "Rectifier Nonlinearities Improve Neural Network Acoustic Models".
    """
    return settle(input, LeakyRelu.apply(floating(input), negative_slope), inplace)


def prelu(input: Any, weight: Any) -> Tensor:
    """Keep positive elements, and multiply the others by learned slopes.

    Args:
        input: Channels in dimension 1.
        weight: One slope, or one per channel.

    Raises:
        ShapeError: If there is neither one slope nor one per channel.

    Source: He et al. 2015, "Delving Deep into Rectifiers".
    """
    x, slopes = as_tensor(input), as_tensor(weight)
    channels = x.shape[1] if len(x.shape) > 1 else 1
    if slopes.array.size not in (1, channels) or len(slopes.shape) > 1:
        raise ShapeError(
            f"expected one slope or {channels} (input {x.shape}), got {slopes.shape}.",
            where="prelu",
        )
    if slopes.array.size > 1:
        slopes = reshape(slopes, (-1, *(1 for _ in x.shape[2:])))
    return Where.apply(make_tensor(np.asarray(x.array > 0)), x, x * slopes)


def rrelu(
    input: Any,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """Keep positive elements, and multiply the others by random slopes, or by the mean one.

    Raises:
        ConfigError: If the bounds are the wrong way round.

    Source: Xu et al. 2015, "Empirical Evaluation of Rectified Activations in Convolutional
    Network".
    """
    if lower > upper:
        raise ConfigError(f"expected lower <= upper, got {lower} and {upper}.", where="rrelu")
    x = floating(input)
    if not training:
        return settle(input, LeakyRelu.apply(x, (lower + upper) / 2), inplace)
    drawn = random.default_generator.uniform(x.shape) * (upper - lower) + lower
    slopes = np.where(x.array > 0, 1, drawn).astype(x.array.dtype)
    return settle(input, x * make_tensor(slopes), inplace)


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Keep elements above a threshold, and replace the others by a value."""
    x = as_tensor(input)
    small = make_tensor(np.asarray(x.array <= threshold))
    return settle(input, Where.apply(small, value, x), inplace)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Keep positive elements, and bend the others towards ``-alpha``.

    Source: Clevert et al. 2016, "Fast and Accurate Deep Network Learning by Exponential Linear
    Units (ELUs)".
    """
    return settle(input, Elu.apply(floating(input), alpha, 1.0, 1.0), inplace)


def selu(input: Any, inplace: bool = False) -> Tensor:
    """Scaled ELU, whose results tend to mean 0 and variance 1.

    Source: Klambauer et al. 2017, "Self-Normalizing Neural Networks".
    """
    result = Elu.apply(floating(input), 1.6732632423543772, 1.0507009873554805, 1.0)
    return settle(input, result, inplace)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """ELU whose slope is 1 at 0 for every ``alpha``.

    Source: Barron 2017, "Continuously Differentiable Exponential Linear Units".
    """
    return settle(input, Elu.apply(floating(input), alpha, 1.0, 1 / alpha), inplace)


def hardtanh(
    input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """Limit each element to a range; the gradient at the borders is 0.

    Raises:
        ConfigError: If the range is empty.
    """
    if min_val > max_val:
        raise ConfigError(
            f"expected min_val <= max_val, got {min_val} and {max_val}.", where="hardtanh"
        )
    x = as_tensor(input)
    if x.array.dtype.kind != "f":
        min_val, max_val = int(min_val), int(max_val)
    return settle(input, Hardtanh.apply(x, min_val, max_val), inplace)


def hardsigmoid(input: Any, inplace: bool = False) -> Tensor:
    """The sigmoid out of straight pieces: ``relu6(x + 3) / 6``.

    Source: Howard et al. 2019, "Searching for MobileNetV3".
    """
    return settle(input, Hardtanh.apply(floating(input) + 3, 0.0, 6.0) / 6, inplace)


def hardshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """Set elements from ``-lambd`` to ``lambd`` to 0."""
    x = floating(input)
    return Where.apply(make_tensor(np.asarray(np.abs(x.array) <= lambd)), 0.0, x)


def softshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """Move elements towards 0 by ``lambd``, and those within it to 0.

    Raises:
        ConfigError: If ``lambd`` is negative.
    """
    if lambd < 0:
        raise ConfigError(f"expected lambd of 0 or more, got {lambd}.", where="softshrink")
    x = floating(input)
    return x - Clamp.apply(x, -lambd, lambd)


# --- functions whose name says that they change their argument ------------------------------------


def relu_(input: Any) -> Tensor:
    """``relu`` in place."""
    return relu(input, True)


def leaky_relu_(input: Any, negative_slope: float = 0.01) -> Tensor:
    """``leaky_relu`` in place."""
    return leaky_relu(input, negative_slope, True)


def rrelu_(
    input: Any, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False
) -> Tensor:
    """``rrelu`` in place."""
    return rrelu(input, lower, upper, training, True)


def threshold_(input: Any, limit: float, value: float) -> Tensor:
    """``threshold`` in place."""
    return threshold(input, limit, value, True)


def elu_(input: Any, alpha: float = 1.0) -> Tensor:
    """``elu`` in place."""
    return elu(input, alpha, True)


def selu_(input: Any) -> Tensor:
    """``selu`` in place."""
    return selu(input, True)


def celu_(input: Any, alpha: float = 1.0) -> Tensor:
    """``celu`` in place."""
    return celu(input, alpha, True)


def hardtanh_(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """``hardtanh`` in place."""
    return hardtanh(input, min_val, max_val, True)
