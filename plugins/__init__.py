"""Plugins: how layers, models and everything else come into the registries.

``hookspecs`` says what a plugin can do, ``discovery`` finds plugins, ``manager`` loads each of them
for itself, ``builtin`` is the first of them. A plugin marks its functions with ``hookimpl``::

    from tensorlite.plugins import hookimpl

    @hookimpl
    def register_layers(register):
        register("swish", Swish)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pluggy

    from tensorlite.plugins.info import API, PluginInfo
    from tensorlite.plugins.manager import PluginManager

    hookimpl = pluggy.HookimplMarker("tensorlite")

__all__ = [
    "API",
    "PluginInfo",
    "get_manager",
    "hookimpl",
    "load",
    "preferred",
    "request",
    "why_missing",
]

ask: Callable[[str], bool] = lambda question: False  # noqa: E731  # the command line puts it


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


def preferred() -> tuple[str, ...]:
    """The qualified names that win where a short name is ambiguous, the strongest first."""
    from tensorlite.plugins import choices

    return choices.preferred()


def why_missing(kind: str, name: str) -> tuple[str, str | None]:
    """Which plugin that was left out would have brought a name, and the command that helps."""
    return get_manager().why_missing(kind, name)


def __getattr__(name: str) -> Any:
    """Import pluggy only when somebody writes a hook; ``--help`` does not."""
    if name == "hookimpl":
        import pluggy

        return globals().setdefault(name, pluggy.HookimplMarker("tensorlite"))
    if name in ("API", "PluginInfo"):
        from tensorlite.plugins import info

        return getattr(info, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
