"""``tensorlite evaluate``: how good a trained model is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.completion import complete_runs
from tensorlite.cli.options import out_option
from tensorlite.cli.output import note, print_json, say, table
from tensorlite.room import TRAINING, require

if TYPE_CHECKING:
    from tensorlite.training.evaluation import Evaluation

WIDEST = 20  # classes up to which the confusion matrix fits a terminal


@click.command()
@click.argument("run", metavar="RUN|MODEL|FILE", shell_complete=complete_runs)
@click.option("--data", metavar="NAME|PATH", help="Other data than it was trained on.")
@click.option(
    "--split", default="auto", metavar="NAME", help="train, val or test [test, or else val]."
)
@click.option(
    "--compare", metavar="RUN|FILE", help="Let another model answer the same, and test for chance."
)
@click.option("--details", is_flag=True, help="Print the classes and the confusion matrix too.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write a page, evaluation.json and the worst answers as pictures.",
)
@out_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def evaluate(
    run: str,
    data: str | None,
    split: str,
    compare: str | None,
    details: bool,
    save: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    """Evaluate the best weights of a run, the weights of a model, or a .safetensors file.

    Without --data it takes the data of the run: the test part if there is one, or else the part
    that was kept for validation. RUN is a folder, its name, or 'latest'. With --compare the two
    models are told apart by McNemar's test on the pictures that only one of them got right, unless
    the other one learned some of these pictures.

    \b
    Examples:
      tensorlite evaluate latest
      tensorlite evaluate latest --details --split train
      tensorlite evaluate latest --save evaluation
      tensorlite evaluate latest --compare 20261120-0912-lenet5-digits
      tensorlite evaluate best.safetensors --data digits --json
    """
    require(TRAINING, "NumPy and the kernels")
    from tensorlite.training.evaluation import evaluate_run
    from tensorlite.training.trained import Trained

    other = None if compare is None else Trained.load(compare, out)  # a name may be mistyped
    found = evaluate_run(run, out, data, split)
    if other is not None:
        found = found.compared(other, str(compare))
    if as_json:
        print_json(found.to_dict())
    else:
        say(found.line())
        if found.against is not None:
            say(found.against.line())
    if details and not as_json:
        _print_details(found)
    if save is not None:
        page, *others = found.save(save)
        note(f"files   {page} and {len(others)} more beside it")


def _print_details(found: Evaluation) -> None:
    """The table of classes, the confusion matrix if it is not too wide, the calibration."""
    values = found.scores.to_dict()
    classes = values["classes"]
    click.echo()
    names = [name.replace("_", " ") for name in classes[0]]
    table([[*map(_shown, item.values())] for item in classes], names)
    if 1 < len(classes) <= WIDEST:
        click.echo("\nrows: true class · columns: taken for")
        labels = [item["name"] for item in classes]
        rows = zip(labels, values["confusion"], strict=True)
        table([[name, *counts] for name, counts in rows], ["", *labels])
    if "calibration_error" in values:
        click.echo(f"\ncalibration error {100 * values['calibration_error']:.1f} %")


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "-" if value in (None, "") else str(value)
