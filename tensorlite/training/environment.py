"""What a run ran on: versions, processor, threads, plugins and the command that was typed."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import tensorlite

PACKAGES = ("numpy", "numba", "llvmlite", "safetensors", "pillow", "click", "pluggy")


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


def cpu_name() -> str:
    """Return the processor's name as far as the platform tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


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
