"""Recipes: how a model is trained on which data, as TOML next to the model.

Each section holds settings. ``[default]`` always applies; a section named like the data
(``[mnist]``) applies to that data and wins over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tensorlite.errors import DataError, UnknownNameError, close_names
from tensorlite.training.config import Layer, read_toml

DEFAULT = "default"
NONE = "none"


@dataclass(frozen=True)
class Recipe:
    """The settings that a recipe gives for some data.

    Args:
        name: The section that was taken, empty when there is no recipe.
        layers: Its settings, the strongest first.
    """

    name: str = ""
    layers: tuple[Layer, ...] = ()


def read_recipe(path: Path | None, data: str, section: str = "auto") -> Recipe:
    """Take the part of a recipe that is for some data.

    Args:
        path: The TOML file; None for a model without one.
        data: Name of the data, such as ``"mnist"``.
        section: A section to take instead of the one named like the data; ``"auto"`` does not;
            ``"none"`` takes nothing.

    Raises:
        UnknownNameError: If the section that was asked for is not there.
        DataError: If the file cannot be read, or holds something that is no section.
    """
    if path is None or section == NONE:
        return Recipe()
    sections = _sections(path)
    if section != "auto" and section not in sections:
        parts = [f"there is no recipe '{section}'.", close_names(section, sections)]
        parts.append(f"All {len(sections)}: {', '.join(sections)}.")
        raise UnknownNameError(" ".join(filter(None, parts)), where=path.name)
    wanted = data.lower() if section == "auto" else section
    names = [name for name in dict.fromkeys((wanted, DEFAULT)) if name in sections]
    layers = tuple(Layer(f"recipe {path.name} [{name}]", sections[name]) for name in names)
    return Recipe(names[0] if names else "", layers)


def _sections(path: Path) -> dict[str, dict[str, Any]]:
    content = read_toml(path)
    if "model" in content:  # a model that is written in TOML has its recipe in [recipe]
        content = content.get("recipe", {})
    for name, values in content.items():
        if not isinstance(values, dict):
            raise DataError(f"expected a section [{name}], got a value.", where=str(path))
    return content
