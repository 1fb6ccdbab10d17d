"""``tensorlite plugins doctor``: whether plugins keep their promises, each in its own process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tensorlite.cli.output import note, print_json
from tensorlite.errors import PluginError
from tensorlite.printable import printable

if TYPE_CHECKING:
    from tensorlite.plugins.discovery import Plugin
    from tensorlite.plugins.examine import Finding

BUDGET = 120.0  # seconds; the first check compiles kernels


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--budget", type=click.FloatRange(min=0, min_open=True), default=BUDGET, metavar="SECONDS",
    help=f"When the process of a plugin is ended [{BUDGET:g}].",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(names: tuple[str, ...], budget: float, as_json: bool) -> None:
    """Check plugins: that they load, and that what they bring computes what it should.

    Gradients are compared with differences, states are saved and loaded, boxes must follow their
    pictures. Without names all plugins are checked that do not come with tensorlite. Exits with 4
    if one fails.

    \b
    Examples:
      tensorlite plugins doctor
      tensorlite plugins doctor swish --budget 20
      tensorlite plugins doctor swish --plugin swish.py --json
    """
    from tensorlite.plugins.examine import examine

    chosen = _chosen(names)
    found = []
    for plugin in chosen:
        findings = examine(plugin, budget)
        found += findings
        if not as_json:
            click.echo("".join(f"{_line(finding)}\n" for finding in findings), nl=False)
    if as_json:
        print_json([asdict(finding) for finding in found])
    if not chosen:
        note("There are no plugins but those of tensorlite itself: tensorlite plugins doctor zoo")
    failed = [finding for finding in found if finding.result == "failed"]
    if failed:
        first = f"{failed[0].what} of {failed[0].plugin!r}"
        message = f"{len(failed)} of {len(found)} checks failed, {first} first."
        raise PluginError(message, where="plugins doctor")


def _chosen(names: Sequence[str]) -> list[Plugin]:
    """The plugins to check; none is imported here."""
    from tensorlite.plugins import get_manager
    from tensorlite.plugins.manager import select

    known = get_manager().known()
    if names:
        return [plugin for name in names for plugin in select(known, name)]
    return [p for p in known if p.origin != "built-in" and p.status != "disabled"]


def _line(finding: Finding) -> str:
    parts = (finding.plugin, finding.what, finding.text)
    return f"{finding.result:<8} {printable(' · '.join(filter(None, parts)))}"
