"""The parts of the report that are about classes: confusion matrix, table, pictures gone wrong."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import Dataset

from .metrics import ClassFigures, per_class
from .svg import confusion_chart
from .tasks import Section

if TYPE_CHECKING:
    from .classification import ClassificationScores, Mistake


def classification_sections(scores: ClassificationScores, dataset: Dataset) -> list[Section]:
    """Return confusion matrix, per-class table and worst images as parts of the report."""
    figures = per_class(scores.confusion, scores.classes)
    return [
        Section("Confusion matrix", confusion_chart(scores.confusion, scores.classes), wide=False),
        Section("Classes", _class_table(figures), wide=False),
        Section("Worst images", _worst_images(scores.worst_images(), dataset)),
    ]


def png_data(image: NDArray[Any]) -> str:
    """Turn an image ``(C, H, W)`` in 0..1 into a ``data:`` address of a PNG file."""
    from PIL import Image

    pixels = (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    grey = pixels.shape[0] == 1
    picture = Image.fromarray(pixels[0] if grey else np.moveaxis(pixels[:3], 0, 2))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _class_table(figures: list[ClassFigures]) -> str:
    head = "<tr><th>class<th>images<th colspan=2>recognised<th>precision<th>F1<th>taken for"
    return f"<table>{head}{''.join(map(_class_row, figures))}</table>"


def _class_row(item: ClassFigures) -> str:
    bar = f'<i class="bar"><i style="width:{100 * item.recall:.1f}%"></i></i>'
    numbers = f"<td>{100 * item.precision:.1f} %<td>{item.f1:.3f}"
    name, taken_for = escape(item.name), escape(item.taken_for) or "–"
    return (
        f"<tr><th>{name}<td>{item.count:,}<td>{bar}<td>{100 * item.recall:.1f} %"
        f"{numbers}<td>{taken_for}"
    )


def _worst_images(mistakes: list[Mistake], dataset: Dataset) -> str:
    if not mistakes:
        return "<p>None: every image was recognised.</p>"
    return f'<div class="images">{"".join(_figure(item, dataset) for item in mistakes)}</div>'


def _figure(mistake: Mistake, dataset: Dataset) -> str:
    truth, predicted = escape(mistake.truth), escape(mistake.predicted)
    source = png_data(dataset[mistake.index][0])
    title = f"image {mistake.index} of {escape(dataset.name)}"
    return (
        f'<figure title="{title}"><img src="{source}" alt="{truth}">'
        f"<figcaption>{truth} → <b>{predicted}</b> {100 * mistake.confidence:.0f} %</figcaption>"
        "</figure>"
    )
