"""What is counted about answers of one class and one box: overlaps, right answers, precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.training.boxes import HALF, average_precision, best_match, overlap
from tensorlite.training.metrics import confusion_matrix, wilson_interval

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor
    from tensorlite.training.localization import BoxPrediction, Localization

Array = NDArray[Any]


@dataclass(frozen=True)
class Answer:
    """What was said about one picture, and what is there.

    Args:
        index: Its place in the data set.
        truth: The class of the box that the answer overlaps most.
        predicted: The class that was answered.
        confidence: The probability given to that.
        overlap: Intersection over union of both boxes.
        counts: Whether a box of the answered class overlaps by 0.5 or more.
        box: The answered box, in pixels of the frame.
        true_box: The box that it overlaps most.
    """

    index: int
    truth: int
    predicted: int
    confidence: float
    overlap: float
    counts: bool
    box: Array
    true_box: Array

    @property
    def right(self) -> bool:
        """Whether class and box are right."""
        return self.truth == self.predicted and self.overlap >= HALF


class LocalizationScores:
    """Answers of one pass; pictures without a box are passed over.

    Args:
        task: Knows the classes, the frame and the loss.
    """

    def __init__(self, task: Localization) -> None:
        self.classes = task.classes
        self.answers: list[Answer] = []
        self._task, self._seen, self._loss = task, 0, 0.0
        self._there = np.zeros(len(task.classes), np.int64)  # boxes of each class

    def update(self, output: Tensor, target: Any) -> None:
        """Add a batch: outputs ``(N, K + 4)`` and the boxes of each picture."""
        self._loss += float(self._task.loss(output, target).item()) * len(target)
        predictions = self._task.predictions(output.numpy())
        for said, (boxes, labels) in zip(predictions, self._task.truths(target), strict=True):
            self._there += np.bincount(labels, minlength=len(self.classes))
            if len(boxes):
                self.answers.append(self._answer(said, boxes * self._task.sides, labels))
            self._seen += 1

    def _answer(self, said: BoxPrediction, boxes: Array, labels: Array) -> Answer:
        box, (name, confidence) = np.array(said.box), said.ranking[0]
        predicted = self.classes.index(name)
        match, share = best_match(box, boxes)
        counts = bool(((labels == predicted) & (overlap(box, boxes) >= HALF)).any())
        return Answer(
            self._seen, int(labels[match]), predicted, confidence, share, counts, box, boxes[match]
        )

    @property
    def total(self) -> int:
        """Pictures with a box."""
        return len(self.answers)

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether class and box are right, for each picture."""
        return np.array([answer.right for answer in self.answers], bool)

    @property
    def overlaps(self) -> Array:
        """The overlap of each picture."""
        return np.array([answer.overlap for answer in self.answers])

    @property
    def confusion(self) -> NDArray[np.int64]:
        """How often a box of class i (row) was taken for class j (column)."""
        pairs = np.array([(each.predicted, each.truth) for each in self.answers]).reshape(-1, 2)
        return confusion_matrix(pairs[:, 0], pairs[:, 1], len(self.classes))

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the share with the right class and box."""
        return wilson_interval(int(self.correct.sum()), self.total)

    def figures(self) -> dict[str, float]:
        """Return mean overlap, shares of boxes found, classes right and both, AP, and loss."""
        if not self.answers:
            return dict.fromkeys(("iou", "found", "right", "acc", "ap50", "loss"), float("nan"))
        classes = [each.truth == each.predicted for each in self.answers]
        return {
            "iou": float(self.overlaps.mean()),
            "found": float((self.overlaps >= HALF).mean()),
            "right": float(self.correct.mean()),
            "acc": float(np.mean(classes)),
            "ap50": self._mean_precision(),
            "loss": self._loss / self._seen,
        }

    def worst(self, count: int = 24) -> list[Answer]:
        """Return the answers that went most wrong: wrong classes first, then the least overlap."""
        order = sorted(self.answers, key=lambda each: (each.truth == each.predicted, each.overlap))
        return order[:count]

    def best(self, count: int = 6) -> list[Answer]:
        """Return the answers that went best: right classes with the most overlap."""
        order = sorted(self.answers, key=lambda each: (each.truth != each.predicted, -each.overlap))
        return order[:count]

    def to_dict(self) -> dict[str, Any]:
        """Return everything worth keeping as plain values."""
        return {
            **self.figures(),
            "images": self.total,
            "interval": list(self.interval()),
            "classes": [self._class(number) for number in range(len(self.classes))],
            "confusion": self.confusion.tolist(),
        }

    def _class(self, number: int) -> dict[str, Any]:
        own = [each for each in self.answers if each.truth == number]
        mean = float(np.mean([each.overlap for each in own])) if own else None
        right = sum(each.right for each in own)
        return {"name": self.classes[number], "count": len(own), "iou": mean, "right": right}

    def _mean_precision(self) -> float:
        """Mean over the classes of the average precision at an overlap of 0.5."""
        found = [self._precision(int(number)) for number in np.flatnonzero(self._there)]
        return float(np.mean(found))

    def _precision(self, number: int) -> float:
        own = [each for each in self.answers if each.predicted == number]
        counts = np.array([each.counts for each in own], bool)
        confidence = np.array([each.confidence for each in own])
        return average_precision(counts, confidence, int(self._there[number]))
