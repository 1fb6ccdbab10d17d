"""The factory of a model that is written in TOML, and its entry for the registry."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

from tensorlite.entry import SCRIPT, Entry, Owner
from tensorlite.nn.module import Module
from tensorlite.nn.toml.build import Builder
from tensorlite.nn.toml.calls import evaluate
from tensorlite.nn.toml.source import Source
from tensorlite.tensor import zeros

KEYS = (
    *("layers", "options", "summary", "task", "features", "head"),
    *("num_classes", "in_channels", "image_size"),
)
OWN = "num_classes", "in_channels", "image_size"


class TomlModel:
    """A model's factory, as a file describes it.

    Args:
        path: The file.

    Attributes:
        settings: The table ``[model]`` without its layers.

    Raises:
        DataError: If the file cannot be read, or is no TOML.
        ConfigError: If something in it makes no sense, with file and line.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "net.toml"
        ...     _ = path.write_text('''
        ... [model]
        ... layers = ["conv2d(4, 3)", "relu", "flatten", "linear(num_classes)"]
        ... ''')
        ...     list(TomlModel(path)(image_size=(8, 8)).state_dict())
        ['0.weight', '0.bias', '3.weight', '3.bias']
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._source = source = Source(path)
        # [recipe] is for the training, see tensorlite.training.recipes.
        content = source.table(source.content, "the file", ("model", "blocks", "recipe"))
        model = source.table(content.get("model", {}), "[model]", KEYS)
        self._layers = model.get("layers")
        self.blocks = source.table(content.get("blocks", {}), "[blocks]", content.get("blocks", {}))
        self.settings = {key: value for key, value in model.items() if key != "layers"}
        self.options = dict(self.settings.get("options", {}))
        self.__signature__ = self._signature()

    def __call__(
        self,
        num_classes: int | None = None,
        in_channels: int | None = None,
        image_size: tuple[int, int] | None = None,
        **options: Any,
    ) -> Module:
        """Build the model.

        Raises:
            ConfigError: With file and line, for whatever cannot be built.
        """
        classes, channels, size = (
            self._own(name, given)
            for name, given in zip(OWN, (num_classes, in_channels, image_size), strict=True)
        )
        sizes = {"num_classes": classes, "in_channels": channels, "image_size": tuple(size)}
        known = {**self.options, **options}
        known = {name: evaluate(value, {**sizes, **known}) for name, value in known.items()}
        builder = Builder(self._source, self.blocks, {**sizes, **known})
        return builder.sequence(self._layers, zeros((1, channels, *size)))[0]

    def _own(self, name: str, given: Any) -> Any:
        return self.__signature__.parameters[name].default if given is None else given

    def _signature(self) -> inspect.Signature:
        usual = {"num_classes": 10, "in_channels": 1, "image_size": (28, 28)}
        defaults = {name: self.settings.get(name, usual[name]) for name in OWN} | self.options
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        return inspect.Signature(
            [inspect.Parameter(name, kind, default=value) for name, value in defaults.items()]
        )


class _FileEntry(Entry[Any]):
    """An entry whose name is its file."""

    @property
    def qualified(self) -> str:
        """The file."""
        return self.name

    @property
    def doc(self) -> str:
        """What the file says of itself."""
        return self.summary

    @property
    def _source(self) -> tuple[str | None, int | None]:
        return str(Path(self.name).resolve()), 1


def entry_of(path: str) -> Entry[Any]:
    """The registry's entry of a TOML file; its name is the path.

    Raises:
        DataError: If the file cannot be read, or is no TOML.
        ConfigError: If something in it makes no sense, with file and line.
    """
    model = TomlModel(path)
    details: dict[str, Any] = {
        key: model.settings[key] for key in ("task", "features", "head") if key in model.settings
    }
    if "recipe" in model._source.content:
        details["recipe"] = Path(path)
    summary = str(model.settings.get("summary", "A model written in TOML."))
    return _FileEntry(path, "model", model, Owner(SCRIPT), summary, details)
