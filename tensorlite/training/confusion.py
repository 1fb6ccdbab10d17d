"""A confusion matrix as a chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.training.svg import svg


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
    return svg(max(width, left + 230), height, "Confusion matrix", parts)


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
