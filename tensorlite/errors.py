"""The errors that users see: one base class, and few subclasses that are built-in errors too.

A message reads ``<where>: expected <what>, got <what came>. <One hint that can be typed.>``
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class TensorliteError(Exception):
    """The base of all errors that tensorlite raises on purpose.

    Args:
        message: What was expected and what came, one sentence without the place.
        where: The op, layer, file or option that complains; put in front of the message.
        hint: What to type or to change next; shown after the message.

    Example:
        >>> print(ShapeError("expected 3 channels, got 1.", where="Conv2d 'stem'", hint="Set it."))
        Conv2d 'stem': expected 3 channels, got 1. Set it.
    """

    exit_code = 2  # what the command line exits with; 2 is wrong usage

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.module: Any = None  # the layer that complained, and what it said, while the error
        self.op: str | None = None  # passes the layers around it

    @property
    def sentence(self) -> str:
        """Place and message, without the hint."""
        return f"{self.where}: {self.message}" if self.where else self.message

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}" if self.hint else self.sentence


class ShapeError(TensorliteError, ValueError, RuntimeError):
    """Sizes that do not fit each other."""


class DTypeError(TensorliteError, TypeError, RuntimeError):
    """An element type that an operation cannot take."""


class GraphError(TensorliteError, RuntimeError):
    """A use of the autograd graph that cannot work (a freed graph, a value changed in place)."""


class UnknownNameError(TensorliteError, KeyError):
    """A name that is not in a registry, a list of options or a state dict."""


class StateError(TensorliteError, RuntimeError):
    """A state dict whose names or shapes are not the module's."""


class ConfigError(TensorliteError, ValueError, RuntimeError):
    """A setting whose value makes no sense."""


class DataError(TensorliteError, ValueError):
    """Data, or a file, that is not there or not what it claims to be."""

    exit_code = 3


class PluginError(TensorliteError, RuntimeError):
    """A plugin that cannot be found, imported or registered."""

    exit_code = 4


class DivergedError(TensorliteError, ArithmeticError):
    """A training whose loss is no longer finite."""

    exit_code = 5


class Terminated(KeyboardInterrupt):
    """A request to end from the system (SIGTERM), answered like Ctrl-C."""


class RequirementError(TensorliteError, RuntimeError):
    """A result that stays below what ``--require`` asked for."""

    exit_code = 6


def close_names(name: str, names: Iterable[str], limit: int = 3) -> str:
    """Say which names are close to one that was not found.

    Example:
        >>> close_names("lennet5", ["lenet5", "nin"])
        'Close: lenet5.'
        >>> close_names("zzz", ["lenet5"])
        ''
    """
    close = difflib.get_close_matches(name, list(names), n=limit, cutoff=0.6)
    return f"Close: {', '.join(close)}." if close else ""
