"""Randomness from one place: a generator whose state is part of a checkpoint."""

from __future__ import annotations

import json
import secrets
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Generator:
    """A source of random numbers with a state that can be stored and restored.

    The numbers come from NumPy's PCG64, so they repeat on every platform.

    Args:
        seed: Any non-negative integer, or several of them, as in ``Generator(seed, epoch, index)``.
        device: Accepted for PyTorch's sake; there is only ``"cpu"``.

    Example:
        >>> a, b = Generator(3), Generator(3)
        >>> bool(a.numpy.random() == b.numpy.random())
        True

    Source: O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
    Algorithms for Random Number Generation".
    """

    device = "cpu"

    def __init__(self, *seed: Any, device: Any = "cpu") -> None:
        self.manual_seed(*[number for number in seed if not isinstance(number, str)] or (0,))

    def manual_seed(self, *seed: int) -> Generator:
        """Start again from a seed."""
        # NumPy pads seeds with zeros: with their number in front, (1,) and (1, 0) differ.
        words = [int(number) % 2**64 if number < 0 else number for number in seed]
        self._bits = np.random.PCG64(np.random.SeedSequence((len(words), *words)))
        self._seed = seed[0]
        self.numpy = np.random.Generator(self._bits)
        return self

    def seed(self) -> int:
        """Start again from a seed that nobody can foresee, and return it."""
        self.manual_seed(secrets.randbits(63))
        return self._seed

    def initial_seed(self) -> int:
        """The seed that the numbers started from."""
        return self._seed

    def get_state(self) -> str:
        """The state as JSON text, for a checkpoint."""
        return json.dumps(self._bits.state)

    def set_state(self, state: str) -> None:
        """Go on from a state that ``get_state`` returned."""
        self._bits.state = json.loads(state)

    def uniform(self, shape: tuple[int, ...], dtype: Any = np.float32) -> NDArray[Any]:
        """Numbers drawn evenly from 0 (included) to 1 (excluded)."""
        return _drawn(self.numpy.random, shape, dtype)

    def normal(self, shape: tuple[int, ...], dtype: Any = np.float32) -> NDArray[Any]:
        """Numbers from the normal distribution with mean 0 and deviation 1."""
        return _drawn(self.numpy.standard_normal, shape, dtype)

    def words(self) -> tuple[int, int]:
        """Two numbers of 32 bits, the seed of something that draws for itself."""
        first, second = self.numpy.integers(0, 1 << 32, 2)
        return int(first), int(second)


def _drawn(draw: Any, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """NumPy draws float32 and float64 only; a scalar has no dimensions, but is an array."""
    wanted = np.dtype(dtype)
    kind = np.float64 if wanted == np.float64 else np.float32
    return np.asarray(draw(shape, dtype=kind)).astype(wanted, copy=False)


default_generator = Generator(0)


def manual_seed(seed: int) -> Generator:
    """Seed the generator that initialisation, dropout and shuffling draw from, and return it.

    Example:
        >>> manual_seed(0) is default_generator
        True
    """
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed the default generator with a number that nobody can foresee, and return it."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that the default generator started from."""
    return default_generator.initial_seed()


def get_rng_state() -> str:
    """The state of the default generator."""
    return default_generator.get_state()


def set_rng_state(new_state: str) -> None:
    """Go on from a state that ``get_rng_state`` returned.

    Example:
        >>> before = get_rng_state()
        >>> first = default_generator.numpy.random()
        >>> set_rng_state(before)
        >>> default_generator.numpy.random() == first
        True
    """
    default_generator.set_state(new_state)
