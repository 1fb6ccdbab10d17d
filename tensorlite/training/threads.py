"""How many threads compute."""

from __future__ import annotations

import os


def use_threads(count: int = 0) -> int:
    """Set the number of threads of the kernels in this process and return it.

    BLAS is held at one thread: its sums then do not depend on the number, and its threads, which
    wait by spinning, make a training 20 times slower as soon as another program wants the cores.

    Args:
        count: The number wanted; 0 means one per core this process may use.

    Example:
        >>> use_threads(1)
        1
    """
    import numba
    from numba.core import config
    from threadpoolctl import threadpool_limits

    count = min(count or available_cores(), int(config.NUMBA_NUM_THREADS))  # type: ignore[attr-defined]
    numba.set_num_threads(count)
    threadpool_limits(1, user_api="blas")
    return count


def available_cores() -> int:
    """Return the cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
