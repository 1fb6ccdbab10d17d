"""``tensorlite resume``: go on with a training, to the same bits as if it had not stopped."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tensorlite.cli.completion import complete_runs
from tensorlite.cli.decoding import Decoding
from tensorlite.cli.options import out_option, set_option
from tensorlite.cli.output import print_json
from tensorlite.cli.progress import progress_option, speaker
from tensorlite.cli.train import called, compile_kernels, conclude, fit, introduce
from tensorlite.errors import ConfigError
from tensorlite.room import TRAINING, require
from tensorlite.training.config import Layer, parse_assignment, resolve

if TYPE_CHECKING:
    from tensorlite.training.run import RunDirectory


@click.command()
@click.argument("run", shell_complete=complete_runs)
@click.option("--epochs", metavar="N|+N", help="Train up to epoch N, or N epochs more.")
@set_option
@out_option
@progress_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, hidden=True, help="The same as --progress off.")
def resume(
    run: str,
    epochs: str | None,
    assignments: tuple[str, ...],
    out: Path,
    progress: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Go on with RUN where it stopped: latest, its name, or its folder.

    It ends with the weights that it would have had without the break, to the last bit, unless
    settings are changed; what is changed is said and kept in the run.

    \b
    Examples:
      tensorlite resume latest
      tensorlite resume latest --epochs +5
      tensorlite resume runs/20261120-0912-lenet5-digits --set lr=0.0005
    """
    require(TRAINING, "NumPy and the kernels")
    from tensorlite.training.resuming import resumption
    from tensorlite.training.run import find_run
    from tensorlite.training.session import prepare

    found = find_run(run, out)
    old = found.settings()
    told = dict(map(parse_assignment, assignments))
    if epochs is not None:
        told["epochs"] = _epochs(epochs, old.epochs)
    layers = [
        Layer("--set", told, {"epochs": "--epochs"} if epochs else {}),
        Layer("run.toml", asdict(old)),
    ]
    resumed = resumption(found, resolve(*layers).settings)
    if resumed.finished:
        _tell_finished(found, as_json)
        return
    with Decoding() as decoding:
        session = prepare(*layers, before_run=compile_kernels, decoding=decoding)
    mode = "off" if quiet else progress
    say = speaker(mode)
    introduce(session, say)
    say(f"resume  {found.path} {resumed.line()}")
    conclude(fit(session, found, mode, resumed), session, as_json)


def _tell_finished(run: RunDirectory, as_json: bool) -> None:
    if as_json:
        print_json({**run.read_json("result.json"), "run": str(run.path)})
        return
    click.echo(f"done    {run.path} has ended after {len(run.metrics())} epochs")
    click.echo(f"more    tensorlite resume {called(run, run.name)} --epochs +5")


def _epochs(text: str, old: int) -> int:
    """Read a number of epochs, or of epochs more."""
    if not text.removeprefix("+").isdigit():
        raise ConfigError(f"expected N or +N, got '{text}'.", where="--epochs", hint="--epochs +5")
    return int(text) + (old if text.startswith("+") else 0)
