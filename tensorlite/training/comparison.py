"""Runs beside each other: what they were told differently, what they reached, their curves."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.files import write_atomically
from tensorlite.training.curves import line_chart
from tensorlite.training.page import Text, charts, page, table
from tensorlite.training.progress import show_duration, show_figure
from tensorlite.training.run import RunDirectory
from tensorlite.training.summaries import Summary, summarise
from tensorlite.training.svg import standalone
from tensorlite.training.tasks import Section

ENDINGS = (".html", ".svg")
_PLAIN = ("epoch", "seconds", "images_per_second")


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Several runs beside each other.

    Args:
        summaries: The runs, in the order in which they were named.
    """

    summaries: Sequence[Summary]

    @classmethod
    def of(cls, runs: Sequence[RunDirectory]) -> Comparison:
        """Read the runs.

        Raises:
            ConfigError: If there are fewer than two, or one is named twice.
        """
        names = [run.path.resolve() for run in runs]
        if len(set(names)) < 2 or len(set(names)) < len(names):
            shown = ", ".join(run.name for run in runs) or "none"
            raise ConfigError(f"expected two or more different runs, got {shown}.")
        return cls([summarise(run) for run in runs])

    @property
    def names(self) -> list[str]:
        """The names of the runs."""
        return [summary.run.name for summary in self.summaries]

    def differences(self) -> dict[str, list[Any]]:
        """Return the settings that are not the same in all runs, with the value of each run."""
        told = [
            dataclasses.asdict(summary.settings) if summary.settings else {}
            for summary in self.summaries
        ]
        keys = dict.fromkeys(key for settings in told for key in settings)
        values = {key: [settings.get(key) for settings in told] for key in keys}
        return {key: row for key, row in values.items() if any(v != row[0] for v in row)}

    def figures(self) -> dict[str, list[float | None]]:
        """Return the figures of the best epochs, and of the part they were judged by."""
        found = [summary.figures for summary in self.summaries]
        keys = dict.fromkeys(key for row in found for key in row if key not in _PLAIN)
        rows = {key: [row.get(key) for row in found] for key in keys}
        rows["best_epoch"] = [float(summary.best_epoch) for summary in self.summaries]
        rows["seconds"] = [summary.seconds for summary in self.summaries]
        return rows

    def rows(self) -> list[list[str]]:
        """Return differing settings, then figures, as rows of words; each begins with its name."""
        settings = [[key, *map(_value, row)] for key, row in self.differences().items()]
        figures = [[key, *(_figure(key, v) for v in row)] for key, row in self.figures().items()]
        return settings + figures

    def curves(self) -> dict[str, str]:
        """Draw the same figure of all runs in one chart each, the learning rate last."""
        metrics = [summary.run.metrics() for summary in self.summaries]
        keys = dict.fromkeys(key for rows in metrics for key in (rows[0] if rows else {}))
        return {
            key: _chart(key, dict(zip(self.names, metrics, strict=True)))
            for key in sorted(keys, key="lr".__eq__)
            if key not in _PLAIN
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "runs": self.names,
            "differences": self.differences(),
            "figures": self.figures(),
            "metrics": [summary.run.metrics() for summary in self.summaries],
        }

    def save(self, path: Path) -> None:
        """Write a page (``.html``), or the chart of the figure that chose the epochs (``.svg``).

        Raises:
            ConfigError: If the name ends otherwise.
            DataError: If it cannot be written.
        """
        check_ending(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = self.curves()
        if path.suffix == ".svg":
            chosen = next((key for key in drawn if _is_share(key)), "val_loss")
            write_atomically(path, standalone(drawn.get(chosen) or line_chart({}, "No epochs")))
            return
        write_atomically(path, self._page(drawn))

    def _page(self, drawn: Mapping[str, str]) -> str:
        differing = [[k, *map(Text, map(_value, r))] for k, r in self.differences().items()]
        figures = [[k, *(_figure(k, v) for v in row)] for k, row in self.figures().items()]
        same = "<p>None: they were told the same.</p>"
        sections = [
            Section("Curves", charts(drawn.values())),
            Section("Figures", table(["", *self.names], figures)),
            Section(
                "Settings that differ",
                table(["setting", *self.names], differing) if differing else same,
            ),
        ]
        return page(f"{len(self.names)} runs compared", " · ".join(self.names), "", sections)


def check_ending(path: Path) -> None:
    """Refuse a file that is neither a page nor a chart.

    Raises:
        ConfigError: If its name ends otherwise.

    Example:
        >>> check_ending(Path("compare.html"))
    """
    if path.suffix not in ENDINGS:
        raise ConfigError(
            f"expected a file that ends in {' or '.join(ENDINGS)}, got {path}.",
            where="--save",
            hint=f"--save {path.stem or 'compare'}.html",
        )


def _chart(key: str, metrics: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    series = {name: [row.get(key, math.nan) for row in rows] for name, rows in metrics.items()}
    values = [v for row in series.values() for v in row if math.isfinite(v)]
    share = _is_share(key) and all(0 <= value <= 1 for value in values)
    return line_chart(series, key, percent=share)


def _is_share(key: str) -> bool:
    return key.startswith("val_") and not key.endswith("loss")


def _figure(key: str, value: float | None) -> str:
    if value is None:
        return ""
    if key == "seconds":
        return show_duration(value) if value else ""
    if key == "best_epoch":
        return f"{value:.0f}" if value else ""
    return f"{value:.3g}" if key == "lr" else show_figure(key, value, 2)


def _value(value: Any) -> str:
    return str(value) if value not in ("", [], {}, None) else "–"
