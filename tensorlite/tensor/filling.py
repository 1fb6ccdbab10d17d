"""Methods that draw random numbers, most of them in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.errors import ConfigError
from tensorlite.random import Generator, default_generator
from tensorlite.tensor.sampling import multinomial

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor


class Filling(TensorBase):
    """Random numbers in place; on a leaf that needs a gradient only under ``no_grad``."""

    __slots__ = ()

    def _take(self, values: Any) -> Tensor:
        self[...] = values  # type: ignore[index]
        return self  # type: ignore[return-value]

    def normal_(
        self, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
    ) -> Tensor:
        """Fill with numbers from a normal distribution, in place."""
        drawn = (generator or default_generator).normal(self.shape, self.array.dtype)
        return self._take(drawn * float(std) + float(mean))

    def uniform_(
        self, *bounds: float, generator: Generator | None = None, **named: float
    ) -> Tensor:
        """Fill with numbers drawn evenly, from 0 to 1 or between two bounds, in place.

        Raises:
            ConfigError: If the bounds are the wrong way round.
        """
        low, high = _bounds(bounds, named, 0.0, 1.0)
        if low > high:
            raise ConfigError(f"expected from <= to, got {low} and {high}.", where="uniform_")
        drawn = (generator or default_generator).uniform(self.shape, self.array.dtype)
        return self._take(drawn * float(high - low) + float(low))

    def random_(self, *bounds: int, generator: Generator | None = None, **named: int) -> Tensor:
        """Fill with integers up to but without a bound, or between two, in place.

        Without bounds, with all that the type holds exactly.
        """
        if len(bounds) == 1:
            bounds = (0, bounds[0])
        low, high = _bounds(bounds, named, 0, self._end())
        drawn = (generator or default_generator).numpy.integers(low, high, self.shape)
        return self._take(np.asarray(drawn).astype(self.array.dtype))

    def _end(self) -> int:
        kind = self.array.dtype
        if kind.kind == "f":
            return int(2 ** (np.finfo(kind).nmant + 1))
        return 2 if kind.kind == "b" else int(np.iinfo(kind).max)

    def bernoulli_(self, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
        """Fill with 1 at a probability, or at one for each element, and 0 elsewhere, in place."""
        chances = p.array if isinstance(p, TensorBase) else p
        drawn = (generator or default_generator).uniform(self.shape, np.float64)
        return self._take(np.asarray(drawn < chances).astype(self.array.dtype))

    def bernoulli(self, p: Any = None, *, generator: Generator | None = None) -> Tensor:
        """Draw 1 with the probability that each element states, or with ``p``, else 0."""
        drawn: Any = make_tensor(np.empty_like(self.array))
        return drawn.bernoulli_(self if p is None else p, generator=generator)

    def multinomial(
        self, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
    ) -> Tensor:
        """Draw positions with probabilities in proportion to the elements."""
        return multinomial(self, num_samples, replacement, generator=generator)

    def exponential_(self, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fill with waiting times of a rate, in place."""
        drawn = (generator or default_generator).numpy.standard_exponential(self.shape)
        return self._take(np.asarray(drawn / lambd).astype(self.array.dtype))


def _bounds(bounds: Any, named: dict[str, Any], low: Any, high: Any) -> tuple[Any, Any]:
    """Two bounds, by position or as ``from`` and ``to``, which Python cannot name."""
    given = {**dict(zip(("from", "to"), bounds, strict=False)), **named}
    wrong = set(given) - {"from", "to"}
    if wrong:
        raise TypeError(f"unexpected keyword argument {wrong.pop()!r}")
    end = given.get("to")
    return given.get("from", low), high if end is None else end
