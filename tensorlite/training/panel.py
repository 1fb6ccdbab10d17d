"""The live panel of a training in a terminal: bars for epoch and run, loss, speed, time left."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from tensorlite.training.callbacks import Callback
from tensorlite.training.progress import Clock, Pace, show_duration

if TYPE_CHECKING:
    from tensorlite.training.loop import Trainer

_REFRESH = 0.1  # seconds between two drawings
_BAR = 28  # letters of a bar
_WORDS = 62  # letters of what stands beside it at most
_LEVELS = "▁▂▃▄▅▆▇█"


class Sparkline:
    """A curve that is one line high; it always spans all values that were added.

    Args:
        width: Letters.

    Example:
        >>> line = Sparkline(4)
        >>> for value in (4.0, 3.0, 2.0, 1.0):
        ...     line.add(value)
        >>> str(line)
        '█▆▃▁'
    """

    def __init__(self, width: int = 20) -> None:
        self._width, self._each = width, 1
        self._means: list[float] = []
        self._waiting: list[float] = []

    def add(self, value: float) -> None:
        """Add a value; what is not finite is left out."""
        if not math.isfinite(value):
            return
        self._waiting.append(value)
        if len(self._waiting) < self._each:
            return
        self._means.append(sum(self._waiting) / len(self._waiting))
        self._waiting.clear()
        if len(self._means) == 2 * self._width:  # from now on a letter is two of the old ones
            pairs = zip(self._means[::2], self._means[1::2], strict=True)
            self._means = [(left + right) / 2 for left, right in pairs]
            self._each *= 2

    def __str__(self) -> str:
        count = len(self._means)
        letters = min(count, self._width)
        edges = [count * index // max(letters, 1) for index in range(letters + 1)]
        spans = zip(edges, edges[1:], strict=False)
        values = [sum(self._means[a:b]) / (b - a) for a, b in spans]
        low, high = min(values, default=0.0), max(values, default=0.0)
        scale = (len(_LEVELS) - 1) / (high - low) if high > low else 0.0
        return "".join(_LEVELS[round((value - low) * scale)] for value in values)


class LivePanel(Callback):
    """Draws two bars and what there is to know at the bottom of a terminal.

    It is taken away when the training ends; lines that are written meanwhile stand above it.

    Args:
        console: The rich console to draw on, usually that of standard error.
        clock: Gives the time in seconds.
    """

    def __init__(self, console: Any, clock: Clock = time.perf_counter) -> None:
        self._console, self._clock, self._pace = console, clock, Pace(clock)
        self._losses = Sparkline()
        self._live: Any = None
        self._drawn = -math.inf
        self._summed, self._seen = 0.0, 0  # loss and images of the epoch at the last batch

    def on_epoch_start(self, trainer: Trainer) -> None:
        """Show the bars of a new epoch."""
        from rich.live import Live

        self._pace.on_epoch_start(trainer)
        self._summed, self._seen = 0.0, trainer.images
        if self._live is None:
            self._live = Live(
                console=self._console,
                transient=True,
                auto_refresh=False,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        self._draw(trainer, "")

    def on_batch_end(self, trainer: Trainer) -> None:
        """Move the bars, ten times a second at most."""
        self._pace.on_batch_end(trainer)
        self._note_loss(trainer)
        last = trainer.batch == len(trainer.train)
        if last or self._clock() - self._drawn >= _REFRESH:
            self._draw(trainer, "validating" if last else "")

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Measure the validation, for the time left."""
        self._pace.on_epoch_end(trainer)

    def on_train_end(self, trainer: Trainer) -> None:
        """Take the panel away."""
        self.close()

    def on_interrupt(self, trainer: Trainer) -> None:
        """Take the panel away."""
        self.close()

    def on_failure(self, trainer: Trainer, error: Exception) -> None:
        """Take the panel away."""
        self.close()

    def close(self) -> None:
        """Take the panel away, wherever the training is."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _note_loss(self, trainer: Trainer) -> None:
        summed = trainer.loss * trainer.images
        if trainer.images > self._seen:
            self._losses.add((summed - self._summed) / (trainer.images - self._seen))
        self._summed, self._seen = summed, trainer.images

    def _draw(self, trainer: Trainer, state: str) -> None:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(width=max(min(_BAR, self._console.width - _WORDS), 6))
        grid.add_column(no_wrap=True, overflow="ellipsis")
        batches = len(trainer.train)
        done = (trainer.epoch - 1) * batches + trainer.batch
        bars = (trainer.batch, batches), (done, trainer.epochs * batches)
        names = f"epoch {trainer.epoch}/{trainer.epochs}", "run"
        for name, (at, of), words in zip(names, bars, self._words(trainer, state), strict=True):
            share = f"{100 * at // max(of, 1):>3} %"
            grid.add_row(name, ProgressBar(max(of, 1), at, width=None), f"{share}  {words}")
        self._live.update(grid, refresh=True)
        self._drawn = self._clock()

    def _words(self, trainer: Trainer, state: str) -> tuple[str, str]:
        if not trainer.batch:
            return state, str(self._losses) if self._drawable else ""
        speed = f"{self._pace.images_per_second(trainer):,.0f} img/s"
        left = f"{show_duration(self._pace.seconds_left(trainer))} left"
        line = f"  {self._losses}" if self._drawable else ""
        above = state or f"{speed}  lr {trainer.lr:.2g}"
        return f"loss {trainer.loss:.3f}  {above}", f"{left}{line}"

    @property
    def _drawable(self) -> bool:
        """Whether the terminal has the letters of the curve."""
        return str(self._console.encoding).lower().startswith("utf")
