"""Plugins: how layers, models and everything else come into the registries.

``hookspecs`` says what a plugin can do, ``manager`` finds and isolates plugins, ``builtin`` is the
first of them. A plugin marks its functions with ``hookimpl``::

    from tensorlite.plugins import hookimpl

    @hookimpl
    def register_layers(register):
        register("swish", Swish)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from tensorlite.plugins.manager import PluginManager

__all__ = ["get_manager", "hookimpl", "load", "request", "why_missing"]

hookimpl = pluggy.HookimplMarker("tensorlite")


def get_manager() -> PluginManager:
    """The manager that fills the registries of this process."""
    from tensorlite.plugins.manager import default_manager

    return default_manager


def load() -> None:
    """Load every plugin that is not loaded yet; the registries call it at the first look-up."""
    get_manager().load()


def request(source: str) -> None:
    """Ask for a plugin that is not installed, as ``--plugin`` does.

    Args:
        source: A Python file or the name of a module.

    Raises:
        PluginError: If there is no such file or module.
    """
    get_manager().request(source)


def why_missing(kind: str, name: str) -> tuple[str, str | None]:
    """Which failed plugin would have brought a name, and the command that shows why."""
    return get_manager().why_missing(kind, name)
