"""``tensorlite data``: what data there is, and what a file or folder of data holds."""

from __future__ import annotations

import click

from tensorlite.cli.data_check import check
from tensorlite.cli.data_get import get
from tensorlite.cli.data_preview import preview
from tensorlite.cli.data_split import split as divide
from tensorlite.cli.listing import describe, plain
from tensorlite.cli.options import ListGroup
from tensorlite.cli.output import print_json, table


@click.group(cls=ListGroup, show="info", subcommand_metavar="[list] | [info] PATH|NAME")
def data() -> None:
    """List data sets, say what is in one, find what is wrong with it, look at it, divide it.

    \b
    Examples:
      tensorlite data
      tensorlite data digits
      tensorlite data info path/to/photos
      tensorlite data check path/to/photos
      tensorlite data preview path/to/photos --augment 'rotation(degrees=10)'
    """


for command in (check, get, preview, divide):
    data.add_command(command)


@data.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_data(as_json: bool) -> None:
    """List the data sets that have a name, also those that can be got from the network.

    \b
    Examples:
      tensorlite data list --json
    """
    from tensorlite.data.download import CATALOG, downloaded
    from tensorlite.registry import datasets

    named = [(name, entry) for name, entry in datasets.items()]
    known = {name for name, _ in named}
    remote = {name: about for name, about in CATALOG.items() if name not in known}
    if as_json:
        there = {name: downloaded(name) for name in remote}
        more = [
            {"name": name, "summary": about.summary, "licence": about.licence, "path": there[name]}
            for name, about in remote.items()
        ]
        print_json([*(describe(name, entry) for name, entry in named), *more])
        return
    rows = [(name, entry.place, plain(entry.summary)) for name, entry in named]
    for name, about in remote.items():
        where = downloaded(name)
        rows.append((name, str(where or f"tensorlite data get {name}"), about.summary))
    table(rows)


@data.command("info")
@click.argument("source", metavar="PATH|NAME")
@click.option("--skip-bad", is_flag=True, help="Leave damaged pictures out, without an error.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(source: str, skip_bad: bool, as_json: bool) -> None:
    """Say what is in a data set: splits, number and sizes of the pictures, classes.

    Exits with 3 if something is damaged, after saying all the rest.

    \b
    Examples:
      tensorlite data info digits
      tensorlite data info path/to/mnist --json
    """
    from tensorlite.cli.data_info import show

    show(source, as_json, skip_bad)
