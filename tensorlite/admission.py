"""What may be put into a registry: the form of names, and what an object has to be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tensorlite.entry import definition
from tensorlite.errors import ConfigError

NAME = r"[a-z][a-z0-9_]*"


@dataclass(frozen=True)
class Form:
    """The demands of one kind of thing.

    Args:
        needs: Attributes that each object, or the class that a partial makes, must have.
        base: The full name of a class that each object must be a subclass of; by name, so that
            nothing is imported for it.
        pattern: What a name looks like.

    Example:
        >>> Form(needs=("step",)).check("optimizer", ["swift"], 5)
        Traceback (most recent call last):
        tensorlite.errors.ConfigError: optimizer 'swift': expected an object with step(), got 5.
    """

    needs: tuple[str, ...] = ("__call__",)
    base: str = ""
    pattern: str = NAME

    def check(self, kind: str, names: Sequence[str], obj: object) -> None:
        """Compare an object and its names with what the kind demands.

        Raises:
            ConfigError: If they do not fit.
        """
        for name in names:
            if not isinstance(name, str) or not re.fullmatch(self.pattern, name):
                wanted = "expected a name of lower-case letters, digits and _, a letter first"
                raise ConfigError(f"{wanted}, got {name!r}.", where=kind)
        where = f"{kind} {names[0]!r}"
        if self.base and self.base not in _ancestors(obj):
            words = self.base.split(".")
            wanted = f"expected a subclass of {'.'.join((*words[1:2], words[-1]))}"
            raise ConfigError(f"{wanted}, got {_short(obj)}.", where=where)
        target = obj if "__call__" in self.needs else definition(obj)
        missing = [n for n in self.needs if not hasattr(obj, n) and not hasattr(target, n)]
        if missing:
            wanted = "something callable" if missing == ["__call__"] else f"{', '.join(missing)}()"
            raise ConfigError(f"expected an object with {wanted}, got {_short(obj)}.", where=where)


def _ancestors(obj: object) -> set[str]:
    found = obj.__mro__ if isinstance(obj, type) else ()
    return {f"{each.__module__}.{each.__qualname__}" for each in found}


def _short(obj: object) -> str:
    text = repr(obj)
    return text if len(text) <= 80 else f"{text[:77]}..."
