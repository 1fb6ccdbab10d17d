"""``tensorlite data preview``: a picture of what training will see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.output import note
from tensorlite.cli.training_options import augment_option, augmentations
from tensorlite.errors import ConfigError, DataError

if TYPE_CHECKING:
    from tensorlite.data import Dataset


@click.command("preview")
@click.argument("source", metavar="PATH|NAME")
@augment_option("Such as 'rotation(degrees=10), horizontal_flip' (repeatable) [none].")
@click.option(
    "--model", metavar="NAME", help="Fit the pictures to a model, and augment as it does."
)
@click.option("--split", "part", metavar="NAME", help="The split to take them from [the first].")
@click.option("--count", "-n", type=int, default=32, metavar="N", help="How many pictures [32].")
@click.option("--epochs", type=int, default=1, metavar="N", help="Show each in so many [1].")
@click.option("--size", type=int, metavar="N", help="Bring the pictures to NxN pixels.")
@click.option("--seed", type=int, default=0, metavar="N", help="The seed of the training [0].")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("preview.png"),
    metavar="FILE",
    help="A .png or a .html file [preview.png].",
)
def preview(
    source: str,
    augment: tuple[str, ...],
    model: str | None,
    part: str | None,
    count: int,
    epochs: int,
    size: int | None,
    seed: int,
    out: Path,
) -> None:
    """Draw pictures as training sees them: fitted, augmented, with their boxes and masks.

    The same seed gives the changes that a training with this seed makes.

    \b
    Examples:
      tensorlite data preview path/to/photos
      tensorlite data preview digits --augment 'rotation(degrees=15), shift(pixels=2)' --epochs 4
      tensorlite data preview path/to/voc --augment horizontal_flip --out voc.html
    """
    from tensorlite.data import open_data
    from tensorlite.data.preview import batch_shown, write_sheet
    from tensorlite.training.building import build_augmentation

    found = open_data(source)
    name = part or next(iter(found.splits))
    if name not in found.splits:
        message = f"there is no split {name!r}. There are: {', '.join(found.splits)}."
        raise DataError(message, where="--split")
    dataset, items = _fitted(found.splits[name], model, size, augment)
    augmentation = build_augmentation(items)
    shown = batch_shown(dataset, augmentation, count=count, seed=seed, epochs=epochs)
    lines = [
        found.sentence(),
        f"{name}, seed {seed}, augmentations: {', '.join(augment) or items or 'none'}",
    ]
    if dataset.adaptation:
        lines.append(dataset.adaptation)
    write_sheet(out, shown, dataset.classes, f"{found.name}, as training sees it", lines)
    for line in lines[1:]:
        note(line)
    click.echo(str(out))


def _fitted(
    dataset: Dataset, model: str | None, size: int | None, augment: tuple[str, ...]
) -> tuple[Dataset, list[Any]]:
    """The data set in the shape that is asked for, and the augmentations."""
    from tensorlite.training.building import image_shape

    items = augmentations(augment)
    shape = dataset.image_shape
    if model is not None:
        shape = image_shape(model, shape)
        if not augment:
            items = _recipe(model, dataset.name)
    if size is not None:
        if size < 1:
            raise ConfigError(f"expected at least 1 pixel, got {size}.", where="--size")
        shape = shape[0], size, size
    return dataset.adapt(*shape), items


def _recipe(model: str, data: str) -> list[Any]:
    """The augmentations that a model's recipe for some data has."""
    from tensorlite.registry import models
    from tensorlite.training.config import Layer, resolve
    from tensorlite.training.recipes import read_recipe

    path = models.info(model).details.get("recipe")
    recipe = read_recipe(Path(path) if path else None, data)
    chosen = Layer("--model", {"model": model}, {})
    return list(resolve(chosen, *recipe.layers).settings.augment)
