"""Curves and clouds of points as charts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from tensorlite.training.svg import COLOURS, Axis, Plot

Points = tuple[Sequence[float], Sequence[float]]
_GAP = 15  # pixels between the names of two curves
_LETTER = 7  # pixels of a letter


def line_chart(
    series: Mapping[str, Sequence[float]],
    title: str,
    *,
    percent: bool = False,
    mark: int | None = None,
) -> str:
    """Draw curves over the epochs, each named at its end.

    Args:
        series: Values per epoch by name, starting with epoch 1; not-a-number leaves a gap.
        title: The line above the chart.
        percent: Whether values are shares, shown in per cent.
        mark: An epoch to mark with a vertical line, such as the best one.

    Example:
        >>> line_chart({"train": [1.0, 0.5]}, "Loss").startswith("<svg")
        True
    """
    epochs = max((len(values) for values in series.values()), default=0)
    axis = Axis(1, max(epochs, 1), _epoch_ticks(epochs))
    points = {name: (range(1, len(values) + 1), values) for name, values in series.items()}
    return curves(points, title, axis, percent=percent, mark=mark)


def curves(
    series: Mapping[str, Points],
    title: str,
    x: Axis,
    *,
    percent: bool = False,
    mark: float | None = None,
) -> str:
    """Draw curves over any axis, each named at its end.

    Args:
        series: Places and values of each curve by name.
        title: The line above the chart.
        x: The axis below.
        percent: Whether values are shares, shown in per cent.
        mark: A place to mark with a vertical line.
    """
    y = Axis.spanning([v for _, values in series.values() for v in values], percent=percent)
    longest = max(map(len, series), default=0)
    plot = Plot(x, y, right=max(76, 24 + _LETTER * min(longest, 28)))
    parts = [plot.mark(mark)] if mark else []
    ends = [plot.y(_last(values)) for _, values in series.values()]
    for index, ((name, points), height) in enumerate(
        zip(series.items(), _apart(ends), strict=True)
    ):
        parts.append(_curve(plot, points, f"s{index % COLOURS}", name, height))
    return plot.draw(title, parts)


def cloud(points: Points, title: str, x: Axis, *, percent: bool = False, best: int = -1) -> str:
    """Draw points, one of them marked.

    Args:
        points: Places and values.
        title: The line above the chart.
        x: The axis below.
        percent: Whether values are shares, shown in per cent.
        best: The number of the point that is marked; -1 for none.

    Example:
        >>> cloud(([1, 2], [0.5, 0.7]), "lr", Axis.spanning([1, 2]), best=1).count("<circle")
        2
    """
    plot = Plot(x, Axis.spanning(points[1], percent=percent), right=24)
    parts = []
    for index, point in enumerate(zip(*points, strict=True)):
        where = plot.place(*point)
        style, radius = ("s1", 6) if index == best else ("s0", 4)
        if where:
            circle = f'<circle class="{style}" cx="{where[0]}" cy="{where[1]}" r="{radius}"'
            parts.append(f'{circle} fill-opacity="0.55"/>')
    return plot.draw(title, parts)


def _curve(plot: Plot, points: Points, style: str, name: str, height: float) -> str:
    placed = [plot.place(*point) for point in zip(*points, strict=True)]
    pieces, pen = [], "M"
    for where in placed:
        if where:
            pieces.append(f"{pen}{where[0]},{where[1]}")
        pen = "L" if where else "M"
    if not pieces:
        return ""
    x, y = next(where for where in reversed(placed) if where)
    text = escape(name if len(name) <= 28 else name[:27] + "…")
    return (
        f'<path class="{style}" d="{" ".join(pieces)}"/>'
        f'<circle class="{style}" cx="{x}" cy="{y}" r="3"/>'
        f'<text class="label {style}" x="{x + 9}" y="{height + 4}">{text}</text>'
    )


def _epoch_ticks(epochs: int) -> list[float]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if epochs / s <= 10)
    first = 1 if step == 2 else step  # 1, 3, 5 rather than 1, 2, 4
    return [float(e) for e in sorted({1, *range(first, epochs + 1, step)})] if epochs else []


def _last(values: Sequence[float]) -> float:
    return next((value for value in reversed(values) if math.isfinite(value)), 0.0)


def _apart(heights: Sequence[float]) -> list[float]:
    """Push names that would overlap apart."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=lambda index: moved[index])
    for above, below in zip(order, order[1:], strict=False):
        moved[below] = max(moved[below], moved[above] + _GAP)
    return moved
