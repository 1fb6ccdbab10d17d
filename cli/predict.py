"""``tensorlite predict``: what is on a picture."""

from __future__ import annotations

from pathlib import Path

import click

from tensorlite.cli.completion import complete_runs
from tensorlite.cli.options import out_option
from tensorlite.cli.output import note, print_json, say
from tensorlite.room import TRAINING, require


@click.command()
@click.argument("run", metavar="RUN|MODEL|FILE", shell_complete=complete_runs)
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--top", type=click.IntRange(min=1), default=3, help="How many answers [3].")
@click.option(
    "--prepare/--no-prepare",
    default=None,
    help="Invert dark ink, crop and centre a drawn character [for models of such].",
)
@click.option(
    "--save-overlays",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write each picture with the answer, and its box, drawn on it.",
)
@out_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def predict(
    run: str,
    images: tuple[str, ...],
    top: int,
    prepare: bool | None,
    save_overlays: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    """Say what is on each IMAGE, with the weights of a run, a model or a .safetensors file.

    Models of handwritten characters get a drawing as they know it: light ink on black, cropped,
    20 pixels long, centred. RUN is a folder, its name, or 'latest'. A picture that cannot be read
    is a line on standard error, and the exit code is 3 in the end.

    \b
    Examples:
      tensorlite predict latest my_digit.png
      tensorlite predict latest photos/*.jpg --top 5
      tensorlite predict latest photos/*.jpg --save-overlays seen
      tensorlite predict best.safetensors digit.png --no-prepare --json
    """
    require(TRAINING, "NumPy and the kernels")
    from tensorlite.training.prediction import FilePrediction, predict_files

    answers, width, code = [], max(map(len, images)), 0
    for item in predict_files(run, out, [Path(image) for image in images], prepare):
        if not isinstance(item, FilePrediction):
            note(f"error: {item.sentence}")
            code = item.exit_code
            continue
        saved = item.save_overlay(save_overlays) if save_overlays is not None else None
        if as_json:
            drawn = {"overlay": str(saved)} if saved else {}
            answers.append({**item.to_dict(top), **drawn})
        else:
            remark = f"     ({item.note})" if item.note else ""
            say(f"{item.path!s:<{width}}   {item.prediction.line(top)}{remark}")
    if as_json:
        print_json(answers)
    click.get_current_context().exit(code)
