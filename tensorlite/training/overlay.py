"""Drawing answers on pictures: boxes and a line of text, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Blue and orange are told apart by nearly everybody, and stand out on most pictures.
TRUE, ANSWERED = (64, 156, 255), (255, 140, 26)
INK, PAPER = (255, 255, 255), (20, 22, 26)
SMALLEST = 240  # pixels of the longer side, and of the text below: smaller ones are enlarged


@dataclass(frozen=True)
class Mark:
    """A box on a picture.

    Args:
        box: Left, top, right and bottom in pixels.
        colour: Red, green and blue.
    """

    box: Sequence[float]
    colour: tuple[int, int, int] = ANSWERED


def draw_answer(picture: NDArray[np.uint8], text: str = "", marks: Sequence[Mark] = ()) -> Any:
    """Draw boxes on a picture and write a line below it.

    Args:
        picture: Bytes ``(C, H, W)``.
        text: What is said about it.
        marks: The boxes, in pixels of the picture.

    Returns:
        A Pillow image in colour; small pictures are enlarged by a whole number, and narrow ones
        stand in the middle above their text.

    Example:
        >>> draw_answer(np.zeros((1, 60, 100), np.uint8), "cat").size
        (300, 204)
    """
    from PIL import Image, ImageDraw

    factor = -(-SMALLEST // max(picture.shape[1:]))
    colour = np.moveaxis(np.broadcast_to(picture[:3], (3, *picture.shape[1:])), 0, 2)
    image = Image.fromarray(np.repeat(np.repeat(colour, factor, 0), factor, 1))
    pen = ImageDraw.Draw(image)
    for mark in marks:
        _outline(pen, [side * factor for side in mark.box], mark.colour, image.size)
    return _with_text(image, text) if text else image


def taken_for(truth: str, answer: str) -> str:
    """Say what a picture is, and what it was taken for where that is something else.

    Example:
        >>> taken_for("cat", "dog"), taken_for("cat", "cat")
        ('is cat, taken for dog', 'cat')
    """
    return truth if truth == answer else f"is {truth}, taken for {answer}"


def _outline(pen: Any, box: Sequence[float], colour: tuple[int, int, int], size: Any) -> None:
    """A line with a dark rim, inside of the picture."""
    thick = max(round(max(size) / 160), 2)
    left, top = (min(max(side, 0), most - 1) for side, most in zip(box[:2], size, strict=True))
    right, bottom = (max(side - 1, low) for side, low in zip(box[2:], (left, top), strict=True))
    pen.rectangle((left, top, right, bottom), outline=PAPER, width=thick + 1)
    pen.rectangle((left, top, right, bottom), outline=colour, width=thick)


def _with_text(image: Any, text: str) -> Any:
    """The picture with a strip of text below; a line that is too long is cut."""
    from PIL import Image, ImageDraw, ImageFont

    width = max(image.width, SMALLEST)
    size = max(round(width / 18), 13)
    font = ImageFont.load_default(size)
    strip = size + 7
    result = Image.new("RGB", (width, image.height + strip), PAPER)
    result.paste(image, ((width - image.width) // 2, 0))
    pen = ImageDraw.Draw(result)
    while len(text) > 1 and pen.textlength(text, font=font) > width - 8:
        text = text[:-2] + "…"
    pen.text((5, image.height + 2), text, INK, font)
    return result


def to_bytes(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Turn an image of values in 0..1 into one of bytes."""
    return (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
