"""``tensorlite plugins``: what is there, what it brings, and why one failed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.listing import plain
from tensorlite.cli.options import ListGroup
from tensorlite.cli.output import fields, print_json, table

if TYPE_CHECKING:
    from tensorlite.plugins.discovery import Plugin


@click.group(cls=ListGroup)
def plugins() -> None:
    """List the plugins, or show one of them.

    \b
    Examples:
      tensorlite plugins
      tensorlite plugins show zoo
      tensorlite plugins --plugin swish.py
    """


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_plugins(as_json: bool) -> None:
    """List the plugins: name, version, where from, what they bring, whether they work.

    \b
    Examples:
      tensorlite plugins list --json
    """
    found = loaded_plugins()
    if as_json:
        print_json([describe(plugin) for plugin in found])
        return
    headers = ("NAME", "VERSION", "FROM", "STATUS", "PROVIDES")
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
    keys = ("name", "origin", "source", "status", "reason", "trace")
    provides = [{"kind": kind, "name": name} for kind, name in plugin.provides]
    owner = {"distribution": plugin.owner.distribution, "version": plugin.owner.version}
    return {**{key: getattr(plugin, key) for key in keys}, **owner, "provides": provides}


def _row(plugin: Plugin) -> tuple[str, ...]:
    origin = plugin.owner.distribution or plugin.source
    brings = plugin.reason or _counts(plugin)
    return plugin.name, plugin.owner.version or "-", origin, plugin.status, brings


def _counts(plugin: Plugin) -> str:
    counts = Counter(kind for kind, _ in plugin.provides)
    return ", ".join(f"{kind} {number}" for kind, number in counts.items())


def _print(plugin: Plugin) -> None:
    fields(
        [
            ("plugin", plugin.name),
            ("from", f"{plugin.owner.distribution or ''} {plugin.owner.version or ''}".strip()),
            ("source", plugin.source),
            ("status", plugin.status),
            ("reason", plugin.reason),
        ]
    )
    if plugin.status == "ok":
        table(_objects(plugin))
    else:
        click.echo(f"\n{plugin.trace.rstrip()}")


def _objects(plugin: Plugin) -> list[tuple[str, ...]]:
    from tensorlite.registry import REGISTRIES

    by_kind = {registry.kind: registry for registry in REGISTRIES.values()}
    rows: list[tuple[str, ...]] = []
    for kind, name in plugin.provides:
        entry = by_kind[kind].info(f"{plugin.owner.name}:{name}")
        rows.append((kind, name, entry.place, plain(entry.summary)))
    return rows
