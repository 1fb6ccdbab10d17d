"""The page about a search: its best trial, which parameters mattered, and a table of all."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from tensorlite.files import write_atomically
from tensorlite.training.curves import cloud, curves
from tensorlite.training.page import Bar, Text, charts, page, paragraph, table, tiles
from tensorlite.training.progress import show_duration, show_figure
from tensorlite.training.search_plan import Plan, Trial
from tensorlite.training.space import Parameter
from tensorlite.training.svg import Axis
from tensorlite.training.sweep_folder import Sweep
from tensorlite.training.tasks import Section

ENDED = ("done", "pruned", "diverged")


def write_sweep_report(sweep: Sweep, plan: Plan, trials: Sequence[Trial], command: str) -> Path:
    """Write ``report.html`` into the folder of a search.

    Args:
        sweep: The search.
        plan: What is searched.
        trials: All that were begun.
        command: The line that trains with the best values; empty if there are none.

    Returns:
        The page.
    """
    above = tiles(_tiles(plan, trials))
    sections = [
        Section("What mattered", _importances(plan, trials)),
        Section("Trials", trial_table(plan, trials)),
    ]
    if command:
        sections.insert(0, Section("The best values", f"<pre>{escape(command)}</pre>"))
    searched = f"{plan.strategy} · {', '.join(map(str, plan.space))}"
    path = sweep.path / "report.html"
    write_atomically(
        path, page(f"Search for {plan.model}: {sweep.name}", searched, above, sections)
    )
    return path


def rows(plan: Plan, trials: Sequence[Trial]) -> list[list[str]]:
    """Return trials as rows of words, the best first; ``head`` names the columns."""
    return [
        [
            str(trial.number),
            *(show_value(trial.params[item.name]) for item in plan.space),
            "" if trial.value is None else show_figure(plan.monitor, trial.value, 2),
            str(trial.epochs or ""),
            trial.state,
            show_duration(trial.seconds) if trial.seconds else "",
        ]
        for trial in plan.ranking(trials)
    ]


def head(plan: Plan) -> list[str]:
    """Return the titles of the columns of ``rows``."""
    return ["trial", *(item.name for item in plan.space), plan.monitor, "epochs", "state", "time"]


def trial_table(plan: Plan, trials: Sequence[Trial]) -> str:
    """Return all trials as a table of a page, the best first."""
    ranked = plan.ranking(trials)
    faint = [index for index, trial in enumerate(ranked) if trial.state != "done"]
    return table(head(plan), rows(plan, trials), faint=faint)


def show_value(value: Any) -> str:
    """Write a value of a parameter.

    Example:
        >>> show_value(0.0012345), show_value("sgd")
        ('0.001234', 'sgd')
    """
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _tiles(plan: Plan, trials: Sequence[Trial]) -> list[tuple[str, str]]:
    best = plan.best(trials)
    ended = {state: sum(trial.state == state for trial in trials) for state in ENDED}
    others = ", ".join(f"{count} {state}" for state, count in ended.items() if count)
    found = [(f"{sum(ended.values())} of {plan.count}", f"trials: {others or 'none has ended'}")]
    found.append((show_duration(sum(trial.seconds for trial in trials)), "of training in all"))
    if best is None or best.value is None:
        return found
    values = ", ".join(f"{name} {show_value(value)}" for name, value in best.params.items())
    figure = show_figure(plan.monitor, best.value, 2)
    return [(figure, f"{plan.monitor} of trial {best.number}: {values}"), *found]


def _importances(plan: Plan, trials: Sequence[Trial]) -> str:
    shares = plan.importances(trials)
    of = {item.name: item for item in plan.space}
    words = (
        "How much of the differences between finished trials each parameter explains, beyond "
        "what chance would. With few trials this is a hint."
    )
    listed = table([], [[name, Bar(v), Text(f"{100 * v:.0f} %")] for name, v in shares.items()])
    drawn = [_history(plan, trials), *(_cloud(plan, trials, of[name]) for name in shares)]
    return f'<div class="stack">{paragraph(words)}{listed}{charts(filter(None, drawn))}</div>'


def _done(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.state == "done" and trial.value is not None]


def _history(plan: Plan, trials: Sequence[Trial]) -> str:
    done = _done(trials)
    if not done:
        return ""
    numbers = [float(trial.number) for trial in done]
    values = [float(trial.value or 0.0) for trial in done]
    best = list(itertools.accumulate(values, max if plan.higher_is_better else min))
    axis = Axis(0, max(numbers[-1], 1.0), sorted({0.0, numbers[len(numbers) // 2], numbers[-1]}))
    series = {"trial": (numbers, values), "best": (numbers, best)}
    return curves(series, f"{plan.monitor} by trial", axis, percent=_share(values))


def _cloud(plan: Plan, trials: Sequence[Trial], item: Parameter) -> str:
    done = _done(trials)
    best = plan.best(trials)
    values = [float(trial.value or 0.0) for trial in done]
    if not done:
        return ""
    index = done.index(best) if best in done else -1
    if item.choices:
        places = [float(item.choices.index(trial.params[item.name])) for trial in done]
        ticks = [float(index) for index in range(len(item.choices))]
        axis = Axis(-0.5, len(ticks) - 0.5, ticks, names=[str(choice) for choice in item.choices])
    else:
        places = [float(trial.params[item.name]) for trial in done]
        axis = Axis.spanning([item.low, item.high], log=item.log)
    title = f"{plan.monitor} over {item.name}"
    return cloud((places, values), title, axis, percent=_share(values), best=index)


def _share(values: Sequence[float]) -> bool:
    return all(0 <= value <= 1 for value in values)
