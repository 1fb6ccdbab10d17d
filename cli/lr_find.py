"""``tensorlite lr-find``: which learning rate a training can start from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.output import json_option, note, print_json
from tensorlite.cli.stages import stages
from tensorlite.cli.training_options import layers_of, merged, train_line, training_options
from tensorlite.room import TRAINING, require

if TYPE_CHECKING:
    from tensorlite.training.lr_range import RangeTest


@click.command()
@click.argument("model")
@training_options()
@click.option("--low", type=float, default=1e-6, metavar="RATE", help="The first rate [1e-6].")
@click.option("--high", type=float, default=10.0, metavar="RATE", help="The last rate [10].")
@click.option("--steps", type=int, default=100, metavar="N", help="Steps between them [100].")
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the losses: .html or .svg.",
)
@json_option
def lr_find(
    model: str,
    low: float,
    high: float,
    steps: int,
    save: Path | None,
    as_json: bool,
    **typed: Any,
) -> None:
    """Try ever larger learning rates on MODEL, and suggest the one where the loss falls fastest.

    No run is made and none is touched. The suggestion is a start, not the best there is:
    `tensorlite sweep` looks for that.

    \b
    Examples:
      tensorlite lr-find lenet5
      tensorlite lr-find lenet5 --data path/to/mnist --optimizer sgd --save lr.html
      tensorlite lr-find lenet5 --low 1e-4 --high 1 --json
    """
    require(TRAINING, "NumPy and the kernels")
    from tensorlite.cli.train import compile_kernels
    from tensorlite.training.comparison import check_ending
    from tensorlite.training.lr_range import range_test
    from tensorlite.training.session import prepare

    if save is not None:
        check_ending(save)
    layers = layers_of(model, **typed)
    session = prepare(*layers, before_run=compile_kernels)
    title = f"{model} on {session.data.name} ({session.config.settings.optimizer})"
    with stages() as progress:
        found = range_test(session, low=low, high=high, steps=steps, progress=progress)
    if save is not None:
        found.save(save, title)
        note(f"chart   {save}")
    if as_json:
        print_json({"model": model, "data": session.data.name, **found.to_dict()})
        return
    _print(found, title, merged(layers))


def _print(found: RangeTest, title: str, typed: Mapping[str, Any]) -> None:
    from tensorlite.training.sketch import sketch

    note(f"loss over learning rate: {title}")
    smoothed = found.smoothed
    shown = [value if value <= 1.5 * smoothed[0] else float("nan") for value in smoothed]
    mark = found.suggestion
    drawn = sketch(found.rates, shown, log=True, mark=mark)
    click.echo("\n".join(drawn))
    if found.blew_up:
        click.echo(f"blew up at {found.rates[-1]:.2g}")
    if mark is None:
        click.echo("suggest none: the loss never falls; try --low, --high or more --steps")
        return
    click.echo(f"suggest {mark:g}")
    click.echo(f"next    {train_line({**typed, 'lr': mark})}")
