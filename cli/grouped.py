"""A command whose help shows its options in titled groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

OTHER = "Other options"


class GroupedCommand(click.Command):
    """A Click command with titled groups of options.

    Args:
        groups: Titles, each with the names of its parameters; what is in none comes last.
    """

    def __init__(
        self, *args: Any, groups: Mapping[str, Sequence[str]] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._groups = dict(groups or {})

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section per group."""
        title_of = {name: title for title, names in self._groups.items() for name in names}
        sections: dict[str, list[tuple[str, str]]] = {title: [] for title in self._groups}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                sections.setdefault(title_of.get(parameter.name or "", OTHER), []).append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)
