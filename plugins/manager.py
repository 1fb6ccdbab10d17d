"""The plugin manager: loads each plugin for itself, and takes back what a broken one did."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pluggy

from tensorlite import entry as entries
from tensorlite.calling import one_line
from tensorlite.entry import SCRIPT
from tensorlite.errors import ConfigError, PluginError, TensorliteError, close_names
from tensorlite.plugins import discovery, hookspecs
from tensorlite.plugins.choices import strict
from tensorlite.plugins.discovery import Plugin
from tensorlite.plugins.info import PluginInfo
from tensorlite.registry import REGISTRIES, Journal, Registry, transaction
from tensorlite.transaction import in_this_name

_OURS = (
    *(str(Path(each.__file__ or "").resolve().parent) for each in (hookspecs, entries, pluggy)),
    str(Path(importlib.__file__).parent),
    "<frozen ",
)


class PluginManager:
    """Finds plugins, loads them in a fixed order, and keeps them from harming each other.

    The order is: built-ins, the zoo, installed plugins by distribution and name, files that were
    switched on, requested ones. With ``TENSORLITE_STRICT_PLUGINS=1`` the first failure is raised.

    Args:
        registries: What the hooks ``register_<plural>`` fill, by plural.
        find: Lists the plugins that need no request.
        warn: Told one line for each plugin that fails.

    Example:
        >>> from tensorlite.registry import Registry
        >>> layers = Registry("layer")
        >>> manager = PluginManager({"layers": layers}, lambda: [])
        >>> manager.load()
        >>> manager.plugins, layers.names()
        ([], [])
    """

    def __init__(
        self,
        registries: Mapping[str, Registry[Any]] = REGISTRIES,
        find: Callable[[], list[Plugin]] = discovery.find,
        warn: Callable[[str], None] = lambda line: print(line, file=sys.stderr),
    ) -> None:
        self.plugins: list[Plugin] = []  # in the order in which they were tried
        self._registries, self._find, self._warn = registries, find, warn
        self._queue: list[Plugin] = []
        self._found = False
        self._loading = False
        self._lock = threading.RLock()

    def request(self, source: str) -> None:
        """Add a file or a module to what is loaded; naming it twice is naming it once.

        Raises:
            PluginError: If there is no such file or module.
        """
        plugin = discovery.named(source)
        if not any(_same(plugin, other) for other in self._queue):
            self._queue.append(plugin)

    def known(self) -> list[Plugin]:
        """Every plugin that was found or requested; nothing is imported for it."""
        with self._lock:
            self._fill_queue()
            return [*self.plugins, *self._queue]

    def only(self, name: str) -> None:
        """Load nothing but what is built in and the plugins of that name, even if switched off."""
        self._fill_queue()
        for plugin in self._queue:
            wanted = name == plugin.name or plugin.origin == "built-in"
            plugin.status = "ok" if wanted else "disabled"

    def load(self) -> None:
        """Load what is not loaded yet. A failing plugin is left out, with a warning."""
        with self._lock:
            if self._loading:  # a plugin that looks something up while it is being loaded
                return
            self._loading = True
            try:
                self._load_queue()
            finally:
                self._loading = False

    def named(self, name: str) -> list[Plugin]:
        """The plugins of that name: one, or several when they compete for it.

        Raises:
            PluginError: If there is none.
        """
        self.load()
        return select(self.plugins, name)

    def why_missing(self, kind: str, name: str) -> tuple[str, str | None]:
        """Which plugin that was left out would have brought a name, and the command that helps."""
        absent = [plugin for plugin in self.plugins if plugin.status != "ok"]
        declared = [plugin for plugin in absent if (kind, name) in plugin.provides]
        for plugin in declared or (plugin for plugin in absent if plugin.mentions(name)):
            if plugin.status == "disabled":
                return f"The plugin {plugin.title} may have it: {plugin.reason}.", plugin.remedy
            reason = f"The plugin {plugin.title} has it but failed: {plugin.reason}."
            return reason, plugin.remedy or plugin.command
        return "", None

    def _load_queue(self) -> None:
        self._fill_queue()
        while self._queue:  # an interrupted load goes on where it was
            plugin = self._queue[0]
            if not any(_same(plugin, other) for other in self.plugins):
                self._admit(plugin)
                self.plugins.append(plugin)
            del self._queue[0]

    def _fill_queue(self) -> None:
        if not self._found:
            self._queue[:0] = self._find_or_warn()
            self._found = True

    def _find_or_warn(self) -> list[Plugin]:
        try:
            return self._find()
        except ConfigError as error:  # without knowing what was switched off, nothing is loaded
            self._warn(f"warning: only what is built in is loaded: {error}")
            return discovery.built_in()

    def _admit(self, plugin: Plugin) -> None:
        plugin.provides = [("command", entry.name) for entry in plugin.commands]
        if plugin.status == "disabled" or not plugin.load:
            return
        journal: Journal = []
        began = time.perf_counter()
        folder, variables, path = Path.cwd(), dict(os.environ), list(sys.path)
        try:
            # What a plugin prints while it is imported must not end up in somebody's --json.
            with transaction(plugin.owner) as journal, redirect_stdout(sys.stderr):
                self._register(plugin, journal, plugin.load)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: a plugin does not end the command
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(variables)
            sys.path[:] = path
            self._leave_out(plugin, error)
        plugin.seconds = time.perf_counter() - began
        plugin.provides += [(entry.kind, entry.name) for _, entry in journal]
        if plugin.status == "ok":
            self._name_hidden(plugin, journal)

    def _leave_out(self, plugin: Plugin, error: BaseException) -> None:
        plugin.status, plugin.reason = "failed", explain(error)
        plugin.trace = "".join(traceback.format_exception(error))
        plugin.remedy = error.hint or "" if isinstance(error, TensorliteError) else ""
        if strict():
            raise PluginError(f"{plugin.reason}.", where=f"plugin {plugin.title}") from error
        following = f"Try: {plugin.remedy}" if plugin.remedy else f"Details: {plugin.command}"
        self._warn(f"warning: plugin {plugin.title} is left out: {plugin.reason}. {following}")

    def _name_hidden(self, plugin: Plugin, journal: Journal) -> None:
        for registry, entry in journal:
            if entry.name in registry.reserved:
                how = f"{entry.kind} {entry.name!r} is ours; theirs is {entry.qualified!r}"
                self._warn(f"warning: plugin {plugin.title}: the {how}")

    def _register(self, plugin: Plugin, journal: Journal, load: Callable[[], Any]) -> None:
        self._check_name(plugin)
        found = load()
        # Each plugin gets a pluggy manager of its own, so that none can wrap or break another's.
        hooks = pluggy.PluginManager("tensorlite")
        hooks.add_hookspecs(hookspecs)
        hooks.register(found() if isinstance(found, type) else found, plugin.name)
        used = _used_hooks(hooks)
        plugin.info = _information(hooks.hook.plugin_info(), plugin)
        for plural, registry in self._registries.items():
            getattr(hooks.hook, f"register_{plural}")(register=in_this_name(registry.register))
        if not journal and not used:
            raise PluginError("no function in it is marked with @hookimpl")

    def _check_name(self, plugin: Plugin) -> None:
        taken = [p for p in self.plugins if p.name == plugin.name and p.status == "ok"]
        if taken or plugin.name == SCRIPT:
            owner = taken[0].title if taken else "scripts"
            raise PluginError(f"the plugin name {plugin.name!r} belongs to {owner}")


def select(plugins: list[Plugin], name: str) -> list[Plugin]:
    """Those of a name, or of a distribution of that name.

    Raises:
        PluginError: If there is none.
    """
    found = [plugin for plugin in plugins if name in (plugin.name, plugin.owner.distribution)]
    found = [plugin for plugin in found if plugin.name == name] or found
    if found:
        return found
    names = [plugin.name for plugin in plugins]
    parts = [f"there is no plugin {name!r}.", close_names(name, names)]
    parts.append(f"All {len(names)}: tensorlite plugins")
    raise PluginError(" ".join(filter(None, parts)))


def _information(said: Any, plugin: Plugin) -> PluginInfo | None:
    """What the plugin says about itself, compared with this tensorlite; None if it is silent."""
    if said is None:
        return None
    if not isinstance(said, PluginInfo):
        raise PluginError(f"expected a PluginInfo from plugin_info(), got {said!r}.")
    package = plugin.owner.distribution
    said.check(f"pip install --upgrade {package}" if package else plugin.command)
    return said


def _used_hooks(hooks: pluggy.PluginManager) -> list[str]:
    """The hooks that a plugin implements; one that does not exist is an error."""
    used = {name: caller for name, caller in vars(hooks.hook).items() if caller.get_hookimpls()}
    known = [name for name in vars(hookspecs) if name.startswith(("register_", "plugin_"))]
    for name, caller in used.items():
        if not caller.has_spec() and not all(i.optionalhook for i in caller.get_hookimpls()):
            raise PluginError(f"there is no hook {name!r}. {close_names(name, known)}")
    return list(used)


def explain(error: BaseException) -> str:
    """One line that says what went wrong in a plugin, and where.

    Example:
        >>> explain(ImportError("no frobnicator"))
        'ImportError: no frobnicator'
    """
    if isinstance(error, pluggy.PluginValidationError):  # its first line repeats the plugin's name
        text = "; ".join(str(error).splitlines()[1:])
    elif type(error).__module__ == TensorliteError.__module__:
        text = " ".join(str(getattr(error, "sentence", error)).split())
    else:
        text = one_line(error)
    place = _place(error)
    return text.rstrip(".") + (f" ({place})" if place else "")


def _place(error: BaseException) -> str:
    """The last line of somebody else's code that the error went through."""
    if isinstance(error, SyntaxError):
        return ""  # its message names file and line
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [f for f in frames if not f.filename.startswith(_OURS)]
    return f"{Path(theirs[-1].filename).name}:{theirs[-1].lineno}" if theirs else ""


def _same(plugin: Plugin, other: Plugin) -> bool:
    """Whether two ways of naming a plugin lead to the same code."""
    if plugin.is_file or other.is_file:
        both = plugin.is_file and other.is_file
        return both and Path(plugin.source).resolve() == Path(other.source).resolve()
    return "module" in (plugin.origin, other.origin) and plugin.module == other.module


default_manager = PluginManager()
