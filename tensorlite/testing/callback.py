"""Whether a callback listens to events that there are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from tensorlite.errors import close_names
from tensorlite.testing.failure import Claims
from tensorlite.training.callbacks import Callback


def check_callback(
    callback: Callable[..., Any], *, options: Mapping[str, Any] | None = None
) -> None:
    """Check a callback: that each of its ``on_*`` methods is an event, and takes what it is told.

    Args:
        callback: A class or a function that builds it.
        options: Its arguments.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> from tensorlite.training import EarlyStopping
        >>> check_callback(EarlyStopping, options={"patience": 3})
    """
    claims = Claims("callback", callback)
    with claims.works("a callback that can be built"):
        built = callback(**(options or {}))
    events = {name for name in dir(Callback) if name.startswith("on_")}
    heard = [name for name in dir(built) if name.startswith("on_")]
    for name in heard:
        message = f"expected an event, got {name!r}. {close_names(name, events)}".rstrip()
        claims.that(name in events, message)
        told = len(inspect.signature(getattr(Callback, name)).parameters) - 1
        try:
            inspect.signature(getattr(built, name)).bind(*[None] * told)
        except TypeError:
            claims.that(False, f"expected {name} to take {told} argument(s), got another number.")
    own = [name for name in heard if getattr(type(built), name) is not getattr(Callback, name)]
    claims.that(own, "expected a method for an event such as on_epoch_end, got none.")
