"""Commands of installed plugins: known from metadata, imported only when they run."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from tensorlite.errors import ConfigError, PluginError
from tensorlite.plugins.distributions import EntryPoint, distributions


@dataclass(frozen=True)
class Command:
    """A command that a distribution offers.

    Args:
        owner: The plugin that it belongs to.
        distribution: Name and version of what was installed.
        summary: What the distribution says it is.
        entry: Where it is.
    """

    owner: str
    distribution: str
    summary: str
    entry: EntryPoint

    @property
    def name(self) -> str:
        """What is typed."""
        return self.entry.name

    @property
    def qualified(self) -> str:
        """What can always be typed."""
        return f"{self.owner}:{self.name}"

    @property
    def line(self) -> str:
        """One line for ``--help``."""
        return f"{self.summary} ({self.distribution})" if self.summary else self.distribution

    def load(self) -> Any:
        """Import it.

        Raises:
            PluginError: Whatever goes wrong while it is imported, or if it is no Click command.
        """
        from tensorlite.calling import one_line

        try:
            found = self.entry.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too
            raise self._failure(one_line(error).rstrip(".")) from error
        if not hasattr(found, "make_context"):
            raise self._failure(f"expected a Click command at {self.entry.value}, got {found!r}")
        return found

    def _failure(self, reason: str) -> PluginError:
        message = f"the plugin {self.owner!r} ({self.distribution}) failed: {reason}."
        hint = f"tensorlite plugins doctor {self.owner}"
        return PluginError(message, where=f"command {self.name!r}", hint=hint)


WORD = re.compile(r"[a-z0-9][a-z0-9_-]*")  # what can be typed; any other name is passed over


def offered() -> list[Command]:
    """The commands of all plugins that are not switched off, by distribution and name.

    Raises:
        ConfigError: If the person's choices cannot be read.
    """
    found = [
        (each, entry)
        for each in distributions()
        for entry in each.commands
        if WORD.fullmatch(entry.name)
    ]
    if not found:
        return []
    from tensorlite.plugins.choices import read_choices

    choices = read_choices()
    return [
        Command(each.command_owner, f"{each.name} {each.version}", each.summary, entry)
        for each, entry in found
        if not choices.why_off(each.command_owner, each.name)[0]
    ]


def usable(reserved: Container[str]) -> dict[str, Command]:
    """The commands by what is typed for them: short unless the name is taken.

    Args:
        reserved: Names of commands of ours.
    """
    try:
        found = offered()
    except ConfigError:  # said when a plugin is really needed; help goes on without
        return {}
    counts = [command.name for command in found]
    short = {c.name: c for c in found if c.name not in reserved and counts.count(c.name) == 1}
    return short | {c.qualified: c for c in found if c not in short.values()}


def find(name: str) -> Command | None:
    """The command of a short or qualified name; None if no distribution offers it.

    Raises:
        UnknownNameError: If two distributions do.
    """
    found = [c for c in offered() if name in (c.name, c.qualified)]
    if len(found) < 2:
        return found[0] if found else None
    from tensorlite.plugins.choices import preferred
    from tensorlite.registry import ambiguous

    for qualified in preferred():
        if winners := [command for command in found if command.qualified == qualified]:
            return winners[0]
    claims = [(c.qualified, f"{c.distribution}, {c.entry.value}") for c in found]
    raise ambiguous("command", name, claims)
