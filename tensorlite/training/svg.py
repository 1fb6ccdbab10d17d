"""The paper that charts are drawn on, as SVG text: style, axes, ticks; light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """
svg { --ink: #1f2328; --faint: #6b7280; --line: #e3e5e8; --paper: #ffffff; --cell: #2563c9;
      --s0: #2563c9; --s1: #d9730d; --s2: #2f8f5b; --s3: #8b4fc4; --s4: #c2334d; --s5: #0f8b96;
      --s6: #8a6d1f; --s7: #6b7280; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6e8eb; --faint: #9aa1ab; --line: #32373d; --paper: #16191d; --cell: #5b9bf3;
        --s0: #5b9bf3; --s1: #f0a04b; --s2: #5cc08c; --s3: #b88be6; --s4: #f07a8c; --s5: #4cc3cd;
        --s6: #d3b55b; --s7: #9aa1ab; } }
svg text { font: 12px system-ui, sans-serif; fill: var(--faint); }
svg .name { fill: var(--ink); font-weight: 600; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .mark { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; }
svg .s0 { stroke: var(--s0); fill: var(--s0); } svg .s1 { stroke: var(--s1); fill: var(--s1); }
svg .s2 { stroke: var(--s2); fill: var(--s2); } svg .s3 { stroke: var(--s3); fill: var(--s3); }
svg .s4 { stroke: var(--s4); fill: var(--s4); } svg .s5 { stroke: var(--s5); fill: var(--s5); }
svg .s6 { stroke: var(--s6); fill: var(--s6); } svg .s7 { stroke: var(--s7); fill: var(--s7); }
svg path { fill: none !important; stroke-width: 2; stroke-linejoin: round; }
svg .label { stroke: none; font-weight: 600; }
svg .cell { fill: var(--cell); } svg .on { fill: var(--paper); } svg .off { fill: var(--ink); }
"""
COLOURS = 8  # classes s0 to s7

WIDTH, HEIGHT = 460, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 76, 34, 34


@dataclass(frozen=True)
class Axis:
    """Where values lie between the two ends of an axis.

    Args:
        low: The value at its beginning.
        high: The value at its end.
        ticks: Values that are written beside it.
        log: Whether equal steps are equal factors; values are above 0 then.
        percent: Whether values are shares, shown in per cent.
        names: What is written at the ticks instead of their numbers.
    """

    low: float
    high: float
    ticks: Sequence[float]
    log: bool = False
    percent: bool = False
    names: Sequence[str] = ()

    @classmethod
    def spanning(cls, values: Sequence[float], *, log: bool = False, percent: bool = False) -> Axis:
        """Make an axis that all finite values lie on, with round numbers at its ends.

        Example:
            >>> Axis.spanning([0.1, 0.9]).ticks
            [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        """
        finite = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
        if log:
            low, high = min(finite, default=0.1), max(finite, default=1.0)
            return cls(low, high, log_ticks(low, high), True, percent)
        ticks = nice_ticks(min(finite, default=0.0), max(finite, default=1.0))
        return cls(ticks[0], ticks[-1], ticks, False, percent)

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies, 0 to 1."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return (value - low) / (high - low) if high > low else 0.5

    def holds(self, value: float) -> bool:
        """Whether a value can be shown on the axis at all."""
        return math.isfinite(value) and (value > 0 or not self.log)

    def text(self, value: float) -> str:
        """Write a tick."""
        if self.names:
            return escape(self.names[list(self.ticks).index(value)])
        if self.percent:
            return f"{value * 100:.4g} %"
        return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e")


class Plot:
    """A chart with two axes, on paper of a fixed size.

    Args:
        x: The axis below.
        y: The axis on the left.
        width: Of the paper, in pixels.
        right: Room on the right, for names of curves.
    """

    def __init__(self, x: Axis, y: Axis, *, width: int = WIDTH, right: int = RIGHT) -> None:
        self._x, self._y = x, y
        self._width, self._span = width, width - LEFT - right

    def x(self, value: float) -> float:
        """Return the place of a value from the left."""
        return round(LEFT + self._span * self._x.share(value), 1)

    def y(self, value: float) -> float:
        """Return the place of a value from the top."""
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * self._y.share(value), 1)

    def place(self, x: float, y: float) -> tuple[float, float] | None:
        """Return where a point lies; None if it has no place."""
        return (self.x(x), self.y(y)) if self._x.holds(x) and self._y.holds(y) else None

    def mark(self, value: float) -> str:
        """Draw a dashed line upwards."""
        x = self.x(value)
        return f'<line class="mark" x1="{x}" x2="{x}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'

    def draw(self, title: str, parts: Sequence[str]) -> str:
        """Put parts onto the paper, with grid, ticks and title."""
        heading = f'<text class="name" x="{LEFT}" y="18">{escape(title)}</text>'
        rows, columns = map(self._row, self._y.ticks), map(self._column, self._x.ticks)
        return svg(self._width, HEIGHT, title, [heading, *rows, *columns, *parts])

    def _row(self, tick: float) -> str:
        y, end = self.y(tick), LEFT + self._span
        return (
            f'<line class="grid" x1="{LEFT}" x2="{end}" y1="{y}" y2="{y}"/>'
            f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{self._y.text(tick)}</text>'
        )

    def _column(self, tick: float) -> str:
        y, text = HEIGHT - BOTTOM + 18, self._x.text(tick)
        return f'<text x="{self.x(tick)}" y="{y}" text-anchor="middle">{text}</text>'


def svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    """Wrap parts into a drawing; a page gives it its style, ``standalone`` does so for a file.

    Example:
        >>> svg(4, 2, "Line", ["<path/>"]).endswith('aria-label="Line"><path/></svg>')
        True
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def standalone(drawing: str) -> str:
    """Make a chart a file of its own by adding its style.

    Example:
        >>> "prefers-color-scheme" in standalone(svg(4, 2, "Line", []))
        True
    """
    head, end, rest = drawing.partition(">")
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


def log_ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Return round numbers within a range whose steps are factors.

    Example:
        >>> log_ticks(1e-4, 0.1), log_ticks(0.02, 0.5)
        ([0.0001, 0.001, 0.01, 0.1], [0.02, 0.05, 0.1, 0.2, 0.5])
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if last - first <= 2 else (1,)
    every = -(-(last - first + 1) // most)
    ticks = (
        float(f"{factor}e{power}") for power in range(first, last + 1, every) for factor in factors
    )
    return [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001] or [low]
