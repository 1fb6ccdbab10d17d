"""``tensorlite weigh``: how large the weights of a model are, before and after training."""

import json

import click
import numpy as np


@click.command("weigh")
@click.argument("weights", type=click.Path(exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def weigh(weights: str, as_json: bool) -> None:
    """Show mean and spread of each tensor in a file of weights.

    \b
    Example:
      tensorlite weigh runs/my-run/best.safetensors
    """
    from safetensors.numpy import load_file

    rows = [
        {"name": name, "shape": list(array.shape), "mean": float(m), "spread": float(s)}
        for name, array in load_file(weights).items()
        if array.dtype.kind == "f"
        for m, s in [(np.mean(array), np.std(array))]
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    wide = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row['name']:{wide}}  {row['mean']:+9.4f}  {row['spread']:8.4f}")
