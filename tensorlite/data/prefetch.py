"""An iterator that runs ahead of its consumer in threads, and stops when the consumer does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from queue import SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class _Item(NamedTuple, Generic[T]):
    value: T


_Slot = SimpleQueue[Any]  # where one item, or the error in its place, will be put
_END = object()


def prefetched(
    source: Iterator[Any],
    ahead: int,
    work: Callable[[Any], T] | None = None,
    workers: int = 1,
    begin: Callable[[int], Any] | None = None,
    at_once: bool = False,
) -> Generator[T, None, None]:
    """Yield what the source yields, up to ``ahead`` items being made in advance.

    The items keep their order, whatever the number of workers. What the source or the work raises
    is raised here, where it would have been without threads. When the consumer leaves early
    (``break``, an exception, ``close()``), the threads end and are joined before control returns;
    the source is closed as well.

    Args:
        source: Is only ever advanced by one thread at a time.
        ahead: How many items may wait; 0 means no threads.
        work: What is made of each item of the source, by several threads at once.
        workers: How many threads.
        begin: Called in each thread with its number before anything else.
        at_once: Start the threads now, not when the first item is asked for.

    Example:
        >>> list(prefetched(iter("abc"), ahead=2, work=str.upper, workers=2))
        ['A', 'B', 'C']
    """
    stream = _delivered(source, ahead, work, workers, begin)
    if not at_once:
        return _later(stream)
    next(stream)
    return stream


def _later(stream: Generator[T, None, None]) -> Generator[T, None, None]:
    next(stream)
    yield from stream


def _delivered(
    source: Iterator[Any],
    ahead: int,
    work: Callable[[Any], T] | None,
    workers: int,
    begin: Callable[[int], Any] | None,
) -> Generator[Any, None, None]:
    """Yield once when the threads run, then the items."""
    if ahead < 1:
        yield
        if begin is not None:
            begin(0)
        for each in source:
            yield each if work is None else work(each)
        return
    crew = _Crew(source, max(ahead, workers), work, begin)
    crew.start(workers)
    try:
        yield
        while (slot := crew.ready.get()) is not None:
            item = slot.get()
            if isinstance(item, BaseException):
                raise item
            crew.free.release()
            yield item.value
    finally:
        item = None
        crew.stop()


class _Crew:
    """The threads: each takes the next item in its turn, and works on it while others do too."""

    def __init__(
        self,
        source: Iterator[Any],
        ahead: int,
        work: Callable[[Any], Any] | None,
        begin: Callable[[int], Any] | None,
    ) -> None:
        self.source, self.work, self.begin = source, work, begin
        self.ready: SimpleQueue[_Slot | None] = SimpleQueue()
        self.free, self.turn = threading.Semaphore(ahead), threading.Lock()
        self.ended = False
        self.threads: list[threading.Thread] = []

    def start(self, count: int) -> None:
        for number in range(count):
            name = "tensorlite-prefetch"
            thread = threading.Thread(target=self._run, args=(number,), name=name, daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self) -> None:
        self.ended = True
        for _ in self.threads:
            self.free.release()
        for thread in self.threads:
            thread.join()
        close = getattr(self.source, "close", None)
        if close is not None:
            close()

    def _run(self, number: int) -> None:
        """Make items as long as there is room; waiting costs nothing and needs no timeout."""
        from tensorlite.kernels.threads import work_alone

        work_alone()  # the training needs the team
        slot: _Slot | None = None
        try:
            if self.begin is not None:
                self.begin(number)
            while True:
                self.free.acquire()
                with self.turn:
                    item = _END if self.ended else next(self.source, _END)
                    if item is _END:
                        break
                    self.ready.put(slot := SimpleQueue())
                slot.put(_Item(item if self.work is None else self.work(item)))
                slot = item = None
            self._end(None)
        except BaseException as error:
            last: _Slot | None = None
            if slot is None:
                slot = last = SimpleQueue()
            slot.put(error)
            self._end(last)

    def _end(self, last: _Slot | None) -> None:
        """Let nobody begin another item; those that are begun will be delivered."""
        with self.turn:
            if not self.ended:
                self.ended = True
                self.ready.put(last)
