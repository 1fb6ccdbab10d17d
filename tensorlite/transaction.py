"""Registering in somebody's name, all or nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from tensorlite.entry import SCRIPT, Entry, Owner

if TYPE_CHECKING:
    from tensorlite.registry import Registry

Journal = list[tuple["Registry[Any]", Entry[Any]]]
_acting: ContextVar[tuple[Owner, Journal] | None] = ContextVar("_acting", default=None)


@contextmanager
def transaction(owner: Owner) -> Iterator[Journal]:
    """Register in somebody's name, all or nothing.

    What is registered inside the block belongs to ``owner``; if the block raises, it is all taken
    back. The journal that the block receives keeps the list of it in either case.

    Example:
        >>> from tensorlite.errors import ConfigError
        >>> from tensorlite.registry import Registry
        >>> colours = Registry("colour")
        >>> try:
        ...     with transaction(Owner("painter")):
        ...         _ = colours.register("red", object())
        ... except ConfigError:
        ...     print(colours.names())
        []
    """
    journal: Journal = []
    token = _acting.set((owner, journal))
    try:
        yield journal
    except BaseException:
        for registry, entry in journal:
            registry._remove(entry)
        raise
    finally:
        _acting.reset(token)


def in_this_name(register: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, registering as it would now wherever it is called, such as in a thread."""
    told = _acting.get()

    @functools.wraps(register)
    def call(*args: Any, **options: Any) -> Any:
        token = _acting.set(told)
        try:
            return register(*args, **options)
        finally:
            _acting.reset(token)

    return call


def acting() -> tuple[Owner, Journal]:
    """Who registers now, and where that is written down; a script unless a plugin is loaded."""
    return _acting.get() or (Owner(SCRIPT), [])
