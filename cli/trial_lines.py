"""What a sweep shows while it works: a line per trial, and in a terminal a panel below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorlite.cli.output import event, note
from tensorlite.cli.progress import console
from tensorlite.training.panel import LivePanel
from tensorlite.training.progress import json_line, show_duration, show_figure
from tensorlite.training.search_plan import Plan, Trial
from tensorlite.training.sweep_report import show_value


class TrialLines:
    """Tells of trials as they begin and end.

    Args:
        plan: What is searched.
        mode: ``rich``, ``plain``, ``json`` or ``off``.
    """

    def __init__(self, plan: Plan, mode: str) -> None:
        self._plan, self._mode = plan, mode
        self._screen = console() if mode == "rich" else None

    def watch(self, trial: Trial) -> Sequence[Any]:
        """Return what shows the training of a trial."""
        return [LivePanel(self._screen)] if self._screen is not None else []

    def finished(self, trial: Trial, trials: list[Trial]) -> None:
        """Write the line of a trial that has ended."""
        if self._mode == "off":
            return
        if self._mode == "json":
            values = {name: getattr(trial, name) for name in ("number", "state", "value")}
            event(json_line("trial", **values, **trial.params, seconds=trial.seconds))
            return
        note(self._line(trial, trials))

    def _line(self, trial: Trial, trials: list[Trial]) -> str:
        plan, best = self._plan, self._plan.best(trials)
        ended = sum(each.finished for each in trials)
        values = "  ".join(f"{k} {show_value(v)}" for k, v in trial.params.items())
        result: str = trial.state if trial.state != "done" else ""
        if trial.value is not None:
            figure = f"{plan.monitor} {show_figure(plan.monitor, trial.value)}"
            result = f"{figure}  {result}".rstrip()
        line = f"trial {ended:>{len(str(plan.count))}}/{plan.count}  {values}  {result}"
        line += f"  {show_duration(trial.seconds)}"
        if best is not None and best.value is not None:
            line += f"  best {show_figure(plan.monitor, best.value)} (trial {best.number})"
        return line
