"""Room in memory where the system limits it (``ulimit -v``): asked for before it is needed.

Where it runs out in the middle of things, libraries end the process or wait for ever: LLVM aborts,
OpenBLAS exits, and Python's threads do not start.
"""

from __future__ import annotations

import math

from tensorlite.errors import DataError

TRAINING = 768  # MB: measured 611 for lenet5, 731 where the kernels are compiled first
COMPILER = 128  # MB that LLVM takes at most for one kernel


def left() -> float:
    """How many MB of address space the process may still take; infinite without a limit."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return math.inf
        with open("/proc/self/statm", encoding="ascii") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):  # not Linux
        return math.inf
    return (limit - taken) / 2**20


def require(megabytes: float, what: str) -> None:
    """Refuse to begin what would run out of memory.

    Args:
        megabytes: What it takes.
        what: What is about to be done, for the message.

    Raises:
        DataError: If there is less left than that.

    Example:
        >>> require(1, "a small example")
    """
    found = left()
    if found < megabytes:
        raise DataError(
            f"expected {megabytes:.0f} MB of address space for {what}, got {max(found, 0):.0f}.",
            where="ulimit -v",
            hint="ulimit -v unlimited",
        )
