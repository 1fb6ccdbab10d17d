"""The hooks: every function that a plugin can write, with an example of each.

A hook is called once, when the plugin is loaded, with ``register``: the ``Registry.register`` of
its kind, which knows the plugin that is being called. Names are lower-case letters, digits and
underscores; the first line of the docstring is what the listings show.
"""

from __future__ import annotations

from typing import Any, Protocol

import pluggy

hookspec = pluggy.HookspecMarker("tensorlite")


class Register(Protocol):
    """What a hook is handed: ``register(name, object, summary=..., **details)``."""

    def __call__(
        self, name: str, obj: Any, /, *, summary: str | None = None, **details: Any
    ) -> Any:
        """Put the object into the registry; undone if the plugin fails later on."""


@hookspec
def register_layers(register: Register) -> None:
    """Layers: subclasses of ``nn.Module``; arrays are ``(N, C, H, W)`` or ``(N, F)``, float32.

    Example: ``register("swish", Swish)``
    """


@hookspec
def register_losses(register: Register) -> None:
    """Losses: classes whose objects are called with (prediction, target), giving a scalar.

    Example: ``register("hinge", HingeLoss)``
    """


@hookspec
def register_optimizers(register: Register) -> None:
    """Optimizers: classes called with ``(params, lr=..., **options)``, with ``step()``.

    Example: ``register("lion", Lion)``
    """


@hookspec
def register_schedules(register: Register) -> None:
    """Learning-rate schedules: called with ``(optimizer, total_steps, **options)``.

    What they return has ``step()``, called after every batch.

    Example: ``register("triangle", triangle)``
    """


@hookspec
def register_augmentations(register: Register) -> None:
    """Augmentations: classes with ``targets``, whose objects are called per image.

    Called with an ndarray ``(C, H, W)``, float32 in 0..1, and the ``tl.Generator`` that every
    random draw must come from; returns an array of the same kind.

    Example: ``register("cutout", Cutout)``
    """


@hookspec
def register_datasets(register: Register) -> None:
    """Data sets: functions of a split's name that return a ``Dataset``.

    Details: ``splits``, the names that the function takes.

    Example: ``register("shapes", shapes, splits=("train", "val"))``
    """


@hookspec
def register_readers(register: Register) -> None:
    """Readers of files: objects with ``sniff(path) -> bool`` and ``open(path)``.

    ``open`` returns a dict from split name to ``Dataset``.

    Example: ``register("npz", NpzReader())``
    """


@hookspec
def register_models(register: Register) -> None:
    """Models: functions ``(num_classes, in_channels, image_size, **options) -> nn.Module``.

    Details: ``recipe`` (path of a TOML file: how it is trained), ``card`` (path of a Markdown file:
    paper and figures), ``features`` and ``head`` (dotted names of those parts), ``task``.

    Example: ``register("tiny", tiny, recipe=HERE / "tiny.toml", features="conv", head="fc")``
    """


@hookspec
def register_metrics(register: Register) -> None:
    """Metrics: classes with ``update(prediction, target)``, ``compute()``, ``higher_is_better``.

    ``update`` is called with the ndarrays of each batch, ``compute`` returns a float at the end.

    Example: ``register("top5", TopFive)``
    """


@hookspec
def register_callbacks(register: Register) -> None:
    """Callbacks: classes with ``on_*`` methods that training calls as it goes.

    Example: ``register("beep", BeepWhenDone)``
    """


@hookspec
def register_commands(register: Register) -> None:
    """Commands: Click commands that become ``tensorlite NAME``.

    Example: ``register("hello", hello)``
    """
