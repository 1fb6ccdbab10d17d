"""What a person watches: one plain line per epoch, and in a terminal a live bar below them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tensorlite.training.callbacks import Callback

if TYPE_CHECKING:
    from tensorlite.training.loop import Trainer
    from tensorlite.training.run import RunDirectory

_REFRESH = 0.1  # seconds between two drawings of the bar


class EpochLines(Callback):
    """Writes one self-contained line per epoch, without control characters.

    Args:
        write: Called with each line.
        decimals: Decimals of percentages.
    """

    def __init__(self, write: Callable[[str], None] = print, decimals: int = 1) -> None:
        self._write, self._decimals = write, decimals

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Write the line."""
        figures, monitor = trainer.history[-1], f"val_{trainer.task.monitor}"
        width = len(str(trainer.epochs))
        self._write(
            f"epoch {trainer.epoch:>{width}}/{trainer.epochs}"
            f"  loss {figures['train_loss']:.3f}"
            f"  {monitor} {show_figure(monitor, figures[monitor], self._decimals)}"
            f"  {show_seconds(figures['seconds']):>6}"
            f"  {figures['images_per_second']:>6,.0f} img/s"
        )


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


class LiveBar(Callback):
    """Draws a bar for the running epoch, with loss, speed and the time left of the whole run.

    It is taken away before anything else is written, so that lines stay whole.

    Args:
        console: The rich console to draw on, usually that of standard error.
    """

    def __init__(self, console: Any) -> None:
        self._console = console
        self._bar: Any = None
        self._task: Any = None
        self._drawn = self._began = 0.0

    def on_epoch_start(self, trainer: Trainer) -> None:
        """Show an empty bar."""
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f} %  {task.fields[state]}"),
            console=self._console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        epoch = f"{trainer.epoch}/{trainer.epochs}"
        self._task = self._bar.add_task("", total=len(trainer.train), epoch=epoch, state="")
        self._bar.start()
        self._began = self._drawn = time.perf_counter()

    def on_batch_end(self, trainer: Trainer) -> None:
        """Move the bar, ten times a second at most."""
        now = time.perf_counter()
        last = trainer.batch == len(trainer.train)
        if now - self._drawn < _REFRESH and not last:
            return
        self._drawn = now
        state = "validating" if last else self._state(trainer, now - self._began)
        self._bar.update(self._task, completed=trainer.batch, state=state, refresh=True)

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Take the bar away."""
        self._close()

    def on_interrupt(self, trainer: Trainer) -> None:
        """Take the bar away."""
        self._close()

    def on_failure(self, trainer: Trainer, error: Exception) -> None:
        """Take the bar away."""
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _state(self, trainer: Trainer, seconds: float) -> str:
        speed = trainer.images / max(seconds, 1e-9)
        batches = len(trainer.train)
        left = (trainer.epochs - trainer.epoch + 1) * batches - trainer.batch
        left_seconds = left * seconds / max(trainer.batch, 1)
        return f"loss {trainer.loss:.3f}  {speed:,.0f} img/s  {show_duration(left_seconds)} left"


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
