"""The examples of the docstrings run, and nothing public is without words."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import tensorlite

ROOT = Path(__file__).parents[1]
# Methods that have their op's docstring, and the command line's program file.
BORROWED = {"arithmetic.py", "indexing.py", "maths.py", "products.py", "reductions.py", "shapes.py"}
BORROWED |= {"__main__.py"}


def modules() -> list[str]:
    names = []
    for folder in ("tensorlite", "plugins", "zoo", "cli"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if file.name not in BORROWED:
                parts = file.relative_to(ROOT).with_suffix("").parts
                parts = parts if parts[0] == "tensorlite" else ("tensorlite", *parts)
                names.append(".".join(parts).removesuffix(".__init__"))
    return names


@pytest.mark.parametrize("name", modules())
def test_the_examples_of_the_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_every_method_of_a_tensor_says_what_it_does() -> None:
    silent = [
        name
        for name, member in inspect.getmembers(tensorlite.Tensor)
        if not name.startswith("_") and not inspect.getdoc(member)
    ]
    assert silent == ["array", "grad", "node", "requires_grad", "version"]  # told by TensorBase
