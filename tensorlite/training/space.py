"""What a search may choose: values of settings, from lists and from ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorlite.errors import ConfigError
from tensorlite.training.config import parse_assignment
from tensorlite.training.settings import TYPES

_FORMS = "lr=1e-4..1e-1:log, epochs=5..20 or batch_size=16,32,64"


@dataclass(frozen=True)
class Parameter:
    """A setting and the values that it may have.

    Args:
        name: The setting, or an option such as ``optimizer_options.momentum``.
        choices: A list of values; empty for a range.
        low: The lowest value of a range.
        high: The highest.
        log: Whether equal steps of the range are equal factors.
        whole: Whether it is a range of whole numbers.
        points: Values that a grid takes from a range.
    """

    name: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False
    points: int = 5

    @classmethod
    def parse(cls, text: str) -> Parameter:
        """Read ``name=low..high``, ``:log`` and ``:points`` after it, or ``name=a,b,c``.

        Raises:
            ConfigError: If it is something else.

        Example:
            >>> Parameter.parse("batch_size=16,32").choices, Parameter.parse("lr=0.1..1:log:3").log
            ((16, 32), True)
        """
        name, equals, values = (part.strip() for part in text.partition("="))
        if not name or not equals or not values:
            raise _wrong(text)
        if ".." in values:
            return cls._range(name, values, text)
        choices = tuple(parse_assignment(f"{name}={item}")[1] for item in values.split(","))
        if len(set(map(repr, choices))) < len(choices) or "" in choices:
            raise _wrong(text)
        return cls(name, choices)

    @classmethod
    def _range(cls, name: str, values: str, text: str) -> Parameter:
        ends, *marks = values.split(":")
        low, _, high = ends.partition("..")
        points = [mark for mark in marks if mark != "log"]
        try:
            start, stop = float(low), float(high)
            count = int(points[0]) if points else 5
        except ValueError:
            raise _wrong(text) from None
        log, whole = "log" in marks, _is_whole(name, low, high)
        if not -math.inf < start < stop < math.inf or (log and start <= 0):
            raise _wrong(text)
        if len(points) > 1 or count < 2:
            raise _wrong(text)
        return cls(name, (), start, stop, log, whole, count)

    def at(self, share: float) -> Any:
        """Return the value at a share of the way, 0 to 1 (without 1 for lists)."""
        if self.choices:
            return self.choices[min(int(share * len(self.choices)), len(self.choices) - 1)]
        low, high = (math.log(v) if self.log else v for v in (self.low, self.high))
        value = low + (high - low) * share
        value = math.exp(value) if self.log else value
        return round(value) if self.whole else float(f"{value:.4g}")

    def grid(self) -> list[Any]:
        """Return the values of a grid: all of a list, evenly spaced ones of a range."""
        if self.choices:
            return list(self.choices)
        values = (self.at(step / (self.points - 1)) for step in range(self.points))
        return list(dict.fromkeys(values))

    def holds(self, value: Any) -> bool:
        """Whether a value is one of those that may be chosen."""
        if self.choices:
            return value in self.choices
        return isinstance(value, int | float) and self.low <= value <= self.high

    def __str__(self) -> str:
        if self.choices:
            return f"{self.name}={','.join(map(str, self.choices))}"
        kind = (":log" if self.log else "") + (f":{self.points}" if self.points != 5 else "")
        return f"{self.name}={self.low:g}..{self.high:g}{kind}"


def importance(values: Sequence[Any], results: Sequence[float]) -> float:
    """Return the share of the differences between results that a parameter explains, 0 to 1.

    Numbers are put into groups of equal size, other values into one group each; the share of the
    variance between the groups is corrected for what chance alone would explain.

    Args:
        values: What the parameter was in each trial.
        results: What came out.

    Example:
        >>> importance(["a", "a", "a", "b", "b", "b"], [1.0, 1.1, 0.9, 5.0, 5.1, 4.9]) > 0.99
        True

    Source: Kelley 1935, "An unbiased correlation ratio measure".
    """
    outcome = np.asarray(results, np.float64)
    groups = _groups(values)
    count, kinds = len(outcome), len(set(groups.tolist()))
    total = float(((outcome - outcome.mean()) ** 2).sum()) if count else 0.0
    if kinds < 2 or count - kinds < 2 or total <= 0:
        return 0.0
    within = sum(
        float(((outcome[groups == g] - outcome[groups == g].mean()) ** 2).sum())
        for g in set(groups.tolist())
    )
    return max(0.0, 1 - (within / (count - kinds)) / (total / (count - 1)))


def _groups(values: Sequence[Any]) -> Any:
    """The number of the group of each value."""
    different = sorted(set(values), key=lambda value: (str(type(value)), value))
    ranks = np.array([different.index(value) for value in values])
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    most = max(2, min(5, len(values) // 4))
    if not numbers or len(different) <= most:
        return ranks
    return ranks * most // len(different)


def _is_whole(name: str, low: str, high: str) -> bool:
    """Whether a range is one of whole numbers: as its setting wants, or as an option is written."""
    if name in TYPES:
        return TYPES[name] == (int,)
    return low.strip().isdigit() and high.strip().isdigit()


def _wrong(text: str) -> ConfigError:
    return ConfigError(f"expected values such as {_FORMS}, got '{text}'.", where="--param")
