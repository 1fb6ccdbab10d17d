"""What a command shows of a training that it runs, as ``--progress`` says."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from tensorlite.cli.output import event, note

MODES = ("auto", "rich", "plain", "json", "off")


def progress_option(command: Any) -> Any:
    """Give a command the option ``--progress``."""
    return click.option(
        "--progress",
        type=click.Choice(MODES),
        default="auto",
        help="Panel (rich), lines (plain), JSON lines or nothing, on standard error "
        "[auto: rich in a terminal].",
    )(command)


def resolved(mode: str) -> str:
    """Return what ``auto`` is here: ``rich`` in a terminal that can move its cursor."""
    if mode != "auto":
        return mode
    return "rich" if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else "plain"


def speaker(mode: str) -> Callable[[str], None]:
    """Return what writes remarks such as the line about the data: words, JSON or nothing."""
    from tensorlite.training.progress import json_line

    if mode == "off":
        return lambda text: None
    if mode == "json":
        return lambda text: event(json_line("note", text=" ".join(text.split())))
    return note


def watchers(mode: str, decimals: int = 1) -> list[Any]:
    """Return the callbacks that show a training.

    Args:
        mode: One of ``MODES``.
        decimals: Decimals of percentages.
    """
    from tensorlite.training.panel import LivePanel
    from tensorlite.training.progress import EpochLines, JsonLines

    mode = resolved(mode)
    if mode == "off":
        return []
    if mode == "json":
        return [JsonLines(event)]
    if mode == "plain":
        return [EpochLines(note, decimals)]
    screen = console()
    write = _above(screen)
    return [LivePanel(screen), EpochLines(write, decimals, heartbeat=float("inf"))]


def console() -> Any:
    """Return the console of standard error; a terminal even if told so by ``--progress rich``."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, force_terminal=True)


def _above(screen: Any) -> Callable[[str], None]:
    """Writing above the panel."""
    return lambda line: screen.print(line, markup=False, soft_wrap=True)
