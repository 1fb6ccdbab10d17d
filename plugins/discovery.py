"""Where plugins come from: this package, installed distributions, and ``--plugin``.

Finding one imports nothing: a ``Plugin`` carries the function that will.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorlite import __version__
from tensorlite.errors import PluginError
from tensorlite.registry import BUILT_IN, Owner

GROUP = "tensorlite"  # of the entry points in a distribution's metadata


@dataclass(eq=False)
class Plugin:
    """One plugin: how it was found, and, once it was tried, what came of it.

    Args:
        name: What ``plugin:name`` begins with and ``tensorlite plugins show`` takes.
        source: The module (and attribute) or the file.
        origin: ``"built-in"``, ``"installed"``, ``"file"`` or ``"module"``.
        owner: In whose name it registers.
        load: Imports it.
    """

    name: str
    source: str
    origin: str
    owner: Owner
    load: Callable[[], Any]
    status: str = "ok"
    reason: str = ""  # one line that says why it failed
    trace: str = ""  # and the whole traceback
    provides: list[tuple[str, str]] = field(default_factory=list)  # (kind, name)

    @property
    def module(self) -> str:
        """The name of the module, without the attribute."""
        return self.source.partition(":")[0].strip()

    @property
    def title(self) -> str:
        """Name and distribution, as warnings print them."""
        owner = self.owner
        version = f"{owner.distribution} {owner.version}" if owner.distribution else self.source
        return f"{self.name!r} ({version})"

    @property
    def command(self) -> str:
        """What to type to see more."""
        option = f" --plugin {self.source}" if self.origin in ("file", "module") else ""
        return f"tensorlite plugins show {self.name}{option}"

    def mentions(self, name: str) -> bool:
        """Whether the source of the plugin has a name in quotes; nothing is imported for it."""
        quoted = (f'"{name}"', f"'{name}'")
        return any(q in text for text in self._texts() for q in quoted)

    def _texts(self) -> Iterator[str]:
        files = {"file": [Path(self.source)], "built-in": []}.get(self.origin)
        for path in _package_files(self.module) if files is None else files:
            with contextlib.suppress(OSError):
                yield path.read_text("utf-8", errors="replace")


def built_in() -> list[Plugin]:
    """The plugins of this package; the zoo comes through the same door as any other."""
    owner = Owner(BUILT_IN, "tensorlite", __version__)
    modules = {BUILT_IN: "tensorlite.plugins.builtin", "zoo": "tensorlite.zoo"}
    return [
        Plugin(name, module, "built-in", owner, functools.partial(importlib.import_module, module))
        for name, module in modules.items()
    ]


def installed() -> list[Plugin]:
    """The entry points of all distributions, sorted by distribution and name."""
    found = [_from_entry_point(entry) for entry in importlib.metadata.entry_points(group=GROUP)]
    return sorted(found, key=lambda plugin: (plugin.owner.distribution or "", plugin.name))


def named(source: str) -> Plugin:
    """The plugin of a file or a module.

    Raises:
        PluginError: If there is no such file or module.
    """
    path = Path(source)
    if source.endswith(".py") or len(path.parts) > 1:
        return _from_file(source, path)
    try:
        found = importlib.util.find_spec(source.partition(".")[0])
    except ValueError:
        found = None
    if found is None:
        file = Path(f"{source}.py")
        hint = f"--plugin {file}" if file.is_file() else "--plugin FILE.py"
        raise PluginError(f"there is no module {source!r} that Python can import.", hint=hint)
    load = functools.partial(importlib.import_module, source)
    return Plugin(source, source, "module", Owner(source), load)


def _from_file(source: str, path: Path) -> Plugin:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise PluginError(f"the plugin file {source} {what}.", hint="--plugin FILE.py")
    return Plugin(path.stem, source, "file", Owner(path.stem), lambda: _import_file(path.resolve()))


def _import_file(path: Path) -> Any:
    """Import a file under a name that nobody else uses, once for each path."""
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    name = f"_tensorlite_plugin_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"the plugin file {path} is not a Python file.", hint="--plugin FILE.py")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _from_entry_point(entry: importlib.metadata.EntryPoint) -> Plugin:
    distribution, version = None, None
    if entry.dist is not None:
        distribution, version = str(entry.dist.name), str(entry.dist.version)
    owner = Owner(entry.name, distribution, version)
    return Plugin(entry.name, entry.value, "installed", owner, entry.load)


def _package_files(module: str) -> Iterator[Path]:
    """The Python files of the package that holds a module, found without importing it."""
    spec = importlib.util.find_spec(module.partition(".")[0])
    if spec and spec.submodule_search_locations:
        for folder in spec.submodule_search_locations:
            yield from Path(folder).rglob("*.py")
    elif spec and spec.origin:
        yield Path(spec.origin)
