"""``tensorlite train``: from the name of a model to a run folder with a trained network."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.decoding import Decoding
from tensorlite.cli.grouped import GroupedCommand
from tensorlite.cli.options import out_option
from tensorlite.cli.output import note, print_json, say
from tensorlite.cli.progress import console, progress_option, speaker, watchers
from tensorlite.cli.training_options import layers_of, training_options
from tensorlite.errors import DataError
from tensorlite.room import TRAINING, require
from tensorlite.training.config import Layer, explained, to_toml

if TYPE_CHECKING:
    from tensorlite.training import Result, Session
    from tensorlite.training.resuming import Resumption
    from tensorlite.training.run import RunDirectory

COMPILE = "kernels for this machine, once"
GROUPS = {
    "Data and model": ["data", "augment", "no_augment", "mixup", "cutmix"],
    "Training": [
        *("epochs", "batch_size", "optimizer", "lr", "weight_decay", "schedule"),
        *("warmup_epochs", "ema"),
    ],
    "Control": ["patience", "time_limit", "overfit", "seed", "threads"],
    "Settings": ["config", "assignments", "dry_run", "explain"],
    "Output": ["requirements", "out", "name", "progress", "as_json", "quiet"],
}


@click.command(cls=GroupedCommand, groups=GROUPS)
@click.argument("model", required=False)
@training_options({name for names in GROUPS.values() for name in names})
@click.option("--dry-run", is_flag=True, help="Print all settings as TOML and stop.")
@click.option("--explain", is_flag=True, help="Like --dry-run, with where each came from.")
@click.option(
    "--require",
    "requirements",
    multiple=True,
    metavar="BOUND",
    help="Exit with 6 unless the result meets it, as in 'val_acc>=0.98' (repeatable).",
)
@out_option
@click.option("--name", metavar="NAME", help="Name of the run [date-time-model-data].")
@progress_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, hidden=True, help="As --progress off.")
def train(**options: Any) -> None:
    """Train MODEL and keep everything in a run folder.

    Without --data it learns the bundled handwritten digits. What no option says is taken from
    --config, then from tensorlite.toml in this folder, then from the model's recipe for the data.

    \b
    Examples:
      tensorlite train lenet5
      tensorlite train lenet5 --data path/to/mnist --epochs 5 --seed 3
      tensorlite train lenet5 --optimizer sgd --lr 0.05 --set optimizer_options.momentum=0.9
      tensorlite train lenet5 --augment 'padded_crop(padding=2), one_of(invert, rotation(15))'
      tensorlite train lenet5 --no-augment --require 'val_acc>=97%' --json
      tensorlite train -c runs/latest-good/run.toml --seed 1
      tensorlite train lenet5 --data path/to/mnist --explain
    """
    carry_out(**options)


def carry_out(
    model: str | None,
    requirements: tuple[str, ...],
    out: Path,
    name: str | None,
    progress: str,
    as_json: bool,
    quiet: bool,
    dry_run: bool = False,
    explain: bool = False,
    beneath: Sequence[Layer] = (),
    **typed: Any,
) -> None:
    """Train with the options of the command line, and with layers that are weaker than those."""
    require(TRAINING, "NumPy and the kernels")
    from tensorlite.training.metrics import Requirement
    from tensorlite.training.run import RunDirectory, check_name
    from tensorlite.training.session import configure, prepare

    if name is not None:
        check_name(name)
    bounds = [Requirement.parse(text) for text in requirements]
    layers = [*layers_of(model, **typed), *beneath]
    if dry_run or explain:
        plan = configure(*layers)[0]
        click.echo(explained(plan) if explain else to_toml(plan.settings), nl=False)
        return
    runs: list[RunDirectory] = []

    def begin(session: Session) -> None:
        """Make the folder now: from here on, a training that is killed can be resumed."""
        for bound in bounds:
            bound.check_name(session.figure_names())
        plugins = requested_plugins()
        runs.append(
            RunDirectory.create(
                out, name or session.name(), lambda run: session.write_settings(run, plugins)
            )
        )

    try:
        with Decoding() as decoding:
            session = prepare(*layers, built=begin, before_run=compile_kernels, decoding=decoding)
    except Exception:
        for run in runs:
            run.discard()
        raise
    mode = "off" if quiet else progress
    introduce(session, speaker(mode))
    result = fit(session, runs[0], mode)
    conclude(result, session, as_json)
    for bound in bounds:
        bound.check(result.figures())


def introduce(session: Session, tell: Callable[[str], None]) -> None:
    """Say what is learned from, and what learns."""
    tell(f"data    {session.data_line()}")
    tell(f"model   {session.model_line()}")
    if session.load is not None:
        tell(f"load    {session.load.line()}")
    for text in session.data.notes:
        note(f"note    {text}")


def compile_kernels() -> None:
    """Compile the kernels before the first run on this machine, with a bar or one line."""
    from tensorlite import kernels

    kernels.set_memory_policy()  # each step allocates what the last one freed
    if not kernels.needs_warm():
        return
    if not sys.stderr.isatty():
        kernels.warm(lambda done, total: None if done else note(f"compile {total} {COMPILE}"))
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(20),
        TextColumn("{task.percentage:>3.0f} %"),
    )
    with Progress(*columns, console=console()) as bar:
        task = bar.add_task(f"compile {COMPILE}")

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=f"compile {total} {COMPILE}")

        kernels.warm(progress)


def fit(session: Session, run: Any, mode: str, resumed: Resumption | None = None) -> Result:
    """Train, and say after Ctrl-C which weights there are."""
    from tensorlite.training.progress import StopLines

    stop = StopLines(run)
    watching = [*watchers(mode, session.decimals), stop]
    try:
        return session.fit(run, watching, requested_plugins(), resumed)
    except KeyboardInterrupt:
        for text in stop.lines:
            note(text)
        raise


def requested_plugins() -> list[str]:
    """The plugins that ``--plugin`` named."""
    from tensorlite.plugins import get_manager

    return [item.source for item in get_manager().plugins if item.origin in ("file", "module")]


def conclude(result: Result, session: Session, as_json: bool) -> None:
    """Print what came out, as lines or as JSON."""
    from tensorlite.training.run import next_commands

    if as_json:
        print_json({**result.to_dict(), "run": str(result.run.path)})
        return
    say(f"best    {result.best_line(session.task, session.decimals)}")
    if result.judged_by != "val":
        say(f"{result.judged_by:<8}{session.task.sentence(result.scores, result.baseline)}")
    say(f"files   {result.run.path}/ (report.html, best.safetensors, metrics.csv)")
    say(f"next    {next_commands(called(result.run, 'latest'))}")


def called(run: RunDirectory, *names: str) -> str:
    """The first of these names that finds the run from here, or else its path."""
    from tensorlite.training.run import find_run

    with suppress(DataError):
        for name in names:
            if find_run(name, Path("runs")).path.resolve() == run.path.resolve():
                return name
    return str(run.path)
