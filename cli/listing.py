"""``tensorlite layers`` and its like: list what a registry holds, or show one of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from tensorlite.cli.options import ListGroup
from tensorlite.cli.output import fields, print_json, table
from tensorlite.registry import REGISTRIES, Entry, Registry

More = Callable[[Entry[Any]], dict[str, Any]]


def listing(
    plural: str, example: str, more: More = lambda entry: {}, *others: click.Command
) -> ListGroup:
    """The command of a registry.

    Args:
        plural: The registry's name, which is the command's too.
        example: A name for the examples in the help.
        more: What ``show`` says beyond what every entry has.
        *others: Further commands of the group.
    """
    registry = REGISTRIES[plural]
    commands = [_list(registry), _show(registry, example, more), *others]
    help = f"List the {plural}, or show one of them.\n\n" + _examples(
        f"tensorlite {plural}", f"tensorlite {plural} {example}", f"tensorlite {plural} --json"
    )
    usage = " | ".join(["[list]", "[show] NAME", *(str(other.name) for other in others)])
    return ListGroup(
        plural, {str(c.name): c for c in commands}, help=help, subcommand_metavar=usage, show=True
    )


def describe(name: str, entry: Entry[Any]) -> dict[str, Any]:
    """What every entry has, for ``--json``."""
    keys = ("qualified", "kind", "owner", "distribution", "version", "file", "line", "signature")
    found = {"name": name, **{key: getattr(entry, key) for key in keys}}
    found |= {"aliases": list(entry.aliases), "deprecated": entry.deprecated}
    return {**found, "summary": entry.summary, "details": dict(entry.details)}


def plain(text: str) -> str:
    """A docstring's line without the marks of code."""
    return text.replace("``", "")


def _list(registry: Registry[Any]) -> click.Command:
    examples = _examples(f"tensorlite {registry.plural} list --json")
    text = f"List the {registry.plural}: name, file and line, what it is.\n\n{examples}"

    @click.command("list", help=text)
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def command(as_json: bool) -> None:
        items = registry.items()
        if as_json:
            print_json([describe(name, entry) for name, entry in items])
        else:
            table((name, entry.place, plain(entry.summary)) for name, entry in items)

    return command


def _show(registry: Registry[Any], example: str, more: More) -> click.Command:
    examples = _examples(f"tensorlite {registry.plural} show {example}")
    text = f"Show one of the {registry.plural}: how to call it, its manual.\n\n{examples}"

    @click.command("show", help=text)
    @click.argument("name")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def command(name: str, as_json: bool) -> None:
        entry = registry.info(name)
        extra = more(entry)
        if as_json:
            print_json({**describe(name, entry), "doc": entry.doc, **extra})
        else:
            _print(name, entry, extra)

    return command


def _print(name: str, entry: Entry[Any], extra: dict[str, Any]) -> None:
    installed = f" ({entry.distribution} {entry.version})" if entry.distribution else ""
    short = {key: value for key, value in extra.items() if "\n" not in str(value)}
    details = {k: v for k, v in entry.details.items() if k not in extra}
    fields(
        [
            (entry.kind, name),
            ("call", f"{name}{entry.signature}" if entry.signature else ""),
            ("from", f"{entry.owner}{installed}"),
            ("file", f"{entry.file}:{entry.line}" if entry.file else ""),
            ("also", _text(entry.aliases)),
            ("will go", entry.deprecated),
            *((key, _text(value)) for key, value in {**details, **short}.items()),
        ]
    )
    for text in (entry.doc, *(extra[key] for key in extra if key not in short)):
        click.echo(f"\n{text.strip()}")


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _examples(*lines: str) -> str:
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


layers = listing("layers", "conv2d")
functions = listing("functions", "relu")
losses = listing("losses", "cross_entropy")
optimizers = listing("optimizers", "adam")
schedules = listing("schedules", "cosine")
augmentations = listing("augmentations", "shift")
metrics = listing("metrics", "accuracy")
callbacks = listing("callbacks", "csv_logger")
readers = listing("readers", "idx")
