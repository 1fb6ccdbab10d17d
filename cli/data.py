"""``tensorlite data``: what data there is, and what a file or folder of data holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.data_check import check
from tensorlite.cli.data_get import get
from tensorlite.cli.data_preview import preview
from tensorlite.cli.data_split import split as divide
from tensorlite.cli.listing import describe, plain
from tensorlite.cli.options import ListGroup
from tensorlite.cli.output import fields, note, print_json, table

if TYPE_CHECKING:
    from tensorlite.data import Dataset


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
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(source: str, as_json: bool) -> None:
    """Say what is in a data set: splits, number and shape of the pictures, classes.

    \b
    Examples:
      tensorlite data info digits
      tensorlite data info path/to/mnist --json
    """
    from tensorlite.data import open_data

    found = open_data(source)
    splits = {name: _split(dataset, found.counts()[name]) for name, dataset in found.splits.items()}
    if as_json:
        about = {"name": found.name, "source": found.source, "kind": found.kind}
        print_json({**about, "splits": splits, "notes": found.notes})
        return
    fields([("data", found.sentence()), ("source", found.source)])
    for name, split in splits.items():
        _print(name, split)
    for text in found.notes:
        note(text)


def _split(dataset: Dataset, classes: dict[str, int]) -> dict[str, Any]:
    shape = list(dataset.image_shape) if len(dataset) else None
    return {"images": len(dataset), "shape": shape, "classes": classes}


def _print(name: str, split: dict[str, Any]) -> None:
    shape = "x".join(map(str, split["shape"] or ()))
    size = f"{split['images']:,} images of {shape}" if shape else "no images"
    classes = ", ".join(f"{label} {count:,}" for label, count in split["classes"].items())
    click.echo()
    fields([("split", name), ("size", size), ("classes", classes)])
