"""``tensorlite data split``: lists for training, validation and testing."""

from __future__ import annotations

from pathlib import Path

import click

from tensorlite.cli.output import note, print_json, table
from tensorlite.cli.stages import stages


@click.command("split")
@click.argument("source", metavar="PATH|NAME")
@click.option("--val", type=float, metavar="SHARE", help="Share of the validation part [0.1].")
@click.option("--test", type=float, metavar="SHARE", help="Share of the test part [0.1].")
@click.option("--seed", type=int, default=0, metavar="N", help="Decides which pictures [0].")
@click.option("--all", "everything", is_flag=True, help="Deal the parts that are there anew, too.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("split.csv"),
    metavar="FILE.csv|FOLDER",
    help="A list, or a folder for one file of each part [split.csv].",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def split(
    source: str,
    val: float | None,
    test: float | None,
    seed: int,
    everything: bool,
    out: Path,
    as_json: bool,
) -> None:
    """Divide pictures into train, val and test, and write lists; no picture is moved.

    Every part has the same share of each class, and pictures that are the same stay together.
    Parts that are there already stay as they are; train is divided. Without --val and --test,
    a tenth for each that is not there.

    \b
    Examples:
      tensorlite data split path/to/photos
      tensorlite data split path/to/photos --val 0.2 --seed 3 --out photos.csv
      tensorlite train lenet5 --data photos.csv
      tensorlite data split path/to/mnist --val 0.1 --out lists
    """
    from tensorlite.data.splitting import split_data, write_parts

    shares = {part: share for part, share in (("val", val), ("test", test)) if share is not None}
    with stages() as progress:
        parts = split_data(source, shares or None, seed, everything=everything, progress=progress)
    files = [str(file) for file in write_parts(parts, out)]
    counts = parts.counts()
    if as_json:
        left_out = [picture.place for picture in parts.left_out]
        print_json({"files": files, "counts": counts, "left_out": left_out, "seed": seed})
        return
    table(_row(name, labels) for name, labels in counts.items())
    if parts.left_out:
        note(f"left out, cannot be decoded: {len(parts.left_out):,} (tensorlite data check)")
    if parts.together:
        note(f"kept together: {parts.together:,} groups of pictures that are the same")
    note(f"written: {', '.join(files)}")


def _row(name: str, labels: dict[str, int]) -> tuple[str, str, str]:
    classes = ", ".join(f"{label} {count:,}" for label, count in labels.items() if label)
    return name, f"{sum(labels.values()):,} pictures", classes
