"""The pieces that pages are made of: tables, pictures, tiles; one file of HTML, nothing loaded.

Tasks, reports and comparisons build what they show from these; every text is escaped here.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import tensorlite
from tensorlite.training.svg import STYLE
from tensorlite.training.tasks import Section

_SMALL = 64  # pixels up to which a picture is enlarged with sharp edges
_LARGE = 256  # pixels that a larger one is brought down to


@dataclass(frozen=True)
class Text:
    """A cell of a table that holds words and may be broken into lines."""

    text: str


@dataclass(frozen=True)
class Bar:
    """A cell of a table that shows a share, 0 to 1, as a bar."""

    share: float


@dataclass(frozen=True)
class Box:
    """A box on a picture.

    Args:
        corners: Left, top, right and bottom in pixels.
        kind: ``"truth"`` or ``"found"``; they have different colours and lines.
    """

    corners: Sequence[float]
    kind: str = "truth"


@dataclass(frozen=True)
class Picture:
    """A picture with words below it.

    Args:
        image: Values in 0..1, ``(C, H, W)``.
        words: What it shows.
        strong: What is said in bold after that, such as what it was taken for.
        more: What is said last, such as a probability.
        title: What the pointer says, such as where the picture comes from.
        boxes: Boxes that are drawn on it.
    """

    image: NDArray[Any]
    words: str = ""
    strong: str = ""
    more: str = ""
    title: str = ""
    boxes: Sequence[Box] = ()


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], *, faint: Sequence[int] = ()) -> str:
    """Return a table; numbers stand on the right, ``Text`` on the left, ``Bar`` is drawn.

    Args:
        head: Titles of the columns; none for a table without.
        rows: Cells; the first of a row is its name.
        faint: Numbers of rows that are shown less strongly.

    Example:
        >>> table(["class", "images"], [["cat", 3]])
        '<table><tr><th>class<th>images</tr><tr><th>cat<td>3</tr></table>'
    """
    rows = list(rows)
    lefts = [isinstance(cell, Text) for cell in rows[0]] if rows else [False] * len(head)
    titles = zip(head, lefts, strict=False)  # no titles, no row of them
    top = "".join(f"<th{' class=text' * left}>{escape(title)}" for title, left in titles)
    body = [f"<th>{escape(str(name))}{''.join(map(_cell, cells))}" for name, *cells in rows]
    shown = [f"<tr{' class=faint' * (i in faint)}>{line}</tr>" for i, line in enumerate(body)]
    first = f"<tr>{top}</tr>" if head else ""
    return f"<table>{first}{''.join(shown)}</table>"


def gallery(
    pictures: Iterable[Picture],
    *,
    nothing: str = "None.",
    size: Literal["tight", "usual", "wide", "rows"] = "usual",
) -> str:
    """Return pictures beside each other.

    Args:
        pictures: What is shown.
        nothing: What is said if there are none.
        size: How much room each gets; ``rows`` puts six beside each other in any window.
    """
    figures = "".join(map(_figure, pictures))
    return f'<div class="images {size}">{figures}</div>' if figures else paragraph(nothing)


def charts(drawings: Iterable[str]) -> str:
    """Return charts beside each other as far as there is room."""
    return f'<div class="charts">{"".join(drawings)}</div>'


def folded(title: str, html: str, *, opened: bool = False) -> str:
    """Return a part that opens and closes."""
    state = " open" if opened else ""
    return f"<details{state}><summary>{escape(title)}</summary>{html}</details>"


def paragraph(text: str) -> str:
    """Return a line of words."""
    return f"<p>{escape(text)}</p>"


def tiles(items: Iterable[tuple[str, str]]) -> str:
    """Return large figures, each with what it is."""
    inner = (f"<div><b>{escape(v)}</b><span>{escape(text)}</span></div>" for v, text in items)
    return f'<div class="tiles">{"".join(inner)}</div>'


def page(title: str, line: str, above: str, sections: Iterable[Section]) -> str:
    """Return a whole page.

    Args:
        title: Its name.
        line: What stands below the name.
        above: What stands above the sections, such as ``tiles``.
        sections: Its parts; two with ``wide=False`` that follow each other stand side by side.
    """
    style = files("tensorlite.training").joinpath("page.css").read_text("utf-8")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}{STYLE}</style>"
        f"<header><h1>{escape(title)}</h1><p>{escape(line)}</p></header>"
        f"{above}<main>{''.join(map(_section, _paired(sections)))}</main>"
        f"<footer>tensorlite {tensorlite.__version__}</footer></html>\n"
    )


def image_data(image: NDArray[Any]) -> str:
    """Turn an image ``(C, H, W)`` in 0..1 into a ``data:`` address.

    Small ones keep every pixel (PNG); large ones are made smaller and cheaper (JPEG).
    """
    from PIL import Image

    pixels = (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    grey = pixels.shape[0] < 3
    picture = Image.fromarray(pixels[0] if grey else np.moveaxis(pixels[:3], 0, 2))
    kind, options = ("png", {}) if is_small(image) else ("jpeg", {"quality": 85})
    picture.thumbnail((_LARGE, _LARGE))
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return f"data:image/{kind};base64," + base64.b64encode(buffer.getvalue()).decode()


def is_small(image: NDArray[Any]) -> bool:
    """Tell an icon, whose pixels are to be seen, from a photograph."""
    return max(image.shape[-2:]) <= _SMALL


def _paired(sections: Iterable[Section]) -> list[Section]:
    """Make a narrow part wide that would stand alone."""
    parts = list(sections)
    at = 0
    while at < len(parts):
        both = not parts[at].wide and at + 1 < len(parts) and not parts[at + 1].wide
        if not both:
            parts[at] = replace(parts[at], wide=True)
        at += 2 if both else 1
    return parts


def _section(part: Section) -> str:
    style = "" if part.wide else ' class="half"'
    return f"<section{style}><h2>{escape(part.title)}</h2>{part.html}</section>"


def _cell(value: Any) -> str:
    if isinstance(value, Bar):
        width = 100 * min(max(value.share, 0.0), 1.0)
        return f'<td><i class="bar"><i style="width:{width:.1f}%"></i></i>'
    if isinstance(value, Text):
        return f"<td class=text>{escape(value.text)}"
    return f"<td>{escape(f'{value:,}' if isinstance(value, int) else str(value))}"


def _figure(item: Picture) -> str:
    """A drawing with the picture in it, so that boxes keep their place at any size."""
    height, width = item.image.shape[-2:]
    sharp = ' class="sharp"' if is_small(item.image) else ""
    image = f'<image{sharp} href="{image_data(item.image)}" width="{width}" height="{height}"/>'
    alt = escape(" ".join(filter(None, (item.words, item.strong))))
    drawing = (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{alt}">{image}'
        f"{''.join(map(_box, item.boxes))}</svg>"
    )
    title = f' title="{escape(item.title)}"' if item.title else ""
    words = [escape(item.words), f"<b>{escape(item.strong)}</b>" if item.strong else ""]
    more = escape(item.more).replace(" %", "\u00a0%")
    caption = " ".join(filter(None, [*words, more]))
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure{title}>{drawing}{below}</figure>"


def _box(box: Box) -> str:
    left, top, right, bottom = map(float, box.corners)
    size = f'width="{max(right - left, 0):g}" height="{max(bottom - top, 0):g}"'
    edges = f'x="{left:g}" y="{top:g}" {size}/>'
    return f'<rect class="box under" {edges}<rect class="box {box.kind}" {edges}'
