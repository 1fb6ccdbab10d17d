"""How many threads compute, for the kernels and for BLAS alike."""

from __future__ import annotations

from tensorlite.kernels.threads import available_cores, set_num_threads

__all__ = ["available_cores", "use_threads"]


def use_threads(count: int = 0) -> int:
    """Set the number of threads of this process and return it.

    Args:
        count: The number wanted; 0 means one per core this process may use.

    Example:
        >>> use_threads(1)
        1
    """
    from threadpoolctl import threadpool_limits

    count = count or available_cores()
    set_num_threads(count)
    threadpool_limits(count)
    return count
