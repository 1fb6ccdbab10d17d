"""``tensorlite evaluate``: how good a trained model is."""

from __future__ import annotations

from pathlib import Path

import click

from tensorlite.cli.options import out_option
from tensorlite.cli.output import print_json


@click.command()
@click.argument("run", metavar="RUN|FILE")
@click.option("--data", metavar="NAME|PATH", help="Other data than it was trained on.")
@click.option(
    "--split", default="auto", metavar="NAME", help="train, val or test [test, or else val]."
)
@out_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def evaluate(run: str, data: str | None, split: str, out: Path, as_json: bool) -> None:
    """Evaluate the best weights of a run, or a .safetensors file.

    Without --data it takes the data of the run: the test part if there is one, or else the part
    that was kept for validation. RUN is a folder, its name, or 'latest'.

    \b
    Examples:
      tensorlite evaluate latest
      tensorlite evaluate latest --split train
      tensorlite evaluate runs/20261120-0912-lenet5-digits --data path/to/mnist
      tensorlite evaluate best.safetensors --data digits --json
    """
    from tensorlite.training.trained import evaluate_run

    found = evaluate_run(run, out, data, split)
    if as_json:
        print_json(found.to_dict())
    else:
        click.echo(found.line())
