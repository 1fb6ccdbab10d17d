"""The model zoo: networks of the literature, each with a recipe and a card.

It is a plugin like any other and registers its models through the hook that strangers use.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from tensorlite.plugins import hookimpl
from tensorlite.zoo.entries import FULL_SIZE, SMALL

_HERE = Path(__file__).parent


@hookimpl
def register_models(register: Any) -> None:
    """Register the models of the zoo."""
    for entry in (*SMALL, *FULL_SIZE):
        family = import_module(f"tensorlite.zoo.{entry.family}")
        register(entry.name, getattr(family, entry.name), **entry.details(_HERE))
