"""Where plugins come from: this package, installed distributions, files, and ``--plugin``.

Finding one imports nothing: a ``Plugin`` carries the function that will.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorlite import __version__, plugins
from tensorlite.entry import BUILT_IN, Owner
from tensorlite.errors import PluginError
from tensorlite.plugins import sourcefile
from tensorlite.plugins.choices import read_choices
from tensorlite.plugins.distributions import Distribution, EntryPoint, distributions
from tensorlite.plugins.info import PluginInfo


@dataclass(eq=False)
class Plugin:
    """One plugin: how it was found, and, once it was tried, what came of it.

    Args:
        name: What ``plugin:name`` begins with and ``tensorlite plugins show`` takes.
        source: The module (and attribute) or the file.
        origin: ``"built-in"``, ``"installed"``, ``"enabled"``, ``"file"`` or ``"module"``.
        owner: In whose name it registers.
        load: Imports it; None if it has nothing but commands, which are imported when they run.
        commands: Its entry points in the group ``tensorlite.commands``.
    """

    name: str
    source: str
    origin: str
    owner: Owner
    load: Callable[[], Any] | None
    commands: list[EntryPoint] = field(default_factory=list)
    status: str = "ok"  # or "failed", "disabled"
    reason: str = ""  # one line that says why it failed or is disabled
    remedy: str = ""  # what to type about that
    trace: str = ""  # the whole traceback of a failure
    seconds: float = 0.0  # that its import and its hooks took
    info: PluginInfo | None = None  # what it says about itself
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
        option = ["--plugin", self.source] if self.origin in ("file", "module") else []
        return shlex.join(["tensorlite", "plugins", "show", self.name, *option])

    @property
    def is_file(self) -> bool:
        """Whether it is a single file rather than an importable module."""
        return self.origin in ("file", "enabled")

    def mentions(self, name: str) -> bool:
        """Whether the source of the plugin has a name in quotes; nothing is imported for it."""
        quoted = (f'"{name}"', f"'{name}'")
        return any(q in text for text in self._texts() for q in quoted)

    def _texts(self) -> Iterator[str]:
        for path in self._files():
            with contextlib.suppress(OSError):
                yield path.read_text("utf-8", errors="replace")

    def _files(self) -> Iterator[Path]:
        """Its Python files, found without importing anything."""
        if self.is_file:
            yield Path(self.source)
        else:
            ours = self.origin == "built-in"
            yield from _package_files(self.module if ours else self.module.partition(".")[0])


def find() -> list[Plugin]:
    """Every plugin that needs no request, in the order in which they are loaded.

    Raises:
        ConfigError: If the person's choices cannot be read.
    """
    choices = read_choices()
    found = [*built_in(), *installed(), *map(enabled, choices.files, choices.files.values())]
    for plugin in found[1:]:  # without the first there would be nothing to switch off
        ours = plugin.origin == "built-in"
        distribution = None if ours else plugin.owner.distribution
        plugin.reason, plugin.remedy = choices.why_off(plugin.name, distribution, ours)
        plugin.status = "disabled" if plugin.reason else "ok"
    return found


def built_in() -> list[Plugin]:
    """The plugins of this package; the zoo comes through the same door as any other."""
    owner = Owner(BUILT_IN, "tensorlite", __version__)
    modules = {BUILT_IN: "tensorlite.plugins.builtin", "zoo": "tensorlite.zoo"}
    return [
        Plugin(name, module, "built-in", owner, functools.partial(importlib.import_module, module))
        for name, module in modules.items()
    ]


def installed() -> list[Plugin]:
    """The plugins of all distributions, by distribution and name."""
    return [plugin for each in distributions() for plugin in _of_distribution(each)]


def enabled(source: str, digest: str) -> Plugin:
    """A file that was switched on; one that has changed since then is asked about again."""

    def load() -> Any:
        content, now = sourcefile.read(Path(source))
        if now != digest and not plugins.ask(f"{source} has changed. Load it?"):
            hint = f"tensorlite plugins enable {source}"
            raise PluginError("the file has changed since it was switched on.", hint=hint)
        return sourcefile.run(Path(source), content)

    owner = Owner(Path(source).stem, file=source, sha256=digest)
    return Plugin(owner.name, source, "enabled", owner, load)


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
    content, digest = sourcefile.read(path)
    load = functools.partial(sourcefile.run, path.resolve(), content)
    owner = Owner(path.stem, file=str(path.resolve()), sha256=digest)
    return Plugin(path.stem, source, "file", owner, load)


def _of_distribution(each: Distribution) -> Iterator[Plugin]:
    """One plugin for each entry point; commands that belong to none of them make up their own."""
    rest = each.commands
    for entry in each.plugins:
        own, rest = (rest, []) if entry.name == each.command_owner else ([], rest)
        owner = Owner(entry.name, each.name, each.version)
        yield Plugin(entry.name, entry.value, "installed", owner, entry.load, own)
    if rest:
        owner = Owner(each.command_owner, each.name, each.version)
        yield Plugin(owner.name, rest[0].value, "installed", owner, None, rest)


def _package_files(package: str) -> Iterator[Path]:
    """The Python files of a package or module, found without importing it."""
    with contextlib.suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(package)
        if spec and spec.submodule_search_locations:
            for folder in spec.submodule_search_locations:
                yield from Path(folder).rglob("*.py")
        elif spec and spec.origin:
            yield Path(spec.origin)
