"""What is installed: names, versions and entry points, read from metadata without an import.

The standard library reads them too, but importing it takes half as long as all of ``--help``, and
one file that is no text stops it; here such a file counts as empty.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PLUGINS = "tensorlite"  # groups of entry points
COMMANDS = "tensorlite.commands"


@dataclass(frozen=True)
class EntryPoint:
    """One line of a distribution's ``entry_points.txt``.

    Args:
        group: ``"tensorlite"`` or ``"tensorlite.commands"``.
        name: What stands before the equals sign.
        value: Module and attribute: ``"package.module:attribute"``.
    """

    group: str
    name: str
    value: str

    def load(self) -> Any:
        """Import the module and return it, or its attribute.

        Raises:
            ImportError: If there is no such module, or the value is none.
            AttributeError: If the module has no such attribute.
        """
        form = re.fullmatch(r"([\w.]+)\s*(?::\s*([\w.]+)\s*)?(\[.*\])?", self.value)
        if not form:
            raise ImportError(f"expected package.module:attribute, got {self.value!r}")
        found: Any = importlib.import_module(form[1])
        for attribute in (form[2] or "").split("."):
            found = getattr(found, attribute) if attribute else found
        return found


@dataclass(frozen=True)
class Distribution:
    """One installed distribution.

    Args:
        folder: Its ``.dist-info`` or ``.egg-info``.
    """

    folder: Path

    @property
    def name(self) -> str:
        """Its name as its author writes it."""
        return self._metadata.get("name") or self.folder.stem.partition("-")[0]

    @property
    def version(self) -> str:
        """Its version."""
        return self._metadata.get("version") or self.folder.stem.partition("-")[2] or "?"

    @property
    def summary(self) -> str:
        """One line about it; empty if it has none."""
        return self._metadata.get("summary", "")

    @property
    def key(self) -> str:
        """Its name in the form that all ways of writing it share.

        Example:
            >>> Distribution(Path("My_Plugin-1.0.dist-info")).key
            'my-plugin'
        """
        return normalised(self.folder.stem.partition("-")[0])

    @property
    def plugins(self) -> list[EntryPoint]:
        """Its entry points in the group ``tensorlite``, by name."""
        return [entry for entry in self._entry_points if entry.group == PLUGINS]

    @property
    def commands(self) -> list[EntryPoint]:
        """Its entry points in the group ``tensorlite.commands``, by name."""
        return [entry for entry in self._entry_points if entry.group == COMMANDS]

    @property
    def command_owner(self) -> str:
        """The plugin that its commands belong to: its only one, or one named after it."""
        return self.plugins[0].name if len(self.plugins) == 1 else self.key

    @cached_property
    def _entry_points(self) -> list[EntryPoint]:
        text = _text(self.folder / "entry_points.txt")
        found = _entry_points(text) if f"[{PLUGINS}" in text else ()
        return sorted(found, key=lambda entry: entry.name)

    @cached_property
    def _metadata(self) -> dict[str, str]:
        """The lines ``Name: value`` at the top of its description, by lower-case name."""
        for file in ("METADATA", "PKG-INFO"):
            head = _text(self.folder / file).split("\n\n", 1)[0]
            if head:
                pairs = (line.partition(": ") for line in head.splitlines())
                return {name.lower(): value.strip() for name, _, value in pairs}
        return {}


def distributions() -> list[Distribution]:
    """The distributions on Python's path that have plugins or commands, sorted by name.

    The first one of a name counts, as for ``import``.
    """
    found: dict[str, Distribution] = {}
    for folder in sys.path:
        for each in _inside(Path(folder)):
            found.setdefault(each.key, each)
    return [found[key] for key in sorted(found) if found[key].plugins or found[key].commands]


def normalised(name: str) -> str:
    """A distribution's name as installers compare it.

    Example:
        >>> normalised("Tensorlite_Swish")
        'tensorlite-swish'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _inside(folder: Path) -> Iterator[Distribution]:
    try:
        children = sorted(folder.iterdir())
    except OSError:  # not there, or an archive
        return
    yield from (Distribution(c) for c in children if c.suffix in (".dist-info", ".egg-info"))


def _entry_points(text: str) -> Iterator[EntryPoint]:
    group = ""
    for line in map(str.strip, text.splitlines()):
        name, equals, value = (part.strip() for part in line.partition("="))
        if line.startswith("["):
            group = line.strip("[]")
        elif equals and name and group in (PLUGINS, COMMANDS) and line[0] not in "#;":
            yield EntryPoint(group, name, value)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return ""
