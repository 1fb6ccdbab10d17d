"""How many threads compute."""

from __future__ import annotations

from tensorlite.kernels.threads import available_cores, set_num_threads

__all__ = ["available_cores", "use_threads"]


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
    from threadpoolctl import threadpool_limits

    count = count or available_cores()
    set_num_threads(count)
    threadpool_limits(1, user_api="blas")
    return count
