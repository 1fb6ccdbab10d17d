"""The options that every command takes, and groups that list by default."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from tensorlite.training.settings import DEFAULTS, FIELDS, TYPES


def common_options() -> list[click.Parameter]:
    """New options ``--plugin`` and ``--traceback``."""
    return [
        click.Option(
            ["--plugin", "common_plugin"],  # a command may have an argument called plugin
            multiple=True,
            metavar="FILE|MODULE",
            help="Load this plugin too (repeatable).",
            expose_value=False,
            callback=_request,
        ),
        click.Option(
            ["--traceback", "common_traceback"],
            is_flag=True,
            help="Show where an error came from.",
            expose_value=False,  # main() looks for the word, so that it works for wrong usage too
        ),
    ]


def with_common_options(command: click.Command) -> click.Command:
    """Give a command, and the commands below it, the options that every command takes."""
    known = {option for param in command.params for option in param.opts}
    command.params += [new for new in common_options() if not known & set(new.opts)]
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_common_options(below)
    return command


def named_plugins(args: list[str]) -> Iterator[str]:
    """The values of ``--plugin`` in a line that is not parsed yet."""
    for word, following in zip(args, [*args[1:], ""], strict=True):
        option, equals, value = word.partition("=")
        if option == "--plugin" and (value or following):
            yield value if equals else following


def set_option(command: Any) -> Any:
    """Give a command the option ``--set``."""
    return click.option(
        "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting (repeatable)."
    )(command)


def out_option(command: Any) -> Any:
    """Give a command the option ``--out``."""
    return click.option(
        "--out", type=click.Path(path_type=Path), default="runs", help="Folder of all runs [runs]."
    )(command)


def flag(setting: str) -> str:
    """The option that gives a setting.

    Example:
        >>> flag("batch_size")
        '--batch-size'
    """
    return "--max-time" if setting == "time_limit" else f"--{setting.replace('_', '-')}"


def setting_options(
    shown: Container[str], defaults: Mapping[str, Any] | None = None
) -> Callable[[Any], Any]:
    """Give a command an option for every setting that is one number, one text or one choice.

    Args:
        shown: The settings whose options are in its help.
        defaults: What the command takes in place of a recipe, if it takes none.
    """

    def decorate(command: Any) -> Any:
        for name in reversed(FIELDS):
            kinds = set(TYPES[name])
            if kinds <= set(_METAVARS) and name not in ("model", "data"):
                default = getattr(DEFAULTS, name) if defaults is None else defaults.get(name)
                words = _default(default, recipe=defaults is None)
                option = _setting_option(name, TYPES[name][0], words, name not in shown)
                command = option(command)
        return command

    return decorate


_METAVARS = {int: "N", float: "X", str: "TEXT", bool: None}


def _default(value: Any, recipe: bool) -> str:
    shown = "none" if value == "" else str(value)
    return f" [recipe, or {shown}]" if recipe else f" [{shown}]" if value is not None else ""


def _setting_option(name: str, kind: Any, default: str, hidden: bool) -> Any:
    text = FIELDS[name].metadata["help"]
    return click.option(
        flag(name),
        name,
        type=kind,
        is_flag=kind is bool,
        default=None,
        metavar=_METAVARS[kind],
        hidden=hidden,
        help=f"{text[0].upper()}{text[1:]}{default}.",
    )


class ListGroup(click.Group):
    """A group whose ``list`` may be left out, as in ``tensorlite plugins --json``.

    Args:
        show: Whether ``show`` may be left out too, as in ``tensorlite layers conv2d``; or the
            command that may be, if it is called otherwise.
    """

    def __init__(self, *args: Any, show: bool | str = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self._show = "show" if show is True else show

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in the command that was left out; not while the shell completes one."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        at = _first_word(args)
        word = args[at] if at < len(args) else "-"  # no word is like an option of ``list``
        if args[-1:] == ["--plugin"]:
            pass  # its value is missing, which Click says best
        elif word.startswith("-") and word not in ctx.help_option_names:
            args = [*args[:at], "list", *args[at:]]
        elif self._show and word not in self.commands and not word.startswith("-"):
            args = [*args[:at], self._show, *args[at:]]
        return super().parse_args(ctx, args)


def _request(ctx: click.Context, param: click.Parameter, sources: tuple[str, ...]) -> None:
    if sources and not ctx.resilient_parsing:
        from tensorlite.plugins import request

        for source in sources:
            request(source)


def _first_word(args: list[str]) -> int:
    """The index of the first word that is none of the common options or their values."""
    at = 0
    while at < len(args) and args[at].startswith(("--plugin", "--traceback")):
        at += 2 if args[at] == "--plugin" else 1
    return min(at, len(args))
