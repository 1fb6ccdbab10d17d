"""``tensorlite data get``: the only command that touches the network."""

from __future__ import annotations

from pathlib import Path

import click

from tensorlite.cli.output import note
from tensorlite.cli.stages import stages


@click.command("get")
@click.argument("name", metavar="mnist|fashion-mnist|cifar10|cifar100")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where to keep data sets [the cache folder].",
)
@click.option(
    "--mirror",
    "mirrors",
    multiple=True,
    metavar="URL",
    help="A folder on the network to ask first (repeatable).",
)
def get(name: str, folder: Path | None, mirrors: tuple[str, ...]) -> None:
    """Download a well-known data set, and print the folder where it is.

    What arrived before an interruption is kept. Needs pip install 'tensorlite[download]'.

    \b
    Examples:
      tensorlite data get mnist
      tensorlite train lenet5 --data mnist
      tensorlite data get cifar10 --to data
    """
    from tensorlite.data.download import CATALOG, downloaded, get_data

    there = downloaded(name, folder)
    if there is None:
        with stages("bytes") as progress:
            there = get_data(name, folder, mirrors, progress)
        note(f"{CATALOG[name].summary} · licence: {CATALOG[name].licence}")
    click.echo(str(there))
