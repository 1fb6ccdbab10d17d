"""The model zoo: networks of the literature, each with a recipe and a card.

It is a plugin like any other and registers its models through the hook that strangers use.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tensorlite.plugins import hookimpl

_HERE = Path(__file__).parent


@hookimpl
def register_models(register: Any) -> None:
    """Register the models of the zoo."""
    from tensorlite.zoo import lenet
    from tensorlite.zoo.localizer import localizer

    for name, factory, size in (
        ("lenet5", lenet.lenet5, (28, 28)),
        ("lenet_harley", lenet.lenet_harley, (32, 32)),
    ):
        register(
            name,
            factory,
            task="classification",
            image_size=size,
            features="features",
            head="classifier.4",
            recipe=_HERE / "lenet.toml",
            card=_HERE / f"{name}.md",
        )
    register(
        "localizer",
        localizer,
        task="localization",
        image_size=(64, 64),
        features="backbone",
        head="head",
        recipe=_HERE / "localizer.toml",
        card=_HERE / "localizer.md",
    )
