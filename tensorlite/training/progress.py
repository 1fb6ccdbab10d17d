"""What a person or a program is told while a training runs: lines, and figures as words."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tensorlite.training.callbacks import Callback

if TYPE_CHECKING:
    from tensorlite.training.loop import Trainer
    from tensorlite.training.run import RunDirectory

HEARTBEAT = 30.0  # seconds without a line after which a long epoch gives a sign of life
Clock = Callable[[], float]


class Pace(Callback):
    """How fast a training goes, and how long it will take.

    Args:
        clock: Gives the time in seconds.
    """

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        self._clock = clock
        self._began = self._trained = clock()
        self._validation, self._first = 0.0, 0

    def on_epoch_start(self, trainer: Trainer) -> None:
        """Begin to count anew."""
        self._began = self._trained = self._clock()
        self._first = trainer.batch  # above 0 where an epoch is taken up in its middle

    def on_batch_end(self, trainer: Trainer) -> None:
        """Note when the last step was done."""
        self._trained = self._clock()

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Note how long the validation took."""
        self._validation = self._clock() - self._trained

    def images_per_second(self, trainer: Trainer) -> float:
        """Return the images learned in a second of this epoch."""
        share = 1 - self._first / max(trainer.batch, 1)
        return trainer.images * share / max(self._trained - self._began, 1e-9)

    def seconds_left(self, trainer: Trainer) -> float:
        """Return the time until the last epoch is validated."""
        batches = len(trainer.train)
        each = (self._trained - self._began) / max(trainer.batch - self._first, 1)
        epochs = trainer.epochs - trainer.epoch + 1
        return (epochs * batches - trainer.batch) * each + epochs * self._validation


class EpochLines(Callback):
    """Writes one self-contained line per epoch, and one now and then within a long epoch.

    The lines hold no control characters, so that they are whole in a pipe and in a log.

    Args:
        write: Called with each line.
        decimals: Decimals of percentages.
        heartbeat: Seconds without a line after which one is written within an epoch; infinity
            for never.
        clock: Gives the time in seconds.
    """

    def __init__(
        self,
        write: Callable[[str], None] = print,
        decimals: int = 1,
        *,
        heartbeat: float = HEARTBEAT,
        clock: Clock = time.perf_counter,
    ) -> None:
        self._write, self._decimals = write, decimals
        self._pace = Pace(clock)
        self._heartbeat, self._clock, self._written = heartbeat, clock, clock()

    def on_train_start(self, trainer: Trainer) -> None:
        """Begin to wait for the first line."""
        self._written = self._clock()

    def on_epoch_start(self, trainer: Trainer) -> None:
        """Begin to measure the pace."""
        self._pace.on_epoch_start(trainer)

    def on_batch_end(self, trainer: Trainer) -> None:
        """Write where the epoch stands, if nothing was written for long."""
        self._pace.on_batch_end(trainer)
        if self._clock() - self._written >= self._heartbeat:
            self._say(self._beat(trainer))

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Write the figures of the epoch."""
        self._pace.on_epoch_end(trainer)
        self._say(self._line(trainer))

    def _say(self, line: str) -> None:
        self._write(line)
        self._written = self._clock()

    def _line(self, trainer: Trainer) -> str:
        figures, monitor = trainer.history[-1], f"val_{trainer.task.monitor}"
        return (
            f"{_epoch(trainer)}  loss {figures['train_loss']:.3f}"
            f"  {monitor} {show_figure(monitor, figures[monitor], self._decimals)}"
            f"  {show_seconds(figures['seconds']):>6}"
            f"  {figures['images_per_second']:>6,.0f} img/s"
        )

    def _beat(self, trainer: Trainer) -> str:
        speed = self._pace.images_per_second(trainer)
        left = show_duration(self._pace.seconds_left(trainer))
        return (
            f"{_epoch(trainer)}  loss {trainer.loss:.3f}"
            f"  batch {trainer.batch:,}/{len(trainer.train):,}  {speed:,.0f} img/s  {left} left"
        )


class JsonLines(EpochLines):
    """Writes the same as one JSON object per line, for programs.

    Args:
        write: Called with each line.
        heartbeat: Seconds without a line after which one is written within an epoch.
        clock: Gives the time in seconds.
    """

    def __init__(
        self,
        write: Callable[[str], None] = print,
        *,
        heartbeat: float = HEARTBEAT,
        clock: Clock = time.perf_counter,
    ) -> None:
        super().__init__(write, heartbeat=heartbeat, clock=clock)

    def _line(self, trainer: Trainer) -> str:
        return json_line("epoch", epochs=trainer.epochs, **trainer.history[-1])

    def _beat(self, trainer: Trainer) -> str:
        return json_line(
            "batch",
            epochs=trainer.epochs,
            epoch=trainer.epoch,
            batch=trainer.batch,
            batches=len(trainer.train),
            lr=trainer.lr,
            train_loss=trainer.loss,
            images_per_second=round(self._pace.images_per_second(trainer), 1),
            seconds_left=round(self._pace.seconds_left(trainer), 1),
        )


def json_line(event: str, **values: Any) -> str:
    """Write an event as JSON; what JSON has no number for becomes null.

    Example:
        >>> json_line("epoch", epoch=1, val_loss=float("nan"))
        '{"event": "epoch", "epoch": 1, "val_loss": null}'
    """
    lost = {k for k, v in values.items() if isinstance(v, float) and not math.isfinite(v)}
    plain = {key: None if key in lost else value for key, value in values.items()}
    return json.dumps({"event": event, **plain}, ensure_ascii=False)


def _epoch(trainer: Trainer) -> str:
    return f"epoch {trainer.epoch:>{len(str(trainer.epochs))}}/{trainer.epochs}"


class StopLines(Callback):
    """Says after Ctrl-C which weights there are, and how to use them.

    Args:
        run: Where they are.

    Attributes:
        lines: The lines, empty until Ctrl-C.
    """

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self.lines: list[str] = []

    def on_interrupt(self, trainer: Trainer) -> None:
        """Write down where the training was."""
        last, best = self._run.last, self._run.best
        where = f"epoch {trainer.epoch}, batch {trainer.batch} of {len(trainer.train)}"
        self.lines = [
            f"stopped {last} holds the weights so far ({where}) · tensorlite evaluate {last}"
        ]
        if trainer.best_epoch:
            held = f"best    {best} holds those of epoch {trainer.best_epoch}"
            self.lines.append(f"{held} · tensorlite evaluate {self._run.path}")
        self.lines.append(f"go on   tensorlite resume {self._run.path}")


def show_figure(name: str, value: float, decimals: int = 1) -> str:
    """Write a figure as people read it: losses as they are, shares in per cent.

    Example:
        >>> show_figure("val_acc", 0.9889), show_figure("val_loss", 0.03125)
        ('98.9 %', '0.031')
    """
    if name.endswith("loss") or not 0 <= value <= 1:
        return f"{value:.3f}"
    return f"{100 * value:.{decimals}f} %"


def show_seconds(seconds: float) -> str:
    """Write the time of an epoch.

    Example:
        >>> show_seconds(0.41), show_seconds(75.0)
        ('0.4 s', '1:15')
    """
    return f"{seconds:.1f} s" if seconds < 60 else show_duration(seconds)


def show_duration(seconds: float) -> str:
    """Write a time to wait as minutes and seconds, or with hours.

    Example:
        >>> show_duration(75.4), show_duration(3700)
        ('1:15', '1:01:40')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
