"""What a report shows about classes and boxes: overlaps, a table, and pictures with both boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorlite.data import Dataset
from tensorlite.training.confusion import confusion_chart
from tensorlite.training.histogram import histogram
from tensorlite.training.page import Bar, Box, Picture, gallery, paragraph, table
from tensorlite.training.tasks import Section

if TYPE_CHECKING:
    from tensorlite.training.localization_scores import Answer, LocalizationScores

_HEAD = ["class", "pictures", "mean IoU", "", "class and box right"]
_SHOWN = 18


def localization_sections(scores: LocalizationScores, dataset: Dataset) -> list[Section]:
    """Return overlaps, the table of classes, confusions and the worst pictures.

    Args:
        scores: What was counted.
        dataset: The pictures that were looked at.
    """
    several = len(scores.classes) > 1
    confusion = confusion_chart(scores.confusion, scores.classes) if several else ""
    pictures = (_picture(answer, scores.classes, dataset) for answer in scores.worst(_SHOWN))
    best = (_picture(answer, scores.classes, dataset) for answer in scores.best())
    legend = paragraph("The true box is dashed, the answered one is not; the worst come first.")
    return [
        Section("Overlap of the boxes", overlap_chart(scores), wide=False),
        Section("Classes", table(_HEAD, map(_row, scores.to_dict()["classes"])), wide=False),
        *([Section("Confusion matrix", confusion, wide=False)] if several else []),
        Section("Worst pictures", legend + gallery(pictures, size="wide")),
        Section("Best pictures", gallery(best, size="wide")),
    ]


def overlap_chart(scores: LocalizationScores) -> str:
    """Draw how many pictures have which overlap, with the mean marked."""
    mean = float(scores.overlaps.mean()) if scores.total else None
    title = "Overlap (IoU) of the answered and the true box"
    return histogram(scores.overlaps.tolist(), title, mark=mean)


def _row(item: dict[str, Any]) -> list[object]:
    name, count = item["name"], item["count"]
    if not count:
        return [name, 0, "–", Bar(0), "–"]
    share = item["right"] / count
    return [name, count, f"{item['iou']:.3f}", Bar(share), f"{100 * share:.1f} %"]


def _picture(answer: Answer, classes: list[str], dataset: Dataset) -> Picture:
    truth, predicted = classes[answer.truth], classes[answer.predicted]
    wrong = truth != predicted
    return Picture(
        dataset[answer.index][0],
        words=f"{truth} →" if wrong else truth,
        strong=predicted if wrong else "",
        more=f"IoU {answer.overlap:.2f}",
        title=f"image {answer.index} of {dataset.name}",
        boxes=(Box(answer.true_box.tolist()), Box(answer.box.tolist(), "found")),
    )
