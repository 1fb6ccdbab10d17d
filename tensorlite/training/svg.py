"""Line charts and confusion matrices as SVG text: small, sharp at any size, light and dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

STYLE = """
svg { --ink: #1f2328; --faint: #6b7280; --line: #e3e5e8; --paper: #ffffff; --cell: #2563c9;
      --s0: #2563c9; --s1: #d9730d; --s2: #2f8f5b; --s3: #8b4fc4; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6e8eb; --faint: #9aa1ab; --line: #32373d; --paper: #16191d; --cell: #5b9bf3;
        --s0: #5b9bf3; --s1: #f0a04b; --s2: #5cc08c; --s3: #b88be6; } }
svg text { font: 12px system-ui, sans-serif; fill: var(--faint); }
svg .name { fill: var(--ink); font-weight: 600; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .mark { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; }
svg .s0 { stroke: var(--s0); fill: var(--s0); } svg .s1 { stroke: var(--s1); fill: var(--s1); }
svg .s2 { stroke: var(--s2); fill: var(--s2); } svg .s3 { stroke: var(--s3); fill: var(--s3); }
svg path { fill: none !important; stroke-width: 2; stroke-linejoin: round; }
svg .label { stroke: none; font-weight: 600; }
svg .cell { fill: var(--cell); } svg .on { fill: var(--paper); } svg .off { fill: var(--ink); }
"""

_WIDTH, _HEIGHT = 560, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 76, 34, 34


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
    finite = [value for values in series.values() for value in values if math.isfinite(value)]
    ticks = nice_ticks(min(finite, default=0.0), max(finite, default=1.0))
    plot = _Plot(epochs, ticks)
    parts = [f'<text class="name" x="{_LEFT}" y="18">{escape(title)}</text>']
    parts += [plot.row(tick, percent) for tick in ticks]
    parts += [plot.column(epoch) for epoch in _epoch_ticks(epochs)]
    if mark:
        x = plot.x(mark)
        parts.append(f'<line class="mark" x1="{x}" x2="{x}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
    label_heights = _apart([plot.y(_last(values)) for values in series.values()])
    for index, ((name, values), height) in enumerate(
        zip(series.items(), label_heights, strict=True)
    ):
        parts.append(plot.curve(values, f"s{index % 4}", name, height))
    return _svg(_WIDTH, _HEIGHT, title, parts)


def confusion_chart(confusion: NDArray[Any], classes: Sequence[str]) -> str:
    """Draw a confusion matrix: rows are true classes, columns what they were taken for.

    Shading is the share within the row. Up to 20 classes the counts are written into the cells.

    Example:
        >>> "cat" in confusion_chart(np.eye(2, dtype=int), ["cat", "dog"])
        True
    """
    count = len(classes)
    size = max(4, min(36, 540 // max(count, 1)))
    left = 18 + 7 * min(14, max((len(name) for name in classes), default=1))
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    parts = []
    for row in range(count):
        if size >= 12:
            parts.append(_class_name(classes[row], row, left, size, count))
        for column in range(count):
            where = left + column * size, 20 + row * size
            names = classes[row], classes[column]
            parts.append(
                _cell(where, size, int(confusion[row, column]), shares[row, column], names)
            )
    width, height = left + count * size + 8, 20 + count * size + (left if size >= 12 else 8)
    parts.append(f'<text x="{left}" y="12">rows: true class · columns: taken for</text>')
    return _svg(width, height, "Confusion matrix", parts)


def histogram(values: NDArray[Any], title: str, *, low: float, high: float, bins: int = 20) -> str:
    """Draw how many values fall between two bounds, in steps of the same width.

    Example:
        >>> histogram(np.array([0.2, 0.9]), "Overlap", low=0.0, high=1.0).count("<rect")
        2
    """
    counts, edges = np.histogram(values, bins=bins, range=(low, high))
    ticks = nice_ticks(0, max(int(counts.max(initial=0)), 4))
    plot = _Plot(bins + 1, ticks)
    parts = [f'<text class="name" x="{_LEFT}" y="18">{escape(title)}</text>']
    parts += [plot.row(tick, False) for tick in ticks]
    parts += [plot.bar(number, int(count)) for number, count in enumerate(counts, 1) if count]
    parts += [
        f'<text x="{plot.x(1 + at)}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">'
        f"{edges[at]:.4g}</text>"
        for at in range(0, bins + 1, max(bins // 5, 1))
    ]
    return _svg(_WIDTH, _HEIGHT, title, parts)


def standalone(svg: str) -> str:
    """Make a chart a file of its own by adding its style."""
    head, end, rest = svg.partition(">")
    return f"{head}{end}<style>{STYLE}</style>{rest}\n"


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round numbers that span a range.

    Example:
        >>> nice_ticks(0.03, 1.9)
        [0.0, 0.5, 1.0, 1.5, 2.0]
    """
    if not high > low:
        low, high = low - max(abs(low), 1e-3) / 2, high + max(abs(high), 1e-3) / 2
    rough = (high - low) / (count - 1)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


class _Plot:
    """Where values lie on the paper."""

    def __init__(self, epochs: int, ticks: Sequence[float]) -> None:
        self.epochs, self.low, self.high = max(epochs, 1), ticks[0], ticks[-1]

    def x(self, epoch: float) -> float:
        span = _WIDTH - _LEFT - _RIGHT
        return round(_LEFT + span * (epoch - 1) / max(self.epochs - 1, 1), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share, 1)

    def row(self, tick: float, percent: bool) -> str:
        y = self.y(tick)
        text = f"{tick * 100:.4g} %" if percent else f"{tick:.4g}"
        return (
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{text}</text>'
        )

    def column(self, epoch: int) -> str:
        y = _HEIGHT - _BOTTOM + 18
        return f'<text x="{self.x(epoch)}" y="{y}" text-anchor="middle">{epoch}</text>'

    def bar(self, number: int, count: int) -> str:
        left, right, top = self.x(number) + 1, self.x(number + 1) - 1, self.y(count)
        return (
            f'<rect class="cell" x="{left}" y="{top}" width="{round(right - left, 1)}" '
            f'height="{round(self.y(self.low) - top, 1)}"><title>{count:,}</title></rect>'
        )

    def curve(self, values: Sequence[float], style: str, name: str, label_height: float) -> str:
        points = [
            (self.x(epoch), self.y(value))
            for epoch, value in enumerate(values, 1)
            if math.isfinite(value)
        ]
        if not points:
            return ""
        path = " L".join(f"{x},{y}" for x, y in points)
        x, y = points[-1]
        return (
            f'<path class="{style}" d="M{path}"/><circle class="{style}" cx="{x}" cy="{y}" r="3"/>'
            f'<text class="label {style}" x="{x + 9}" y="{label_height + 4}">{escape(name)}</text>'
        )


def _epoch_ticks(epochs: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if epochs / s <= 10)
    return sorted({1, *range(step, epochs + 1, step)}) if epochs else []


def _last(values: Sequence[float]) -> float:
    return next((value for value in reversed(values) if math.isfinite(value)), 0.0)


def _apart(heights: Sequence[float], gap: float = 15) -> list[float]:
    """Push labels that would overlap apart."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=lambda index: moved[index])
    for above, below in zip(order, order[1:], strict=False):
        moved[below] = max(moved[below], moved[above] + gap)
    return moved


def _class_name(name: str, row: int, left: int, size: int, count: int) -> str:
    text = escape(name if len(name) <= 14 else name[:13] + "…")
    middle = row * size + size / 2 + 4
    below = 20 + count * size + 8
    return (
        f'<text x="{left - 6}" y="{20 + middle}" text-anchor="end">{text}</text>'
        f'<text text-anchor="end" transform="translate({left + middle} {below}) rotate(-90)">'
        f"{text}</text>"
    )


def _cell(
    where: tuple[int, int], size: int, count: int, share: float, names: tuple[str, str]
) -> str:
    x, y = where
    strength = 0.05 + 0.9 * math.sqrt(share) if count else 0.04
    title = f"{escape(names[0])} taken for {escape(names[1])}: {count:,} ({share:.1%})"
    cell = (
        f'<rect class="cell" x="{x}" y="{y}" width="{size - 1}" height="{size - 1}" '
        f'fill-opacity="{strength:.3f}"><title>{title}</title></rect>'
    )
    if not count or size < 27:
        return cell
    shade = "on" if strength > 0.55 else "off"
    middle = f'x="{x + size / 2 - 0.5}" y="{y + size / 2 + 4}" text-anchor="middle"'
    return f'{cell}<text class="{shade}" {middle}>{count}</text>'


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )
