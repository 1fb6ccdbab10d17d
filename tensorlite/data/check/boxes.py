"""Boxes that cannot be right: without area, out of their picture, of no class, twice there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from tensorlite.data.check.report import Finding

Corners = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass
class Boxes:
    """The boxes of one picture, as they were written.

    Args:
        labels: The class of each.
        corners: Left, top, right and bottom of each, in pixels; empty is what cannot be read.
        said: The width and height of the picture that the file says.
        slack: How far out of the picture a box may be, for files that count from 1.
        wrong: What was found when they were read.
    """

    labels: list[str] = field(default_factory=list)
    corners: list[Corners] = field(default_factory=list)
    said: tuple[int, int] | None = None
    slack: float = 0.5
    wrong: list[str] = field(default_factory=list)


def bad_boxes(place: str, boxes: Boxes, size: tuple[int, int] | None) -> Iterator[Finding]:
    """What is wrong with the boxes of a picture.

    Args:
        place: The picture.
        boxes: Its boxes.
        size: Its height and width; None if it could not be decoded.
    """
    for what in boxes.wrong:
        yield Finding("box", (place,), what)
    said = boxes.said
    if size and said and all(said) and said != (size[1], size[0]):
        real = f"{size[1]}x{size[0]}"
        yield Finding(
            "box", (place,), f"is said to have {said[0]}x{said[1]} pixels, but has {real}"
        )
    seen: set[tuple[str, Corners]] = set()
    for label, corners in zip(boxes.labels, boxes.corners, strict=True):
        what = _problem(corners, size, boxes.slack)
        if not what and (label, corners) in seen:
            what = "is there twice"
        seen.add((label, corners))
        if what:
            yield Finding("box", (place,), f"its box {_text(label, corners)} {what}")


def is_bad(corners: Corners, size: tuple[int, int]) -> bool:
    """Whether a box has no area inside of a picture of this height and width."""
    if not all(map(math.isfinite, corners)):
        return True
    left, top, right, bottom = corners
    return min(right, size[1]) <= max(left, 0) or min(bottom, size[0]) <= max(top, 0)


def _problem(corners: Corners, size: tuple[int, int] | None, slack: float) -> str:
    left, top, right, bottom = corners
    if not all(map(math.isfinite, corners)):
        return "has a number that is none"
    if right < left or bottom < top:
        return "has its corners exchanged"
    if right == left or bottom == top:
        return "has no area"
    if size is None:
        return ""
    height, width = size
    if left >= width or top >= height or right <= 0 or bottom <= 0:
        return f"lies outside of the {width}x{height} picture"
    if left < -slack or top < -slack or right > width + slack or bottom > height + slack:
        return f"reaches out of the {width}x{height} picture"
    return ""


def _text(label: str, corners: Corners) -> str:
    return f"{label!r} ({', '.join(f'{value:g}' for value in corners)})"
