"""The task of saying what is on a picture and where: one class and one box for each.

A model answers scores of the classes and then the box, left, top, right and bottom as shares of
the frame: ``(N, K + 4)``. A picture with several boxes teaches its largest one, and an answer is
held against the box that it overlaps most, as in the localization of ImageNet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import Dataset
from tensorlite.data.placement import Placement
from tensorlite.tensor import from_numpy
from tensorlite.training.boxes import by_size, without_looking
from tensorlite.training.building import build_box_loss, build_loss
from tensorlite.training.classification import ClassPrediction, ranked
from tensorlite.training.inputs import Shape
from tensorlite.training.localization_scores import LocalizationScores
from tensorlite.training.settings import Settings
from tensorlite.training.tasks import Section

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Array = NDArray[Any]
Loss = Callable[[Any, Any], Any]


class Localization:
    """Pictures to one class and one box each, judged by the overlap of the boxes.

    Args:
        classes: Class names in the order of the outputs.
        size: Height and width of the frame in which the data's boxes are given, in pixels.
        class_loss: Called with scores ``(N, K)`` and classes ``(N,)``.
        box_loss: Called with boxes ``(N, 4)`` twice, the second the true ones.
        weight: Of the loss between boxes.
    """

    name = "localization"
    monitor = "iou"
    higher_is_better = True
    whole = True

    def __init__(
        self,
        classes: Sequence[str],
        size: tuple[int, int],
        class_loss: Loss,
        box_loss: Loss,
        weight: float = 1.0,
    ) -> None:
        self.classes, self.size, self.weight = list(classes), size, weight
        self._class_loss, self._box_loss = class_loss, box_loss

    @classmethod
    def from_settings(
        cls, settings: Settings, classes: Sequence[str], shape: Shape
    ) -> Localization:
        """Build the task with the losses that the settings name."""
        losses = build_loss(settings, classes), build_box_loss(settings)
        return cls(classes, shape[1:], *losses, settings.box_weight)

    def loss(self, output: Tensor, target: Any) -> Tensor:
        """Return the loss of the classes plus the weighted one of the boxes.

        Pictures without a box, such as those that an augmentation has cropped away, teach nothing.
        """
        pictures = self.truths(target)
        there = [index for index, (boxes, _) in enumerate(pictures) if len(boxes)]
        if not there:
            return output.sum() * 0.0
        boxes = np.stack([pictures[index][0][0] for index in there]).astype(np.float32)
        labels = np.array([pictures[index][1][0] for index in there], np.int64)
        chosen, split = output[there], len(self.classes)
        classes = self._class_loss(chosen[:, :split], from_numpy(labels))
        places = self._box_loss(chosen[:, split:], from_numpy(boxes))
        return classes + places * self.weight

    def scores(self) -> LocalizationScores:
        """Return empty scores for one pass."""
        return LocalizationScores(self)

    def baseline(self, train: Dataset, judged: Dataset) -> dict[str, float]:
        """Return what the median training box would get, by somebody who is told the class."""
        return without_looking(train, judged)

    def sentence(
        self, scores: LocalizationScores, baseline: Mapping[str, float] | None = None
    ) -> str:
        """Say overlap, boxes found and classes, and in brackets what the median box would get."""
        figures, guess = scores.figures(), baseline or {}
        low, high = (100 * bound for bound in scores.interval())
        iou = f" (median box {guess['iou']:.3f})" if guess else ""
        found = f" (median box {100 * guess['found']:.1f} %)" if guess else ""
        return (
            f"mean IoU {figures['iou']:.3f}{iou} · IoU >= 0.5 on {100 * figures['found']:.1f} %"
            f"{found} · with the right class on {100 * figures['right']:.1f} % (95 % interval "
            f"{low:.1f}-{high:.1f}) · class {100 * figures['acc']:.1f} % · AP@0.5 "
            f"{figures['ap50']:.3f}"
        )

    def sections(self, scores: LocalizationScores, dataset: Dataset) -> list[Section]:
        """Return the overlaps, and the worst pictures with both boxes."""
        from tensorlite.training.box_sections import localization_sections

        return localization_sections(scores, dataset)

    def draw_worst(self, scores: LocalizationScores, dataset: Dataset, count: int) -> list[Any]:
        """Draw the true and the answered box on the pictures that went most wrong."""
        from tensorlite.training.overlay import TRUE, Mark, draw_answer, taken_for, to_bytes

        return [
            draw_answer(
                to_bytes(dataset[item.index][0]),
                f"{taken_for(self.classes[item.truth], self.classes[item.predicted])}"
                f"  IoU {item.overlap:.2f}",
                [Mark(item.true_box.tolist(), TRUE), Mark(item.box.tolist())],
            )
            for item in scores.worst(count)
        ]

    def charts(self, scores: LocalizationScores) -> dict[str, str]:
        """Return the overlaps and the confusion matrix as charts."""
        from tensorlite.training.box_sections import overlap_chart
        from tensorlite.training.confusion import confusion_chart

        confusion = confusion_chart(scores.confusion, self.classes)
        return {"overlaps": overlap_chart(scores), "confusion": confusion}

    def predictions(self, output: Array) -> list[BoxPrediction]:
        """Rank the classes of each image, and clip its box to the frame."""
        split = len(self.classes)
        rankings = ranked(output[:, :split], self.classes)
        boxes = (output[:, split:].clip(0, 1) * self.sides).tolist()
        return [
            BoxPrediction(ranking, tuple(box)) for ranking, box in zip(rankings, boxes, strict=True)
        ]

    def truths(self, target: Any) -> list[tuple[Array, Array]]:
        """The boxes of each picture as shares of the frame and their classes, the largest first."""
        pairs = ((each["boxes"].numpy(), each["labels"].numpy()) for each in target)
        return [by_size(boxes.reshape(-1, 4) / self.sides, labels) for boxes, labels in pairs]

    @property
    def sides(self) -> Array:
        """Width and height of the frame, twice."""
        height, width = self.size
        return np.array([width, height, width, height], np.float64)


@dataclass(frozen=True)
class BoxPrediction(ClassPrediction):
    """Classes with their probabilities, the likeliest first, and where the thing is.

    Args:
        ranking: Names with probabilities.
        box: Left, top, right and bottom in pixels.
    """

    box: tuple[float, ...]

    def line(self, top: int) -> str:
        """Say class and box in one line.

        Example:
            >>> BoxPrediction((("cat", 0.9), ("dog", 0.1)), (3.2, 4.0, 20.0, 30.7)).line(1)
            'cat  90.0 %   box 3,4-20,31'
        """
        left, top_, right, bottom = (round(side) for side in self.box)
        return f"{super().line(top)}   box {left},{top_}-{right},{bottom}"

    def to_dict(self, top: int) -> dict[str, Any]:
        """Return classes and box as plain values."""
        return {**super().to_dict(top), "box": [round(side, 2) for side in self.box]}

    def in_picture(self, placement: Placement) -> BoxPrediction:
        """The same with the box in pixels of the picture that was brought to the frame."""
        box = placement.boxes_back(np.array([self.box]))[0]
        return replace(self, box=tuple(box.tolist()))

    def draw(self, picture: NDArray[np.uint8]) -> Any:
        """Draw the box, and write the likeliest class below the picture."""
        from tensorlite.training.overlay import Mark, draw_answer

        return draw_answer(picture, super().line(1), [Mark(self.box)])
