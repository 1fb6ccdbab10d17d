"""The registries: which layers, losses, models and so on exist, by name, and who brought them.

A plugin registers through the hooks of ``tensorlite.plugins``, a script through the decorator::

    @tl.layers.register("blur_pool")
    class BlurPool(nn.Module): ...

Built-ins keep the short name, ``plugin:name`` always works, and two strangers who claim one name
are in conflict only where somebody uses it: what a name means never depends on the order of
installation.
"""

from __future__ import annotations

import copy
import functools
import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

from tensorlite.admission import NAME, Form
from tensorlite.calling import call, warn_once
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
    "exporters",
    "functions",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "readers",
    "schedules",
    "transaction",
    "visualizers",
]

T = TypeVar("T")
F = TypeVar("F")


class Registry(Generic[T]):
    """The things of one kind, by name.

    Args:
        kind: What one is called in messages, such as ``"layer"``.
        plural: The name of its hook (``register_<plural>``) and command; ``kind + "s"`` if not
            given.
        listing: The command that lists the names; ``tensorlite <plural>`` if not given.
        needs: Attributes that each object must have.
        base: The full name of a class that each object must be a subclass of.
        pattern: What a name looks like.
        fill: Whether the plugins are loaded before the first look-up.

    Attributes:
        reserved: Names that mean something elsewhere: here they work only as ``plugin:name``.
        files: By the ending of a name that is a file, such as ``".toml"``, what reads its entry.

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
        base: str = "",
        pattern: str = NAME,
        fill: bool = False,
    ) -> None:
        self.kind = kind
        self.plural = plural or f"{kind}s"
        self.listing = listing or f"tensorlite {self.plural}"
        self._form = Form(needs, base, pattern)
        self._fill = fill
        self.reserved: frozenset[str] = frozenset()
        self.files: dict[str, Callable[[str], Entry[T]]] = {}
        # By short name and by alias, one of each owner.
        self._entries: dict[str, list[Entry[T]]] = {}

    def empty(self) -> Registry[T]:
        """A registry of the same kind with nothing in it, which no plugin fills."""
        made = copy.copy(self)
        made._entries, made._fill = {}, False
        return made

    @overload
    def register(
        self,
        name: str,
        obj: None = None,
        *,
        summary: str | None = None,
        aliases: Sequence[str] = (),
        deprecated: str = "",
        **details: Any,
    ) -> Callable[[F], F]: ...

    @overload
    def register(
        self,
        name: str,
        obj: F,
        *,
        summary: str | None = None,
        aliases: Sequence[str] = (),
        deprecated: str = "",
        **details: Any,
    ) -> F: ...

    def register(
        self,
        name: str,
        obj: Any = None,
        *,
        summary: str | None = None,
        aliases: Sequence[str] = (),
        deprecated: str = "",
        **details: Any,
    ) -> Any:
        """Register an object under a name, or return a decorator that does.

        Args:
            name: Lower-case letters, digits and underscores, a letter first.
            obj: The class, function or object; left out when used as a decorator.
            summary: One line; the first of the docstring if not given.
            aliases: Further names of the same thing; listings leave them out.
            deprecated: What to use instead, for a name that will go; said once when it is used.
            details: Whatever the kind asks for (see ``tensorlite.plugins.hookspecs``).

        Raises:
            ConfigError: If a name is malformed, if its owner registered it before, or if the
                object lacks what the kind needs.
        """
        if obj is None:
            told = {"summary": summary, "aliases": aliases, "deprecated": deprecated}
            return functools.partial(self.register, name, **told, **details)
        self._form.check(self.kind, (name, *aliases), obj)
        owner, journal = acting()
        entry: Entry[T] = Entry(
            name,
            self.kind,
            obj,
            owner,
            first_line(summary or definition(obj).__doc__ or ""),
            MappingProxyType(details),
            tuple(aliases),
            deprecated,
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
            winner = None if name in self.reserved else self._winner(rivals)
            own = [entry for entry in rivals if entry.name == name]  # and not by an alias
            found += [(name if e is winner else e.qualified, e) for e in own]
        return sorted(found, key=lambda item: (item[1].name, item[0]))

    def info(self, name: str) -> Entry[T]:
        """The entry of a short or qualified name.

        Raises:
            UnknownNameError: If there is no such name, or if two plugins claim it.
        """
        rivals = self._rivals(name)
        winner = self._winner(rivals)
        if winner:
            if winner.deprecated:
                warn_once(f"the {self.kind} {name!r} will go. {winner.deprecated}")
            return winner
        if rivals:
            raise ambiguous(self.kind, name, [(e.qualified, e.place) for e in rivals])
        raise self._unknown(name)

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
        return isinstance(name, str) and self._winner(self._rivals(name)) is not None

    def __iter__(self) -> Iterator[Entry[T]]:
        return iter(self.entries())

    def __len__(self) -> int:
        return len(self.items())

    def __repr__(self) -> str:
        return f"Registry({self.kind!r}, {len(self._entries)} names)"

    def _filled(self) -> dict[str, list[Entry[T]]]:
        if self._fill:
            importlib.import_module("tensorlite.plugins").load()
        return self._entries

    def _rivals(self, name: str) -> list[Entry[T]]:
        owner, _, short = name.rpartition(":")
        entries = self._filled()
        read = self.files.get(os.path.splitext(name)[1])
        if read:
            return [read(name)]
        return [entry for entry in entries.get(short, ()) if owner in ("", entry.owner)]

    def _winner(self, rivals: list[Entry[T]]) -> Entry[T] | None:
        """Who may use a short name: the built-in, the only one there is, or the preferred one."""
        candidates = [entry for entry in rivals if entry.owner == BUILT_IN] or rivals
        if len(candidates) > 1 and self._fill:
            preferred = importlib.import_module("tensorlite.plugins").preferred()
            ranked = [e for name in preferred for e in candidates if e.qualified == name]
            candidates = ranked[:1] or candidates
        return candidates[0] if len(candidates) == 1 else None

    def _add(self, entry: Entry[T]) -> None:
        names = (entry.name, *entry.aliases)
        for name in names:
            for other in self._entries.get(name, ()):
                if other.owner == entry.owner:
                    message = f"{entry.owner!r} has registered this name before, at {other.place}."
                    raise ConfigError(message, where=f"{self.kind} {name!r}")
        for name in names:
            self._entries.setdefault(name, []).append(entry)

    def _remove(self, entry: Entry[T]) -> None:
        for name in (entry.name, *entry.aliases):
            rivals = [other for other in self._entries.pop(name) if other is not entry]
            if rivals:
                self._entries[name] = rivals

    def _unknown(self, name: str) -> UnknownNameError:
        names = self.names()
        plugins = importlib.import_module("tensorlite.plugins") if self._fill else None
        reason, command = plugins.why_missing(self.kind, name) if plugins else ("", None)
        parts = [f"there is no {_words(self.kind)} {name!r}.", reason]
        parts += [close_names(name, names), f"All {len(names)}: {self.listing}"]
        return UnknownNameError(" ".join(filter(None, parts)), hint=command)


layers: Registry[Any] = Registry("layer", base="tensorlite.nn.module.Module", fill=True)
functions: Registry[Any] = Registry("function", fill=True)
losses: Registry[Any] = Registry("loss", "losses", fill=True)
optimizers: Registry[Any] = Registry(
    "optimizer", base="tensorlite.optim.optimizer.Optimizer", fill=True
)
schedules: Registry[Any] = Registry("schedule", fill=True)
augmentations: Registry[Any] = Registry("augmentation", needs=("__call__", "targets"), fill=True)
datasets: Registry[Any] = Registry("dataset", listing="tensorlite data", fill=True)
readers: Registry[Any] = Registry("reader", needs=("sniff", "open"), fill=True)
models: Registry[Any] = Registry("model", fill=True)
metrics: Registry[Any] = Registry("metric", needs=("update", "compute"), fill=True)
callbacks: Registry[Any] = Registry("callback", fill=True)
visualizers: Registry[Any] = Registry("visualizer", fill=True)
exporters: Registry[Any] = Registry("exporter", fill=True)
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
            functions,
            losses,
            optimizers,
            schedules,
            augmentations,
            datasets,
            readers,
            models,
            metrics,
            callbacks,
            visualizers,
            exporters,
            commands,
        )
    }
)


def ambiguous(kind: str, name: str, claims: Sequence[tuple[str, str]]) -> UnknownNameError:
    """The error for a short name that means several things.

    Args:
        kind: What each of them is.
        name: The short name.
        claims: The qualified name of each, and where it is.
    """
    longer = [qualified for qualified, _ in claims]
    means = " and ".join(f"{qualified} ({place})" for qualified, place in claims)
    hint = (
        f"Write {' or '.join(longer)}, or settle it with one line in tensorlite.toml: "
        f'plugins.prefer = ["{longer[0]}"]'
    )
    return UnknownNameError(f"{kind} {name!r} means {means}.", hint=hint)


def _words(kind: str) -> str:
    return "data set" if kind == "dataset" else kind
