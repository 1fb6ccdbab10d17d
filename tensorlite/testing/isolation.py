"""Registries and a plugin manager of one's own, which nothing in this process sees."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from tensorlite.plugins.discovery import Plugin
from tensorlite.plugins.manager import PluginManager
from tensorlite.registry import REGISTRIES, Owner, Registry


class Isolated:
    """A plugin manager with empty registries: no built-ins, no installed plugins.

    Attributes:
        registries: By plural, such as ``registries["layers"]``.
        manager: The ``PluginManager`` that fills them.
        warnings: What it would have written on standard error.

    Example:
        >>> from types import SimpleNamespace
        >>> from tensorlite import nn
        >>> from tensorlite.plugins import hookimpl
        >>> class Mine:
        ...     @hookimpl
        ...     def register_layers(self, register):
        ...         register("mine", nn.ReLU)
        >>> plugins = Isolated()
        >>> plugins.load(Mine()).names()
        {'layers': ['mine']}
        >>> plugins.warnings
        []
    """

    def __init__(self) -> None:
        self.registries: Mapping[str, Registry[Any]] = {
            plural: registry.empty() for plural, registry in REGISTRIES.items()
        }
        self.warnings: list[str] = []
        self._found: list[Plugin] = []
        self.manager = PluginManager(self.registries, lambda: self._found, self.warnings.append)

    def load(self, plugin: Any) -> Isolated:
        """Load a plugin: a file, the name of a module, a module, or an object with hooks.

        Only the first may be an object or a module.
        """
        if isinstance(plugin, (str, Path)):
            self.manager.request(str(plugin))
        else:
            name = _short(plugin)
            self._found.append(Plugin(name, name, "installed", Owner(name), lambda: plugin))
        self.manager.load()
        return self

    def names(self) -> dict[str, list[str]]:
        """What was registered, by plural."""
        found = {plural: registry.names() for plural, registry in self.registries.items()}
        return {plural: names for plural, names in found.items() if names}

    def __getitem__(self, plural: str) -> Registry[Any]:
        return self.registries[plural]


def _short(plugin: Any) -> str:
    if isinstance(plugin, ModuleType):
        return plugin.__name__.rpartition(".")[2]
    return (plugin if isinstance(plugin, type) else type(plugin)).__name__.lower()
