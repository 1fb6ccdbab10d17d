"""Programs that say ``import torch``, run once with it and once with tensorlite in its place."""

from __future__ import annotations

import importlib
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any


class _Tensorlite:
    """Finds ``torch.nn`` where ``tensorlite.nn`` is, and so on."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name.partition(".")[0] == "torch" else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(spec.name.replace("torch", "tensorlite", 1))
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec


@contextmanager
def tensorlite_as_torch() -> Iterator[None]:
    """Whoever imports torch gets tensorlite."""
    real = {name: m for name, m in sys.modules.items() if name.partition(".")[0] == "torch"}
    for name in real:
        del sys.modules[name]
    finder: Any = _Tensorlite()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [n for n in sys.modules if n.partition(".")[0] == "torch"]:
            del sys.modules[name]
        sys.modules.update(real)


def run(path: Path) -> dict[str, Any]:
    """A program's names after it ran with torch."""
    return runpy.run_path(str(path), run_name=path.stem)


def run_with_tensorlite(path: Path) -> dict[str, Any]:
    """A program's names after it ran with tensorlite."""
    with tensorlite_as_torch():
        return run(path)
