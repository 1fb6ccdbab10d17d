"""The evaluation of a trained model on the data of its run, or on other data."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorlite import registry
from tensorlite.errors import ConfigError, UnknownNameError

from .session import model_parts
from .trained import Trained

if TYPE_CHECKING:
    from tensorlite.data import Data, Dataset


@dataclass(frozen=True)
class Evaluation:
    """How a trained model did.

    Args:
        trained: The model.
        data: Name of the data.
        split: The part of it.
        scores: What the task counted.
        in_report: Whether the run's report shows the same images.
    """

    trained: Trained
    data: str
    split: str
    scores: Any
    in_report: bool

    def line(self) -> str:
        """Say it in one line."""
        text = self.trained.task.sentence(self.scores)
        return f"{text} · confusion and worst images: report.html" if self.in_report else text

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        described = self.trained.description
        return {
            "weights": str(self.trained.path),
            "model": described.model,
            "epoch": described.epoch,
            "data": self.data,
            "split": self.split,
            **self.scores.to_dict(),
        }


def evaluate_run(
    name: str, root: Path = Path("runs"), data: str | None = None, split: str = "auto"
) -> Evaluation:
    """Evaluate the best weights of a run, or a checkpoint file.

    Args:
        name: ``latest``, a run's name or folder, or a ``.safetensors`` file.
        root: The folder of all runs.
        data: Name or path of other data; by default that of the run.
        split: ``train``, ``val`` or ``test``; ``auto`` is test if there is one, or else val.

    Raises:
        TensorliteError: If the run, the data or the part is not there, or the classes differ.
    """
    from tensorlite.data import open_data

    trained = Trained.load(name, root)
    own = _own_data(trained)
    source = data or own
    if not source:
        raise ConfigError(
            f"expected --data, as there is no run beside {trained.path}.", hint="--data digits"
        )
    opened = open_data(source)
    if own is not None and _same(source, own):
        split, dataset = _own_part(trained, opened, split)
    else:
        split, dataset = _other_part(opened, split)
    in_report = trained.run is not None and trained.path == trained.run.best
    in_report = in_report and _same(source, own) and _judged_by(trained) == split
    return Evaluation(trained, opened.name, split, trained.evaluate(dataset), in_report)


def _own_data(trained: Trained) -> str | None:
    if trained.run is not None:
        return trained.run.settings().data
    name = trained.description.data
    return name if name in registry.datasets else None


def _same(source: str, own: str | None) -> bool:
    if own is None:
        return False
    return source == own or os.path.realpath(source) == os.path.realpath(own)


def _own_part(trained: Trained, data: Data, split: str) -> tuple[str, Dataset]:
    """The part as the training saw it: a validation part is carved out the same way."""
    from .config import Settings

    run, described = trained.run, trained.description
    settings = replace(run.settings() if run else Settings(), model=described.model)
    parts = model_parts(data, settings)
    split = parts.judged_by if split == "auto" else split
    return split, parts.named(split)


def _other_part(data: Data, split: str) -> tuple[str, Dataset]:
    """A part as it is; of data that only has ``train``, all of it."""
    names = [name for name in ("test", "val", "train") if name in data.splits]
    split = names[0] if split == "auto" and names else split
    if split not in data.splits:
        raise UnknownNameError(
            f"'{data.name}' has no part '{split}', only {', '.join(data.splits)}.", where="--split"
        )
    return split, data.splits[split]


def _judged_by(trained: Trained) -> str:
    return str(trained.run.read_json("result.json").get("judged_by")) if trained.run else ""
