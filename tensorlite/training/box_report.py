"""What a report shows about classes and boxes: overlaps, a table, and pictures with both boxes."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import Dataset
from tensorlite.training.overlay import TRUE, Mark, draw_answer
from tensorlite.training.svg import confusion_chart, histogram
from tensorlite.training.tasks import Section

if TYPE_CHECKING:
    from tensorlite.training.localization import Answer, LocalizationScores


def localization_sections(scores: LocalizationScores, dataset: Dataset) -> list[Section]:
    """Return overlaps, the table of classes, confusions and the worst pictures."""
    confusion = confusion_chart(scores.confusion, scores.classes)
    several = len(scores.classes) > 1
    return [
        Section("Overlap of the boxes", overlap_chart(scores.overlaps), wide=False),
        Section("Classes", _table(scores), wide=False),
        *([Section("Confusion matrix", confusion, wide=False)] if several else []),
        Section("Worst pictures", _pictures(scores, dataset)),
    ]


def overlap_chart(overlaps: NDArray[Any]) -> str:
    """Draw how many pictures have which overlap."""
    return histogram(overlaps, "IoU of the answered and the true box", low=0.0, high=1.0)


def _table(scores: LocalizationScores) -> str:
    head = "<tr><th>class<th>pictures<th>mean IoU<th>class and box right"
    rows = "".join(map(_row, scores.to_dict()["classes"]))
    return f"<table>{head}{rows}</table>"


def _row(item: dict[str, Any]) -> str:
    name, count = escape(item["name"]), item["count"]
    if not count:
        return f"<tr><th>{name}<td>0<td>–<td>–"
    return (
        f"<tr><th>{name}<td>{count:,}<td>{item['iou']:.3f}<td>{100 * item['right'] / count:.1f} %"
    )


def _pictures(scores: LocalizationScores, dataset: Dataset) -> str:
    shown = [_figure(answer, scores.classes, dataset) for answer in scores.worst(12)]
    legend = "<p>True boxes are blue, answered ones orange; the worst first.</p>"
    return f'{legend}<div class="images large">{"".join(shown)}</div>' if shown else "<p>None.</p>"


def _figure(answer: Answer, classes: list[str], dataset: Dataset) -> str:
    image = draw_box_answer(dataset[answer.index][0], answer)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    source = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    caption = escape(describe(answer, classes))
    return (
        f'<figure title="image {answer.index} of {escape(dataset.name)}">'
        f'<img src="{source}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'
    )


def draw_box_answer(image: NDArray[Any], answer: Answer, text: str = "") -> Any:
    """Draw the true and the answered box on an image ``(C, H, W)`` in 0..1."""
    pixels = (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    return draw_answer(pixels, text, [Mark(answer.true_box, TRUE), Mark(answer.box)])


def describe(answer: Answer, classes: list[str]) -> str:
    """Say in a few words how an answer went."""
    truth, predicted = classes[answer.truth], classes[answer.predicted]
    name = truth if truth == predicted else f"{truth} → {predicted}"
    return f"{name} · IoU {answer.overlap:.2f}"
