"""Which plugins are wanted: what a person switched on or off, and what the environment says.

The person's choices lie in ``plugins.toml`` in their own configuration folder::

    disabled = ["slow"]               # tensorlite plugins disable slow
    prefer = ["swish:blur"]           # whose `blur` the short name means

    [files]                           # tensorlite plugins enable swish.py
    "/path/to/swish.py" = "the SHA-256 of the file"

A ``tensorlite.toml`` in the working folder may settle names with ``plugins.prefer``, nothing else:
code is never named by what happens to lie around.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.files import write_atomically
from tensorlite.plugins.distributions import normalised


@dataclass(frozen=True)
class Choices:
    """What ``plugins.toml`` holds.

    Args:
        disabled: Names of plugins or distributions that are never imported.
        prefer: Qualified names that win where a short name is ambiguous.
        files: Plugin files that are always loaded, each with its SHA-256.
    """

    disabled: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def why_off(self, name: str, distribution: str | None, ours: bool = False) -> tuple[str, str]:
        """Why a plugin is not wanted, and how to have it again; empty if it is wanted.

        Args:
            name: The plugin's name.
            distribution: The one it was installed with, if any.
            ours: Whether it comes with tensorlite; ``TENSORLITE_PLUGINS`` speaks of the others.
        """
        names = {name, normalised(name), normalised(distribution or name)}
        if names & set(self.disabled):
            return "it is switched off", f"tensorlite plugins enable {name}"
        if names & _listed("TENSORLITE_DISABLE"):
            return "TENSORLITE_DISABLE names it", "unset TENSORLITE_DISABLE"
        only = not ours and "TENSORLITE_PLUGINS" in os.environ
        if only and not names & _listed("TENSORLITE_PLUGINS"):
            return "TENSORLITE_PLUGINS does not name it", "unset TENSORLITE_PLUGINS"
        return "", ""

    def save(self) -> None:
        """Write ``plugins.toml``.

        Raises:
            DataError: If it cannot be written.
        """
        import tomli_w

        path = choices_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, tomli_w.dumps(asdict(self)))


def choices_file() -> Path:
    """Where the person's choices are kept; ``TENSORLITE_CONFIG_DIR`` moves it."""
    folder = os.environ.get("TENSORLITE_CONFIG_DIR")
    if not folder:
        import platformdirs

        folder = platformdirs.user_config_dir("tensorlite")
    return Path(folder) / "plugins.toml"


def read_choices() -> Choices:
    """The person's choices.

    Raises:
        ConfigError: If the file is not TOML or holds something else.
    """
    path = choices_file()
    values = _toml(path)
    known = {"disabled": _names, "prefer": _names, "files": _table}
    for key, value in values.items():
        if key not in known or not known[key](value):
            wanted = "expected lists of names `disabled` and `prefer` and a table `files`"
            raise ConfigError(f"{wanted}, got {key} = {value!r}.", where=str(path))
    return Choices(
        tuple(values.get("disabled", ())), tuple(values.get("prefer", ())), values.get("files", {})
    )


def preferred() -> tuple[str, ...]:
    """The qualified names that win where a short name is ambiguous, the strongest first.

    Raises:
        ConfigError: If ``plugins.prefer`` in ``tensorlite.toml`` is no list of names, or if there
            is more than that under ``plugins``.
    """
    path = Path("tensorlite.toml")
    project = _toml(path).get("plugins", {})
    if not isinstance(project, dict) or not _names(project.get("prefer", [])):
        raise ConfigError("expected plugins.prefer as a list of names.", where=str(path))
    if project.keys() - {"prefer"}:
        message = f"expected nothing but prefer under plugins, got {sorted(project)}."
        raise ConfigError(message, where=str(path), hint="tensorlite plugins enable FILE")
    return (*project.get("prefer", ()), *read_choices().prefer)


def strict() -> bool:
    """Whether a plugin that fails ends the command, as its author wants it."""
    return os.environ.get("TENSORLITE_STRICT_PLUGINS", "0") not in ("", "0")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are the latter
        raise ConfigError(f"cannot be read: {error}.", where=str(path)) from error


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _table(value: Any) -> bool:
    return isinstance(value, dict) and _names(list(value.values()))


def _listed(variable: str) -> set[str]:
    words = os.environ.get(variable, "").split(",")
    return {form for word in map(str.strip, words) if word for form in (word, normalised(word))}
