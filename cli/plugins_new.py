"""``tensorlite plugins new``: a package that works, to start from."""

from __future__ import annotations

from pathlib import Path

import click

from tensorlite.cli.output import note

KINDS = ("layer", "loss", "optimizer", "augmentation", "dataset", "model", "command")


@click.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default="layer", help="What it brings [layer].")
@click.option(
    "--out", type=click.Path(path_type=Path), default=".", help="Where its folder is made [.]."
)
def new(name: str, kind: str, out: Path) -> None:
    """Write a new plugin: one thing that works, its test, and what is needed to publish it.

    Nothing is downloaded, neither now nor by the commands that are printed.

    \b
    Examples:
      tensorlite plugins new tensorlite-swish
      tensorlite plugins new tensorlite-cutout --kind augmentation
    """
    from tensorlite.plugins.scaffold import create, plugin_name

    for path in create(name, kind, out):
        click.echo(path)
    note(f"next    cd {out / name} && pip install -e . && pytest")
    note(f"then    tensorlite plugins show {plugin_name(name, kind)}")
