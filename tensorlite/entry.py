"""One thing in a registry, and the plugin it came with."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from tensorlite.errors import PluginError

T = TypeVar("T")

BUILT_IN = "tensorlite"  # the owner whose entries keep their short name
SCRIPT = "__main__"  # the owner of what no plugin registers


@dataclass(frozen=True)
class Owner:
    """Who registers: a plugin, and where it is from.

    Args:
        name: The plugin's name.
        distribution: The distribution that it was installed with, if any.
        version: The version of that.
        file: The file that it is, if it is one.
        sha256: The digest of that.
    """

    name: str
    distribution: str | None = None
    version: str | None = None
    file: str | None = None
    sha256: str | None = None

    def to_dict(self) -> dict[str, str]:
        """What is known, as plain values; of the file its name only, for it may move.

        Example:
            >>> Owner("swish", "tensorlite-swish", "1.2").to_dict()
            {'name': 'swish', 'distribution': 'tensorlite-swish', 'version': '1.2'}
        """
        known = {k: v for k, v in asdict(self).items() if v is not None}
        return {**known, "file": Path(self.file).name} if self.file else known


@dataclass(frozen=True, eq=False)
class Entry(Generic[T]):
    """One registered thing and where it comes from.

    Args:
        name: The short name, such as ``"conv2d"``.
        kind: What it is: ``"layer"``, ``"loss"``, ``"model"`` ...
        object: The class, function or object that was registered.
        by: The plugin that registered it, and where that is from.
        summary: One line; the first of the docstring unless another was given.
        details: What else was said at registration (a model's recipe, a data set's splits).
        aliases: Further names of the same thing.
        deprecated: What to use instead, if the name will go.
    """

    name: str
    kind: str
    object: T
    by: Owner
    summary: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    deprecated: str = ""

    @property
    def owner(self) -> str:
        """The name of the plugin that registered it; ``"__main__"`` for a script."""
        return self.by.name

    @property
    def distribution(self) -> str | None:
        """The installed distribution of the plugin, if it has one."""
        return self.by.distribution

    @property
    def version(self) -> str | None:
        """The version of that distribution."""
        return self.by.version

    @property
    def qualified(self) -> str:
        """The name that is never ambiguous: ``owner:name``."""
        return f"{self.owner}:{self.name}"

    @property
    def file(self) -> str | None:
        """The file that defines the object; None for what has no Python source."""
        return self._source[0]

    @property
    def line(self) -> int | None:
        """The line in that file, counted from 1."""
        return self._source[1]

    @property
    def place(self) -> str:
        """File and line, the file relative to the working folder or to its package's parent."""
        return f"{_shorten(self.file, definition(self.object))}:{self.line}" if self.file else "-"

    @property
    def doc(self) -> str:
        """The whole docstring, without its indentation."""
        return inspect.cleandoc(definition(self.object).__doc__ or "")

    @property
    def signature(self) -> str:
        """How to call it, as text; empty for what cannot be called."""
        found = self.parameters
        return str(found) if found else ""

    @cached_property
    def parameters(self) -> inspect.Signature | None:
        """How to call it, for programs; None for what cannot be called or does not say."""
        try:
            found = inspect.signature(self.object)  # type: ignore[arg-type]
        except Exception:  # whatever a stranger's __signature__ raises
            return None
        unquoted = [p.replace(annotation=_plain(p.annotation)) for p in found.parameters.values()]
        returned = found.empty if inspect.isclass(self.object) else found.return_annotation
        return found.replace(parameters=unquoted, return_annotation=_plain(returned))

    def path(self, key: str) -> Path | None:
        """The file that a detail names, such as a model's recipe; None if it names none.

        Raises:
            PluginError: If there is no such file.
        """
        if self.details.get(key) is None:
            return None
        path = Path(self.details[key])
        if not path.is_file():
            message = f"the plugin {self.owner!r} ({self.place}) has no {key} at {path}."
            raise PluginError(message, where=f"{self.kind} {self.name!r}")
        return path

    @cached_property
    def _source(self) -> tuple[str | None, int | None]:
        target = definition(self.object)
        try:
            file = inspect.getsourcefile(target) or inspect.getfile(target)
            return file, inspect.findsource(target)[1] + 1
        except (TypeError, OSError):
            return None, None


def definition(obj: Any) -> Any:
    """What holds the source and the docstring of an object: a function, or a class."""
    while isinstance(obj, functools.partial):
        obj = obj.func
    obj = inspect.unwrap(obj) if callable(obj) else obj
    return obj if inspect.isclass(obj) or inspect.isroutine(obj) else type(obj)


def first_line(text: str) -> str:
    """The first line of a docstring that says something."""
    return next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")


def _shorten(file: str, target: Any) -> str:
    package = sys.modules.get(target.__module__.partition(".")[0])
    parents = [Path(folder).parent for folder in getattr(package, "__path__", ())]
    path = Path(file).resolve()
    for folder in (Path.cwd(), *parents):
        if path.is_relative_to(folder):
            return str(path.relative_to(folder))
    return str(path)


class _Plain(str):
    """An annotation that is printed without quotes."""

    def __repr__(self) -> str:
        return str(self)


def _plain(annotation: Any) -> Any:
    return _Plain(annotation) if isinstance(annotation, str) else annotation
