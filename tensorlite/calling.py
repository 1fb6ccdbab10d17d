"""Calling what is registered: options are checked first, and a stranger's failure is theirs."""

from __future__ import annotations

import functools
import inspect
import math
import numbers
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from tensorlite.entry import BUILT_IN, SCRIPT, Entry
from tensorlite.errors import (
    ConfigError,
    PluginError,
    TensorliteError,
    UnknownNameError,
    close_names,
)

_uses: ContextVar[list[Entry[Any]] | None] = ContextVar("_uses", default=None)


@contextmanager
def noting_uses() -> Iterator[list[Entry[Any]]]:
    """Note what a block takes from the registries and runs, each thing once, in that order.

    Example:
        >>> import tensorlite as tl
        >>> with noting_uses() as uses:
        ...     _ = tl.layers.create("relu")
        >>> [entry.qualified for entry in uses]
        ['tensorlite:relu']
    """
    uses: list[Entry[Any]] = []
    token = _uses.set(uses)
    try:
        yield uses
    finally:
        _uses.reset(token)


def call(entry: Entry[Any], args: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Call a registered object.

    Raises:
        UnknownNameError: If there is no such option.
        ConfigError: If an argument is missing or there is one too many, or an option is of another
            kind than the plain ``float``, ``int``, ``bool`` or ``str`` it is annotated with.
        PluginError: If what a plugin brought fails with anything but a ``TensorliteError``.
    """
    if entry.parameters:
        _check(entry, entry.parameters, args, options)
    with blamed(entry):
        return entry.object(*args, **options)


@contextmanager
def blamed(entry: Entry[Any]) -> Iterator[None]:
    """Name the plugin if the block fails: around whatever runs somebody else's code.

    What ``tensorlite`` or a script registered itself fails as it is, and so does whatever raises
    a ``TensorliteError``, which says by itself what is wrong.

    Raises:
        PluginError: With plugin, file, line and the original error in one line.
    """
    uses = _uses.get()
    if uses is not None and entry not in uses:
        uses.append(entry)
    try:
        yield
    except TensorliteError:
        raise
    except (Exception, SystemExit) as error:
        if entry.owner in (BUILT_IN, SCRIPT):
            raise
        message = f"the plugin {entry.owner!r} failed: {failure(entry, error)}."
        raise PluginError(message, where=f"{entry.kind} {entry.name!r}") from error


def failure(entry: Entry[Any], error: BaseException) -> str:
    """The error, and the line of the plugin that it came from, in one line."""
    place = _line(entry, error) or entry.place
    return f"{one_line(error).rstrip('.')} ({place})"


def one_line(error: BaseException) -> str:
    """The class of an error and the first line of what it says.

    Example:
        >>> one_line(ValueError("no\\nway")), one_line(RuntimeError())
        ('ValueError: no', 'RuntimeError')
    """
    try:
        lines = str(error).splitlines()
    except Exception:  # somebody else's class: it must not hide what went wrong
        lines = []
    text = next((line.strip() for line in lines if line.strip()), "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@functools.cache
def warn_once(sentence: str) -> None:
    """Print a warning on standard error, the first time only."""
    print(f"warning: {sentence}", file=sys.stderr)


def _line(entry: Entry[Any], error: BaseException) -> str:
    """The last line that the error went through in the folder of the entry's file."""
    folder = Path(entry.file or "").parent
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if Path(frame.filename).parent == folder]
    return f"{Path(theirs[-1].filename).name}:{theirs[-1].lineno}" if theirs else ""


def _check(
    entry: Entry[Any],
    signature: inspect.Signature,
    args: Sequence[Any],
    options: Mapping[str, Any],
) -> None:
    where = f"{entry.kind} {entry.name!r}"
    known = [p.name for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    unknown = [option for option in options if option not in known]
    if unknown and len(known) == len(signature.parameters):
        parts = [f"there is no option {unknown[0]!r}.", close_names(unknown[0], known)]
        parts.append(f"All {len(known)}: {', '.join(known)}." if known else "It takes none.")
        raise UnknownNameError(" ".join(filter(None, parts)), where=where)
    try:
        signature.bind(*args, **options)
    except TypeError as error:
        raise ConfigError(f"{error}.", where=where, hint=f"{entry.name}{signature}") from None
    for name, value in options.items():
        _check_kind(signature.parameters.get(name), value, where)


_KINDS: dict[Any, tuple[type, str]] = {
    "float": (numbers.Real, "a number"),
    "int": (numbers.Integral, "a whole number"),
    "bool": (bool, "true or false"),
    "str": (str, "text"),
}
_KINDS |= {float: _KINDS["float"], int: _KINDS["int"], bool: _KINDS["bool"], str: _KINDS["str"]}


def _check_kind(parameter: inspect.Parameter | None, value: Any, where: str) -> None:
    if isinstance(value, float) and math.isnan(value):
        raise ConfigError(f"expected a number, got {value}.", where=where)
    if parameter is None or parameter.annotation not in _KINDS or value is parameter.default:
        return
    kind, words = _KINDS[parameter.annotation]
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        message = f"expected {parameter.name} as {words}, got {parameter.name}={value!r}."
        raise ConfigError(message, where=where)
