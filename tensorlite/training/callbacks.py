"""What happens beside the training: files that grow, weights that are kept, stopping early.

A callback is any object with some of the methods of ``Callback``; each gets the ``Trainer``.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tensorlite.errors import ConfigError, DataError
from tensorlite.files import append_text, write_atomically
from tensorlite.serialization import packed
from tensorlite.training.checkpoint import save_checkpoint
from tensorlite.training.durations import seconds
from tensorlite.training.state import capture

if TYPE_CHECKING:
    from tensorlite.training.loop import Trainer

STATE = "state.safetensors"
STAGED = ".best.safetensors"  # the best weights, until the state that counts on them is written
DIVERGED = "diverged.safetensors"
METRICS, EVENTS = "metrics.csv", "events.jsonl"

Event = Literal[
    "on_train_start",
    "on_epoch_start",
    "on_batch_end",
    "on_time_limit",
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

    def on_time_limit(self, trainer: Trainer) -> None:
        """When the time is up, between two steps, before the epoch so far is validated."""

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
        text = csv_text(trainer.history[-1:])
        begun = self.path.exists() and self.path.stat().st_size
        append_text(self.path, text.partition("\n")[2] if begun else text)


class JSONLLogger(Callback):
    """Appends one JSON object per event to a file: what happened, when, with which figures.

    Args:
        path: The file.
    """

    def __init__(self, path: str | os.PathLike[str] = "events.jsonl") -> None:
        self.path = Path(path)

    def on_train_start(self, trainer: Trainer) -> None:
        """Write how much there is to do, and where it goes on."""
        place = {"epoch": trainer.epoch, "batch": trainer.batch} if trainer.epoch else {}
        event = "resume" if trainer.epoch else "start"
        self._write(event, epochs=trainer.epochs, batches=len(trainer.train), **place)

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
    """Keeps the last weights and the best ones, and the state from which a training can go on.

    Each file is replaced in one step. The best weights wait under another name until the state that
    counts on them is on the disk, so that both always belong together.

    Args:
        folder: Where ``last.safetensors``, ``best.safetensors`` and ``state.safetensors`` go.
        every: Write the state also after so many steps, or in such intervals, as in ``"500"`` and
            ``"10m"``; empty: only after each epoch.
        settings: Kept with the state, so that a change is noticed.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] = ".",
        every: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder, self.settings = Path(folder), dict(settings or {})
        self._steps = int(every) if every.isdigit() else 0
        self._seconds = seconds(every) if every and not self._steps else math.inf
        self._saved = 0, time.monotonic()  # the step and the moment of the last state
        self._is_cut = False

    def on_batch_end(self, trainer: Trainer) -> None:
        """Write the state if it is time."""
        if trainer.learner.between_steps and trainer.batch < len(trainer.train):
            steps, moment = self._saved
            taken = trainer.learner.steps - steps
            if 0 < self._steps <= taken or time.monotonic() - moment >= self._seconds:
                self._save_state(trainer)

    def on_time_limit(self, trainer: Trainer) -> None:
        """Write the state in the middle of the epoch, which can go on from there."""
        self._save_state(trainer)
        self._is_cut = True

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Write the weights, twice if they are the best so far, and the state."""
        snapshot, staged = trainer.snapshot(), self.folder / STAGED
        save_checkpoint(self.folder / "last.safetensors", snapshot)
        if trainer.improved:
            save_checkpoint(staged, snapshot)
        try:
            if not self._is_cut:
                self._save_state(trainer)
        except DataError:
            staged.unlink(missing_ok=True)
            raise
        if trainer.improved:
            os.replace(staged, self.folder / "best.safetensors")

    def on_interrupt(self, trainer: Trainer) -> None:
        """Write the weights so far, and the state."""
        save_checkpoint(self.folder / "last.safetensors", trainer.snapshot())
        self._save_state(trainer)

    def on_failure(self, trainer: Trainer, error: Exception) -> None:
        """Write the batch whose loss was not finite, to look at."""
        if trainer.unlearnable is not None:
            images, target = trainer.unlearnable
            batch = {"images": images, "target": target, "epoch": trainer.epoch}
            write_atomically(self.folder / DIVERGED, packed({**batch, "batch": trainer.batch}))

    def _save_state(self, trainer: Trainer) -> None:
        events = self.folder / EVENTS
        size = events.stat().st_size if events.is_file() else 0
        state = {"settings": self.settings, "events": size, **capture(trainer)}
        write_atomically(self.folder / STATE, packed(state))
        self._saved = trainer.learner.steps, time.monotonic()


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


def run_files(
    folder: Path, every: str = "", settings: Mapping[str, Any] | None = None
) -> list[Callback]:
    """Return the callbacks that write into the folder of a run; see ``Checkpoint``."""
    return [
        CSVLogger(folder / METRICS),
        JSONLLogger(folder / EVENTS),
        Checkpoint(folder, every, settings),
    ]


def csv_text(history: Sequence[Mapping[str, float]]) -> str:
    """Figures of epochs as CSV, with a header; empty for none.

    Example:
        >>> csv_text([{"epoch": 1, "val_acc": 0.5}])
        'epoch,val_acc\\n1,0.5\\n'
    """
    rows = [",".join(f"{value:.6g}" for value in row.values()) for row in history]
    return "".join(f"{line}\n" for line in [*(",".join(row) for row in history[:1]), *rows])


def _is_plain(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
