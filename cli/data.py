"""``tensorlite data``: what data there is, and what a file or folder of data holds."""

from __future__ import annotations

import click

from tensorlite.cli.listing import describe, plain
from tensorlite.cli.options import ListGroup
from tensorlite.cli.output import print_json, table


@click.group(cls=ListGroup, show="info", subcommand_metavar="[list] | [info] PATH|NAME")
def data() -> None:
    """List the data sets, or say what is in one, in a file or in a folder.

    \b
    Examples:
      tensorlite data
      tensorlite data digits
      tensorlite data info path/to/photos
    """


@data.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_data(as_json: bool) -> None:
    """List the data sets that have a name.

    \b
    Examples:
      tensorlite data list --json
    """
    from tensorlite.registry import datasets

    if as_json:
        print_json([describe(name, entry) for name, entry in datasets.items()])
    else:
        table((name, entry.place, plain(entry.summary)) for name, entry in datasets.items())


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
