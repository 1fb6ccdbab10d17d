"""``tensorlite data check``: what is wrong with data, before it is trained on."""

from __future__ import annotations

from pathlib import Path

import click

from tensorlite.cli.output import note, print_json, table
from tensorlite.cli.stages import stages

SHOWN = 5  # files of a finding that are named in the table
FOUND = 3  # the exit code


@click.command("check")
@click.argument("source", metavar="PATH|NAME")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--fix",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a list of what can be used, as CSV; nothing is deleted or moved.",
)
@click.pass_context
def check(ctx: click.Context, source: str, as_json: bool, fix: Path | None) -> None:
    """Find what is wrong: damaged, doubled and misplaced pictures, bad boxes and masks.

    Every picture is decoded, and compared with all others. Exits with 3 if there is a finding.

    \b
    Examples:
      tensorlite data check path/to/photos
      tensorlite data check path/to/photos --fix photos.csv
      tensorlite train lenet5 --data photos.csv
    """
    from tensorlite.data.check import check_data, write_cleaned

    kept = None
    with stages() as progress:
        if fix is None:
            report = check_data(source, progress)
        else:
            report, kept = write_cleaned(source, fix, progress)
    if as_json:
        written = {"list": str(fix), "kept": kept} if fix else {}
        print_json({**report.to_dict(), **written})
    else:
        table((each.kind, _named(each.places), each.what) for each in report.findings)
        note(report.sentence())
        if fix:
            note(f"{fix} lists the {kept:,} pictures that can be used")
    if report.findings:
        ctx.exit(FOUND)


def _named(places: tuple[str, ...]) -> str:
    more = f" and {len(places) - SHOWN:,} more" if len(places) > SHOWN else ""
    return " = ".join(places[:SHOWN]) + more
