"""Initial values, written in place; the numbers come from the one generator, or from a given one.

``fan_in`` is the number of inputs of one output, ``fan_out`` the number of outputs of one input.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensorlite import random
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.tensor import Tensor

_GAINS = {"tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4} | dict.fromkeys(
    ("linear", "sigmoid", *(f"conv{t}{d}d" for t in ("", "_transpose") for d in (1, 2, 3))), 1.0
)
Source = random.Generator | None


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which a nonlinearity's weights are larger than a linear layer's.

    Args:
        nonlinearity: ``linear``, ``conv2d`` and so on, ``sigmoid``, ``tanh``, ``relu``, ``selu`` or
            ``leaky_relu``.
        param: The slope of ``leaky_relu``; 0.01 if ``None``.

    Raises:
        ConfigError: If the name is another, or the slope no number.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ConfigError(f"expected a slope, got {param!r}.", where="calculate_gain")
        return math.sqrt(2 / (1 + slope**2))
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


_calculate_fan_in_and_fan_out = fans  # under this name in much code


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Source = None) -> Tensor:
    """Draw evenly from ``a`` to ``b``."""
    return _set(tensor, _source(generator).uniform(tensor.shape, _drawn(tensor)) * (b - a) + a)


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Source = None
) -> Tensor:
    """Draw from a normal distribution."""
    if std < 0:
        raise ConfigError(f"expected a deviation of 0 or more, got {std}.", where="normal_")
    return _set(tensor, _source(generator).normal(tensor.shape, _drawn(tensor)) * std + mean)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Source = None,
) -> Tensor:
    """Draw from a normal distribution, and again whatever falls outside of ``a`` to ``b``."""
    source, values = _source(generator), np.full(tensor.array.size, np.inf)
    if not a <= b or std < 0:
        raise ConfigError(
            f"expected a <= b and std >= 0, got {a}, {b}, {std}.", where="trunc_normal_"
        )
    low, high = (_share_below((edge - mean) / std) for edge in (a, b)) if std else (0.0, 1.0)
    if high - low < 0.05:  # few would fall inside: invert the distribution instead
        values = mean + std * _quantile(
            low + (high - low) * source.uniform(values.shape, np.float64)
        )
        return _set(tensor, np.clip(values, a, b).reshape(tensor.shape))
    while (outside := (values < a) | (values > b)).any():
        values[outside] = source.normal((int(outside.sum()),), np.float64) * std + mean
    return _set(tensor, values.reshape(tensor.shape))


def _share_below(x: float) -> float:
    """The share of a normal distribution that lies below a point."""
    return math.erfc(-x / math.sqrt(2)) / 2


def _quantile(share: Any) -> Any:
    """The points below which these shares of a normal distribution lie, by bisection."""
    low, high = np.full(share.shape, -40.0), np.full(share.shape, 40.0)
    below = np.vectorize(_share_below, otypes=[np.float64])
    for _ in range(60):
        middle = (low + high) / 2
        less = below(middle) < share
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return (low + high) / 2


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Set all elements to one value."""
    return _set(tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    """Set all elements to 0."""
    return _set(tensor, 0)


def ones_(tensor: Tensor) -> Tensor:
    """Set all elements to 1."""
    return _set(tensor, 1)


def eye_(tensor: Tensor) -> Tensor:
    """Set a matrix to the identity.

    Raises:
        ShapeError: If it is no matrix.
    """
    if tensor.ndim != 2:
        raise ShapeError(f"expected a matrix, got {tensor.shape}.", where="eye_")
    return _set(tensor, np.eye(tensor.shape[0], tensor.shape[1]))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Set the filters of a convolution so that it passes as many channels as it can unchanged.

    Raises:
        ShapeError: If it has not 3 to 5 dimensions, or the channels do not divide into groups.
    """
    if tensor.ndim not in (3, 4, 5) or tensor.shape[0] % groups:
        raise ShapeError(
            f"expected filters of 3 to 5 dimensions that divide into {groups} groups, "
            f"got {tensor.shape}.",
            where="dirac_",
        )
    values = np.zeros(tensor.shape)
    each = tensor.shape[0] // groups
    middle = tuple(n // 2 for n in tensor.shape[2:])
    for group in range(groups):
        for i in range(min(each, tensor.shape[1])):
            values[(group * each + i, i, *middle)] = 1
    return _set(tensor, values)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Source = None,
) -> Tensor:
    """Draw evenly, so wide that layers of rectifiers keep the variance.

    Source: He et al. 2015, "Delving Deep into Rectifiers".
    """
    bound = math.sqrt(3) * _kaiming(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Source = None,
) -> Tensor:
    """Draw from a normal distribution, so wide that layers of rectifiers keep the variance.

    Source: He et al. 2015, "Delving Deep into Rectifiers".
    """
    return normal_(tensor, 0, _kaiming(tensor, a, mode, nonlinearity), generator)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Source = None) -> Tensor:
    """Draw evenly, so wide that variance is kept forwards and backwards.

    Source: Glorot and Bengio 2010, "Understanding the Difficulty of Training Deep Feedforward
    Neural Networks".
    """
    bound = gain * math.sqrt(6 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Source = None) -> Tensor:
    """Draw from a normal distribution, so wide that variance is kept forwards and backwards.

    Source: Glorot and Bengio 2010, as for ``xavier_uniform_``.
    """
    return normal_(tensor, 0, gain * math.sqrt(2 / sum(fans(tensor))), generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Source = None) -> Tensor:
    """Make the rows of a weight, its other dimensions joined, orthogonal and of length ``gain``.

    Where there are more rows than columns, the columns are.

    Source: Saxe et al. 2013, "Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear
    Neural Networks".
    """
    if tensor.ndim < 2:
        raise ShapeError(
            f"expected at least two dimensions, got {tensor.shape}.", where="orthogonal_"
        )
    if not tensor.array.size:
        return tensor
    rows = tensor.shape[0]
    drawn = _source(generator).normal((rows, tensor.array.size // rows), np.float64)
    wide = drawn.shape[0] < drawn.shape[1]
    q, r = np.linalg.qr(drawn.T if wide else drawn)
    q = q * np.sign(np.diag(r))  # makes the distribution even over all rotations
    return _set(tensor, gain * (q.T if wide else q).reshape(tensor.shape))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Source = None) -> Tensor:
    """Draw a matrix from a normal distribution, with a share of zeros in each column.

    Source: Martens 2010, "Deep Learning via Hessian-free Optimization".
    """
    if tensor.ndim != 2:
        raise ShapeError(f"expected a matrix, got {tensor.shape}.", where="sparse_")
    rows, columns = tensor.shape
    source = _source(generator)
    normal_(tensor, 0, std, generator)
    for column in range(columns):
        gone = np.argsort(source.uniform((rows,)))[: math.ceil(sparsity * rows)]
        tensor.array[gone, column] = 0
    return tensor


def fan_in_uniform_(weight: Tensor, bias: Tensor | None = None) -> None:
    """PyTorch's default: evenly within 1 / sqrt(fan_in), weights and biases alike."""
    bound = 1 / math.sqrt(max(fans(weight)[0], 1))
    uniform_(weight, -bound, bound)
    if bias is not None:
        uniform_(bias, -bound, bound)


def _kaiming(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    mode = str(mode).lower()
    if mode not in ("fan_in", "fan_out"):
        raise ConfigError(f"expected mode 'fan_in' or 'fan_out', got {mode!r}.", where="kaiming")
    fan = fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fan, 1))


def _source(generator: Source) -> random.Generator:
    return random.default_generator if generator is None else generator


def _drawn(tensor: Tensor) -> Any:
    """The type to draw in: NumPy draws float32 and float64."""
    return np.float64 if tensor.dtype == np.float64 else np.float32


def _set(tensor: Tensor, values: object) -> Tensor:
    tensor.array[...] = values
    tensor.version[0] += 1
    return tensor


uniform, normal, constant, eye, dirac = uniform_, normal_, constant_, eye_, dirac_
xavier_uniform, xavier_normal = xavier_uniform_, xavier_normal_
kaiming_uniform, kaiming_normal = kaiming_uniform_, kaiming_normal_
orthogonal, sparse = orthogonal_, sparse_
