"""``tensorlite train``: from the name of a model to a run folder with a trained network."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.decoding import Decoding
from tensorlite.cli.grouped import GroupedCommand
from tensorlite.cli.options import flag, out_option, setting_options
from tensorlite.cli.output import note, print_json
from tensorlite.errors import ConfigError
from tensorlite.training.config import Layer, parse_assignment

if TYPE_CHECKING:
    from tensorlite.training import Result, Session

COMPILE = "kernels for this machine, once"
GROUPS = {
    "Data and model": ["data", "augment", "no_augment", "mixup", "cutmix"],
    "Training": [
        *("epochs", "batch_size", "optimizer", "lr", "weight_decay", "schedule"),
        *("warmup_epochs", "ema"),
    ],
    "Control": ["patience", "time_limit", "overfit", "seed", "threads"],
    "Settings": ["assignments"],
    "Output": ["requirements", "out", "name", "as_json", "quiet"],
}


@click.command(cls=GroupedCommand, groups=GROUPS)
@click.argument("model")
@click.option("--data", metavar="NAME|PATH", help="Data set or path [digits, bundled].")
@click.option(
    "--augment", metavar="LIST", help="Such as 'rotation(degrees=10), horizontal_flip' [recipe]."
)
@click.option("--no-augment", is_flag=True, help="Do not augment.")
@setting_options({name for names in GROUPS.values() for name in names})
@click.option(
    "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting (repeatable)."
)
@click.option(
    "--require",
    "requirements",
    multiple=True,
    metavar="BOUND",
    help="Exit with 6 unless the result meets it, as in 'val_acc>=0.98' (repeatable).",
)
@out_option
@click.option("--name", metavar="NAME", help="Name of the run [date-time-model-data].")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON; the rest goes to stderr."
)
@click.option("--quiet", "-q", is_flag=True, help="Print the result only.")
def train(**options: Any) -> None:
    """Train MODEL and keep everything in a run folder.

    Without --data it learns the bundled handwritten digits. What no option says, the model's
    recipe for the data says.

    \b
    Examples:
      tensorlite train lenet5
      tensorlite train lenet5 --data path/to/mnist --epochs 5 --seed 3
      tensorlite train lenet5 --optimizer sgd --lr 0.05 --set optimizer_options.momentum=0.9
      tensorlite train lenet5 --augment 'padded_crop(padding=2), one_of(invert, rotation(15))'
      tensorlite train lenet5 --no-augment --require 'val_acc>=97%' --json
    """
    carry_out(**options)


def carry_out(
    model: str,
    assignments: tuple[str, ...],
    requirements: tuple[str, ...],
    out: Path,
    name: str | None,
    augment: str | None,
    no_augment: bool,
    as_json: bool,
    quiet: bool,
    beneath: Sequence[Layer] = (),
    **settings: Any,
) -> None:
    """Train with the options of the command line, and with layers that are weaker than those."""
    from tensorlite.training.metrics import Requirement
    from tensorlite.training.run import RunDirectory, check_name, run_name
    from tensorlite.training.session import prepare

    if name is not None:
        check_name(name)
    bounds = [Requirement.parse(text) for text in requirements]
    given = {key: value for key, value in settings.items() if value is not None}
    if augment is not None and no_augment:
        raise ConfigError("expected --augment or --no-augment, got both.")
    if no_augment:
        given["augment"] = []
    elif augment is not None:
        from tensorlite.augment.written import parse_augmentations

        given["augment"] = parse_augmentations(augment, "--augment")
    layer = _layer(model, given, assignments)
    with Decoding() as decoding:
        session = prepare(layer, *beneath, before_run=_compile, decoding=decoding)
    for bound in bounds:
        bound.check_name(session.figure_names())
    say = _speaker(as_json, quiet)
    _introduce(session, say)
    run = RunDirectory.create(out, name or run_name(model, session.data.name))
    result = _fit(session, run, say)
    _conclude(result, session, as_json, out)
    for bound in bounds:
        bound.check(result.figures())


def _layer(model: str, given: dict[str, Any], assignments: Sequence[str]) -> Layer:
    """All that was typed, with the option that each value came from."""
    assigned = dict(map(parse_assignment, assignments))
    if assigned.get("model", model) != model:
        other = assigned["model"]
        message = f"expected one model, got '{model}' as MODEL and '{other}' from --set model."
        raise ConfigError(message, hint=f"tensorlite train {other}")
    flags = {key: flag(key) for key in given}
    if given.get("augment") == []:
        flags["augment"] = "--no-augment"
    places = {**dict.fromkeys(assigned, "--set"), **flags, "model": "MODEL"}
    return Layer("--set", {**assigned, **given, "model": model}, places)


def _speaker(as_json: bool, quiet: bool) -> Callable[[str], None]:
    """Where the lines of the running training go; with --json they are no result."""
    return (lambda line: None) if quiet else (lambda line: click.echo(line, err=as_json))


def _introduce(session: Session, say: Callable[[str], None]) -> None:
    say(f"data    {session.data_line()}")
    say(f"model   {session.model_line()}")
    if session.load is not None:
        say(f"load    {session.load.line()}")
    for text in session.data.notes:
        note(f"note    {text}")


def _compile() -> None:
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
    with Progress(*columns, console=_console()) as bar:
        task = bar.add_task(f"compile {COMPILE}")

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=f"compile {total} {COMPILE}")

        kernels.warm(progress)


def _fit(session: Session, run: Any, say: Callable[[str], None]) -> Result:
    from tensorlite.training.progress import EpochLines, LiveBar, StopLines

    lines, stop = EpochLines(say, session.decimals), StopLines(run)
    live = [LiveBar(_console())] if sys.stderr.isatty() else []
    try:
        return session.fit(run, [*live, lines, stop], _requested())
    except KeyboardInterrupt:
        for text in stop.lines:
            note(text)
        raise


def _requested() -> list[str]:
    """The plugins that ``--plugin`` named."""
    from tensorlite.plugins import get_manager

    return [item.source for item in get_manager().plugins if item.origin in ("file", "module")]


def _conclude(result: Result, session: Session, as_json: bool, out: Path) -> None:
    from tensorlite.training.run import next_commands

    if as_json:
        print_json({**result.to_dict(), "run": str(result.run.path)})
        return
    click.echo(f"best    {result.best_line(session.task, session.decimals)}")
    if result.judged_by != "val":
        click.echo(f"{result.judged_by:<8}{session.task.sentence(result.scores, result.baseline)}")
    run = "latest" if out == Path("runs") else str(result.run.path)
    click.echo(f"files   {result.run.path}/ (report.html, best.safetensors, metrics.csv)")
    click.echo(f"next    {next_commands(run)}")


def _console() -> Any:
    from rich.console import Console

    return Console(stderr=True, highlight=False)
