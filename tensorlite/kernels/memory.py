"""What happens to memory that is no longer used: back to the system, or kept for the next step.

A training step allocates the same large arrays again and again. The C library gives large blocks
back to the system at once, and the system hands out fresh, zeroed pages for the next one: some 10
milliseconds per 33 megabytes. Two settings of glibc keep them; elsewhere nothing is changed.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from tensorlite.kernels.threads import scratch_bytes

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


def memory_stats() -> dict[str, int]:
    """How much memory this process has, now and at the peak, in bytes.

    What the system cannot tell is left out: elsewhere than on Linux that is all but ``scratch``.

    Returns:
        ``allocated``: what arrays and everything else have got from the C library and not freed.
        ``cached``: what was freed and is kept for the next arrays, in ``cached_blocks`` pieces.
        ``scratch``: the working memory of the kernels of this thread, part of ``allocated``.
        ``resident``: pages of real memory; ``peak``: the most of them since the start or the last
        ``reset_peak_memory_stats``.
        ``faults``: pages that the system has handed out so far; a step that takes none allocates
        nothing anew.

    Example:
        >>> import tensorlite as tl
        >>> before = tl.memory_stats()
        >>> x = tl.zeros(1000, 1000) + 1
        >>> tl.memory_stats().get("allocated", 4e6) - before.get("allocated", 0) >= 4e6
        True
    """
    return {**_from_library(), "scratch": scratch_bytes(), **_from_system()}


def reset_peak_memory_stats() -> bool:
    """Let the peak begin anew with what is resident now; says whether the system can."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


class _Info(ctypes.Structure):
    """What glibc knows about its heaps: ``struct mallinfo2``."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "blocks",
            "small",
            "mapped_blocks",
            "mapped",
            "most",
            "small_bytes",
            "used",
            "free",
            "top",
        )  # fmt: skip
    ]


def _from_library() -> dict[str, int]:
    try:
        mallinfo = ctypes.CDLL(None).mallinfo2
    except (OSError, AttributeError, TypeError):
        return {}
    mallinfo.restype = _Info
    info = mallinfo()
    return {
        "allocated": info.used + info.mapped, "cached": info.free, "cached_blocks": info.blocks,
    }  # fmt: skip


def _from_system() -> dict[str, int]:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return {}
    import resource

    sizes = dict(line.split(":", 1) for line in lines)
    resident, peak = (int(sizes[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    return {"resident": resident, "peak": peak, "faults": faults}
