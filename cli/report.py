"""``tensorlite report``: the page about a run, written anew."""

from __future__ import annotations

from pathlib import Path

import click

from tensorlite.cli.completion import complete_runs
from tensorlite.cli.options import out_option
from tensorlite.cli.output import json_option, print_json


@click.command()
@click.argument("run", default="latest", shell_complete=complete_runs)
@out_option
@json_option
def report(run: str, out: Path, as_json: bool) -> None:
    """Write the report of RUN again, from its weights and its data, and print where it is.

    \b
    Examples:
      tensorlite report latest
      tensorlite report 20261120-0912-lenet5-digits
    """
    from tensorlite.training.report import rebuild_report
    from tensorlite.training.run import find_run

    found = find_run(run, out)
    path = rebuild_report(found)
    if as_json:
        print_json({"run": found.name, "report": str(path)})
    else:
        click.echo(str(path))
