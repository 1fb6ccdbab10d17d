"""The registries: which layers, losses, models and so on exist, by name, and who brought them.

A plugin registers through the hooks of ``tensorlite.plugins``, a script through the decorator::

    @tl.layers.register("blur_pool")
    class BlurPool(nn.Module): ...

Built-ins keep the short name, ``plugin:name`` always works, and two strangers who claim one name
are in conflict only where somebody uses it: what a name means never depends on the order of
installation.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

from tensorlite.calling import call
from tensorlite.entry import BUILT_IN, Entry, Owner, definition, first_line
from tensorlite.errors import ConfigError, UnknownNameError, close_names
from tensorlite.transaction import Journal, acting, transaction

__all__ = [
    "BUILT_IN",
    "REGISTRIES",
    "Entry",
    "Journal",
    "Owner",
    "Registry",
    "augmentations",
    "callbacks",
    "commands",
    "datasets",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "readers",
    "schedules",
    "transaction",
]

T = TypeVar("T")
F = TypeVar("F")

_NAME = r"[a-z][a-z0-9_]*"


class Registry(Generic[T]):
    """The things of one kind, by name.

    Args:
        kind: What one is called in messages, such as ``"layer"``.
        plural: The name of its hook (``register_<plural>``) and command; ``kind + "s"`` if not
            given.
        listing: The command that lists the names; ``tensorlite <plural>`` if not given.
        needs: Attributes that each object must have.
        pattern: What a name looks like.
        fill: Whether the plugins are loaded before the first look-up.
        endings: What to say of an unknown name that ends in a certain way.

    Attributes:
        reserved: Names that mean something elsewhere: here they work only as ``plugin:name``.

    Example:
        >>> colours = Registry("colour")
        >>> @colours.register("red")
        ... class Red:
        ...     "Like a rose."
        >>> colours.names(), colours.info("red").summary, "__main__:red" in colours
        (['red'], 'Like a rose.', True)
    """

    def __init__(
        self,
        kind: str,
        plural: str | None = None,
        *,
        listing: str | None = None,
        needs: tuple[str, ...] = ("__call__",),
        pattern: str = _NAME,
        fill: bool = False,
        endings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.kind = kind
        self.plural = plural or f"{kind}s"
        self.listing = listing or f"tensorlite {self.plural}"
        self._needs, self._pattern = needs, pattern
        self._fill, self._endings = fill, endings
        self.reserved: frozenset[str] = frozenset()
        self._entries: dict[str, list[Entry[T]]] = {}  # by short name, one of each owner

    @overload
    def register(
        self, name: str, obj: None = None, *, summary: str | None = None, **details: Any
    ) -> Callable[[F], F]: ...

    @overload
    def register(self, name: str, obj: F, *, summary: str | None = None, **details: Any) -> F: ...

    def register(
        self, name: str, obj: Any = None, *, summary: str | None = None, **details: Any
    ) -> Any:
        """Register an object under a name, or return a decorator that does.

        Args:
            name: Lower-case letters, digits and underscores, a letter first.
            obj: The class, function or object; left out when used as a decorator.
            summary: One line; the first of the docstring if not given.
            details: Whatever the kind asks for (see ``tensorlite.plugins.hookspecs``).

        Raises:
            ConfigError: If the name is malformed, if its owner registered it before, or if the
                object lacks what the kind needs.
        """
        if obj is None:
            return functools.partial(self.register, name, summary=summary, **details)
        self._check(name, obj)
        owner, journal = acting()
        entry: Entry[T] = Entry(
            name,
            self.kind,
            obj,
            owner.name,
            owner.distribution,
            owner.version,
            first_line(summary or definition(obj).__doc__ or ""),
            MappingProxyType(details),
        )
        self._add(entry)
        journal.append((self, entry))
        return obj

    def names(self) -> list[str]:
        """The names that can be used, sorted; qualified where the short name is another's."""
        return [name for name, _ in self.items()]

    def entries(self) -> list[Entry[T]]:
        """The entries, in the order of ``names()``."""
        return [entry for _, entry in self.items()]

    def items(self) -> list[tuple[str, Entry[T]]]:
        """The names that can be used, each with its entry, sorted."""
        found = []
        for name, rivals in self._filled().items():
            winner = None if name in self.reserved else _winner(rivals)
            found += [(name if e is winner else e.qualified, e) for e in rivals]
        return sorted(found, key=lambda item: (item[1].name, item[0]))

    def info(self, name: str) -> Entry[T]:
        """The entry of a short or qualified name.

        Raises:
            UnknownNameError: If there is no such name, or if two plugins claim it.
        """
        rivals = self._rivals(name)
        winner = _winner(rivals)
        if winner:
            return winner
        raise self._ambiguous(name, rivals) if rivals else self._unknown(name)

    def get(self, name: str) -> T:
        """The object of a short or qualified name; raises like ``info``."""
        return self.info(name).object

    def create(self, name: str, *args: Any, **options: Any) -> Any:
        """Call the object of that name.

        Raises:
            UnknownNameError: If there is no such name or no such option.
            ConfigError: If an argument is missing or there is one too many.
            PluginError: If what a plugin brought fails.
        """
        return call(self.info(name), args, options)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _winner(self._rivals(name)) is not None

    def __iter__(self) -> Iterator[Entry[T]]:
        return iter(self.entries())

    def __len__(self) -> int:
        return sum(map(len, self._filled().values()))

    def __repr__(self) -> str:
        return f"Registry({self.kind!r}, {sum(map(len, self._entries.values()))} names)"

    def _filled(self) -> dict[str, list[Entry[T]]]:
        if self._fill:
            importlib.import_module("tensorlite.plugins").load()
        return self._entries

    def _rivals(self, name: str) -> list[Entry[T]]:
        owner, _, short = name.rpartition(":")
        return [entry for entry in self._filled().get(short, ()) if owner in ("", entry.owner)]

    def _check(self, name: str, obj: object) -> None:
        where = f"{self.kind} {name!r}"
        if not isinstance(name, str) or not re.fullmatch(self._pattern, name):
            wanted = "expected a name of lower-case letters, digits and _, a letter first"
            raise ConfigError(f"{wanted}, got {name!r}.", where=self.kind)
        missing = [need for need in self._needs if not hasattr(obj, need)]
        if missing:
            wanted = "something callable" if missing == ["__call__"] else f"{', '.join(missing)}()"
            raise ConfigError(f"expected an object with {wanted}, got {obj!r}.", where=where)

    def _add(self, entry: Entry[T]) -> None:
        rivals = self._entries.setdefault(entry.name, [])
        for other in rivals:
            if other.owner == entry.owner:
                message = f"{entry.owner!r} has registered this name before, at {other.place}."
                raise ConfigError(message, where=f"{self.kind} {entry.name!r}")
        rivals.append(entry)

    def _remove(self, entry: Entry[T]) -> None:
        rivals = [other for other in self._entries.pop(entry.name) if other is not entry]
        if rivals:
            self._entries[entry.name] = rivals

    def _ambiguous(self, name: str, rivals: list[Entry[T]]) -> UnknownNameError:
        claims = " and ".join(f"{e.qualified} ({e.place})" for e in rivals)
        hint = f"Write {' or '.join(e.qualified for e in rivals)}."
        return UnknownNameError(f"{self.kind} {name!r} means {claims}.", hint=hint)

    def _unknown(self, name: str) -> UnknownNameError:
        names = self.names()
        plugins = importlib.import_module("tensorlite.plugins") if self._fill else None
        reason, command = plugins.why_missing(self.kind, name) if plugins else ("", None)
        parts = [f"there is no {_words(self.kind)} {name!r}.", reason]
        parts += [text for ending, text in self._endings.items() if name.endswith(ending)]
        parts += [close_names(name, names), f"All {len(names)}: {self.listing}"]
        return UnknownNameError(" ".join(filter(None, parts)), hint=command)


layers: Registry[Any] = Registry("layer", fill=True)
losses: Registry[Any] = Registry("loss", "losses", fill=True)
optimizers: Registry[Any] = Registry("optimizer", fill=True)
schedules: Registry[Any] = Registry("schedule", fill=True)
augmentations: Registry[Any] = Registry("augmentation", fill=True)
datasets: Registry[Any] = Registry("dataset", listing="tensorlite data", fill=True)
readers: Registry[Any] = Registry("reader", needs=("sniff", "open"), fill=True)
models: Registry[Any] = Registry(
    "model",
    fill=True,
    endings={".toml": "Models written in TOML are not supported yet."},
)
metrics: Registry[Any] = Registry("metric", fill=True)
callbacks: Registry[Any] = Registry("callback", fill=True)
commands: Registry[Any] = Registry(
    "command",
    listing="tensorlite --help",
    needs=("make_context", "invoke"),
    pattern=r"[a-z][a-z0-9_-]*",  # as commands are called elsewhere: fine-tune
    fill=True,
)

REGISTRIES: Mapping[str, Registry[Any]] = MappingProxyType(
    {
        registry.plural: registry
        for registry in (
            layers,
            losses,
            optimizers,
            schedules,
            augmentations,
            datasets,
            readers,
            models,
            metrics,
            callbacks,
            commands,
        )
    }
)


def _winner(rivals: list[Entry[T]]) -> Entry[T] | None:
    """Who may use the short name: the built-in, or the only one there is."""
    candidates = [entry for entry in rivals if entry.owner == BUILT_IN] or rivals
    return candidates[0] if len(candidates) == 1 else None


def _words(kind: str) -> str:
    return "data set" if kind == "dataset" else kind
