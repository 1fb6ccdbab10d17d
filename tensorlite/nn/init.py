"""Initial values, drawn in place from the one generator.

``fan_in`` is the number of inputs of one output, ``fan_out`` the number of outputs of one input.
"""

from __future__ import annotations

import math

from tensorlite import random
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.tensor import Tensor

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2)}


def calculate_gain(nonlinearity: str, param: float = 0.01) -> float:
    """The factor by which a nonlinearity's weights are larger than a linear layer's.

    Args:
        nonlinearity: ``linear``, ``sigmoid``, ``tanh``, ``relu`` or ``leaky_relu``.
        param: The slope of ``leaky_relu``.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + param**2))
    if nonlinearity not in _GAINS:
        raise ConfigError(
            f"expected one of {', '.join([*_GAINS, 'leaky_relu'])}, got {nonlinearity!r}.",
            where="calculate_gain",
        )
    return _GAINS[nonlinearity]


def fans(tensor: Tensor) -> tuple[int, int]:
    """``fan_in`` and ``fan_out`` of a weight (out, in, ...)."""
    if tensor.ndim < 2:
        raise ShapeError(f"expected at least two dimensions, got {tensor.shape}.", where="init")
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Draw evenly from ``a`` to ``b``."""
    return _set(tensor, random.default_generator.uniform(tensor.shape) * (b - a) + a)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Draw from a normal distribution."""
    return _set(tensor, random.default_generator.normal(tensor.shape) * std + mean)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Set all elements to one value."""
    return _set(tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    """Set all elements to 0."""
    return _set(tensor, 0)


def ones_(tensor: Tensor) -> Tensor:
    """Set all elements to 1."""
    return _set(tensor, 1)


def kaiming_uniform_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """Draw evenly, so wide that layers of rectifiers keep the variance.

    Source: He et al. 2015, "Delving Deep into Rectifiers".
    """
    bound = math.sqrt(3) * _kaiming(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """Draw from a normal distribution, so wide that layers of rectifiers keep the variance.

    Source: He et al. 2015, "Delving Deep into Rectifiers".
    """
    return normal_(tensor, 0, _kaiming(tensor, a, mode, nonlinearity))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Draw evenly, so wide that variance is kept forwards and backwards.

    Source: Glorot and Bengio 2010, "Understanding the Difficulty of Training Deep Feedforward
    Neural Networks".
    """
    bound = gain * math.sqrt(6 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Draw from a normal distribution, so wide that variance is kept forwards and backwards.

    Source: Glorot and Bengio 2010, as for ``xavier_uniform_``.
    """
    return normal_(tensor, 0, gain * math.sqrt(2 / sum(fans(tensor))))


def fan_in_uniform_(weight: Tensor, bias: Tensor | None = None) -> None:
    """PyTorch's default: evenly within 1 / sqrt(fan_in), weights and biases alike."""
    bound = 1 / math.sqrt(max(fans(weight)[0], 1))
    uniform_(weight, -bound, bound)
    if bias is not None:
        uniform_(bias, -bound, bound)


def _kaiming(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ConfigError(f"expected mode 'fan_in' or 'fan_out', got {mode!r}.", where="kaiming")
    fan = fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _set(tensor: Tensor, values: object) -> Tensor:
    tensor.array[...] = values
    tensor.version[0] += 1
    return tensor
