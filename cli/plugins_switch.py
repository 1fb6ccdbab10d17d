"""``tensorlite plugins enable`` and ``disable``: which plugins are loaded; neither imports one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from tensorlite.cli.output import note


@click.command()
@click.argument("plugin", metavar="NAME|FILE")
def enable(plugin: str) -> None:
    """Switch a plugin on again, or have a FILE loaded by every command.

    Of a file the SHA-256 is kept: once it has changed, it is not loaded before you are asked.

    \b
    Examples:
      tensorlite plugins enable swish
      tensorlite plugins enable path/to/swish.py
    """
    if _is_file(plugin):
        _enable_file(Path(plugin))
        return
    from tensorlite.plugins.choices import read_choices

    choices = read_choices()
    if plugin not in choices.disabled:
        _check_is_known(plugin)
        note(f"{plugin} is on already.")
        return
    replace(choices, disabled=tuple(n for n in choices.disabled if n != plugin)).save()
    note(f"{plugin} is on. Off again: tensorlite plugins disable {plugin}")


@click.command()
@click.argument("plugin", metavar="NAME|FILE")
def disable(plugin: str) -> None:
    """Switch a plugin off: no command imports it any more.

    NAME is the plugin or its distribution; a FILE is forgotten.

    \b
    Examples:
      tensorlite plugins disable swish
      tensorlite plugins disable path/to/swish.py
    """
    from tensorlite.plugins.choices import read_choices

    choices = read_choices()
    if _is_file(plugin):
        path = str(Path(plugin).resolve())
        replace(choices, files={f: s for f, s in choices.files.items() if f != path}).save()
    elif plugin not in choices.disabled:
        _check_is_known(plugin)
        replace(choices, disabled=(*choices.disabled, plugin)).save()
    note(f"{plugin} is off. On again: tensorlite plugins enable {plugin}")


def _is_file(plugin: str) -> bool:
    return plugin.endswith(".py") or len(Path(plugin).parts) > 1


def _enable_file(path: Path) -> None:
    from tensorlite.plugins import sourcefile
    from tensorlite.plugins.choices import read_choices

    _, digest = sourcefile.read(path)
    choices = read_choices()
    replace(choices, files={**choices.files, str(path.resolve()): digest}).save()
    note(f"{path} is loaded by every command (SHA-256 {digest[:12]}...).")
    note(f"Off again: tensorlite plugins disable {path}")


def _check_is_known(name: str) -> None:
    """Compare a name with the plugins that there are.

    Raises:
        PluginError: If there is none of that name.
        ConfigError: If nothing would work without it.
    """
    from tensorlite.entry import BUILT_IN
    from tensorlite.errors import ConfigError
    from tensorlite.plugins.discovery import find
    from tensorlite.plugins.manager import select

    select(find(), name)
    if name == BUILT_IN:
        message = f"expected a plugin that tensorlite can do without, got {name!r}."
        raise ConfigError(message, hint="tensorlite plugins disable zoo")
