"""A curve drawn with letters, for terminals and logs."""

from __future__ import annotations

import math
from collections.abc import Sequence


def sketch(
    places: Sequence[float],
    values: Sequence[float],
    *,
    width: int = 60,
    height: int = 10,
    log: bool = False,
    mark: float | None = None,
) -> list[str]:
    """Draw points on a grid of letters, with the ends of both axes written beside it.

    Args:
        places: Where the values lie, all above 0 if ``log``.
        values: What is drawn; what is not finite is left out.
        width: Letters across.
        height: Lines.
        log: Whether equal ways across are equal factors.
        mark: A place to mark with a column of dots.

    Example:
        >>> print("\\n".join(sketch([1, 2, 3], [3, 2, 1], width=3, height=3)))
          3 |*
            | *
          1 |  *
             1 3
    """
    points = [(x, y) for x, y in zip(places, values, strict=True) if math.isfinite(y)]
    if not points:
        return []
    xs, ys = zip(*points, strict=True)
    grid = [[" "] * width for _ in range(height)]
    if mark is not None and min(xs) <= mark <= max(xs):
        for row in grid:
            row[_step(mark, xs, width, log)] = ":"
    for x, y in points:
        grid[height - 1 - _step(y, ys, height, False)][_step(x, xs, width, log)] = "*"
    return _framed(grid, xs, ys, width)


def _framed(
    grid: list[list[str]], xs: Sequence[float], ys: Sequence[float], width: int
) -> list[str]:
    ends = {0: f"{max(ys):.3g}", len(grid) - 1: f"{min(ys):.3g}"}
    room = max(3, *map(len, ends.values()))
    lines = [f"{ends.get(i, ''):>{room}} |{''.join(row)}".rstrip() for i, row in enumerate(grid)]
    first, last = f"{xs[0]:.3g}", f"{xs[-1]:.3g}"
    gap = max(width - len(first) - len(last), 1)
    return [*lines, f"{'':>{room}}  {first}{'':>{gap}}{last}"]


def _step(value: float, values: Sequence[float], count: int, log: bool) -> int:
    low, high = min(values), max(values)
    if log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return round((value - low) / (high - low) * (count - 1)) if high > low else 0
