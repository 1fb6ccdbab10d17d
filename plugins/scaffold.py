"""A new plugin as a package: one thing that works, its test, and all that is needed to publish it.

The files are ``templates/``; nothing is fetched, and nothing but tensorlite and pytest is needed.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from tensorlite.errors import ConfigError, DataError
from tensorlite.plugins.distributions import COMMANDS, PLUGINS

KINDS = {
    "layer": "A layer with a learned parameter.",
    "loss": "A loss for classifiers.",
    "optimizer": "An optimizer.",
    "augmentation": "An augmentation of pictures.",
    "dataset": "A data set.",
    "model": "A model with its recipe.",
    "command": "A command.",
}
_TEMPLATES = Path(__file__).parent / "templates"
_NAME = r"[a-z][a-z0-9]*([-_][a-z0-9]+)*"


def create(project: str, kind: str, parent: Path) -> list[Path]:
    """Write a new plugin.

    Args:
        project: The name of the distribution, such as ``tensorlite-swish``.
        kind: One of ``KINDS``.
        parent: The folder in which a folder of that name is made.

    Returns:
        The files that were written.

    Raises:
        ConfigError: If the name is none, or is taken by Python.
        DataError: If the folder is there already, or cannot be written.
    """
    words = _words(project, kind)
    folder = parent / project
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = f"tensorlite plugins new {project}-2 --kind {kind}"
        raise DataError("is there already; nothing was written.", where=str(folder), hint=hint)
    files = {
        folder / Template(path).substitute(words): Template(_read(name)).substitute(words)
        for path, name in _plan(kind).items()
    }
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        raise DataError(f"cannot be written ({error.strerror}).", where=str(folder)) from error
    return list(files)


def plugin_name(project: str, kind: str) -> str:
    """What the plugin of a project is called.

    Example:
        >>> plugin_name("tensorlite-soft-clip", "layer"), plugin_name("tensorlite-hi", "command")
        ('soft_clip', 'tensorlite-hi')
    """
    return project if kind == "command" else _name(project)


def _plan(kind: str) -> dict[str, str]:
    """Where each template goes."""
    recipe = {"src/$package/recipe.toml": "recipe.toml"} if kind == "model" else {}
    return {
        "pyproject.toml": "pyproject.toml",
        "make_wheel.py": "make_wheel.py",
        "README.md": "README.md",
        "src/$package/__init__.py": f"{kind}.py",
        **recipe,
        "tests/test_$name.py": f"{kind}_test.py",
        ".github/workflows/test.yml": "ci.yml",
    }


def _words(project: str, kind: str) -> Mapping[str, str]:
    """What the templates leave open."""
    name, package = _name(project), project.replace("-", "_")
    command = name.replace("_", "-")
    taken = {*sys.stdlib_module_names, *keyword.kwlist, "tensorlite", "pytest", "numpy", "click"}
    if not re.fullmatch(_NAME, project) or not re.fullmatch(_NAME, name) or package in taken:
        raise ConfigError(
            f"expected a free name of lower-case letters, digits and -, got {project!r}.",
            where="plugins new",
            hint=f"tensorlite plugins new tensorlite-{_plain(project)} --kind {kind}",
        )
    listing = {"dataset": "data info", "loss": "losses"}.get(kind, f"{kind}s")
    is_command = kind == "command"
    return {
        "project": project,
        "package": package,
        "name": name,
        "plugin": plugin_name(project, kind),
        "command": command,
        "title": "".join(word.capitalize() for word in name.split("_")),
        "summary": KINDS[kind],
        "group": COMMANDS if is_command else PLUGINS,
        "key": command if is_command else name,
        "target": f"{package}:{name}" if is_command else package,
        "usage": f"tensorlite {command} lenet5" if is_command else f"tensorlite {listing} {name}",
    }


def _name(project: str) -> str:
    """The name of what it brings."""
    return project.replace("-", "_").removeprefix("tensorlite_")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-0123456789") or "mine"


def _read(name: str) -> str:
    return (_TEMPLATES / f"{name}.txt").read_text("utf-8")
