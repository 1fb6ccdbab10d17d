"""What happens to memory that is no longer used: back to the system, or kept for the next step.

A training step allocates the same large arrays again and again. The C library gives large blocks
back to the system at once, and the system hands out fresh, zeroed pages for the next one: some 10
milliseconds per 33 megabytes. Two settings of glibc keep them; elsewhere nothing is changed.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # from glibc's malloc.h


def set_memory_policy(keep: bool = True) -> bool:
    """Keep freed memory for the next arrays; says whether the C library can.

    This holds for the whole process and its other libraries; the memory in use at the peak stays
    the same, but less of it is given back in between. So it is for programs to decide (the command
    line does), not for an import.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    big = (1 << 31) - 1 if keep else 128 * 1024
    return bool(mallopt(M_TRIM_THRESHOLD, big) and mallopt(M_MMAP_MAX, 0 if keep else 65536))
