"""The settings of a training: one field each, with type, default, help and what it may be."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from tensorlite.training.durations import DURATION, is_duration

Check = tuple[Callable[[Any], bool], str]
POSITIVE: Check = (lambda value: value > 0, "a number above 0")
WORKERS: Check = (lambda value: 0 <= value <= 64, "0 to 64")
THREADS: Check = (lambda value: 0 <= value <= 256, "0 to 256")
NOT_NEGATIVE: Check = (lambda value: value >= 0, "0 or more")
FRACTION: Check = (lambda value: 0 < value < 1, "a number between 0 and 1")
BELOW_ONE: Check = (lambda value: 0 <= value < 1, "0 or more and below 1")
FINITE: Check = (lambda value: 0 <= value < float("inf"), "0 or more, and finite")
TIME: Check = (lambda value: value == "" or is_duration(value), DURATION)
STATISTICS: Check = (lambda value: value in ("train", "frozen"), "train or frozen")
OFTEN: Check = (
    lambda value: value == "" or is_duration(value) or _is_count(value),
    f"a number of steps such as 500, or {DURATION}",
)
NAMED: Check = (
    lambda value: all(isinstance(i, str) or (isinstance(i, dict) and "name" in i) for i in value),
    'names, or tables such as { name = "shift", pixels = 2 }',
)
SIZES: Check = (
    lambda value: all(_is_count(epoch) and _is_count(size) for epoch, size in value.items()),
    "sides in pixels by the epoch they begin in, such as { 1 = 24, 8 = 32 }",
)
WEIGHTS: Check = (
    lambda value: value in ("", "balanced") or (isinstance(value, Mapping) and _are_weights(value)),
    '"balanced", or weights above 0 by class, such as { cat = 2.0 }',
)


def _setting(default: Any, text: str, check: Check | None = None) -> Any:
    metadata = {"help": text, "check": check}
    if isinstance(default, list | dict):
        return field(default_factory=type(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Everything a training can be told, one field per setting, each with a default.

    Example:
        >>> Settings(model="lenet5").batch_size
        64
    """

    model: str = _setting("", "model of the registry")
    data: str = _setting("digits", "data set of the registry, or a path")
    recipe: str = _setting(
        "auto", "section of the model's recipe; auto: the one named like the data; none: no recipe"
    )
    model_options: dict[str, Any] = _setting({}, "further arguments of the model")
    start: str = _setting("", "weights to begin with: a .safetensors file")
    freeze: str = _setting(
        "none", "what is not trained: features, a number of their stages, a pattern of names, none"
    )
    freeze_epochs: int = _setting(0, "epochs after which it is trained too; 0: never", NOT_NEGATIVE)
    gradual: bool = _setting(
        False, "let one stage go after each freeze_epochs, the last one first, not all at once"
    )
    lr_mult: float = _setting(
        1.0, "learning rate of each stage as a share of that of the stage behind it", POSITIVE
    )
    bn: str = _setting("train", "statistics of batch norms: train or frozen", STATISTICS)
    epochs: int = _setting(10, "passes over the training part", POSITIVE)
    batch_size: int = _setting(64, "images per batch", POSITIVE)
    accumulate: int = _setting(1, "batches per step of the optimizer", POSITIVE)
    optimizer: str = _setting("adam", "optimizer of the registry")
    lr: float = _setting(1e-3, "learning rate at its highest", FINITE)
    weight_decay: float = _setting(0.0, "pull of the weights towards zero", FINITE)
    decay_all: bool = _setting(False, "pull biases and the factors of norms towards zero too")
    optimizer_options: dict[str, Any] = _setting({}, "further arguments of the optimizer")
    schedule: str = _setting("cosine", "learning-rate schedule of the registry")
    schedule_options: dict[str, Any] = _setting({}, "further arguments of the schedule")
    warmup_epochs: float = _setting(
        0.0, "epochs in which the learning rate rises, before the schedule begins", FINITE
    )
    clip_norm: float = _setting(0.0, "largest norm of all gradients together; 0: any", FINITE)
    ema: float = _setting(
        0.0, "share that the averaged weights keep at a step, such as 0.999; 0: none", BELOW_ONE
    )
    augment: list[Any] = _setting([], "augmentations: names, calls or tables with a name", NAMED)
    mixup: float = _setting(0.0, "blend pictures, with shares from Beta(x, x); 0: never", FINITE)
    cutmix: float = _setting(
        0.0, "paste parts of other pictures, with areas from Beta(x, x); 0: never", FINITE
    )
    image_sizes: dict[str, Any] = _setting(
        {}, "smaller pictures to train on, by the epoch they begin in", SIZES
    )
    loss: str = _setting("cross_entropy", "loss of the registry")
    loss_options: dict[str, Any] = _setting({}, "further arguments of the loss")
    box_loss: str = _setting("giou_loss", "loss of the registry between boxes, for localization")
    box_loss_options: dict[str, Any] = _setting({}, "further arguments of the loss between boxes")
    box_weight: float = _setting(1.0, "weight of that loss beside the one of the classes", FINITE)
    label_smoothing: float = _setting(0.0, "share of the target spread over all classes", BELOW_ONE)
    class_weights: str | dict[str, Any] = _setting(
        "", "what a class counts in the loss: balanced, or a table", WEIGHTS
    )
    metrics: list[Any] = _setting([], "further metrics of the registry", NAMED)
    callbacks: list[Any] = _setting([], "further callbacks of the registry", NAMED)
    image_size: int = _setting(
        0,
        "side of the square that pictures are brought to; 0: the model's own, or the data's",
        NOT_NEGATIVE,
    )
    val_fraction: float = _setting(
        0.1, "share of train kept for validation when the data has no val", FRACTION
    )
    limit_train: int = _setting(
        0, "train on so many images, the same share of every class; 0: all", NOT_NEGATIVE
    )
    overfit: int = _setting(
        0, "learn so many images by heart, to see that it can learn at all; 0: no", NOT_NEGATIVE
    )
    skip_bad: bool = _setting(False, "leave damaged pictures out of the data")
    patience: int = _setting(
        0, "stop after this many epochs without a better one; 0: never", NOT_NEGATIVE
    )
    time_limit: str = _setting("", "stop after this time, such as 90s, 10m or 1h30m", TIME)
    save_every: str = _setting(
        "", "save the state also after so many steps (500) or in intervals (10m)", OFTEN
    )
    seed: int = _setting(0, "seed of everything random", NOT_NEGATIVE)
    threads: int = _setting(0, "threads; 0: TENSORLITE_NUM_THREADS, or one per core", THREADS)
    workers: int = _setting(
        1, "threads that make batches in advance; the result is the same with any", WORKERS
    )


def _is_count(value: Any) -> bool:
    """A whole number above 0; keys of TOML are text."""
    return not isinstance(value, bool) and bool(re.fullmatch(r"[1-9]\d*", str(value)))


def _are_weights(table: Mapping[str, Any]) -> bool:
    return all(type(value) in (int, float) and 0 < value < float("inf") for value in table.values())


def _kinds(hint: Any) -> tuple[type, ...]:
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return tuple(get_origin(part) or part for part in parts)


FIELDS = {item.name: item for item in dataclasses.fields(Settings)}
DEFAULTS = Settings()
TYPES = {name: _kinds(hint) for name, hint in get_type_hints(Settings).items()}
