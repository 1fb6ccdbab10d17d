"""How commands print: tables and fields that fit a terminal, and stay whole in a pipe."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import click

from tensorlite.printable import printable

LABEL = 8  # letters that the word in front of a line takes

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def table(rows: Iterable[Sequence[object]], headers: Sequence[str] = ()) -> None:
    """Print rows in columns on standard output; in a pipe one full line for each row."""
    lines = [[_cell(cell) for cell in row] for row in rows]
    if lines and headers:
        lines.insert(0, list(headers))
    if sys.stdout.isatty():
        _rich_table(lines, bool(headers))
        return
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one a line; what has no value is left out."""
    table((name, value) for name, value in pairs if value not in (None, "", (), []))


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def say(text: str, *, err: bool = False) -> None:
    """Print one line of words, on standard output or error; a terminal gets it folded."""
    stream = sys.stderr if err else sys.stdout
    line = printable(text)
    click.echo(folded(line, _columns(stream)) if stream.isatty() else line, err=err)


def note(text: str) -> None:
    """Print a remark on standard error, where it does not get into the results."""
    say(text, err=True)


def event(line: str) -> None:
    """Print a line of JSON on standard error, whole, for programs."""
    click.echo(line, err=True)


def folded(text: str, columns: int) -> str:
    """Break a line at its `` · `` and wide gaps, where a terminal would break it within a word.

    What goes on begins below the ninth letter, where the line's label has ended.

    Example:
        >>> print(folded("data    digits · 1,797 images · 1,437 train / 360 val", 30))
        data    digits · 1,797 images
                1,437 train / 360 val
    """
    first, *others = re.split("( +· +| {3,})", text[LABEL:])
    lines = [text[:LABEL] + first]
    for gap, part in zip(others[::2], others[1::2], strict=True):
        if len(lines[-1]) + len(gap) + len(part) <= columns:
            lines[-1] += gap + part
        else:
            lines.append(" " * LABEL + part)
    return "\n".join(line.rstrip() for line in lines)


def _columns(stream: TextIO) -> int:
    """How wide a terminal is, also where only this stream goes to it."""
    return shutil.get_terminal_size(os.get_terminal_size(stream.fileno())).columns


def _cell(value: object) -> str:
    """One line without control characters."""
    return printable(" ".join(str(value).split()))


def _rich_table(lines: list[list[str]], headers: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    for index in range(len(lines[0]) if lines else 0):
        grid.add_column(overflow="fold", style="bold" if index == 0 else "")
    for number, line in enumerate(lines):
        style = "dim" if headers and number == 0 else ""
        grid.add_row(*(Text(cell, style=style) for cell in line))
    Console(highlight=False).print(grid)
