"""Drawing positions by weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.random import Generator, default_generator

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor


def multinomial(
    input: Any, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Draw positions with probabilities in proportion to the elements.

    Args:
        input: Weights, ``(C,)`` or ``(N, C)``; they need not sum to 1.
        num_samples: How many to draw from each row.
        replacement: Whether a position may be drawn more than once.
        generator: Where to draw from.

    Shape:
        - Output: ``(num_samples,)`` or ``(N, num_samples)``, int64

    Raises:
        ShapeError: If the weights are not one row or several, or are too few.
        ConfigError: If weights are negative, or none is positive.
    """
    weights = as_tensor(input).array.astype(np.float64)
    if weights.ndim not in (1, 2):
        raise ShapeError(f"expected (C,) or (N, C), got {weights.shape}.", where="multinomial")
    if not (np.all(weights >= 0) and np.all(weights.sum(-1) > 0)):
        raise ConfigError("expected weights of 0 or more, and one above.", where="multinomial")
    possible = np.count_nonzero(weights, axis=-1).min(initial=weights.shape[-1])
    if not replacement and num_samples > possible:
        raise ShapeError(
            f"expected at most {possible} samples, got {num_samples}.",
            where="multinomial",
            hint="Pass replacement=True.",
        )
    source = (generator or default_generator).numpy
    if replacement:
        ends = np.cumsum(weights, -1)
        drawn = source.random((*weights.shape[:-1], num_samples)) * ends[..., -1:]
        found = (drawn[..., None] >= ends[..., None, :]).sum(-1)
    else:  # the first arrivals of a race: waiting times fall with the weight
        with np.errstate(divide="ignore"):
            times = source.standard_exponential(weights.shape) / weights
        found = np.argsort(times, axis=-1)[..., :num_samples]
    return make_tensor(np.ascontiguousarray(found.astype(np.int64)))
