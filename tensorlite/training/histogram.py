"""How often values occur, as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorlite.training.svg import Axis, Plot


def histogram(
    values: Sequence[float],
    title: str,
    *,
    low: float = 0.0,
    high: float = 1.0,
    bins: int = 20,
    mark: float | None = None,
) -> str:
    """Draw how many values fall between two bounds, in steps of the same width.

    Args:
        values: Any numbers; those outside of the bounds are left out.
        title: The line above the chart.
        low: The lowest value that counts.
        high: The highest.
        bins: Number of steps.
        mark: A value to mark with a vertical line, such as the mean.

    Example:
        >>> histogram([0.1, 0.12, 0.9], "IoU", bins=10).count("<rect")
        2
    """
    counts, edges = np.histogram(np.asarray(values, np.float64), bins, (low, high))
    x = Axis(low, high, [low + (high - low) * step / 5 for step in range(6)])
    y = Axis.spanning([0.0, float(max(counts.max(initial=0), 1))])
    plot = Plot(x, y, right=24)
    bars = [
        _bar(plot, edges[index], edges[index + 1], int(count))
        for index, count in enumerate(counts)
        if count
    ]
    return plot.draw(title, [*bars, *([plot.mark(mark)] if mark is not None else [])])


def _bar(plot: Plot, low: float, high: float, count: int) -> str:
    left, right, top, ground = plot.x(low), plot.x(high), plot.y(count), plot.y(0)
    return (
        f'<rect class="cell" x="{left + 0.5:g}" y="{top}" width="{max(right - left - 1, 1):g}" '
        f'height="{ground - top:g}"><title>{low:.3g} to {high:.3g}: {count:,}</title></rect>'
    )
