"""PyTorch's names for compiling models to scripts; everything runs as it is written.

>>> @script
... def double(x):
...     return x * 2
>>> double(2), is_scripting()
(4, False)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from tensorlite.errors import ConfigError

__all__ = [
    "Final",
    "export",
    "ignore",
    "is_scripting",
    "is_tracing",
    "save",
    "script",
    "script_method",
    "trace",
    "unused",
]
T = TypeVar("T")


def script(obj: T, *args: Any, **options: Any) -> T:
    """Return a function, class or model unchanged."""
    return obj


def trace(func: T, example_inputs: Any = None, *args: Any, **options: Any) -> T:
    """Return a function or model unchanged."""
    return func


def script_method(function: T) -> T:
    """Return the method unchanged."""
    return function


def export(function: T) -> T:
    """Return the method unchanged."""
    return function


def unused(function: T) -> T:
    """Return the method unchanged."""
    return function


def ignore(function: Any = None, drop: bool = False) -> Callable[..., Any]:
    """Return the method unchanged; also written ``@ignore()``."""
    return function if callable(function) else lambda method: method


def is_scripting() -> bool:
    """False."""
    return False


def is_tracing() -> bool:
    """False."""
    return False


def save(model: Any, f: Any, **options: Any) -> None:
    """Refuse: there is no script that could be written.

    Raises:
        ConfigError: Always.
    """
    raise ConfigError(
        "expected a state, got a model; code is not written to files.",
        where="jit.save",
        hint="Use tl.save(model.state_dict(), f).",
    )
