"""Logs of trainings that are kept beside a model: what its card claims is read from them.

A log is a JSON file, named in the model's entry as ``log``. It has one item for each data set, with
the settings beyond the recipe, and for each seed the metrics of every epoch and what was reached.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import mean
from typing import Any

from tensorlite.errors import DataError
from tensorlite.registry import Entry
from tensorlite.training.progress import show_figure

CHANCE = 2.58  # deviations within which 99 % of all differences by chance lie
QUICK = 2  # epochs of a quick check
LOSS = "train_loss"  # differs least from seed to seed at the start of a training


@dataclass(frozen=True)
class LoggedRun:
    """One training.

    Args:
        seed: Its seed.
        best_epoch: The epoch whose weights were kept.
        figures: What they reached on the part that they were judged by.
        epochs: The metrics of each epoch.
    """

    seed: int
    best_epoch: int
    figures: dict[str, float]
    epochs: list[dict[str, float]]


@dataclass(frozen=True)
class Claim:
    """What a card says about one data set.

    Args:
        model: Registry name.
        data: Name of the data: registered, or that of the folder.
        licence: Of the data.
        split: The part that figures are from.
        images: How many they are.
        settings: What was given beyond the recipe.
        seconds: Time of one training on two cores.
        timing: How that time was got, where the machine was not idle.
        runs: The trainings.
        baseline: Figures of somebody who does not look at the pictures; empty for none.
        start: The model with weights that it was fine-tuned from; empty for none.
    """

    model: str
    data: str
    licence: str
    split: str
    images: int
    settings: dict[str, Any]
    seconds: float
    timing: str
    runs: tuple[LoggedRun, ...]
    baseline: dict[str, float] = field(default_factory=dict)
    start: str = ""

    @property
    def figures(self) -> dict[str, float]:
        """The mean over the trainings."""
        return {name: mean(run.figures[name] for run in self.runs) for name in self.runs[0].figures}

    @property
    def epochs(self) -> int:
        """Epochs of a training."""
        return len(self.runs[0].epochs)

    def margin(self, name: str) -> float:
        """How far below the claim a figure may lie by chance.

        It is that of the difference between two shares of so many images, at 99 %.
        """
        share = self.figures[name]
        return CHANCE * sqrt(2 * share * (1 - share) / (self.images * len(self.runs)))

    def floor(self, name: str) -> float:
        """What a figure of the validation part must be after a quick check.

        Figure and error lie within a factor of two of the log's.
        """
        return max(self.early(name) / 2, 2 * self.early(name) - 1)

    def early(self, name: str) -> float:
        """The lowest that it was after so many epochs of the log, or of all if they are fewer."""
        return min(run.epochs[:QUICK][-1][f"val_{name}"] for run in self.runs)

    @property
    def loss(self) -> tuple[float, float] | None:
        """The training loss of the log after a quick check, and how high it may be.

        It is nearer to what the log has then than to what it has after one epoch, of its highest.
        None if the log has no second epoch, or no loss.
        """
        if self.epochs < QUICK or LOSS not in self.runs[0].epochs[0]:
            return None
        first, last = (max(run.epochs[at][LOSS] for run in self.runs) for at in (0, QUICK - 1))
        return last, max((first + last) / 2, last)

    def command(self) -> str:
        """The command that trains it again."""
        data = "" if self.data == "digits" else f" --data {self.data}"
        given = "".join(f" --set {key}={value}" for key, value in self.settings.items())
        seed = "" if [run.seed for run in self.runs] == [0] else " --seed S"
        verb = f"fine-tune {self.start}" if self.start else f"train {self.model}"
        return f"tensorlite {verb}{data}{given}{seed}"


def claims(entry: Entry[Any]) -> list[Claim]:
    """What the log of a model says; nothing if the entry names none.

    Raises:
        PluginError: If the file is not there.
        DataError: If it is no log.
    """
    path = entry.path("log")
    if path is None:
        return []
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
        return [_claim(entry.name, item) for item in items]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"is no log of trainings ({error}).", where=os.fspath(path)) from error


def table(rows: Sequence[Claim]) -> str:
    """The figures of a card, in Markdown."""
    head = "| data | epochs | figures | seeds | time | command |\n|---|---|---|---|---|---|"
    return "\n".join([head, *map(_row, rows)])


def _row(claim: Claim) -> str:
    decimals = 2 if claim.images >= 2000 else 1
    figures = " · ".join(
        _figure(claim, name, value, decimals) for name, value in claim.figures.items()
    )
    cells = (
        f"{claim.data} ({claim.licence}), {claim.images:,} {claim.split}",
        f"{claim.epochs}",
        figures,
        _each_seed(claim, decimals),
        f"{_duration(claim.seconds)} {claim.timing}".rstrip(),
        f"`{claim.command()}`",
    )
    return f"| {' | '.join(cells)} |"


def _figure(claim: Claim, name: str, value: float, decimals: int) -> str:
    text = f"{claim.split}_{name} {show_figure(name, value, decimals)}"
    if name not in claim.baseline:
        return text
    return f"{text} (without looking {show_figure(name, claim.baseline[name], decimals)})"


def _each_seed(claim: Claim, decimals: int) -> str:
    name = next(iter(claim.figures))
    return ", ".join(
        f"{run.seed}: {show_figure(name, run.figures[name], decimals)}" for run in claim.runs
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _claim(model: str, item: dict[str, Any]) -> Claim:
    runs = tuple(LoggedRun(**run) for run in item.pop("runs"))
    return Claim(model=model, runs=runs, **item)
