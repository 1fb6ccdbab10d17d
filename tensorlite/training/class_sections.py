"""What a report shows about classes: confusion matrix, a table, the worst and the best images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorlite.data import Dataset
from tensorlite.training.confusion import confusion_chart
from tensorlite.training.metrics import ClassFigures, per_class
from tensorlite.training.page import Bar, Picture, Text, folded, gallery, table
from tensorlite.training.tasks import Section

if TYPE_CHECKING:
    from tensorlite.training.classification import ClassificationScores, Mistake

_MOST = 40  # classes up to which their table is shown opened
_HEAD = ["class", "images", "", "recognised", "precision", "F1", "taken for"]


def classification_sections(scores: ClassificationScores, dataset: Dataset) -> list[Section]:
    """Return the parts of the report about classes.

    Args:
        scores: What was counted.
        dataset: The images that were looked at.
    """
    figures = per_class(scores.confusion, scores.classes)
    worst = (_picture(item, dataset) for item in scores.worst_images())
    best = (_picture(item, dataset) for item in scores.best_images())
    found = table(_HEAD, map(_row, figures))
    many = len(figures) > _MOST
    return [
        Section("Confusion matrix", confusion_chart(scores.confusion, scores.classes), wide=False),
        Section("Classes", folded(f"{len(figures)} classes", found) if many else found, wide=False),
        Section("Worst images", gallery(worst, nothing="None: every image was recognised.")),
        Section("Best images", gallery(best, nothing="None: no image was recognised.")),
    ]


def _row(item: ClassFigures) -> list[object]:
    shares = f"{100 * item.recall:.1f} %", f"{100 * item.precision:.1f} %", f"{item.f1:.3f}"
    return [item.name, item.count, Bar(item.recall), *shares, Text(item.taken_for or "–")]


def _picture(item: Mistake, dataset: Dataset) -> Picture:
    wrong = item.truth != item.predicted
    return Picture(
        dataset[item.index][0],
        words=f"{item.truth} →" if wrong else item.truth,
        strong=item.predicted if wrong else "",
        more=f"{100 * item.confidence:.0f} %",
        title=f"image {item.index} of {dataset.name}",
    )
