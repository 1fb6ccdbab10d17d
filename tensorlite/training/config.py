"""The configuration of a training: its settings, and where each value came from.

A value is taken from the first of several layers that has it: a flag, ``--set``, a file, the
model's recipe, the default. Unknown keys and values that make no sense are errors that name the
place.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from tensorlite.errors import ConfigError, DataError, UnknownNameError, close_names
from tensorlite.training.settings import DEFAULTS, FIELDS, TYPES, Check, Settings


@dataclass(frozen=True)
class Layer:
    """Values from one place: the command line, a recipe, a file.

    Args:
        origin: The place, as it is named in messages and in ``Config.origins``.
        values: Settings by name; the options of a table also as ``optimizer_options.momentum``.
        places: Where some of the values stand more exactly, such as ``--epochs``.
    """

    origin: str
    values: Mapping[str, Any]
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, name: str) -> str:
        """Say where a value stands."""
        return self.places.get(name, self.origin)


@dataclass(frozen=True)
class Config:
    """Resolved settings, and the origin of each value that is not a default."""

    settings: Settings
    origins: Mapping[str, str]

    def origin(self, name: str) -> str:
        """Say where a value came from, ``"default"`` when nobody set it."""
        return self.origins.get(name, "default")

    def replace(self, origin: str, **values: Any) -> Config:
        """Return a copy in which some values are others."""
        settings = dataclasses.replace(self.settings, **values)
        return Config(settings, {**self.origins, **dict.fromkeys(values, origin)})


def resolve(*layers: Layer) -> Config:
    """Merge layers into one configuration; the first layer that has a value wins.

    Tables are merged key by key, and an empty one clears what is weaker; but options are not
    merged across a change of what they belong to: the momentum of a recipe's ``sgd`` is not handed
    to the ``adam`` of a flag.

    Args:
        *layers: The layers, the strongest first.

    Raises:
        UnknownNameError: If a layer has a key that is no setting.
        ConfigError: If a value has the wrong type or makes no sense.

    Example:
        >>> config = resolve(Layer("--lr", {"lr": 0.1}), Layer("recipe", {"lr": 1.0, "epochs": 3}))
        >>> config.settings.lr, config.settings.epochs, config.origin("lr"), config.origin("seed")
        (0.1, 3, '--lr', 'default')
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for layer in reversed(layers):
        for name, value in _nested(layer).items():
            _drop_options_of_another(name, value, values, origins)
            weaker = values.get(name)
            if value and isinstance(value, dict) and isinstance(weaker, dict):
                value = {**weaker, **value}
            values[name] = value
            origins[name] = layer.place(name)
    return Config(Settings(**values), origins)


def parse_assignment(text: str) -> tuple[str, Any]:
    """Read ``key=value`` as the command line gives it; the value is TOML, or else plain text.

    Raises:
        ConfigError: If it is anything but one key with one value.

    Example:
        >>> parse_assignment("lr=0.1"), parse_assignment("optimizer=sgd")
        (('lr', 0.1), ('optimizer', 'sgd'))
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    try:
        values = list(tomllib.loads(f"value = {value}").values())
    except tomllib.TOMLDecodeError:
        values = value.splitlines() or [""]
    if not equals or not name or len(values) > 1:
        raise ConfigError(
            f"expected one key=value, got {text!r}.", where="--set", hint="--set lr=0.01"
        )
    return name, values[0]


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; damage is one sentence with the line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror}).", where=os.fspath(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"is not TOML: {error}.", where=os.fspath(path)) from error


def file_layer(path: Path) -> Layer:
    """Read a file of settings; a path in it is as seen from the file.

    Raises:
        DataError: If it cannot be read, or is not TOML.
    """
    values = {k: v for k, v in read_toml(path).items() if k != "plugins"}  # those settle names
    for name, is_path in _PATHS.items():
        text = values.get(name)
        if isinstance(text, str) and is_path(text):
            values[name] = os.path.relpath(path.parent / Path(text).expanduser())
    lines = path.read_text(encoding="utf-8").splitlines()
    places = {name: f"{path}:{_line(name, lines)}" for name in values}
    return Layer(os.fspath(path), values, places)


def to_toml(settings: Settings) -> str:
    """Write settings as TOML that ``settings_from_toml`` reads back unchanged."""
    return tomli_w.dumps(dataclasses.asdict(settings), multiline_strings=False)


def explained(config: Config) -> str:
    """Write settings as TOML, each with the place that its value came from as a comment."""
    parts = []
    for name, value in sorted(
        dataclasses.asdict(config.settings).items(), key=lambda item: isinstance(item[1], dict)
    ):
        first, newline, rest = tomli_w.dumps({name: value}).partition("\n")
        parts.append(f"{first}  # {config.origin(name)}{newline}{rest}")
    return "".join(parts)


def settings_from_toml(path: Path) -> Settings:
    """Read the settings of a finished run (``run.toml``)."""
    return resolve(Layer(os.fspath(path), read_toml(path))).settings


def _line(name: str, lines: list[str]) -> int:
    """The line of a file of settings in which one stands."""
    form = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
    return next((number for number, line in enumerate(lines, 1) if form.match(line)), 1)


def name_and_options(item: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Split an item of a list such as ``augment`` into a name and its options.

    Example:
        >>> name_and_options({"name": "shift", "pixels": 2})
        ('shift', {'pixels': 2})
    """
    if isinstance(item, str):
        return item, {}
    return str(item["name"]), {key: value for key, value in item.items() if key != "name"}


def _nested(layer: Layer) -> dict[str, Any]:
    """Turn dotted keys into tables and check every key and value."""
    nested: dict[str, Any] = {}
    for key, value in layer.values.items():
        name, dot, option = key.partition(".")
        _check_name(name, layer.place(key))
        if dot:
            _check_is_table(name, key, layer.place(key))
            value = {**nested.get(name, {}), option: value}
        nested[name] = _checked(name, value, layer.place(key))
    # What options belong to is looked at before the options themselves.
    return dict(sorted(nested.items(), key=lambda item: item[0] not in _OPTIONS))


def _check_name(name: str, origin: str) -> None:
    if name in FIELDS:
        return
    parts = [f"there is no setting '{name}'.", close_names(name, FIELDS)]
    parts.append(f"All {len(FIELDS)}: {', '.join(FIELDS)}.")
    raise UnknownNameError(" ".join(filter(None, parts)), where=origin)


def _check_is_table(name: str, key: str, origin: str) -> None:
    if dict not in TYPES[name]:
        raise ConfigError(f"expected '{name}' alone, got '{key}'.", where=origin)


def _checked(name: str, value: Any, origin: str) -> Any:
    expected = TYPES[name]
    if expected == (float,) and type(value) is int:
        value = float(value)
    if name == "save_every" and type(value) is int:  # steps; intervals need text
        value = str(value)
    if type(value) not in expected:
        kinds = " or ".join(_KINDS[kind] for kind in expected)
        raise ConfigError(f"expected {name} as {kinds}, got {value!r}.", where=origin)
    check: Check | None = FIELDS[name].metadata["check"]
    if check and not check[0](value):
        raise ConfigError(f"expected {name} as {check[1]}, got {value!r}.", where=origin)
    return value


# What in a file names another one; the rest are names of registries.
_PATHS: Mapping[str, Callable[[str], bool]] = {
    "data": lambda text: "/" in text,
    "model": lambda text: text.endswith(".toml"),
    "start": bool,
}
_KINDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a table",
    bool: "true or false",
}
# What is told about one model, optimizer and so on, and means nothing to another.
_OPTIONS = {
    "model": ("model_options",),
    "optimizer": ("optimizer_options",),
    "schedule": ("schedule_options",),
    "loss": ("loss_options", "label_smoothing"),
    "box_loss": ("box_loss_options",),
}


def _drop_options_of_another(
    name: str, value: Any, values: dict[str, Any], origins: dict[str, str]
) -> None:
    if name in _OPTIONS and values.get(name, getattr(DEFAULTS, name)) != value:
        for option in _OPTIONS[name]:
            values.pop(option, None)
            origins.pop(option, None)
