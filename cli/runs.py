"""``tensorlite runs``: the run folders, what is in them, and keeping them in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tensorlite.cli.completion import complete_runs
from tensorlite.cli.options import ListGroup, out_option
from tensorlite.cli.output import fields, json_option, note, print_json, table
from tensorlite.errors import ConfigError

if TYPE_CHECKING:
    from tensorlite.training.run import RunDirectory


@click.group(cls=ListGroup, show=True)
def runs() -> None:
    """List the runs, show, compare, tag or delete them.

    \b
    Examples:
      tensorlite runs
      tensorlite runs show latest
      tensorlite runs compare first second --save compare.html
      tensorlite runs tag latest good
      tensorlite runs rm 20261120-0912-lenet5-digits
    """


@runs.command("list")
@click.option("--tag", "wanted", multiple=True, metavar="TAG", help="Only runs with this tag.")
@out_option
@json_option
def list_runs(wanted: tuple[str, ...], out: Path, as_json: bool) -> None:
    """List the runs, the oldest first.

    \b
    Examples:
      tensorlite runs list
      tensorlite runs list --tag good
      tensorlite runs list --out other/runs --json
    """
    from tensorlite.training.run import all_runs
    from tensorlite.training.summaries import HEAD, summarise

    found = [summarise(run) for run in all_runs(out)]
    found = [summary for summary in found if set(wanted) <= set(summary.tags)]
    if as_json:
        print_json([summary.to_dict() for summary in found])
    elif found:
        table((summary.row() for summary in found), HEAD)
    elif wanted:
        note(f"no run in {out} has the tag {' and '.join(wanted)}.")
    else:
        note(f"no runs in {out} yet. Make one: tensorlite train lenet5")


@runs.command("show")
@click.argument("run", default="latest", shell_complete=complete_runs)
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


@runs.command("compare")
@click.argument("names", nargs=-1, metavar="RUN RUN...", shell_complete=complete_runs)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the curves of all: .html, or .svg for one chart.",
)
@out_option
@json_option
def compare(names: tuple[str, ...], save: Path | None, out: Path, as_json: bool) -> None:
    """Say what runs were told differently, and what each reached.

    \b
    Examples:
      tensorlite runs compare first second
      tensorlite runs compare first second third --save compare.html
      tensorlite runs compare first latest --json
    """
    from tensorlite.training.comparison import Comparison, check_ending
    from tensorlite.training.run import find_run

    if save is not None:
        check_ending(save)
    comparison = Comparison.of([find_run(name, out) for name in names])
    if save is not None:
        comparison.save(save)
    if as_json:
        print_json(comparison.to_dict())
        return
    table(comparison.rows(), ("", *comparison.names))
    if not comparison.differences():
        note("they were told the same.")
    note(f"curves  {save}" if save else "curves: --save compare.html")


@runs.command("tag")
@click.argument("run", shell_complete=complete_runs)
@click.argument("words", nargs=-1, metavar="[TAG]...")
@click.option("--remove", multiple=True, metavar="TAG", help="Take this tag off (repeatable).")
@out_option
@json_option
def tag_run(
    run: str, words: tuple[str, ...], remove: tuple[str, ...], out: Path, as_json: bool
) -> None:
    """Put tags onto a run; without any, show those it has.

    \b
    Examples:
      tensorlite runs tag latest good baseline
      tensorlite runs tag latest --remove baseline
    """
    from tensorlite.training.run import find_run
    from tensorlite.training.shelf import tag, tags

    found = find_run(run, out)
    now = tag(found, words, remove) if words or remove else tags(found)
    if as_json:
        print_json({"run": found.name, "tags": now})
    else:
        fields([("run", found.name), ("tags", ", ".join(now) or "none")])


@runs.command("rm")
@click.argument("names", nargs=-1, required=True, metavar="RUN...", shell_complete=complete_runs)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@out_option
@json_option
def rm(names: tuple[str, ...], yes: bool, out: Path, as_json: bool) -> None:
    """Delete runs with everything in them, after asking.

    \b
    Examples:
      tensorlite runs rm 20261120-0912-lenet5-digits
      tensorlite runs rm first second --yes
    """
    from tensorlite.training.run import find_run
    from tensorlite.training.shelf import check_removable, remove

    found = [find_run(name, out) for name in names]
    for run in found:
        check_removable(run.path)
    removed = []
    for run in found:
        if yes or _agreed(run):
            remove(run)
            removed.append(str(run.path))
    if as_json:
        print_json({"removed": removed})
    for path in removed if not as_json else ():
        click.echo(f"removed {path}")


def _agreed(run: RunDirectory) -> bool:
    """Ask about a run; where nobody can answer, say what to type."""
    from tensorlite.training.shelf import size

    files, total = size(run)
    what = f"{run.path} ({run.status}, {files} files, {total / 1e6:.1f} MB)"
    try:
        return click.confirm(f"Delete {what}?", err=True)
    except click.Abort:
        raise ConfigError(
            f"expected an answer whether to delete {what}, got none.", where="runs rm", hint="--yes"
        ) from None
