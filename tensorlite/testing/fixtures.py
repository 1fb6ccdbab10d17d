"""The fixtures that pytest has once tensorlite is installed.

``plugin_manager``, an ``Isolated`` one; ``tiny_images``, ``tiny_boxes``, ``tiny_masks``, as in
``tensorlite.testing``; and ``run_tensorlite``, which runs a command line.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tensorlite.testing import Isolated

CHANGING = ("NO_COLOR", "FORCE_COLOR", "COLUMNS")  # what is printed


@pytest.fixture
def plugin_manager() -> Isolated:
    """A plugin manager whose registries are empty and seen by nobody else."""
    from tensorlite.testing import Isolated

    return Isolated()


@pytest.fixture
def tiny_images() -> Any:
    """Four smooth pictures, float32 (4, 3, 16, 12)."""
    from tensorlite.testing import samples

    return samples.tiny_images()


@pytest.fixture
def tiny_boxes() -> list[Any]:
    """The boxes and labels of ``tiny_images``."""
    from tensorlite.testing import samples

    return samples.tiny_boxes()


@pytest.fixture
def tiny_masks() -> Any:
    """The masks of ``tiny_images``, int64 (4, 16, 12)."""
    from tensorlite.testing import samples

    return samples.tiny_masks()


@pytest.fixture
def run_tensorlite(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command line in an empty folder; gives ``returncode``, ``stdout`` and ``stderr``.

    Paths for ``PYTHONPATH`` are made absolute; further variables are given by name.
    """

    def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name not in CHANGING}
        if "PYTHONPATH" in kept:
            paths = kept["PYTHONPATH"].split(os.pathsep)
            kept["PYTHONPATH"] = os.pathsep.join(str(Path(path).resolve()) for path in paths)
        return subprocess.run(
            [sys.executable, "-m", "tensorlite.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={**kept, "PYTHONIOENCODING": "utf-8", **variables},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run
