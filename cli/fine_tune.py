"""``tensorlite fine-tune``: a trained network learns other pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tensorlite.cli.grouped import GroupedCommand
from tensorlite.cli.options import setting_options
from tensorlite.cli.train import carry_out, train
from tensorlite.room import TRAINING, require
from tensorlite.training.finetuning import FEW, fine_tuning

GROUPS = {
    "Data and model": ["data", "model", "augment", "no_augment", "image_size"],
    "What is kept": ["freeze", "freeze_epochs", "gradual", "lr_mult", "bn"],
    "Training": ["epochs", "batch_size", "lr", "weight_decay", "limit_train", "seed"],
    "Settings": ["assignments"],
    "Output": ["requirements", "out", "name", "progress", "as_json", "quiet"],
}
# Options as those of ``train``, with those of the settings shown that matter here.
_SHARED = [each for each in train.params if each.name in {n for g in GROUPS.values() for n in g}]


@click.command("fine-tune", cls=GroupedCommand, groups=GROUPS)
@click.argument("source", metavar="RUN|MODEL|FILE")
@click.option("--data", metavar="NAME|PATH", required=True, help="The pictures to learn.")
@click.option("--model", metavar="NAME", help="The model, if the file does not say it.")
@setting_options({name for names in GROUPS.values() for name in names}, FEW)
def fine_tune(source: str, data: str, model: str | None, out: Path, **options: Any) -> None:
    """Train on other pictures, beginning with the weights of a trained network.

    Weights come from a run, from a model that is shipped with some, or from a .safetensors file.
    The head is made anew for other classes; grey and colour, and other sizes, are adapted. What
    was loaded and what was not is printed, and kept in the run's load.json. Pictures with boxes
    get a localizer on the features of a classifier.

    \b
    Examples:
      tensorlite fine-tune latest --data path/to/my_photos --freeze features
      tensorlite fine-tune resnet8 --data path/to/my_photos --freeze features --freeze-epochs 5
      tensorlite fine-tune latest --data path/to/my_photos --lr-mult 0.5 --bn frozen
      tensorlite fine-tune weights.safetensors --model resnet18 --data path/to/my_photos
    """
    require(TRAINING, "NumPy and the kernels")
    from tensorlite.data import open_data

    skip_bad = bool(options.get("skip_bad"))
    beneath = fine_tuning(source, open_data(data, skip_bad=skip_bad), out, model or "")
    named = str(beneath.values["model"])
    carry_out(model=named, data=data, out=out, beneath=[beneath], **options)


_own = {each.name for each in fine_tune.params}
fine_tune.params += [each for each in _SHARED if each.name not in {*_own, "model", "start"}]
