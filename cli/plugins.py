"""``tensorlite plugins``: what is there, what it brings, and why one failed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.listing import plain
from tensorlite.cli.options import ListGroup
from tensorlite.cli.output import fields, print_json, table
from tensorlite.cli.plugins_doctor import doctor
from tensorlite.cli.plugins_new import new
from tensorlite.cli.plugins_switch import disable, enable

if TYPE_CHECKING:
    from tensorlite.plugins.discovery import Plugin


@click.group(cls=ListGroup)
def plugins() -> None:
    """List, show, check, switch on and off, and write plugins.

    \b
    Examples:
      tensorlite plugins
      tensorlite plugins show zoo
      tensorlite plugins disable swish
      tensorlite plugins new tensorlite-swish --kind layer
    """


for command in (doctor, enable, disable, new):
    plugins.add_command(command)


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_plugins(as_json: bool) -> None:
    """List the plugins: name, version, API, time to import, status, where from, what they bring.

    \b
    Examples:
      tensorlite plugins list --json
    """
    found = loaded_plugins()
    if as_json:
        print_json([describe(plugin) for plugin in found])
        return
    headers = ("NAME", "VERSION", "API", "IMPORT", "STATUS", "FROM", "PROVIDES")
    table([_row(plugin) for plugin in found], headers)


@plugins.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, as_json: bool) -> None:
    """Show one plugin: everything that it brings, or the whole error if it failed.

    \b
    Examples:
      tensorlite plugins show zoo
      tensorlite plugins show swish --plugin swish.py
    """
    from tensorlite.plugins import get_manager

    found = get_manager().named(name)
    if as_json:
        print_json([describe(plugin) for plugin in found])
        return
    for plugin in found:
        _print(plugin)


def loaded_plugins() -> list[Plugin]:
    """All plugins, tried now if they were not before."""
    from tensorlite.plugins import get_manager

    manager = get_manager()
    manager.load()
    return manager.plugins


def describe(plugin: Plugin) -> dict[str, Any]:
    """A plugin for ``--json``."""
    keys = ("name", "origin", "source", "reason", "remedy", "trace")
    provides = [{"kind": kind, "name": name} for kind, name in plugin.provides]
    owner = {"distribution": plugin.owner.distribution, "version": plugin.owner.version}
    info = {
        "api": plugin.info and plugin.info.api,
        "homepage": plugin.info and plugin.info.homepage,
        "import_seconds": round(plugin.seconds, 4),
        "status": _status(plugin),
    }
    return {**{key: getattr(plugin, key) for key in keys}, **owner, **info, "provides": provides}


def _row(plugin: Plugin) -> tuple[str, ...]:
    origin = plugin.owner.distribution or plugin.source
    tried = plugin.status != "disabled" and plugin.load
    return (
        plugin.name,
        plugin.owner.version or "-",
        str(plugin.info.api) if plugin.info else "-",
        f"{1000 * plugin.seconds:,.0f} ms" if tried else "-",
        _status(plugin),
        origin,
        plugin.reason or _counts(plugin),
    )


def _status(plugin: Plugin) -> str:
    """``conflict`` if a short name of the plugin is another's too; its long names work."""
    return "conflict" if plugin.status == "ok" and _ambiguous(plugin) else plugin.status


def _ambiguous(plugin: Plugin) -> list[str]:
    """The short names of a plugin that mean two things, each with its kind."""
    registries = _by_kind()
    return [f"{k} {n}" for k, n in _registered(plugin) if n not in registries[k]]


def _counts(plugin: Plugin) -> str:
    counts = Counter(kind for kind, _ in plugin.provides)
    found = ", ".join(f"{kind} {number}" for kind, number in counts.items())
    ambiguous = _ambiguous(plugin)
    return f"{found} (ambiguous: {', '.join(ambiguous)})" if ambiguous else found


def _print(plugin: Plugin) -> None:
    fields(
        [
            ("plugin", plugin.name),
            ("from", f"{plugin.owner.distribution or ''} {plugin.owner.version or ''}".strip()),
            ("source", plugin.source),
            ("api", plugin.info and plugin.info.api),
            ("homepage", plugin.info and plugin.info.homepage),
            ("status", _status(plugin)),
            ("reason", plugin.reason),
            ("try", plugin.remedy),
        ]
    )
    if plugin.status == "ok":
        table(_objects(plugin))
    elif plugin.trace:
        click.echo(f"\n{plugin.trace.rstrip()}")


def _objects(plugin: Plugin) -> list[tuple[str, ...]]:
    registries = _by_kind()
    when = "imported when it runs"
    rows: list[tuple[str, ...]] = [("command", c.name, c.value, when) for c in plugin.commands]
    for kind, name in _registered(plugin):
        entry = registries[kind].info(f"{plugin.owner.name}:{name}")
        rows.append((kind, name, entry.place, plain(entry.summary)))
    return rows


def _registered(plugin: Plugin) -> list[tuple[str, str]]:
    """Kind and name of what a plugin put into the registries: all but its installed commands."""
    return plugin.provides[len(plugin.commands) :]


def _by_kind() -> dict[str, Any]:
    from tensorlite.registry import REGISTRIES

    return {registry.kind: registry for registry in REGISTRIES.values()}
