"""What came out of a training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tensorlite.training.inputs import Measured
from tensorlite.training.loop import Figures
from tensorlite.training.progress import show_figure
from tensorlite.training.run import RunDirectory
from tensorlite.training.tasks import Task


@dataclass(frozen=True)
class Result:
    """What came out of a training.

    Args:
        run: Where everything is.
        epochs: Epochs that were trained.
        best_epoch: The epoch that was chosen.
        best: Its figures.
        measured_on: The part that the chosen weights were judged by: ``"test"`` or ``"val"``.
        scores: How they did there.
        baseline: What somebody gets there who does not look at the pictures.
        seconds: Time of the training.
    """

    run: RunDirectory
    epochs: int
    best_epoch: int
    best: Figures
    measured_on: Measured
    scores: Any
    baseline: dict[str, float]
    seconds: float

    @property
    def judged_by(self) -> str:
        """The name of the part that the chosen weights were judged by."""
        return self.measured_on.split

    def figures(self) -> Figures:
        """Return the figures of the best epoch and of the part it was judged by."""
        judged = {f"{self.judged_by}_{k}": v for k, v in self.scores.figures().items()}
        return {**self.best, **judged}

    def best_line(self, task: Task, decimals: int) -> str:
        """Say which epoch was chosen and why."""
        monitor = f"val_{task.monitor}"
        figure = show_figure(monitor, self.best[monitor], decimals)
        return f"{monitor} {figure} at epoch {self.best_epoch}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, for ``result.json``."""
        return {
            "run": self.run.name,
            "epochs": self.epochs,
            "best_epoch": self.best_epoch,
            "best": {name: value for name, value in self.best.items() if math.isfinite(value)},
            "judged_by": self.judged_by,
            "selected_on": self.measured_on.selected,
            self.judged_by: self.scores.to_dict(),
            "baseline": self.baseline,
            "seconds": round(self.seconds, 3),
        }
