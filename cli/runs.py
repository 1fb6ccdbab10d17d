"""``tensorlite runs``: the run folders and what is in them."""

from __future__ import annotations

from pathlib import Path

import click

from tensorlite.cli.options import ListGroup, out_option
from tensorlite.cli.output import fields, note, print_json, table

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(cls=ListGroup, show=True)
def runs() -> None:
    """List the runs, or show one.

    \b
    Examples:
      tensorlite runs
      tensorlite runs show latest
      tensorlite runs list --json
    """


@runs.command("list")
@out_option
@json_option
def list_runs(out: Path, as_json: bool) -> None:
    """List the runs, the oldest first.

    \b
    Examples:
      tensorlite runs list
      tensorlite runs list --out other/runs --json
    """
    from tensorlite.training.run import all_runs
    from tensorlite.training.summaries import summarise

    found = [summarise(run) for run in all_runs(out)]
    if as_json:
        print_json([summary.to_dict() for summary in found])
    elif found:
        table((summary.row() for summary in found), ("run", "status", "epochs", "best"))
    else:
        note(f"no runs in {out} yet. Make one: tensorlite train lenet5")


@runs.command("show")
@click.argument("run", default="latest")
@out_option
@json_option
def show(run: str, out: Path, as_json: bool) -> None:
    """Show one run: how it stands, what it reached, what it was told.

    \b
    Examples:
      tensorlite runs show latest
      tensorlite runs show 20261120-0912-lenet5-digits --json
    """
    from tensorlite.training.run import find_run
    from tensorlite.training.summaries import summarise

    summary = summarise(find_run(run, out))
    if as_json:
        print_json(summary.to_dict())
    else:
        fields(summary.fields())
