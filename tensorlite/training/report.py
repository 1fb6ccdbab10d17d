"""The report of a run: one HTML file with everything inside, readable without a network.

The page knows no task; what a task shows on it comes as sections and charts from the task.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorlite.errors import DataError
from tensorlite.files import write_atomically
from tensorlite.training.building import build_augmentation, model_parts
from tensorlite.training.curves import line_chart
from tensorlite.training.data_sections import data_sections
from tensorlite.training.inputs import Inputs, Measured, Parts
from tensorlite.training.model_sections import model_sections
from tensorlite.training.page import Text, charts, folded, page, table, tiles
from tensorlite.training.progress import show_duration, show_figure
from tensorlite.training.run import RunDirectory
from tensorlite.training.settings import Settings
from tensorlite.training.svg import standalone
from tensorlite.training.tasks import Section, Task

if TYPE_CHECKING:
    from tensorlite.data import Data
    from tensorlite.nn import Module
    from tensorlite.training.loop import Trainer
    from tensorlite.training.result import Result
    from tensorlite.training.session import Session


@dataclass(frozen=True)
class Story:
    """All that a report tells of; from a training that has just ended, or from a run on disk."""

    run: RunDirectory
    settings: Settings
    origins: Mapping[str, str]
    data: Data
    parts: Parts
    inputs: Inputs
    task: Task
    model: Module
    history: Sequence[Mapping[str, float]]
    best_epoch: int
    measured_on: Measured
    scores: Any
    baseline: Mapping[str, float]
    seconds: float

    @property
    def decimals(self) -> int:
        """Decimals of a percentage that the images justify."""
        return 2 if self.measured_on.images >= 2000 else 1

    @property
    def best(self) -> Mapping[str, float]:
        """The figures of the chosen epoch; empty if there is none."""
        return self.history[self.best_epoch - 1] if 0 < self.best_epoch <= len(self.history) else {}


def write_report(session: Session, trainer: Trainer, result: Result) -> Path:
    """Write ``report.html`` and ``plots/*.svg`` of a training that has just ended.

    Returns:
        The page.
    """
    config = session.config
    story = Story(
        run=result.run,
        settings=config.settings,
        origins=config.origins,
        data=session.data,
        parts=session.parts,
        inputs=session.inputs,
        task=session.task,
        model=session.model,
        history=trainer.history,
        best_epoch=result.best_epoch,
        measured_on=result.measured_on,
        scores=result.scores,
        baseline=result.baseline,
        seconds=result.seconds,
    )
    return _write(story)


def rebuild_report(run: RunDirectory) -> Path:
    """Write the report of a run again, from its folder, its weights and its data.

    Returns:
        The page.

    Raises:
        TensorliteError: If its weights or its data are not there.
    """
    from tensorlite.data import open_data
    from tensorlite.training.trained import Trained

    trained = Trained.load(str(run.path))
    settings, result = run.settings(), run.read_json("result.json")
    settings = dataclasses.replace(settings, model=trained.description.model)
    data = open_data(settings.data, skip_bad=settings.skip_bad)
    parts = model_parts(data, settings)
    judged_by = str(result.get("judged_by", parts.judged_by))
    if judged_by not in parts.splits:
        raise DataError(f"the data has no part '{judged_by}' any more.", where=settings.data)
    story = Story(
        run=run,
        settings=settings,
        origins=run.read_json("env.json").get("origins", {}),
        data=data,
        parts=parts,
        inputs=trained.inputs,
        task=trained.task,
        model=trained.model,
        history=run.metrics(),
        best_epoch=int(result.get("best_epoch", trained.description.epoch)),
        measured_on=parts.measured_on(judged_by),
        scores=trained.evaluate(parts.splits[judged_by]),
        baseline=trained.task.baseline(parts.train, parts.splits[judged_by]),
        seconds=float(result.get("seconds", 0.0)),
    )
    return _write(story)


def _write(story: Story) -> Path:
    drawn = curve_charts(story.history, story.task.monitor, story.best_epoch)
    for name, chart in {**drawn, **story.task.charts(story.scores)}.items():
        write_atomically(story.run.path / "plots" / f"{name}.svg", standalone(chart))
    title = f"{story.settings.model} on {story.data.name}"
    line = f"{story.run.name} · {story.data.sentence()}"
    path = story.run.path / "report.html"
    write_atomically(path, page(title, line, tiles(_tiles(story)), _sections(story, drawn)))
    return path


def _sections(story: Story, drawn: Mapping[str, str]) -> list[Section]:
    settings = story.settings
    judged = story.parts.splits[story.measured_on.split]
    augmentation = build_augmentation(settings.augment)
    return [
        Section("Curves", charts(drawn.values())),
        *story.task.sections(story.scores, judged),
        *data_sections(story.data, story.parts, story.inputs, augmentation, settings.seed),
        *model_sections(story.model, story.inputs.shape),
        *_loaded(story.run),
        Section("Configuration", _configuration(settings, story.origins)),
        Section("Environment", _environment(story.run)),
    ]


def _tiles(story: Story) -> list[tuple[str, str]]:
    monitor = story.task.monitor
    parameters = sum(value.numel() for value in story.model.parameters())
    judged = show_figure(monitor, story.scores.figures()[monitor], story.decimals)
    how = f"{story.task.sentence(story.scores, story.baseline)} · {story.measured_on.phrase()}"
    best = story.best.get(f"val_{monitor}")
    chosen = f"epoch {story.best_epoch}", f"of {len(story.history)} was the best on val"
    if story.measured_on.split != "val" and best is not None:
        where = f"on val at epoch {story.best_epoch} of {len(story.history)}, the best"
        chosen = show_figure(monitor, best, story.decimals), where
    threads = story.run.read_json("env.json").get("threads", "?")
    took = show_duration(story.seconds), f"of training on {threads} thread{'s' * (threads != 1)}"
    return [(judged, how), chosen, (f"{parameters:,}", "parameters"), took]


def curve_charts(
    history: Sequence[Mapping[str, float]], monitor: str, best_epoch: int = 0
) -> dict[str, str]:
    """Draw the losses in one chart, every other figure and the learning rate in one each.

    Args:
        history: Figures of each epoch.
        monitor: The figure that chose the best epoch; its chart comes after that of the losses.
        best_epoch: Marked in the charts; 0 for none.
    """
    if not history:
        return {}
    column = {name: [row.get(name, math.nan) for row in history] for name in history[0]}
    names = {"train": "train_loss", "val": "val_loss"}
    losses = {short: column[name] for short, name in names.items() if name in column}
    others = [name for name in column if name.startswith("val_") and name != "val_loss"]
    others.sort(key=lambda name: name != f"val_{monitor}")
    drawn = {"loss": line_chart(losses, "Loss", mark=best_epoch)}
    for name in others:
        share = all(0 <= value <= 1 for value in column[name])
        drawn[name.removeprefix("val_")] = line_chart(
            {"val": column[name]}, name, percent=share, mark=best_epoch
        )
    if "lr" in column:
        drawn["lr"] = line_chart({"lr": column["lr"]}, "Learning rate")
    return drawn


def _loaded(run: RunDirectory) -> list[Section]:
    """What a fine-tuning took over, if the run is one."""
    found = run.read_json("load.json")
    rows = [[name, Text(_show(value))] for name, value in found.items()]
    return [Section("Loaded weights", table([], rows))] if rows else []


def _configuration(settings: Settings, origins: Mapping[str, str]) -> str:
    values = dataclasses.asdict(settings)
    rows = [
        [name, Text(_show(value)), Text(origins.get(name, "default"))]
        for name, value in values.items()
    ]
    told, rest = (
        [row for row in rows if row[0] in origins],
        [r for r in rows if r[0] not in origins],
    )
    head = ["setting", "value", "from"]
    return table(head, told) + folded(f"{len(rest)} at their default", table(head, rest))


def _environment(run: RunDirectory) -> str:
    items = run.read_json("env.json")
    rows = [[k, Text(_show(v))] for k, v in items.items() if k not in ("origins", "recipe")]
    return folded("Machine and versions", table([], rows))


def _show(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(_show_item, value)) or "–"
    return str(value)


def _show_item(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    options = ", ".join(f"{key}={value}" for key, value in item.items() if key != "name")
    return f"{item.get('name', '')}({options})" if options else str(item.get("name", ""))
