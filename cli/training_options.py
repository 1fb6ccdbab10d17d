"""What is typed about a training to a command that makes one or several: data and settings."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

import click
import tomli_w

from tensorlite.cli.options import flag, setting_options
from tensorlite.errors import ConfigError
from tensorlite.training.config import Layer, parse_assignment
from tensorlite.training.settings import FIELDS, TYPES

SHOWN = ("epochs", "batch_size", "optimizer", "lr", "weight_decay", "schedule", "seed", "threads")
_FLAGGED = ({int}, {float}, {str}, {bool})


def training_options(command: Any) -> Any:
    """Give a command ``--data``, an option for each simple setting, and ``--set``."""
    for option in (
        click.option(
            "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting."
        ),
        setting_options(SHOWN),
        click.option("--data", metavar="NAME|PATH", help="Data set or path [digits, bundled]."),
    ):
        command = option(command)
    return command


def layer_of(model: str, typed: Mapping[str, Any]) -> Layer:
    """Return what was typed as a layer of settings.

    Args:
        model: The argument.
        typed: The values of ``training_options``.

    Raises:
        ConfigError: If ``--set`` names another model.
    """
    assigned = dict(map(parse_assignment, typed.get("assignments", ())))
    if assigned.get("model", model) != model:
        other = assigned["model"]
        message = f"expected one model, got '{model}' as MODEL and '{other}' from --set model."
        raise ConfigError(message)
    given = {k: v for k, v in typed.items() if v is not None and k != "assignments"}
    places = {**dict.fromkeys(assigned, "--set"), **{key: flag(key) for key in given}}
    return Layer("--set", {**assigned, **given, "model": model}, {**places, "model": "MODEL"})


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
