"""How many threads compute, and how a kernel's work reaches them.

A job is a number of parts; ``compiled/workers.py`` says how threads take them. Which thread does
which part makes no difference to the result: each part computes its own outputs, always in the
same order. The threads are Python's, so they work on every system, and they run compiled code that
needs no interpreter lock. One that has waited in vain for a fraction of a millisecond goes to
sleep, so an idle program costs nothing, and a busy machine is not held up.
"""

from __future__ import annotations

import array
import ctypes
import math
import mmap
import os
import queue
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.cache import jit_enabled

PATIENCE = 3000  # looks at the other threads before the caller lets the system choose
IDLE = 40_000  # looks at the ticket before a helper sleeps: a fraction of a millisecond
PARTS = 4  # per thread: a thread that comes late or is held up leaves its share to others
LARGE = 1 << 18  # bytes of scratch memory from which on its pages are large
WORTH = 1 << 20  # multiplications that take as long as telling another thread about them


def available_cores() -> int:
    """The cores that this process may use: its affinity, and the limit of its control group."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, math.ceil(min(cores, _quota())))


def _quota() -> float:
    """How many cores' worth of time a container gets; infinite where nothing limits it."""
    try:
        limit, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return float(limit) / float(period)
    except (OSError, ValueError):
        return math.inf


def _default() -> int:
    wanted = os.environ.get("TENSORLITE_NUM_THREADS", "")
    return max(1, int(wanted)) if wanted.isdigit() else available_cores()


class Team:
    """The calling thread and its helpers; the helpers start with the first job."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.busy = threading.Lock()
        self.words: NDArray[np.int64] = np.zeros(48 + count, np.int64)
        self.bells: list[queue.SimpleQueue[None]] = []

    def start(self) -> None:
        """Start the helpers; without them (no more threads to be had) one thread does it all."""
        self.bells = [queue.SimpleQueue() for _ in range(1, self.count)]
        for number, bell in enumerate(self.bells, 1):
            helper = threading.Thread(
                target=_help,
                args=(self.words, number, bell),
                daemon=True,
                name=f"tensorlite-{number}",
            )
            try:
                helper.start()
            except RuntimeError:
                return

    def stop(self) -> None:
        """Send the helpers home."""
        from tensorlite.kernels.compiled.workers import STOP

        with self.busy:
            self.words[STOP] = 1
            for bell in self.bells:
                bell.put(None)

    def run(self, kernel: int, parts: int, args: int, double: bool) -> None:
        """Do a job with the helpers; the caller holds ``busy``."""
        from tensorlite.kernels.compiled import workers

        if not self.bells:
            self.start()
        for number, bell in enumerate(self.bells, workers.ASLEEP + 1):
            if self.words[number]:
                self.words[number] = 0
                bell.put(None)
        left = workers.begin(self.words, kernel, parts, args, double, PATIENCE)
        while left:  # a helper works on, or the system has taken its core away
            time.sleep(0)
            left = workers.wait(self.words, PATIENCE)


def _help(words: NDArray[np.int64], number: int, bell: queue.SimpleQueue[None]) -> None:
    from tensorlite.kernels.compiled.workers import serve

    seen = 0
    while seen >= 0:
        seen = serve(words, number, seen, IDLE)
        if seen >= 0:
            bell.get()


_team = Team(_default())


def get_num_threads() -> int:
    """How many threads compute.

    The first value is that of the environment variable ``TENSORLITE_NUM_THREADS``, or else the
    number of cores that this process may use.
    """
    return _team.count


def set_num_threads(count: int) -> None:
    """Let this many threads compute; results are the same with any number.

    Raises:
        ValueError: If the number is below 1.
    """
    global _team
    if count < 1:
        raise ValueError(f"set_num_threads: expected 1 or more, got {count}.")
    if count != _team.count:
        before, _team = _team, Team(count)
        if before.bells:
            before.stop()


def work_alone() -> None:
    """Let the jobs of the calling thread be done by it alone, so that others find the team free."""
    _memory.own = Team(1)


def launch(kernel: int, parts: int, args: list[Any], dtype: Any) -> None:
    """Do all parts of a job; ``args`` are arrays and integers, ``kernel`` is an address."""
    from tensorlite.kernels.compiled import workers

    team, _memory.team = _memory.team or _memory.own or _team, None
    block = array.array("q", [x if type(x) is int else address(x) for x in args])
    place, double = block.buffer_info()[0], dtype == np.float64
    if team.count > 1 and parts > 1 and team.busy.acquire(blocking=False):
        try:
            team.run(kernel, parts, place, double)
        finally:
            team.busy.release()
    else:  # nothing to share, or another thread of this program has the team
        workers.alone(kernel, parts, place, double, 0)


def _ask(x: NDArray[Any]) -> int:
    return int(x.__array_interface__["data"][0])


def _look(x: NDArray[Any]) -> int:
    """The same, seven times as fast: the field that follows Python's own in an array's memory."""
    return _integer_at(id(x) + object.__basicsize__).value


_integer_at = ctypes.c_int64.from_address
_probe = np.empty(1)
address = _look if _look(_probe) == _ask(_probe) else _ask
"""Where the first element of an array lies."""


def ready(numbers: NDArray[Any]) -> Any:
    """A list of integers as a kernel takes it, without finding its address anew each time."""
    numbers = np.ascontiguousarray(numbers, np.int64)
    return address(numbers) if jit_enabled() else numbers


def parts_of(units: int, work: int) -> int:
    """How many parts to make of so many pieces of work, which have so many multiplications."""
    return max(1, min(units, PARTS * _team.count if _team.count > 1 else 1, work // WORTH))


class _Memory(threading.local):
    def __init__(self) -> None:
        self.buffers: dict[Any, NDArray[Any]] = {}
        self.team: Team | None = None
        self.own: Team | None = None


_memory = _Memory()


def scratch(name: str, numbers: int, dtype: Any) -> NDArray[Any]:
    """Memory for each thread of a job to work in, ``(threads, numbers)``; kept for the next job."""
    # The job to come keeps the team it has memory for, whatever another thread sets meanwhile.
    _memory.team = _memory.team or _memory.own or _team
    return kept(name, numbers * _memory.team.count, dtype)


def kept(name: str, count: int, dtype: Any) -> NDArray[Any]:
    """Memory for a job that is kept for the next one."""
    buffer = _memory.buffers.get((name, dtype))
    if buffer is None or buffer.size < count:
        large = count * dtype.itemsize >= LARGE
        buffer = on_large_pages(count, dtype) if large else aligned(count, dtype)
        _memory.buffers[name, dtype] = buffer
    return buffer


def on_large_pages(count: int, dtype: Any) -> NDArray[Any]:
    """Fresh memory whose pages are large, where the system has such.

    Numbers that are far apart lie on as many pages, and a processor knows its way to few at a time:
    among small pages the same work can take twice as long.
    """
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return aligned(count, dtype)
    page = 2 << 20
    size = (count * dtype.itemsize // page + 2) * page
    block = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    block.madvise(mmap.MADV_HUGEPAGE)
    raw = np.frombuffer(block, dtype)
    start = -address(raw) % page // dtype.itemsize
    return raw[start : start + count]


def scratch_bytes() -> int:
    """How much memory kernels keep to work in, for jobs of this thread."""
    return sum(buffer.nbytes for buffer in _memory.buffers.values())


def aligned(numbers: int, dtype: Any) -> NDArray[Any]:
    """Fresh memory that starts where a cache line does, so that no vector lies in two."""
    dtype = np.dtype(dtype)
    raw = np.empty(numbers + 64 // dtype.itemsize, dtype)
    start = -address(raw) % 64 // dtype.itemsize
    return raw[start : start + numbers]


def _after_fork() -> None:
    global _team
    _team = Team(_team.count)  # the helpers stayed behind in the parent


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
