"""How good a trained model is: measured on a part of some data, compared, and written down."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import registry
from tensorlite.data import Dataset, holdout
from tensorlite.errors import ConfigError
from tensorlite.files import write_atomically
from tensorlite.training.building import model_parts
from tensorlite.training.inputs import Measured, Parts, pick, places
from tensorlite.training.settings import Settings
from tensorlite.training.significance import Duel, duel
from tensorlite.training.trained import Trained

if TYPE_CHECKING:
    from tensorlite.data import Data

WORST = 24  # pictures that are drawn


@dataclass(frozen=True)
class Evaluation:
    """How a trained model did.

    Args:
        trained: The model.
        data: What the images are a part of.
        source: The name or path that it was opened by.
        dataset: The images, in the shape that the model takes; boxes of the scores lie in it.
        measured_on: The part of the data that they are.
        scores: What the task counted.
        baseline: What somebody gets who does not look at the pictures.
        in_report: Whether the run's report shows the same images.
        against: The comparison with another model, if there was one.
    """

    trained: Trained
    data: Data
    source: str
    dataset: Dataset
    measured_on: Measured
    scores: Any
    baseline: dict[str, float] = field(default_factory=dict)
    in_report: bool = False
    against: Duel | None = None

    def line(self) -> str:
        """Say it in one line."""
        sentence = self.trained.task.sentence(self.scores, self.baseline)
        more = ["confusion and worst images: report.html"] if self.in_report else []
        return " · ".join([sentence, self.measured_on.phrase(), *more])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        described = self.trained.description
        return {
            "weights": str(self.trained.path),
            "model": described.model,
            "epoch": described.epoch,
            "data": self.data.name,
            **self.measured_on.to_dict(),
            **self.scores.to_dict(),
            "baseline": self.baseline,
            **({"against": self.against.to_dict()} if self.against else {}),
        }

    def compared(self, other: Trained, name: str) -> Evaluation:
        """Let another model answer the same images.

        Args:
            other: A model for the same classes.
            name: What it is called.

        Raises:
            DataError: If its classes are others.
            ConfigError: If it does something else.
        """
        mine, its = self.trained.task.name, other.task.name
        if mine != its:
            message = f"expected another model for {mine}, got one for {its}."
            raise ConfigError(message, where="--compare")
        correct = self.scores.correct, other.evaluate(self.dataset).correct
        return replace(self, against=duel(*correct, name, self._learned_by(other)))

    def _learned_by(self, other: Trained) -> int:
        """How many of the images another model was trained on."""
        split = self.measured_on.split
        carved = split == "val" and split not in self.data.splits
        if not _is_own(other, self.source) or not (split == "train" or carved):
            return 0
        theirs = places(_own_parts(other, self.data).train)
        return int(np.isin(places(self.dataset), theirs).sum())

    def save(self, folder: Path) -> list[Path]:
        """Write a page, everything as JSON, and the worst answers as pictures.

        Args:
            folder: Made when it is missing; files of these names are replaced, and pictures of
                an earlier evaluation that are numbered beyond these are removed.

        Returns:
            What was written, the page first.

        Raises:
            OSError: If it cannot be written.
        """
        worst = folder / "worst"
        worst.mkdir(parents=True, exist_ok=True)
        page, values = folder / "evaluation.html", folder / "evaluation.json"
        write_atomically(page, self._page())
        write_atomically(values, json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n")
        drawn = self.trained.task.draw_worst(self.scores, self.dataset, WORST)
        paths = [worst / f"{number:02}.png" for number in range(1, len(drawn) + 1)]
        for path, image in zip(paths, drawn, strict=True):
            image.save(path)
        for number in range(len(drawn) + 1, WORST + 1):  # of an evaluation with more mistakes
            (worst / f"{number:02}.png").unlink(missing_ok=True)
        return [page, values, *paths]

    def _page(self) -> str:
        from tensorlite.training.page import page, paragraph

        task, against = self.trained.task, self.against
        title = f"{self.trained.description.model} on {self.data.name}"
        above = paragraph(self.line()) + (paragraph(against.line()) if against else "")
        return page(title, str(self.trained.path), above, task.sections(self.scores, self.dataset))


def evaluate_run(
    name: str, root: Path = Path("runs"), data: str | None = None, split: str = "auto"
) -> Evaluation:
    """Evaluate the best weights of a run, or a checkpoint file.

    Args:
        name: ``latest``, a run's name or folder, a model's name, or a ``.safetensors`` file.
        root: The folder of all runs.
        data: Name or path of other data; by default that of the run.
        split: ``train``, ``val`` or ``test``; ``auto`` is test if there is one, or else val.

    Raises:
        TensorliteError: If the run, the data or the part is not there, or the classes differ.
    """
    from tensorlite.data import open_data

    trained = Trained.load(name, root)
    source = data or _own_data(trained)
    if not source:
        raise ConfigError(
            f"expected --data, as there is no run beside {trained.path}, only weights that were "
            f"trained on '{trained.description.data}'.",
            hint="--data PATH",
        )
    is_own = _is_own(trained, source)
    opened = open_data(source, skip_bad=trained.run is not None and trained.run.settings().skip_bad)
    splits = _own_parts(trained, opened).splits if is_own else opened.splits
    split, picked = pick(splits, split, opened.name)
    scores = trained.evaluate(picked)
    dataset = picked.adapt(*trained.inputs.shape)
    baseline = _baseline(trained, splits, picked)
    is_best = trained.run is None or trained.path == trained.run.best
    measured_on = Measured(split, len(dataset), selected=is_own and is_best and split == "val")
    in_report = is_own and is_best and _judged_by(trained) == split
    about = opened, source, dataset, measured_on
    return Evaluation(trained, *about, scores, baseline, in_report)


def _own_data(trained: Trained) -> str | None:
    if trained.run is not None:
        return trained.run.settings().data
    name = trained.description.data
    return name if name in registry.datasets else None


def _is_own(trained: Trained, source: str) -> bool:
    """Whether a name or path stands for the data that a model was trained on."""
    own = _own_data(trained)
    if own is None:
        return False
    return source == own or os.path.realpath(source) == os.path.realpath(own)


def _own_parts(trained: Trained, data: Data) -> Parts:
    """The parts as the training saw them: a validation part is carved out the same way."""
    return model_parts(data, replace(_settings(trained), model=trained.description.model))


def _baseline(trained: Trained, splits: Mapping[str, Dataset], judged: Dataset) -> dict[str, float]:
    """That of the part which a training learns from, as on the card, however the data are named."""
    if "train" not in splits:
        return {}
    train, settings = splits["train"], _settings(trained)
    if "val" not in splits:
        train = holdout(train, settings.val_fraction, settings.seed)[0]
    return trained.task.baseline(train, judged)


def _settings(trained: Trained) -> Settings:
    return trained.run.settings() if trained.run else Settings()


def _judged_by(trained: Trained) -> str:
    return str(trained.run.read_json("result.json").get("judged_by")) if trained.run else ""
