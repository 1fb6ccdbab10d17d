"""What there is to say about a run at a glance, for the lists of runs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from tensorlite.errors import TensorliteError
from tensorlite.training.progress import show_duration, show_figure
from tensorlite.training.run import RunDirectory
from tensorlite.training.settings import DEFAULTS, Settings
from tensorlite.training.shelf import tags

HEAD = ("run", "status", "epochs", "best", "tags")


@dataclass(frozen=True)
class Summary:
    """A run at a glance.

    Args:
        run: The run.
        settings: What it was told; None if that cannot be read.
        epochs: Epochs that were finished.
        figures: The best epoch's figures, and those of the part it was judged by.
        best_epoch: The epoch that was chosen, 0 before the end.
        seconds: How long it took, 0 before the end.
        command: What was typed.
        tags: Marks that somebody put onto it.
    """

    run: RunDirectory
    settings: Settings | None
    epochs: int
    figures: dict[str, float]
    best_epoch: int
    seconds: float
    command: str
    tags: list[str]

    @property
    def monitor(self) -> str:
        """The figure that chose the best epoch: every task writes it down first."""
        names = (name.removeprefix("val_") for name in self.figures if name.startswith("val_"))
        return next((name for name in names if name != "loss"), "loss")

    def row(self) -> tuple[str, ...]:
        """Return the run as a row of the list; ``HEAD`` names the columns."""
        of = f"/{self.settings.epochs}" if self.settings else ""
        epochs, marks = f"{self.epochs}{of}", ", ".join(self.tags)
        return self.run.name, self.run.status, epochs, self._figures(self.monitor), marks

    def fields(self) -> list[tuple[str, str]]:
        """Return names and values, with the settings that are not at their default."""
        told = {
            name: value
            for name, value in (dataclasses.asdict(self.settings) if self.settings else {}).items()
            if value != getattr(DEFAULTS, name)
        }
        best = f" (epoch {self.best_epoch})" if self.best_epoch else ""
        return [
            ("run", str(self.run.path)),
            ("status", self.run.status),
            ("tags", ", ".join(self.tags)),
            ("epochs", self.row()[2]),
            ("best", self._figures(self.monitor) + best),
            ("loss", self._figures("loss")),
            ("time", show_duration(self.seconds) if self.seconds else ""),
            ("settings", ", ".join(f"{name}={value}" for name, value in told.items())),
            ("command", self.command),
            ("files", ", ".join(sorted(path.name for path in self.run.path.iterdir()))),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "run": self.run.name,
            "path": str(self.run.path),
            "status": self.run.status,
            "tags": self.tags,
            "epochs": self.epochs,
            "best_epoch": self.best_epoch,
            "figures": self.figures,
            "seconds": self.seconds,
            "command": self.command,
            "settings": dataclasses.asdict(self.settings) if self.settings else None,
            "metrics": self.run.metrics(),
        }

    def _figures(self, ending: str) -> str:
        shown = (
            f"{name} {show_figure(name, value, 2 if name.startswith('test') else 1)}"
            for name, value in self.figures.items()
            if name.endswith(f"_{ending}")
        )
        return ", ".join(shown)


def summarise(run: RunDirectory) -> Summary:
    """Read what is worth saying about a run; files that are missing or damaged are left out."""
    try:
        settings: Settings | None = run.settings()
    except TensorliteError:
        settings = None
    try:
        return _summary(run, settings, run.read_json("result.json"))
    except (AttributeError, KeyError, TypeError, ValueError):  # readable, but not what we wrote
        return _summary(run, settings, {})


def _summary(run: RunDirectory, settings: Settings | None, result: dict[str, Any]) -> Summary:
    metrics = run.metrics()
    best = result.get("best") or (metrics[-1] if metrics else {})
    figures = {name: float(value) for name, value in best.items() if "_" in name}
    judged_by = result.get("judged_by", "val")
    judged = result.get(judged_by, {})
    figures |= {
        f"{judged_by}_{name.removeprefix('val_')}": judged[name.removeprefix("val_")]
        for name in tuple(figures)
        if name.removeprefix("val_") in judged
    }
    figures.pop("images_per_second", None)
    return Summary(
        run=run,
        settings=settings,
        epochs=len(metrics),
        figures=figures,
        best_epoch=result.get("best_epoch", 0),
        seconds=result.get("seconds", 0.0),
        command=" ".join(map(str, run.read_json("env.json").get("command", []))),
        tags=tags(run),
    )
