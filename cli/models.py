"""``tensorlite models``: the zoo and whatever models plugins add."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from tensorlite.calling import blamed
from tensorlite.cli.listing import listing
from tensorlite.cli.options import out_option
from tensorlite.cli.output import note, print_json, say
from tensorlite.errors import DataError, RequirementError
from tensorlite.registry import Entry
from tensorlite.registry import models as registry

if TYPE_CHECKING:
    from tensorlite.nn import Module
    from tensorlite.training.verification import Check

Size = tuple[int, int, int]


def build(entry: Entry[Any], size: Size | None = None, classes: int | None = None) -> Module:
    """Build a model; what is not given is the default of its factory, or that of the digits."""
    channels, height, width = size or own_size(entry)
    net: Module = registry.create(
        entry.qualified,
        num_classes=classes or _defaults(entry).get("num_classes", 10),
        in_channels=channels,
        image_size=(height, width),
    )
    return net


def own_size(entry: Entry[Any]) -> Size:
    """Channels, height and width of the pictures that a model is made for."""
    known = _defaults(entry)
    height, width = known.get("image_size", (28, 28))
    return known.get("in_channels", 1), height, width


def _defaults(entry: Entry[Any]) -> dict[str, Any]:
    known = entry.parameters.parameters.values() if entry.parameters else ()
    return {each.name: each.default for each in known if each.default is not each.empty}


def _more(entry: Entry[Any]) -> dict[str, Any]:
    """The number of parameters, the recipe and the card."""
    with blamed(entry):
        size = "x".join(map(str, own_size(entry)))
        count = f"{_parameters(entry):,} for pictures of {size}"
        paths = {key: entry.path(key) for key in ("recipe", "card")}
        texts = {key: path.read_text("utf-8") for key, path in paths.items() if path}
    return {"parameters": count, **texts}


def _parameters(entry: Entry[Any]) -> int:
    """As its entry declares them, as counting them takes a while for the large ones."""
    declared = entry.details.get("parameters")
    return declared or sum(parameter.numel() for parameter in build(entry).parameters())


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--quick", is_flag=True, help="Two epochs with one seed, against the log's start.")
@click.option(
    "--data",
    "root",
    metavar="ROOT",
    type=click.Path(path_type=Path),
    help="Folder that holds the data sets by name [where tensorlite data get put them, or here].",
)
@out_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON; the rest goes to stderr.")
def verify(names: Sequence[str], quick: bool, root: Path | None, out: Path, as_json: bool) -> None:
    """Train models again, and compare what they reach with their logs.

    Without a name, all that have a log. A figure may lie below the logged one by what chance
    explains, so many test images given. Exits with 6 if one does not, and with 3 if the data of
    none are here.

    \b
    Examples:
      tensorlite models verify lenet5
      tensorlite models verify resnet8 --data path/to/data
      tensorlite models verify --quick --data path/to/data --json
    """
    from tensorlite.training import verification

    logged = [name for name, entry in registry.items() if entry.details.get("log")]
    chosen = names or logged
    for name in chosen:
        if not registry.info(name).details.get("log"):
            hint = f"tensorlite models verify {logged[0]}" if logged else None
            raise DataError("its entry has no log.", where=f"model '{name}'", hint=hint)
    checks: list[Check] = []
    for name in chosen:
        for check in verification.verify(name, quick=quick, root=root, out=out, say=note):
            checks.append(check)
            say(check.line(), err=as_json)
    if as_json:
        print_json([check.to_dict() for check in checks])
    _conclude(checks, root)


def _conclude(checks: Sequence[Check], root: Path | None) -> None:
    missed = [check for check in checks if check.status == "missed"]
    if missed:
        raise RequirementError(f"{len(missed)} of {len(checks)} figures were not reached.")
    absent = sorted({check.data for check in checks if check.status == "no data"})
    if len(absent) == len({check.data for check in checks}):
        where = "here" if root is None else f"in {root}"
        message = f"none of the data is {where}: {', '.join(absent)}."
        raise DataError(message, hint="tensorlite models verify --data ROOT")


models = listing("models", "lenet5", _more, verify)


def _or_as_toml(show: Callable[..., None]) -> Callable[..., None]:
    """``show --toml`` prints the network itself, written in TOML, to start from."""

    def command(as_toml: bool, **options: Any) -> None:
        if not as_toml:
            return show(**options)
        name = options["name"]
        path = Path(name) if name.endswith(".toml") else registry.info(name).path("toml")
        if path is None:
            written = [each for each, entry in registry.items() if entry.details.get("toml")]
            hint = f"tensorlite models show {written[0]} --toml" if written else None
            raise DataError("it is not written in TOML.", where=f"model '{name}'", hint=hint)
        registry.info(str(path))  # a file that is no model is an error here, too
        click.echo(path.read_text("utf-8"), nl=False)

    return command


_show = models.commands["show"]
_show.params.append(
    click.Option(["--toml", "as_toml"], is_flag=True, help="Print it as TOML, to start from.")
)
_show.callback = _or_as_toml(cast(Callable[..., None], _show.callback))
