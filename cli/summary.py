"""``tensorlite summary``: a model's layers in a table."""

from __future__ import annotations

import dataclasses
import re

import click

from tensorlite.calling import blamed
from tensorlite.cli.models import Size, build, own_size
from tensorlite.cli.output import print_json


def _parse_size(ctx: click.Context, param: click.Parameter, value: str | None) -> Size | None:
    if value is None:
        return None
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*x[1-9]\d*", value):
        wanted = "channels x height x width such as 1x28x28"
        raise click.BadParameter(f"expected {wanted}, got {value!r}.", ctx, param)
    channels, height, width = map(int, value.split("x"))
    return channels, height, width


@click.command()
@click.argument("model")
@click.option(
    "--input",
    "size",
    metavar="CxHxW",
    callback=_parse_size,
    help="Channels, height and width of a picture; the model's own default.",
)
@click.option("--classes", type=click.IntRange(min=1), help="Classes; the model's own default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def summary(model: str, size: Size | None, classes: int | None, as_json: bool) -> None:
    """Show a model's layers with shapes, parameters and multiply-adds.

    \b
    Examples:
      tensorlite summary lenet5
      tensorlite summary lenet5 --input 3x32x32 --classes 4
      tensorlite summary lenet5 --json
    """
    import tensorlite as tl

    entry = tl.models.info(model)
    with blamed(entry):
        size = size or own_size(entry)
        found = tl.summary(build(entry, size, classes), size)
    if as_json:
        rows = [dataclasses.asdict(row) for row in found.rows]
        totals = {"parameters": found.parameters, "macs": found.macs}
        print_json({"model": model, "input": size, **totals, "rows": rows})
    else:
        click.echo(str(found))
