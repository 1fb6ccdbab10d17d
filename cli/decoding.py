"""What people see while pictures are decoded for the cache."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from tensorlite.cli.output import note

WHAT = "pictures, once"
REFRESH = 0.1  # seconds between two drawings of the bar


class Decoding:
    """A bar for each split in a terminal, one line in a pipe; called with pictures done and all.

    It is a context manager, so that a damaged picture leaves no bar behind.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._drawn = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is."""
        if not sys.stderr.isatty():
            if done == 0:
                note(f"decode  {total:,} {WHAT}")
            return
        if self._bar is None:
            self._start(total)
        now = time.perf_counter()
        if done == total or now - self._drawn > REFRESH:
            self._drawn = now
            self._bar.update(self._task, completed=done, refresh=True)
        if done == total:
            self._stop()

    def __enter__(self) -> Decoding:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn(f"decode  {total:,} {WHAT}"),
            BarColumn(20),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        console = Console(stderr=True, highlight=False)
        self._bar = Progress(*columns, console=console, auto_refresh=False)
        self._task = self._bar.add_task("", total=total)
        self._bar.start()

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
