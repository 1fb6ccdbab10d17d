"""What a check says when something is wrong, and how it finds that out."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tensorlite.calling import one_line
from tensorlite.errors import TensorliteError
from tensorlite.random import default_generator, manual_seed


class CheckFailure(TensorliteError, AssertionError):
    """Something that a check found wrong: what was expected of whom, and what came.

    Example:
        >>> print(CheckFailure("expected float32, got float64.", where="layer Swish"))
        layer Swish: expected float32, got float64.
    """

    exit_code = 4


class NotTried(CheckFailure):
    """A check that found no inputs to try something with: it says which are wanted."""


class Claims:
    """What is claimed of one thing; the first claim that does not hold raises.

    Args:
        kind: What it is, such as ``"layer"``.
        thing: The class, function or object; its name is put in front of every message.
    """

    def __init__(self, kind: str, thing: Any) -> None:
        self.where = f"{kind} {_name(thing)}"

    def that(self, true: Any, message: str, hint: str | None = None) -> None:
        """Claim that something is so.

        Raises:
            CheckFailure: With the message, if it is not.
        """
        if not true:
            raise CheckFailure(message, where=self.where, hint=hint)

    def equal(self, one: Any, other: Any, message: str, tolerance: float = 0.0) -> None:
        """Claim that two arrays hold the same numbers, up to a relative tolerance."""
        one, other = np.asarray(one), np.asarray(other)
        same = one.shape == other.shape and np.allclose(
            one, other, rtol=tolerance, atol=tolerance, equal_nan=True
        )
        self.that(same, message)

    @contextmanager
    def works(self, what: str) -> Iterator[None]:
        """Claim that the block raises nothing.

        Args:
            what: What the block does, after "expected".
        """
        try:
            yield
        except CheckFailure:
            raise
        except Exception as error:
            message = f"expected {what}, got {one_line(error).rstrip('.')}."
            raise CheckFailure(message, where=self.where) from error

    @contextmanager
    def draws_nothing(self, source: str, *, default: bool = True) -> Iterator[None]:
        """Claim that the block draws from no random numbers but those it is given.

        Args:
            source: Where it should draw from, for the message.
            default: Whether drawing from tensorlite's own generator is wrong as well.
        """
        before = _states()
        yield
        for name, state in _states().items():
            if default or name != OURS:
                message = f"expected random numbers from {source} only, but it drew from {name}."
                self.that(state == before[name], message)


OURS = "tensorlite's default generator"


def seeded(function: Callable[..., Any], seed: int = 0) -> Callable[..., Any]:
    """The function, with the random numbers set to the same start before every call."""

    def call(*args: Any) -> Any:
        manual_seed(seed)
        return function(*args)

    return call


def _states() -> dict[str, str]:
    kind, words, *rest = np.random.get_state(legacy=True)
    return {
        "numpy.random": f"{kind}{np.asarray(words).tobytes().hex()}{rest}",
        "Python's random": str(random.getstate()),
        OURS: default_generator.get_state(),
    }


def _name(thing: Any) -> str:
    return str(thing if isinstance(thing, str) else getattr(thing, "__name__", repr(thing)))
