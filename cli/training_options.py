"""What is typed about a training to a command that makes one or several: data and settings."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import tomli_w

from tensorlite.cli.options import flag, set_option, setting_options
from tensorlite.errors import ConfigError
from tensorlite.training.config import Layer, file_layer, parse_assignment
from tensorlite.training.settings import FIELDS, TYPES

SHOWN = ("epochs", "batch_size", "optimizer", "lr", "weight_decay", "schedule", "seed", "threads")
_FLAGGED = ({int}, {float}, {str}, {bool})


def training_options(shown: Container[str] = SHOWN) -> Callable[[Any], Any]:
    """Give a command all that can be told about a training; ``layers_of`` reads it.

    Args:
        shown: The settings whose options are in its help.
    """
    options = (
        set_option,
        click.option(
            "--config",
            "-c",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Settings as TOML, such as the run.toml of a run.",
        ),
        setting_options(shown),
        click.option("--no-augment", is_flag=True, help="Do not augment."),
        augment_option("As 'rotation(degrees=10), horizontal_flip' (repeatable) [recipe]."),
        click.option("--data", metavar="NAME|PATH", help="Data set or path [digits, bundled]."),
    )

    def decorate(command: Any) -> Any:
        for option in options:
            command = option(command)
        return command

    return decorate


def layers_of(
    model: str | None,
    *,
    assignments: Sequence[str] = (),
    config: Path | None = None,
    augment: Sequence[str] = (),
    no_augment: bool = False,
    **settings: Any,
) -> list[Layer]:
    """Return what was typed, and the files of settings, as layers, the strongest first.

    Args:
        model: The argument.
        assignments: What ``--set`` was given.
        config: What ``--config`` was given.
        augment: What ``--augment`` was given.
        no_augment: Whether ``--no-augment`` was given.
        **settings: The values of the other options; None where one was not given.

    Raises:
        ConfigError: If options contradict each other.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    if augment and no_augment:
        raise ConfigError("expected --augment or --no-augment, got both.")
    if no_augment:
        given["augment"] = []
    elif augment:
        given["augment"] = augmentations(augment)
    return [_typed(model, given, assignments), *_files(config)]


def augment_option(text: str) -> Callable[[Any], Any]:
    """Return ``--augment``, which ``augmentations`` reads; given again it adds to the list."""
    return click.option("--augment", multiple=True, metavar="LIST", help=text)


def augmentations(lists: Sequence[str]) -> list[Any]:
    """Read what ``--augment`` was given, once or more often, as one list.

    Example:
        >>> augmentations(["invert, shift(2)", "horizontal_flip"])
        ['invert', {'name': 'shift', 'pixels': 2}, 'horizontal_flip']
    """
    from tensorlite.augment.written import parse_augmentations

    return [item for text in lists for item in parse_augmentations(text, "--augment")]


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the values of layers as one table, in which the strongest win."""
    return {name: value for layer in reversed(layers) for name, value in layer.values.items()}


def _typed(model: str | None, given: Mapping[str, Any], assignments: Sequence[str]) -> Layer:
    """All that was typed, with the option that each value came from."""
    assigned = dict(map(parse_assignment, assignments))
    if model and assigned.get("model", model) != model:
        other = assigned["model"]
        message = f"expected one model, got '{model}' as MODEL and '{other}' from --set model."
        raise ConfigError(message, hint=f"tensorlite train {other}")
    flags = {key: flag(key) for key in given}
    if given.get("augment") == []:
        flags["augment"] = "--no-augment"
    places = {**dict.fromkeys(assigned, "--set"), **flags, "model": "MODEL"}
    named = {"model": model} if model else {}
    return Layer("--set", {**assigned, **given, **named}, places)


def _files(config: Path | None) -> list[Layer]:
    """The files of settings, the strongest first; the one found here holds values, never code."""
    here = Path("tensorlite.toml")
    named = [config] if config is not None else []
    return [file_layer(path) for path in [*named, *([here] if here.is_file() else [])]]


def train_line(values: Mapping[str, Any]) -> str:
    """Return the command line that trains with settings; it can be copied into a shell.

    Example:
        >>> train_line({"model": "lenet5", "lr": 0.1, "optimizer_options.momentum": 0.9})
        'tensorlite train lenet5 --lr 0.1 --set optimizer_options.momentum=0.9'
    """
    words = ["tensorlite", "train", str(values["model"])]
    for name, value in values.items():
        if name != "model":
            words += _words(name, value)
    return shlex.join(words)


def _words(name: str, value: Any) -> list[str]:
    simple = name == "data" or (name in FIELDS and set(TYPES[name]) in _FLAGGED)
    if simple and not isinstance(value, bool):
        return [flag(name), str(value)]
    if simple and value:
        return [flag(name)]
    text = tomli_w.dumps({"value": value}, multiline_strings=False).removeprefix("value = ")
    return ["--set", f"{name}={value if isinstance(value, str) else text.strip()}"]
