"""What happens beside the training: files that grow, weights that are kept, stopping early.

A callback is any object with some of the methods of ``Callback``; each gets the ``Trainer``.
"""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tensorlite.errors import ConfigError
from tensorlite.files import append_text
from tensorlite.training.checkpoint import save_checkpoint

if TYPE_CHECKING:
    from tensorlite.training.loop import Trainer

Event = Literal[
    "on_train_start",
    "on_epoch_start",
    "on_batch_end",
    "on_epoch_end",
    "on_train_end",
    "on_interrupt",
    "on_failure",
]


class Callback:
    """A base with every event; override what you need.

    Example:
        >>> class Halve(Callback):
        ...     def on_epoch_end(self, trainer):
        ...         trainer.optimizer.param_groups[0]["lr"] /= 2
    """

    def on_train_start(self, trainer: Trainer) -> None:
        """Before the first epoch."""

    def on_epoch_start(self, trainer: Trainer) -> None:
        """Before the first batch of an epoch; ``trainer.epoch`` is its number."""

    def on_batch_end(self, trainer: Trainer) -> None:
        """After each step of the optimizer."""

    def on_epoch_end(self, trainer: Trainer) -> None:
        """After validation; ``trainer.history[-1]`` holds the figures."""

    def on_train_end(self, trainer: Trainer) -> None:
        """After the last epoch of a training that was not broken off."""

    def on_interrupt(self, trainer: Trainer) -> None:
        """After Ctrl-C, between two steps."""

    def on_failure(self, trainer: Trainer, error: Exception) -> None:
        """After an error, such as a loss that is not finite or a picture that cannot be read."""


class CSVLogger(Callback):
    """Appends one row of figures per epoch to a CSV file.

    Args:
        path: The file; the header is written when it is new or empty.
    """

    def __init__(self, path: str | os.PathLike[str] = "metrics.csv") -> None:
        self.path = Path(path)

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Write the row; the file is whole after every epoch."""
        row = trainer.history[-1]
        lines = [",".join(f"{value:.6g}" for value in row.values())]
        if not self.path.exists() or not self.path.stat().st_size:
            lines.insert(0, ",".join(row))
        append_text(self.path, "\n".join(lines) + "\n")


class JSONLLogger(Callback):
    """Appends one JSON object per event to a file: what happened, when, with which figures.

    Args:
        path: The file.
    """

    def __init__(self, path: str | os.PathLike[str] = "events.jsonl") -> None:
        self.path = Path(path)

    def on_train_start(self, trainer: Trainer) -> None:
        """Write how much there is to do."""
        self._write("start", epochs=trainer.epochs, batches=len(trainer.train))

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Write the figures."""
        self._write("epoch", **trainer.history[-1], best=trainer.improved)

    def on_train_end(self, trainer: Trainer) -> None:
        """Write how it ended."""
        self._write("end", epochs=len(trainer.history), best_epoch=trainer.best_epoch)

    def on_interrupt(self, trainer: Trainer) -> None:
        """Write where it was broken off."""
        self._write("interrupted", epoch=trainer.epoch, batch=trainer.batch)

    def on_failure(self, trainer: Trainer, error: Exception) -> None:
        """Write what went wrong."""
        self._write("failed", epoch=trainer.epoch, batch=trainer.batch, error=str(error))

    def _write(self, event: str, **values: Any) -> None:
        # JSON has no not-a-number, and readers in other languages refuse Python's.
        plain = {key: value if _is_plain(value) else None for key, value in values.items()}
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        append_text(self.path, json.dumps({"event": event, "time": moment, **plain}) + "\n")


class Checkpoint(Callback):
    """Keeps the last weights and the best ones, each replaced in one step.

    Args:
        folder: Where ``last.safetensors`` and ``best.safetensors`` go.
    """

    def __init__(self, folder: str | os.PathLike[str] = ".") -> None:
        self.folder = Path(folder)

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Write the weights; twice if they are the best so far."""
        snapshot = trainer.snapshot()
        save_checkpoint(self.folder / "last.safetensors", snapshot)
        if trainer.improved:
            save_checkpoint(self.folder / "best.safetensors", snapshot)

    def on_interrupt(self, trainer: Trainer) -> None:
        """Write the weights so far."""
        save_checkpoint(self.folder / "last.safetensors", trainer.snapshot())


class EarlyStopping(Callback):
    """Ends the training when it has not got better for a while; the best weights are kept anyway.

    Args:
        patience: Epochs to wait for a better one.
    """

    def __init__(self, patience: int = 5) -> None:
        if patience < 1:
            raise ConfigError(f"expected patience of 1 or more, got {patience}.", where="patience")
        self.patience = patience

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Stop if the best epoch is too long ago."""
        trainer.stop = trainer.epoch - trainer.best_epoch >= self.patience


RUN_FILES = (CSVLogger, JSONLLogger, Checkpoint)  # at work in every run


def run_files(folder: Path) -> list[Callback]:
    """Return the callbacks that write into the folder of a run."""
    return [
        CSVLogger(folder / "metrics.csv"),
        JSONLLogger(folder / "events.jsonl"),
        Checkpoint(folder),
    ]


def _is_plain(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
