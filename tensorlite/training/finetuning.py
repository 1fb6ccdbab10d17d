"""Fine-tuning: a training that begins with the weights of another one.

What it begins with and what it keeps frozen are settings like all others, so that ``run.toml``
repeats it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorlite import registry
from tensorlite.errors import ConfigError
from tensorlite.serialization import parse_safetensors, read_bytes
from tensorlite.training.checkpoint import Description, describes_itself, load_checkpoint
from tensorlite.training.config import Layer
from tensorlite.training.freezing import Freezing
from tensorlite.training.settings import Settings
from tensorlite.training.trained import find_weights
from tensorlite.training.transfer import Arrays, LoadReport, transfer

if TYPE_CHECKING:
    from tensorlite.data import Data
    from tensorlite.nn import Module

PLACE = "fine-tune"
SIDE = 64  # pixels; larger pictures are brought to this size for models that take any
GREY, COLOUR = 1, 3
AUGMENT: Mapping[int, list[Any]] = {
    GREY: [
        {"name": "rotation", "degrees": 10},
        {"name": "scale", "low": 0.9, "high": 1.1},
        {"name": "shift", "pixels": 2},
    ],
    COLOUR: [
        {"name": "resized_crop", "scale": [0.35, 1.0]},
        "horizontal_flip",
        {"name": "colour_jitter", "brightness": 0.2, "contrast": 0.2, "saturation": 0.2},
    ],
}
FEW = {
    "recipe": "none",
    "epochs": 30,
    "batch_size": 32,
    "optimizer": "adamw",
    "lr": 0.002,
    "weight_decay": 0.05,
    "schedule": "cosine",
    "warmup_epochs": 1.0,
    "label_smoothing": 0.1,
}


def fine_tuning(source: str, data: Data, root: Path = Path("runs"), model: str = "") -> Layer:
    """Return the settings of a training on some data that begins with the weights of a source.

    Pictures with boxes get a localizer on the features of a classifier; pictures without get the
    network that a localizer's backbone was taken from.

    Args:
        source: See ``find_weights``.
        data: What is learned.
        root: The folder of all runs.
        model: The model, if the weights do not say what they are of, or another one is wanted.

    Raises:
        DataError: If the weights cannot be read.
        ConfigError: If nobody says of which model they are.
    """
    path = find_weights(source, root)
    described = read_start(path)[1]
    settings = _model(described, data, model, os.fspath(path))
    if data.task == "classification":
        shape = data.image_shape
        settings |= {**FEW, "augment": AUGMENT.get(shape[0], [])}
        own = registry.models.info(str(settings["model"])).details.get("image_size")
        if not own:
            settings["image_size"] = min(SIDE, max(shape[1:]))
    return Layer(PLACE, {**settings, "start": os.fspath(path)})


def read_start(path: Path) -> tuple[Arrays, Description | None]:
    """Read weights: a checkpoint with its description, or any other safetensors file.

    Raises:
        DataError: If the file is not there or is damaged.
    """
    where = os.fspath(path)
    arrays, metadata = parse_safetensors(read_bytes(path), where)
    if not describes_itself(metadata):
        return arrays, None
    snapshot = load_checkpoint(path)
    return snapshot.arrays, snapshot.description


def begin(model: Module, settings: Settings, classes: list[str]) -> LoadReport | None:
    """Put the weights that the settings name into a fresh model; None if they name none.

    Raises:
        DataError: If they cannot be read, or nothing of them fits.
    """
    if not settings.start:
        return None
    arrays, described = read_start(Path(settings.start))
    known = described.classes if described else []
    return transfer(
        model,
        arrays,
        source=settings.start,
        head=_parts(settings.model, "head"),
        classes=(len(known) or _outputs(arrays), len(classes)),
        same_classes=known == classes,
        features=_parts(described.model, "features") if described else (),
    )


def freezing(model: Module, settings: Settings) -> Freezing | None:
    """Return the callback that keeps parts of a model as they are; None if nothing is kept."""
    callback = Freezing(model, settings)
    return callback if callback.active else None


def with_frozen(load: LoadReport, held: Freezing, model: Module, settings: Settings) -> LoadReport:
    """Return the report with what is frozen.

    Raises:
        ConfigError: If weights are frozen that did not come from the file.
    """
    random = [name for name in held.frozen if name in load.reinitialised]
    if random:
        raise ConfigError(
            f"expected the file's weights in all that is frozen, got {len(random)} tensors that "
            f"were re-initialised, such as {random[0]}.",
            where=f"freeze '{settings.freeze}'",
            hint="--freeze none, or another --model",
        )
    return replace(load, frozen=(settings.freeze, held.count(model)))


def _model(described: Description | None, data: Data, model: str, where: str) -> dict[str, Any]:
    """The model that is trained, and what its factory is told."""
    if described is None and not model:
        raise ConfigError(
            "expected a model, as the file does not say of which one its weights are.",
            where=where,
            hint="--model NAME",
        )
    name = model or (described.model if described else "")
    options = dict(described.options) if described and name == described.model else {}
    task = registry.models.info(name).details.get("task", "classification")
    if data.task == "boxes" and task == "classification":
        return {"model": "localizer", "model_options": {"backbone": name}}
    if data.task == "classification" and task == "localization":
        return {"model": options.get("backbone") or _default(name, "backbone")}
    return {"model": name, "model_options": options}


def _parts(model: str, kind: str) -> list[str]:
    """What the entry of a model calls its features or its head; a model may be unknown here."""
    found = registry.models.info(model).details.get(kind) if model in registry.models else None
    return [found] if isinstance(found, str) else list(found or ())


def _default(name: str, option: str) -> Any:
    """What a model's factory takes for an option that it is not given."""
    signature = registry.models.info(name).parameters
    return signature.parameters[option].default if signature else None


def _outputs(arrays: Arrays) -> int:
    """The length of the last vector, which in a network without a description is its answer."""
    vectors = [array for array in arrays.values() if array.ndim == 1]
    return len(vectors[-1]) if vectors else 0
