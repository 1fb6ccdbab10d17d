"""An iterator that runs ahead of its consumer in a thread, and stops when the consumer does."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from queue import SimpleQueue
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class _Item(NamedTuple, Generic[T]):
    value: T


def prefetched(source: Iterator[T], ahead: int) -> Generator[T, None, None]:
    """Yield what the source yields, up to ``ahead`` items being made in advance.

    What the source raises is raised here, where it would have been without the thread. When the
    consumer leaves early (``break``, an exception, ``close()``), the thread ends and is joined
    before control returns; the source is closed as well.

    Args:
        source: Is only ever advanced by the thread.
        ahead: How many items may wait; 0 means no thread.

    Example:
        >>> list(prefetched(iter("abc"), ahead=2))
        ['a', 'b', 'c']
    """
    if ahead < 1:
        yield from source
        return
    ready: SimpleQueue[_Item[T] | BaseException | None] = SimpleQueue()
    free, stopped = threading.Semaphore(ahead), threading.Event()
    arguments = (source, ready, free, stopped)
    thread = threading.Thread(target=_work, args=arguments, name="tensorlite-prefetch", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            free.release()
            yield item.value
    finally:
        item = None
        stopped.set()
        free.release()
        thread.join()


def _work(
    source: Iterator[T],
    ready: SimpleQueue[_Item[T] | BaseException | None],
    free: threading.Semaphore,
    stopped: threading.Event,
) -> None:
    """Make items as long as there is room; waiting costs nothing and needs no timeout."""
    try:
        while True:
            free.acquire()
            if stopped.is_set():
                break
            ready.put(_Item(next(source)))
    except StopIteration:
        ready.put(None)
    except BaseException as error:
        ready.put(error)
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()
