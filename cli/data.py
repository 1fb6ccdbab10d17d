"""``tensorlite data``: what data there is, and what a file or folder of data holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.listing import describe, plain
from tensorlite.cli.options import ListGroup
from tensorlite.cli.output import fields, note, print_json, table

if TYPE_CHECKING:
    from tensorlite.data import Dataset


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
