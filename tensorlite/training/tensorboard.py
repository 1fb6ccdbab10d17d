"""Figures for TensorBoard, written by the package tensorboardX."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorlite.errors import ConfigError
from tensorlite.training.callbacks import Callback

if TYPE_CHECKING:
    from tensorlite.training.loop import Trainer


class TensorBoardLogger(Callback):
    """Writes the figures of every epoch as scalars; ``tensorboard --logdir runs`` shows them.

    Args:
        path: The folder; ``tensorboard`` in the folder of the run if not given.

    Raises:
        ConfigError: If tensorboardX is not installed.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        try:
            from tensorboardX import SummaryWriter
        except ImportError as error:
            raise ConfigError(
                "expected the package tensorboardX, got none.",
                where="callback 'tensorboard'",
                hint="pip install 'tensorlite[tensorboard]'",
            ) from error
        self._open: Any = SummaryWriter
        self._path = path
        self._writer: Any = None

    def on_train_start(self, trainer: Trainer) -> None:
        """Open the file; epochs that a resumed training repeats are taken out."""
        path = Path(self._path or (trainer.folder or Path()) / "tensorboard")
        self._writer = self._open(os.fspath(path), purge_step=len(trainer.history) + 1)

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Write the figures."""
        for name, value in trainer.history[-1].items():
            if name != "epoch" and math.isfinite(value):
                self._writer.add_scalar(name, value, trainer.epoch)
        self._writer.flush()

    def on_train_end(self, trainer: Trainer) -> None:
        """Close the file."""
        self._writer.close()

    def on_interrupt(self, trainer: Trainer) -> None:
        """Close the file."""
        self._writer.close()

    def on_failure(self, trainer: Trainer, error: Exception) -> None:
        """Close the file."""
        self._writer.close()
