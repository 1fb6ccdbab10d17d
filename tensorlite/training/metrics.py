"""Figures about predictions: accuracy, confusion, figures per class, and what they must reach."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.errors import ConfigError, RequirementError, UnknownNameError, close_names

Array = NDArray[Any]

_FORM = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*([-+.\deE]+)\s*(%?)\s*")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def confusion_matrix(predicted: Array, target: Array, classes: int) -> NDArray[np.int64]:
    """Count how often an image of class i (row) was taken for class j (column).

    Shape:
        - predicted, target: ``(N,)`` integers
        - Output: ``(classes, classes)``

    Example:
        >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
        [[1, 1], [0, 1]]
    """
    cells = target.astype(np.int64) * classes + predicted
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def wilson_interval(right: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the interval in which a share observed as ``right / total`` lies (95 % by default).

    Unlike the textbook interval it stays inside 0..1 and is sound near both ends.

    Example:
        >>> low, high = wilson_interval(95, 100)
        >>> round(low, 3), round(high, 3)
        (0.888, 0.978)

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    """
    if total == 0:
        return 0.0, 1.0
    share, spread = right / total, z * z / total
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return max(0.0, low), min(1.0, high)


@dataclass(frozen=True)
class ClassFigures:
    """How one class did.

    Args:
        name: The class.
        count: Images of the class.
        recall: Share of them that was recognised; this is the accuracy within the class.
        precision: Share of the images taken for this class that belong to it.
        f1: Harmonic mean of the two.
        taken_for: The class it was most often mistaken for, empty when it never was.
    """

    name: str
    count: int
    recall: float
    precision: float
    f1: float
    taken_for: str


def per_class(confusion: Array, classes: Sequence[str]) -> list[ClassFigures]:
    """Break a confusion matrix down by class.

    Example:
        >>> per_class(np.array([[3, 1], [0, 2]]), ["cat", "dog"])[0].recall
        0.75
    """
    return [_class_figures(confusion, index, classes) for index in range(len(classes))]


def _class_figures(confusion: Array, index: int, classes: Sequence[str]) -> ClassFigures:
    right, count = int(confusion[index, index]), int(confusion[index].sum())
    recall = _share(right, count)
    precision = _share(right, int(confusion[:, index].sum()))
    f1 = _share(2 * recall * precision, recall + precision)
    mistakes = confusion[index].copy()
    mistakes[index] = 0
    taken_for = classes[int(mistakes.argmax())] if mistakes.any() else ""
    return ClassFigures(classes[index], count, recall, precision, f1, taken_for)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


class Accuracy:
    """Share of images whose largest output is their class.

    Example:
        >>> metric = Accuracy()
        >>> metric.update(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
        >>> metric.compute()
        0.5
    """

    higher_is_better = True

    def __init__(self) -> None:
        self._right = self._total = 0

    def update(self, prediction: Array, target: Array) -> None:
        """Add a batch: outputs ``(N, K)`` and classes ``(N,)``."""
        self._right += int((prediction.argmax(axis=1) == target).sum())
        self._total += len(target)

    def compute(self) -> float:
        """Return the share over everything that was added."""
        return self._right / self._total if self._total else math.nan


class TopAccuracy(Accuracy):
    """Share of images whose class is among the k largest outputs.

    Args:
        k: How many outputs count.

    Example:
        >>> metric = TopAccuracy(k=2)
        >>> metric.update(np.array([[0.5, 0.3, 0.2]]), np.array([1]))
        >>> metric.compute()
        1.0
    """

    def __init__(self, k: int = 5) -> None:
        if k < 1:
            raise ConfigError(f"expected k of 1 or more, got {k}.", where="top_accuracy")
        super().__init__()
        self.k = k

    def update(self, prediction: Array, target: Array) -> None:
        """Add a batch: outputs ``(N, K)`` and classes ``(N,)``."""
        k = min(self.k, prediction.shape[1])
        best = np.argpartition(-prediction, k - 1, axis=1)[:, :k]
        self._right += int((best == target[:, None]).any(axis=1).sum())
        self._total += len(target)


class MacroF1:
    """Mean of the classes' F1 scores: every class counts the same, however rare.

    Example:
        >>> metric = MacroF1()
        >>> metric.update(np.eye(3), np.arange(3))
        >>> metric.compute()
        1.0
    """

    higher_is_better = True

    def __init__(self) -> None:
        self._confusion: NDArray[np.int64] | None = None

    def update(self, prediction: Array, target: Array) -> None:
        """Add a batch: outputs ``(N, K)`` and classes ``(N,)``."""
        counts = confusion_matrix(prediction.argmax(axis=1), target, prediction.shape[1])
        self._confusion = counts if self._confusion is None else self._confusion + counts

    def compute(self) -> float:
        """Return the mean over the classes that were seen."""
        if self._confusion is None:
            return math.nan
        names = [str(index) for index in range(len(self._confusion))]
        figures = per_class(self._confusion, names)
        return float(np.mean([item.f1 for item in figures if item.count]))


@dataclass(frozen=True)
class Requirement:
    """A bound on one figure.

    Args:
        name: The figure, such as ``val_acc``.
        comparison: One of ``>= <= > <``.
        value: The bound.
    """

    name: str
    comparison: str
    value: float

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """Read a requirement; ``98%`` is 0.98.

        Raises:
            ConfigError: If it has another form.

        Example:
            >>> Requirement.parse("val_acc >= 98%")
            Requirement(name='val_acc', comparison='>=', value=0.98)
        """
        match = _FORM.fullmatch(text)
        try:
            if match is None:
                raise ValueError(text)
            name, comparison, number, percent = match.groups()
            value = float(number) / (100 if percent else 1)
        except ValueError:
            raise ConfigError(
                f"expected a figure and a bound, got '{text}'.",
                where="--require",
                hint="--require 'val_acc>=0.98'",
            ) from None
        if name.endswith("acc") and value > 1:  # which can never be reached
            message = f"expected a share from 0 to 1, or per cent, got '{text}'."
            raise ConfigError(message, where="--require", hint=f"--require '{text.strip()}%'")
        return cls(name, comparison, value)

    def check_name(self, names: Iterable[str]) -> None:
        """Refuse a figure that the training will not have.

        Raises:
            UnknownNameError: If the name is not among the names.
        """
        names = list(names)
        if self.name not in names:
            parts = [f"there is no figure '{self.name}'.", close_names(self.name, names)]
            parts.append(f"All {len(names)}: {', '.join(names)}.")
            raise UnknownNameError(" ".join(filter(None, parts)), where="--require")

    def check(self, figures: Mapping[str, float]) -> None:
        """Compare a result with the bound.

        Raises:
            RequirementError: If it is not met.
        """
        value = figures[self.name]
        if not _COMPARE[self.comparison](value, self.value):
            raise RequirementError(
                f"expected {self.name} {self.comparison} {self.value:g}, got {value:.4f}.",
                where="--require",
            )
