"""Whether a model is right as often as it says: the calibration error and the figures behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.training.page import Bar, paragraph, table
from tensorlite.training.tasks import Section

BINS = 15


@dataclass(frozen=True)
class Bin:
    """Answers of about the same confidence.

    Args:
        low: The lowest confidence that belongs here.
        high: The highest.
        count: Answers.
        confidence: Their mean confidence.
        accuracy: The share of them that is right.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def calibration_bins(confidence: NDArray[Any], right: NDArray[Any], bins: int = BINS) -> list[Bin]:
    """Sort answers by confidence into bins of the same width; empty ones are left out.

    Args:
        confidence: The probability given to each answer, ``(N,)``.
        right: Whether it is right, ``(N,)``.
        bins: How many there are between 0 and 1.
    """
    edges = np.linspace(0, 1, bins + 1)
    number = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    chosen = [(at, number == at) for at in np.unique(number)]
    return [
        Bin(
            float(edges[at]),
            float(edges[at + 1]),
            int(here.sum()),
            float(confidence[here].mean()),
            float(right[here].mean()),
        )
        for at, here in chosen
    ]


def calibration_error(bins: list[Bin]) -> float:
    """The mean distance between confidence and accuracy, weighted by the answers in each bin.

    Example:
        >>> bins = calibration_bins(np.array([0.9, 0.9]), np.array([True, False]))
        >>> round(calibration_error(bins), 6)
        0.4

    Source: Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning";
    Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    total = sum(item.count for item in bins)
    if not total:
        return float("nan")
    return sum(item.count * abs(item.confidence - item.accuracy) for item in bins) / total


def calibration_section(bins: list[Bin]) -> Section:
    """What a report shows: the error, and for each confidence how often it was right."""
    error = paragraph(
        f"Calibration error {100 * calibration_error(bins):.1f} %: so far is the confidence from "
        "the share of right answers, on average."
    )
    rows = (
        [
            f"{100 * item.low:.0f}–{100 * item.high:.0f} %",
            item.count,
            f"{100 * item.confidence:.1f} %",
            Bar(item.accuracy),
            f"{100 * item.accuracy:.1f} %",
        ]
        for item in reversed(bins)
    )
    head = ["confidence", "images", "mean", "", "right"]
    return Section("Calibration", error + table(head, rows), wide=False)
