"""A step length that lowers the loss enough and flattens its slope enough."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tensorlite.autograd import Array

LOWER = 1e-4  # share of the slope by which the loss must fall
FLATTER = 0.9  # share of the slope that may be left
SHORTEST = 1e-9  # an interval that changes no parameter by more is not divided again
TRIALS = 25


class _Point(NamedTuple):
    """A step length with the loss, the gradient and the slope there."""

    rate: float
    loss: float
    grad: Array
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], tuple[float, Array]],
    direction: Array,
    rate: float,
    loss: float,
    grad: Array,
    slope: float,
) -> tuple[float, float, Array]:
    """Find a step length that satisfies the strong Wolfe conditions.

    Args:
        evaluate: Gives loss and gradient for a step length.
        direction: Where the step goes.
        rate: The first length to try.
        loss: The loss at the start.
        grad: The gradient at the start.
        slope: The slope at the start, below 0.

    Returns:
        The length, and loss and gradient there.

    Source: Nocedal and Wright 2006, "Numerical Optimization", algorithms 3.5 and 3.6.
    """
    reach = float(np.abs(direction).max())

    def at(rate: float) -> _Point:
        value, found = evaluate(rate)
        return _Point(rate, value, found, float(found @ direction))

    start = _Point(0.0, loss, grad, slope)
    bracket, trials, done = _bracket(at, start, rate)
    if not done:
        bracket = _zoom(at, start, bracket, reach, trials)
    best = min(bracket, key=lambda point: point.loss) if len(bracket) == 2 else bracket[0]
    return best.rate, best.loss, best.grad


def _too_high(point: _Point, start: _Point) -> bool:
    return point.loss > start.loss + LOWER * point.rate * start.slope


def _flat_enough(point: _Point, start: _Point) -> bool:
    return abs(point.slope) <= -FLATTER * start.slope


def _bracket(
    at: Callable[[float], _Point], start: _Point, rate: float
) -> tuple[list[_Point], int, bool]:
    """Go on until the sought length lies between two points, or is one; says which."""
    before, now = start, at(rate)
    for trials in range(TRIALS):
        if _too_high(now, start) or (trials > 0 and now.loss >= before.loss):
            return [before, now], trials, False
        if _flat_enough(now, start):
            return [now], trials, True
        if now.slope >= 0:
            return [before, now], trials, False
        low, high = now.rate + 0.01 * (now.rate - before.rate), now.rate * 10
        following = _minimum(before, now, low, high)
        before, now = now, at(following)
    return [start, now], TRIALS, False


def _zoom(
    at: Callable[[float], _Point],
    start: _Point,
    bracket: list[_Point],
    reach: float,
    trials: int,
) -> list[_Point]:
    """Make the interval smaller until its better end is good enough."""
    low, high = sorted(bracket, key=lambda point: point.loss)  # the better end comes first
    stuck = False
    while trials < TRIALS:
        left, right = sorted((low.rate, high.rate))
        if (right - left) * reach < SHORTEST:
            break
        rate = _minimum(low, high, left, right)
        margin = 0.1 * (right - left)
        if min(right - rate, rate - left) < margin:
            # Close to an end twice, or beyond it: step inside, or the interval stays as it is.
            if stuck or rate >= right or rate <= left:
                rate = right - margin if abs(rate - right) < abs(rate - left) else left + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        point = at(rate)
        trials += 1
        if _too_high(point, start) or point.loss >= low.loss:
            low, high = sorted((low, point), key=lambda end: end.loss)
            continue
        if _flat_enough(point, start):
            return [point]
        if point.slope * (high.rate - low.rate) >= 0:
            high = low
        low = point
    return [low, high]


def _minimum(a: _Point, b: _Point, low: float, high: float) -> float:
    """The minimum of the cubic through two points and their slopes, within bounds."""
    a, b = (a, b) if a.rate <= b.rate else (b, a)
    if not math.isfinite(a.loss + b.loss + a.slope + b.slope) or a.rate == b.rate:
        return (low + high) / 2
    bend = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.rate - b.rate)
    square = bend * bend - a.slope * b.slope
    if square < 0:
        return (low + high) / 2
    root = math.sqrt(square)
    denominator = b.slope - a.slope + 2 * root
    if denominator == 0:
        return (low + high) / 2
    rate = b.rate - (b.rate - a.rate) * (b.slope + root - bend) / denominator
    return min(max(rate, low), high)
