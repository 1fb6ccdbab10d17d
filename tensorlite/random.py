"""Randomness from one place: a generator whose state is part of a checkpoint."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Generator:
    """A source of random numbers with a state that can be stored and restored.

    The numbers come from NumPy's PCG64, so they repeat on every platform.

    Args:
        seed: Any non-negative integer, or several of them, as in ``Generator(seed, epoch, index)``.

    Example:
        >>> a, b = Generator(3), Generator(3)
        >>> bool(a.numpy.random() == b.numpy.random())
        True

    Source: O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
    Algorithms for Random Number Generation".
    """

    def __init__(self, *seed: int) -> None:
        self.manual_seed(*seed or (0,))

    def manual_seed(self, *seed: int) -> Generator:
        """Start again from a seed."""
        # NumPy pads seeds with zeros: with their number in front, (1,) and (1, 0) differ.
        self._bits = np.random.PCG64(np.random.SeedSequence((len(seed), *seed)))
        self.numpy = np.random.Generator(self._bits)
        return self

    def get_state(self) -> str:
        """The state as JSON text, for a checkpoint."""
        return json.dumps(self._bits.state)

    def set_state(self, state: str) -> None:
        """Go on from a state that ``get_state`` returned."""
        self._bits.state = json.loads(state)

    def uniform(self, shape: tuple[int, ...], dtype: Any = np.float32) -> NDArray[Any]:
        """Numbers drawn evenly from 0 (included) to 1 (excluded)."""
        return self.numpy.random(shape, dtype=dtype)

    def normal(self, shape: tuple[int, ...], dtype: Any = np.float32) -> NDArray[Any]:
        """Numbers from the normal distribution with mean 0 and deviation 1."""
        return self.numpy.standard_normal(shape, dtype=dtype)


default_generator = Generator(0)


def manual_seed(seed: int) -> Generator:
    """Seed the generator that initialisation, dropout and shuffling draw from, and return it.

    Example:
        >>> manual_seed(0) is default_generator
        True
    """
    return default_generator.manual_seed(seed)
