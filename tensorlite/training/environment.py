"""What a run runs on: threads, versions, processor, plugins and the command that was typed."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import tensorlite
from tensorlite.kernels.threads import get_num_threads, set_num_threads
from tensorlite.training.run import relative_path

SWITCH = 5e-4  # seconds until a thread that runs Python lets another one
PACKAGES = ("numpy", "numba", "llvmlite", "safetensors", "pillow", "click", "pluggy")


def use_threads(count: int = 0) -> int:
    """Set the number of threads of the kernels in this process and return it.

    BLAS is held at one thread: its sums then do not depend on the number, and its threads, which
    wait by spinning, make a training 20 times slower as soon as another program wants the cores.

    Threads of Python take turns more often, so that a training that comes back from a kernel waits
    less for those that make its batches.

    Args:
        count: The number wanted; 0 leaves it at that of ``TENSORLITE_NUM_THREADS``, or else at one
            per core that this process may use.

    Example:
        >>> use_threads(1)
        1
    """
    from threadpoolctl import threadpool_limits

    count = count or get_num_threads()
    set_num_threads(count)
    threadpool_limits(1, user_api="blas")
    sys.setswitchinterval(SWITCH)
    return count


def environment(threads: int, command: list[str] | None = None) -> dict[str, Any]:
    """Describe the machine and the software, for ``env.json``.

    Args:
        threads: Threads the kernels use.
        command: The command line; the running one unless given.

    Example:
        >>> environment(2)["threads"]
        2
    """
    return {
        "tensorlite": tensorlite.__version__,
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "platform": platform.platform(),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "threads": threads,
        "blas": _blas(),
        "plugins": _plugins(),
        "command": sys.argv if command is None else command,
    }


def plugin_sources(plugins: Iterable[str], folder: Path) -> dict[str, str]:
    """Return each plugin of ``--plugin`` with the SHA-256 of its file, empty if it has none.

    Args:
        plugins: Files and names of modules.
        folder: What the paths of files are relative to, so that both can move.
    """
    return {
        relative_path(name, folder) if Path(name).is_file() else name: _sha256(name)
        for name in plugins
    }


def cpu_name() -> str:
    """Return the processor's name as far as the platform tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _sha256(plugin: str) -> str:
    found = None if Path(plugin).is_file() else find_spec(plugin)
    with suppress(OSError):
        path = Path(found.origin or "") if found else Path(plugin)
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _blas() -> list[str]:
    from threadpoolctl import threadpool_info

    return [
        f"{item['internal_api']} {item.get('version')}, {item['num_threads']} threads"
        for item in threadpool_info()
        if item["user_api"] == "blas"
    ]


def _plugins() -> list[str]:
    """Distributions with an entry point for tensorlite; read from metadata, nothing is imported."""
    found = {
        f"{point.dist.name} {point.dist.version}"
        for point in metadata.entry_points(group="tensorlite")
        if point.dist
    }
    return sorted(found)
