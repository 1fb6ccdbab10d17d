"""``tensorlite sweep``: many trainings, to find the settings that work best."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.options import ListGroup
from tensorlite.cli.output import json_option, note, print_json, table
from tensorlite.cli.progress import progress_option, resolved, speaker
from tensorlite.cli.training_options import layers_of, merged, train_line, training_options
from tensorlite.errors import ConfigError
from tensorlite.room import TRAINING, require

if TYPE_CHECKING:
    from tensorlite.training.search_plan import Plan, Trial
    from tensorlite.training.sweep_folder import Sweep

_SHOWN = 10  # rows of the table at the end
_OF_LIST = ("--json", "--out", "--plugin", "--traceback")  # what may stand before a command

folder_option = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="sweeps",
    help="Folder of all sweeps [sweeps].",
)


class _SweepGroup(ListGroup):
    """A group in which ``run`` may be left out, before a model as before an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in the command that was left out."""
        first = args[0] if len(args) > 1 else ""
        if first.startswith("-") and first not in (*ctx.help_option_names, *_OF_LIST):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_SweepGroup, show="run")
def sweep() -> None:
    """Try many settings on a model, and say which were best.

    `tensorlite sweep MODEL` is short for `tensorlite sweep run MODEL`, and `tensorlite sweep` alone
    lists the sweeps there are.

    \b
    Examples:
      tensorlite sweep lenet5 --trials 20
      tensorlite sweep lenet5 --param lr=1e-4..1e-1:log --param batch_size=16,32,64
      tensorlite sweep lenet5 --strategy tpe --trials 50 --epochs 5
      tensorlite sweep resume latest
      tensorlite sweep show latest
    """


@sweep.command("run")
@click.argument("model")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUES",
    help="LOW..HIGH, LOW..HIGH:log, or A,B,C (repeatable) [lr, around that of the recipe].",
)
@click.option(
    "--strategy",
    type=click.Choice(["auto", "grid", "random", "tpe"]),
    default="auto",
    help="How values are chosen; tpe learns from trials and needs Optuna "
    "[grid for lists, or random].",
)
@click.option(
    "--trials", type=click.IntRange(1), metavar="N", help="Trainings [20; all of a grid]."
)
@click.option("--storage", default="", metavar="URL", help="Optuna's storage, for tpe [a file].")
@training_options()
@click.option("--name", metavar="NAME", help="Name of the sweep [date-time-model-data].")
@folder_option
@progress_option
@json_option
def run(
    model: str,
    params: tuple[str, ...],
    strategy: str,
    trials: int | None,
    storage: str,
    name: str | None,
    out: Path,
    progress: str,
    as_json: bool,
    **typed: Any,
) -> None:
    """Begin a sweep over the settings of MODEL.

    Every trial is a run with a folder of its own; the best is told by the validation part. Ctrl-C
    stops it and `tensorlite sweep resume` goes on; while it runs, the same in another terminal, or
    on another machine that sees the folder, helps.

    \b
    Examples:
      tensorlite sweep run lenet5 --trials 20
      tensorlite sweep run lenet5 --data path/to/mnist --epochs 2 --param lr=1e-4..1e-1:log
      tensorlite sweep run lenet5 --param optimizer=sgd,adam --param lr=0.001,0.01 --strategy grid
      tensorlite sweep run lenet5 --strategy tpe --trials 50 --storage sqlite:///sweep.db
    """
    require(TRAINING, "NumPy and the kernels")
    from tensorlite.cli.train import compile_kernels
    from tensorlite.training.run import run_name
    from tensorlite.training.search import chooser
    from tensorlite.training.search_plan import planned
    from tensorlite.training.session import prepare
    from tensorlite.training.sweep_folder import Sweep

    layers = layers_of(model, **typed)
    # Every mistake in what all trials share is found before there is a folder.
    session = prepare(*layers, before_run=compile_kernels)
    plan = planned(session, merged(layers), params, strategy, trials, storage)
    began = Sweep.create(out, name or run_name(model, session.data.name, datetime.now()), plan)
    try:
        chooser(began, plan)
    except ConfigError:
        began.discard()
        raise
    say = speaker(progress)
    say(f"data    {session.data_line()}")
    say(f"search  {plan.strategy} · {plan.count} trials · {', '.join(map(str, plan.space))}")
    if not plan.start:
        say("start   the values without a search are not among those that may be chosen")
    _work(began, plan, progress, as_json)


@sweep.command("resume")
@click.argument("name", default="latest")
@click.option("--trials", type=click.IntRange(1), metavar="N", help="Trainings in all.")
@folder_option
@progress_option
@json_option
def resume(name: str, trials: int | None, out: Path, progress: str, as_json: bool) -> None:
    """Go on with a sweep that was interrupted, or help one that is running.

    \b
    Examples:
      tensorlite sweep resume latest
      tensorlite sweep resume latest --trials 40
    """
    require(TRAINING, "NumPy and the kernels")
    from dataclasses import replace

    from tensorlite.cli.train import compile_kernels
    from tensorlite.training.sweep_folder import Sweep

    found = Sweep.find(name, out)
    plan = found.plan()
    if trials is not None:
        plan = replace(plan, trials=trials)
        found.write(plan)
    compile_kernels()
    _work(found, plan, progress, as_json)


@sweep.command("show")
@click.argument("name", default="latest")
@folder_option
@json_option
def show(name: str, out: Path, as_json: bool) -> None:
    """Show the trials of a sweep, the best first.

    \b
    Examples:
      tensorlite sweep show latest
      tensorlite sweep show latest --json
    """
    from tensorlite.training.search import chooser
    from tensorlite.training.sweep_folder import Sweep

    found = Sweep.find(name, out)
    plan = found.plan()
    _conclude(found, plan, chooser(found, plan).trials(), as_json, every=True)


@sweep.command("list")
@folder_option
@json_option
def list_sweeps(out: Path, as_json: bool) -> None:
    """List the sweeps.

    \b
    Examples:
      tensorlite sweep list
      tensorlite sweep list --json
    """
    from tensorlite.training.sweep_folder import all_sweeps

    found = [_line(each) for each in all_sweeps(out)]
    if as_json:
        print_json(found)
    elif found:
        table((list(line.values()) for line in found), list(found[0]))
    else:
        note(f"no sweeps in {out} yet. Make one: tensorlite sweep lenet5 --trials 20")


def _line(found: Sweep) -> dict[str, Any]:
    plan, trials = found.plan(), found.records()
    best, ended = plan.best(trials), sum(trial.finished for trial in trials)
    value = best.value if best else None
    return {
        "sweep": found.name,
        "strategy": plan.strategy,
        "params": ", ".join(map(str, plan.space)),
        "trials": f"{ended}/{plan.count}",
        plan.monitor: "" if value is None else round(value, 4),
    }


def _work(found: Sweep, plan: Plan, progress: str, as_json: bool) -> None:
    from tensorlite.cli.train import requested_plugins
    from tensorlite.cli.trial_lines import TrialLines
    from tensorlite.training.search import search

    lines = TrialLines(plan, resolved(progress))
    try:
        trials = search(
            found, plan, watch=lines.watch, finished=lines.finished, plugins=requested_plugins()
        )
    except KeyboardInterrupt:
        ended = sum(trial.finished for trial in found.records())
        note(f"stopped {ended} of {plan.count} trials are done · {_resume_line(found)}")
        raise
    _conclude(found, plan, trials, as_json)


def _conclude(
    found: Sweep, plan: Plan, trials: Sequence[Trial], as_json: bool, every: bool = False
) -> None:
    from tensorlite.training.sweep_report import head, rows, show_value, write_sweep_report

    best = plan.best(trials)
    command = train_line({**plan.values, "model": plan.model, **best.params}) if best else ""
    page = write_sweep_report(found, plan, trials, command)
    if as_json:
        print_json(_plain(found, plan, trials, command))
        return
    shown = rows(plan, trials)
    table(shown if every else shown[:_SHOWN], head(plan))
    if len(plan.space) > 1:
        shares = plan.importances(trials).items()
        click.echo(f"matter  {' · '.join(f'{name} {100 * v:.0f} %' for name, v in shares)}")
    if best:
        values = ", ".join(f"{k} {show_value(v)}" for k, v in best.params.items())
        figure = shown[0][1 + len(plan.space)]
        click.echo(f"best    {plan.monitor} {figure} with {values} (trial {best.number})")
    click.echo(f"files   {page}")
    if any(not trial.finished for trial in trials):
        click.echo(f"next    {_resume_line(found)}")
    elif best:
        click.echo(f"next    {command}")


def _plain(found: Sweep, plan: Plan, trials: Sequence[Trial], command: str) -> dict[str, Any]:
    from dataclasses import asdict

    best = plan.best(trials)
    return {
        "sweep": str(found.path),
        **asdict(plan),
        "best": asdict(best) if best else None,
        "command": command,
        "importances": plan.importances(trials),
        "results": [asdict(trial) for trial in trials],
    }


def _resume_line(found: Sweep) -> str:
    return f"tensorlite sweep resume {found.name}" + (
        "" if found.path.parent == Path("sweeps") else f" --out {found.path.parent}"
    )
