"""The task of telling classes apart: one label per image, scores for all classes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from tensorlite import registry
from tensorlite.data import Dataset
from tensorlite.data.placement import Placement
from tensorlite.training.building import build_loss, construct
from tensorlite.training.calibration import Bin, calibration_bins, calibration_error
from tensorlite.training.config import name_and_options
from tensorlite.training.inputs import Shape
from tensorlite.training.metrics import confusion_matrix, per_class, wilson_interval
from tensorlite.training.settings import Settings
from tensorlite.training.tasks import Section

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Array = NDArray[Any]
Ranking = tuple[tuple[str, float], ...]  # names with probabilities


class Classification:
    """Images to classes, judged by accuracy.

    Args:
        classes: Class names in the order of the outputs.
        loss: Called with outputs ``(N, K)`` and classes ``(N,)``.
        metrics: Factories of further metrics by name.
    """

    name = "classification"
    monitor = "acc"
    higher_is_better = True
    whole = False

    def __init__(
        self,
        classes: Sequence[str],
        loss: Callable[[Tensor, Tensor], Tensor],
        metrics: Mapping[str, Callable[[], Any]] | None = None,
    ) -> None:
        self.classes = list(classes)
        self._loss = loss
        self._metrics = dict(metrics or {})

    @classmethod
    def from_settings(
        cls, settings: Settings, classes: Sequence[str], shape: Shape
    ) -> Classification:
        """Build the task with the loss and the metrics that the settings name."""
        factories = {
            name: partial(construct, registry.metrics, name, options)
            for name, options in map(name_and_options, settings.metrics)
        }
        for factory in factories.values():
            factory()  # a mistake in its options is an error now, not after an epoch
        return cls(classes, build_loss(settings, classes), factories)

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the loss of a batch."""
        return self._loss(output, target)

    def scores(self) -> ClassificationScores:
        """Return empty scores for one pass."""
        metrics = {name: factory() for name, factory in self._metrics.items()}
        return ClassificationScores(self.classes, metrics)

    def baseline(self, train: Dataset, judged: Dataset) -> dict[str, float]:
        """Return the accuracy of always answering the commonest class of the training part."""
        if not len(judged):
            return {}
        commonest = np.bincount(train.targets, minlength=len(self.classes)).argmax()
        return {"acc": float((judged.targets == commonest).mean())}

    def sentence(
        self, scores: ClassificationScores, baseline: Mapping[str, float] | None = None
    ) -> str:
        """Say accuracy, interval and the classes that did worst."""
        low, high = (100 * bound for bound in scores.interval())
        digits = scores.decimals
        text = (
            f"accuracy {100 * scores.accuracy:.{digits}f} % "
            f"(95 % interval {low:.{digits}f}-{high:.{digits}f})"
        )
        worst = [f"{item.name} ({100 * item.recall:.1f} %)" for item in scores.worst_classes()]
        return text + (f" · worst classes: {', '.join(worst)}" if worst else "")

    def sections(self, scores: ClassificationScores, dataset: Dataset) -> list[Section]:
        """Return confusion matrix, per-class table and the images that went most wrong."""
        from tensorlite.training.calibration import calibration_section
        from tensorlite.training.class_sections import classification_sections

        found = classification_sections(scores, dataset)
        return [*found[:2], calibration_section(scores.calibration()), *found[2:]]

    def draw_worst(self, scores: ClassificationScores, dataset: Dataset, count: int) -> list[Any]:
        """Draw the images that went most wrong, with what they are and what they were taken for."""
        from tensorlite.training.overlay import draw_answer, taken_for, to_bytes

        return [
            draw_answer(
                to_bytes(dataset[item.index][0]),
                f"{taken_for(item.truth, item.predicted)}  {100 * item.confidence:.0f} %",
            )
            for item in scores.worst_images(count)
        ]

    def charts(self, scores: ClassificationScores) -> dict[str, str]:
        """Return the confusion matrix as a chart."""
        from tensorlite.training.confusion import confusion_chart

        return {"confusion": confusion_chart(scores.confusion, self.classes)}

    def predictions(self, output: Array) -> list[ClassPrediction]:
        """Rank the classes of each image by probability."""
        return [ClassPrediction(ranking) for ranking in ranked(output, self.classes)]


class ClassificationScores:
    """Counts over one pass: confusion, log-loss of every image, further metrics.

    Args:
        classes: Class names in the order of the outputs.
        metrics: Further metrics by name, with ``update`` and ``compute``.
    """

    def __init__(self, classes: Sequence[str], metrics: Mapping[str, Any] | None = None) -> None:
        self.classes = list(classes)
        self.confusion = np.zeros((len(classes), len(classes)), np.int64)
        self._metrics = dict(metrics or {})
        self._batches: list[tuple[Array, Array, Array, Array]] = []

    def update(self, output: Tensor, target: Tensor) -> None:
        """Add a batch: outputs ``(N, K)`` and classes ``(N,)``."""
        scores, truth = output.numpy(), target.numpy()
        if truth.ndim == 2:  # rows of probabilities, of mixed pictures
            truth = truth.argmax(axis=1)
        logs = _log_softmax(scores)
        predicted = logs.argmax(axis=1)
        rows = np.arange(len(truth))
        losses, confidences = -logs[rows, truth], np.exp(logs[rows, predicted])
        self._batches.append((losses, truth, predicted, confidences))
        self.confusion += confusion_matrix(predicted, truth, len(self.classes))
        for metric in self._metrics.values():
            metric.update(scores, truth)

    @property
    def total(self) -> int:
        """Images seen."""
        return int(self.confusion.sum())

    @property
    def right(self) -> int:
        """Images recognised."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of images recognised."""
        return self.right / self.total if self.total else float("nan")

    @property
    def decimals(self) -> int:
        """Decimals of a percentage that this many images justify."""
        return 2 if self.total >= 2000 else 1

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each image was recognised, in the order of the data set."""
        return np.concatenate([t == p for _, t, p, _ in self._batches] or [np.zeros(0, bool)])

    def calibration(self) -> list[Bin]:
        """Return how often the model is right, by how sure it is."""
        sure = np.concatenate([batch[3] for batch in self._batches] or [np.zeros(0)])
        return calibration_bins(sure, self.correct)

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the accuracy."""
        return wilson_interval(self.right, self.total)

    def figures(self) -> dict[str, float]:
        """Return accuracy, mean log-loss and the further metrics."""
        losses = np.concatenate([batch[0] for batch in self._batches] or [np.zeros(0)])
        loss = float(losses.mean(dtype=np.float64)) if len(losses) else float("nan")
        extra = {name: float(metric.compute()) for name, metric in self._metrics.items()}
        return {"acc": self.accuracy, "loss": loss, **extra}

    def worst_classes(self, count: int = 2) -> list[Any]:
        """Return the classes that were recognised least, without those that were perfect."""
        seen = [item for item in per_class(self.confusion, self.classes) if item.count]
        return sorted((item for item in seen if item.recall < 1), key=lambda i: i.recall)[:count]

    def worst_images(self, count: int = 24) -> list[Mistake]:
        """Return the images with the highest loss that were taken for another class."""
        if not self._batches:
            return []
        losses, truth, predicted, _ = map(np.concatenate, zip(*self._batches, strict=True))
        wrong = np.flatnonzero(truth != predicted)
        return self._answers(wrong[np.argsort(-losses[wrong], kind="stable")][:count])

    def _answers(self, indices: Array) -> list[Mistake]:
        _, truth, predicted, confidence = map(np.concatenate, zip(*self._batches, strict=True))
        return [
            Mistake(
                int(index),
                self.classes[truth[index]],
                self.classes[predicted[index]],
                float(confidence[index]),
            )
            for index in indices
        ]

    def best_images(self, count: int = 12) -> list[Mistake]:
        """Return the images that were recognised with the lowest loss, of each class in turn."""
        if not self._batches:
            return []
        losses, truth, predicted, _ = map(np.concatenate, zip(*self._batches, strict=True))
        right = np.flatnonzero(truth == predicted)
        order = right[np.argsort(losses[right], kind="stable")]
        rank = np.zeros(len(truth), np.int64)  # of an image among the best of its class
        for index in range(len(self.classes)):
            own = order[truth[order] == index]
            rank[own] = np.arange(len(own))
        return self._answers(order[np.argsort(rank[order], kind="stable")][:count])

    def to_dict(self) -> dict[str, Any]:
        """Return everything worth keeping as plain values."""
        low, high = self.interval()
        return {
            **self.figures(),
            "images": self.total,
            "right": self.right,
            "interval": [low, high],
            "calibration_error": calibration_error(self.calibration()),
            "classes": [asdict(item) for item in per_class(self.confusion, self.classes)],
            "confusion": self.confusion.tolist(),
        }


@dataclass(frozen=True)
class Mistake:
    """An image taken for another class.

    Args:
        index: Its place in the data set.
        truth: Its class.
        predicted: What it was taken for.
        confidence: The probability given to that.
    """

    index: int
    truth: str
    predicted: str
    confidence: float


@dataclass(frozen=True)
class ClassPrediction:
    """Classes with their probabilities, the likeliest first."""

    ranking: Ranking

    def line(self, top: int) -> str:
        """Say the likeliest classes in one line.

        Example:
            >>> ClassPrediction((("8", 0.997), ("3", 0.002))).line(2)
            '8  99.7 %   3  0.2 %'
        """
        return "   ".join(f"{name}  {100 * share:.1f} %" for name, share in self.ranking[:top])

    def to_dict(self, top: int) -> dict[str, Any]:
        """Return the likeliest classes as plain values."""
        best, confidence = self.ranking[0]
        ranking = [{"class": name, "probability": share} for name, share in self.ranking[:top]]
        return {"class": best, "probability": confidence, "top": ranking}

    def in_picture(self, placement: Placement) -> Self:
        """The same: a class has no place in the picture."""
        return self

    def draw(self, picture: NDArray[np.uint8]) -> Any:
        """Write the likeliest class below the picture."""
        from tensorlite.training.overlay import draw_answer

        return draw_answer(picture, ClassPrediction.line(self, 1))


def ranked(output: Array, classes: Sequence[str]) -> list[Ranking]:
    """The classes of each row of outputs ``(N, K)`` with their probabilities, likeliest first."""
    return [
        tuple((classes[index], float(row[index])) for index in np.argsort(-row))
        for row in np.exp(_log_softmax(output))
    ]


def _log_softmax(scores: Array) -> Array:
    """In float64, so that probabilities and losses read the same on every machine."""
    shifted = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
