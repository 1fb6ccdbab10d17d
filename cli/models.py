"""``tensorlite models``: the zoo and whatever models plugins add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorlite.calling import blamed
from tensorlite.cli.listing import listing
from tensorlite.registry import Entry
from tensorlite.registry import models as registry

if TYPE_CHECKING:
    from tensorlite.nn import Module

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
        count = sum(parameter.numel() for parameter in build(entry).parameters())
        paths = {key: entry.path(key) for key in ("recipe", "card")}
        texts = {key: path.read_text("utf-8") for key, path in paths.items() if path}
    return {"parameters": f"{count:,} for pictures of {size}", **texts}


models = listing("models", "lenet5", _more)
