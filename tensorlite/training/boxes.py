"""Figures about boxes: overlap, average precision, and what a guess without looking would get.

Boxes are left, top, right, bottom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import Dataset
from tensorlite.data.placement import place

Array = NDArray[Any]
HALF = 0.5  # overlap from which a box counts as found


def overlap(boxes: Array, others: Array) -> Array:
    """Intersection over union of boxes, pair by pair; leading dimensions are broadcast.

    Shape:
        - boxes, others: ``(..., 4)``
        - Output: ``(...)``

    Example:
        >>> float(overlap(np.array([0, 0, 2, 2]), np.array([0, 0, 1, 2])))
        0.5
    """
    low, high = (
        np.maximum(boxes[..., :2], others[..., :2]),
        np.minimum(boxes[..., 2:], others[..., 2:]),
    )
    shared = (high - low).clip(0).prod(axis=-1)
    union = area(boxes) + area(others) - shared
    return np.divide(shared, union, out=np.zeros(np.shape(union)), where=union > 0)


def area(boxes: Array) -> Array:
    """The area of each box."""
    sides: Array = boxes[..., 2:] - boxes[..., :2]
    return np.asarray(sides.prod(axis=-1), np.float64)


def by_size(boxes: Array, labels: Array) -> tuple[Array, Array]:
    """Boxes and their labels, the largest first."""
    order = np.argsort(-area(boxes), kind="stable")
    return boxes[order], labels[order]


def best_match(box: Array, boxes: Array) -> tuple[int, float]:
    """Which of several boxes overlaps most with one, the first of equals, and how much.

    Example:
        >>> best_match(np.array([0, 0, 2, 2]), np.array([[5, 5, 6, 6], [0, 0, 1, 2]]))
        (1, 0.5)
    """
    overlaps = overlap(box, boxes)
    index = int(overlaps.argmax())
    return index, float(overlaps[index])


def average_precision(found: Array, confidence: Array, there: int) -> float:
    """Area under precision over recall, for answers that are right or wrong.

    Precision at a recall is the best one at that recall or a higher one.

    Args:
        found: Whether each answer is right, ``(N,)``.
        confidence: How sure each answer is, ``(N,)``.
        there: How many there were to find.

    Example:
        >>> average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]), 2)
        0.8333333333333333

    Source: Everingham et al. 2010, "The Pascal Visual Object Classes Challenge", in the form
    without interpolation at eleven points.
    """
    right = found[np.argsort(-confidence, kind="stable")]
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[right].sum() / there) if there else float("nan")


def shares(dataset: Dataset) -> Iterator[tuple[Array, Array]]:
    """Boxes as shares of each picture's own width and height, and labels, the largest box first.

    The frame that pictures of other proportions are put into does not count as picture.
    """
    size = dataset.image_shape[1], dataset.image_shape[2]
    for index in range(len(dataset)):
        target = dataset.target(index)
        top, left, height, width = place(dataset.frame(index), size, whole=True).target
        moved = np.asarray(target["boxes"], np.float64).reshape(-1, 4) - [left, top, left, top]
        yield by_size(moved / [width, height, width, height], np.asarray(target["labels"]))


def median_boxes(dataset: Dataset) -> Array:
    """The median box of each class, of the largest box in each picture, as shares of the picture.

    Shape:
        - Output: ``(K, 4)``; a class without boxes gets the median of all
    """
    largest = [(boxes[0], labels[0]) for boxes, labels in shares(dataset) if len(boxes)]
    boxes = np.array([box for box, _ in largest]).reshape(-1, 4)
    labels = np.array([label for _, label in largest])
    whole = np.median(boxes, axis=0) if len(boxes) else np.array([0.0, 0, 1, 1])
    groups = [boxes[labels == number] for number in range(len(dataset.classes))]
    return np.array([np.median(group, axis=0) if len(group) else whole for group in groups])


def without_looking(train: Dataset, judged: Dataset) -> dict[str, float]:
    """How well the median box of the training pictures does, by somebody who is told the class.

    A model that looks at pictures has to be better than this.

    Args:
        train: Where the medians are from.
        judged: The pictures that are answered.

    Returns:
        ``iou``, the mean overlap, and ``found``, the share of pictures with one of 0.5 or more;
        ``right``, which is the same to somebody who is told the class, and ``acc``, the share of
        the commonest class.
    """
    medians, pictures = median_boxes(train), list(shares(judged))
    overlaps = _overlaps_of_guesses(medians, pictures)
    if not len(overlaps):
        return {}
    found = float((overlaps >= HALF).mean())
    counts = np.bincount(_largest(shares(train)), minlength=len(train.classes))
    acc = float((_largest(pictures) == counts.argmax()).mean())
    return {"iou": float(overlaps.mean()), "found": found, "right": found, "acc": acc}


def _largest(pictures: Iterable[tuple[Array, Array]]) -> NDArray[np.int64]:
    """The class of the largest box of each picture that has one."""
    return np.array([labels[0] for _, labels in pictures if len(labels)], np.int64)


def _overlaps_of_guesses(medians: Array, pictures: Sequence[tuple[Array, Array]]) -> Array:
    """The best that a median box gets in each picture, for any of the boxes there."""
    return np.array(
        [overlap(medians[labels], boxes).max() for boxes, labels in pictures if len(boxes)]
    )
