"""Functions that make tensors of random numbers; all draw from the default generator or another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.errors import ConfigError, DTypeError
from tensorlite.ops.convert import as_tensor, default_float
from tensorlite.random import Generator, default_generator
from tensorlite.tensor.creation import finished, like, shape_of
from tensorlite.tensor.shapes import sizes
from tensorlite.tensor.tensor import Tensor


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """Numbers drawn evenly from 0 to 1."""
    source, shape = generator or default_generator, shape_of(size, ignored)
    return finished(source.uniform(shape, dtype or default_float()), device, requires_grad, ignored)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """Numbers from the normal distribution with mean 0 and deviation 1."""
    source, shape = generator or default_generator, shape_of(size, ignored)
    return finished(source.normal(shape, dtype or default_float()), device, requires_grad, ignored)


def randint(
    *bounds: Any,
    low: int = 0,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """Integers drawn evenly from ``low`` (0 unless given) up to but without ``high``.

    Called as ``randint(high, size)`` or ``randint(low, high, size)``.

    Raises:
        ConfigError: If no integer lies between the bounds.

    Example:
        >>> randint(5, (2, 3)).shape
        (2, 3)
    """
    given = list(bounds)
    if size is None:
        size = given.pop()
    if high is None:
        high = given.pop()
    first = int(given[0]) if given else int(low)
    if first >= int(high):
        raise ConfigError(f"expected low < high, got {first} and {high}.", where="randint")
    drawn = (generator or default_generator).numpy.integers(first, int(high), sizes((size,)))
    return finished(np.asarray(drawn).astype(dtype or np.int64), device, requires_grad, ignored)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike = np.int64,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """The integers from 0 to ``n - 1`` in random order."""
    order = (generator or default_generator).numpy.permutation(n)
    return finished(order.astype(dtype), device, requires_grad, ignored)


def rand_like(input: Tensor, **options: Any) -> Tensor:
    """Numbers drawn evenly from 0 to 1, in the same shape and type."""
    return rand(input.shape, **like(input, options))


def randn_like(input: Tensor, **options: Any) -> Tensor:
    """Numbers from the normal distribution, in the same shape and type."""
    return randn(input.shape, **like(input, options))


def randint_like(input: Tensor, *bounds: Any, **options: Any) -> Tensor:
    """Integers drawn evenly, in the same shape and type."""
    return randint(*bounds, size=input.shape, **like(input, options))


def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    **options: Any,
) -> Tensor:
    """Numbers from normal distributions, each with its mean and deviation; without gradient.

    Args:
        mean: A number or a tensor.
        std: A number or a tensor.
        size: The shape, where both are numbers.
        generator: Where to draw from.
        options: ``dtype``, ``device`` and ``requires_grad``.

    Raises:
        ConfigError: If a deviation is negative.
    """
    centre, width = (x.array if isinstance(x, TensorBase) else x for x in (mean, std))
    if np.any(np.asarray(width) < 0):
        raise ConfigError("expected a deviation of 0 or more.", where="normal")
    if size is None:
        size = np.broadcast_shapes(np.shape(centre), np.shape(width))
    tensors = [x.dtype for x in (mean, std) if isinstance(x, TensorBase)]
    kind = options.pop("dtype", None) or (tensors[0] if tensors else default_float())
    drawn = (generator or default_generator).normal(sizes((size,)), kind)
    return finished(np.asarray(drawn * width + centre).astype(kind), ignored=options)


def bernoulli(input: Any, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """Draw 1 with the probability that each element states, else 0; without gradient.

    Args:
        input: Probabilities.
        p: One probability for all elements instead.
        generator: Where to draw from.

    Raises:
        DTypeError: If the probabilities are integers.
        ConfigError: If one is not between 0 and 1.
    """
    x = as_tensor(input)
    if p is None and x.array.dtype.kind != "f":
        raise DTypeError(f"expected probabilities, got {x.dtype}.", where="bernoulli")
    chances = x.array if p is None else np.asarray(p)
    if not np.all((chances >= 0) & (chances <= 1)):
        raise ConfigError("expected probabilities from 0 to 1.", where="bernoulli")
    drawn = (generator or default_generator).uniform(x.shape, np.float64)
    return make_tensor(np.asarray(drawn < chances).astype(x.array.dtype))
