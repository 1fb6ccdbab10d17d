"""Whether one model is better than another, or the pictures just happened to suit it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05  # below this, chance is not believed


@dataclass(frozen=True)
class Duel:
    """Two models on the same pictures.

    Args:
        other: What the second one is called.
        images: Pictures that both looked at.
        only_first: Pictures that only the first one got right.
        only_second: Pictures that only the second one got right.
        p: How likely so uneven a count is if both are equally good.
        learned: Pictures that the second one was trained on, so that the test says little.
    """

    other: str
    images: int
    only_first: int
    only_second: int
    p: float
    learned: int = 0

    def line(self) -> str:
        """Say it in one line.

        Example:
            >>> print(Duel("b", 100, 12, 5, 0.1435).line())
            against b: right where it is wrong on 12 of 100, wrong where it is right on 5 \
(+7.0 points) · McNemar's test p = 0.14: this may be chance
        """
        points = 100 * (self.only_first - self.only_second) / max(self.images, 1)
        verdict = "this may be chance" if self.p >= LEVEL else "hardly by chance"
        if self.learned:
            learned = f"{self.learned:,} of {self.images:,} were learned by {self.other}"
            verdict = f"no fair test, as {learned}"
        p = f"= {self.p:.2g}" if self.p >= 0.001 else "< 0.001"
        return (
            f"against {self.other}: right where it is wrong on {self.only_first:,} of "
            f"{self.images:,}, wrong where it is right on {self.only_second:,} "
            f"({points:+.1f} points) · McNemar's test p {p}: {verdict}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def duel(first: NDArray[np.bool_], second: NDArray[np.bool_], other: str, learned: int = 0) -> Duel:
    """Compare which pictures two models got right.

    Args:
        first: Whether the first model is right, for each picture ``(N,)``.
        second: The same for the second, in the same order.
        other: What the second one is called.
        learned: How many of the pictures the second one was trained on.

    Example:
        >>> one, two = np.array([True, True, False]), np.array([True, False, False])
        >>> duel(one, two, "b").p
        1.0
    """
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    p = mcnemar(only_first, only_second)
    return Duel(other, len(first), only_first, only_second, p, learned)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided test of whether two counts of disagreement could be the same.

    Pictures that both get right, or both wrong, say nothing about which one is better.

    Example:
        >>> round(mcnemar(1, 9), 4)
        0.0215

    Source: McNemar 1947, "Note on the sampling error of the difference between correlated
    proportions or percentages".
    """
    total, fewer = only_first + only_second, min(only_first, only_second)
    ways = term = 1  # of at most so many: the sum of binomial coefficients
    for number in range(1, fewer + 1):
        term = term * (total - number + 1) // number
        ways += term
    return min(float(Fraction(2 * ways, 2**total)), 1.0)  # too large for floating point numbers
