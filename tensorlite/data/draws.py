"""A generator of its own for each image of a batch, all seeded at once.

``Generator(seed, epoch, index)`` takes ten microseconds, nearly all of them for hashing the three
numbers. Here the hash is computed for all indices of a batch together; the streams are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

from tensorlite.random import Generator

Words = NDArray[np.uint32]

POOL = 4  # words of the hash; the constants below are NumPy's, which guarantees that they stay
_SHIFT, _MASK = np.uint32(16), 0xFFFFFFFF
_ENTROPY = 0x43B0D7E5, 0x931E8875
_OUTPUT = 0x8B51F9DD, 0x58F38DED
_LEFT, _RIGHT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)


def generators(
    seed: int, epoch: int, indices: Sequence[int] | NDArray[np.integer]
) -> list[Generator]:
    """``Generator(seed, epoch, index)`` for each index.

    Args:
        seed: The seed of the training.
        epoch: The epoch, from 0.
        indices: From 0 to below 2**32.

    Example:
        >>> ours, plain = generators(7, 0, [41, 42])[1], Generator(7, 0, 42)
        >>> ours.uniform((3,)).tolist() == plain.uniform((3,)).tolist()
        True

    Source: O'Neill 2015, "Developing a seed_seq Alternative".
    """
    index = np.asarray(indices, dtype=np.int64)
    if not 0 <= index.min(initial=0) <= index.max(initial=0) <= _MASK or min(seed, epoch) < 0:
        return [Generator(seed, epoch, int(number)) for number in index]
    words: list[Any] = [np.full(index.shape, w, np.uint32) for w in _split(3, seed, epoch)]
    states = _stretched(_pool([*words, index.astype(np.uint32)]))
    return [_generator(seed, state) for state in states]


class _Seeded(ISeedSequence):
    """Hands the words out that were computed for it."""

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self.words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[np.uint64]:
        """The state of a PCG64: four words of 64 bits."""
        return self.words


def _generator(seed: int, words: NDArray[np.uint64]) -> Generator:
    result = Generator.__new__(Generator)
    result._seed = seed
    result._bits = np.random.PCG64(_Seeded(words))  # type: ignore[arg-type]
    result.numpy = np.random.Generator(result._bits)
    return result


def _split(*numbers: int) -> list[int]:
    """Numbers as words of 32 bits, the lowest first, as NumPy takes a sequence of them apart."""
    words = []
    for number in numbers:
        words.append(number & _MASK)
        while number := number >> 32:
            words.append(number & _MASK)
    return words


class _Hash:
    """A multiplicative hash whose constant changes with every use."""

    def __init__(self, start: int, factor: int) -> None:
        self.constant, self.factor = start, factor

    def __call__(self, value: Words) -> Words:
        value = value ^ np.uint32(self.constant)
        self.constant = self.constant * self.factor & _MASK
        value = value * np.uint32(self.constant)
        return value ^ (value >> _SHIFT)


def _mix(x: Words, y: Words) -> Words:
    result = x * _LEFT - y * _RIGHT
    return result ^ (result >> _SHIFT)


def _pool(entropy: list[Words]) -> list[Words]:
    """Every word of the entropy spread over every word of the pool."""
    hashed = _Hash(*_ENTROPY)
    zero = np.zeros_like(entropy[-1])
    pool = [hashed(entropy[i] if i < len(entropy) else zero) for i in range(POOL)]
    for source in range(POOL):
        for target in range(POOL):
            if source != target:
                pool[target] = _mix(pool[target], hashed(pool[source]))
    for word in entropy[POOL:]:
        pool = [_mix(each, hashed(word)) for each in pool]
    return pool


def _stretched(pool: list[Words]) -> NDArray[np.uint64]:
    """Eight words for each image, as four of 64 bits: (N, 4)."""
    hashed = _Hash(*_OUTPUT)
    words = np.stack([hashed(pool[i % POOL]) for i in range(2 * POOL)], axis=1)
    return words.astype("<u4").view("<u8").astype(np.uint64)
