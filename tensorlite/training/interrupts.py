"""Ctrl-C, and the system's request to end, as requests that are answered between two steps."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from tensorlite.errors import Terminated

_ANSWERS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
_USUAL = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


class Interrupts:
    """Turn the first Ctrl-C or SIGTERM into a request that the loop answers; a second acts at once.

    Does nothing outside the main thread and where a signal is ignored or handled otherwise (Ctrl-C
    in a job in the background).

    Example:
        >>> with Interrupts() as interrupts:
        ...     interrupts.check()
    """

    def __init__(self) -> None:
        self.requested: type[KeyboardInterrupt] | None = None
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number, usual in _USUAL.items():
                if signal.getsignal(number) is usual:
                    self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        while self._previous:
            signal.signal(*self._previous.popitem())

    def check(self) -> None:
        """Raise KeyboardInterrupt if it was asked for; called between steps."""
        if self.requested:
            raise self.requested

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise self.requested
        self.requested = _ANSWERS[signal.Signals(number)]
