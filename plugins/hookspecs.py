"""The hooks: every function that a plugin can write, with an example of each.

A hook is called once, when the plugin is loaded, with ``register``: the ``Registry.register`` of
its kind, which knows the plugin that is being called. Names are lower-case letters, digits and
underscores; the first line of the docstring is what the listings show. The detail ``check``, a
dict, holds arguments for the check of ``tensorlite.testing`` that ``plugins doctor`` runs. A hook
may leave out arguments it does not need, so new ones can be added here without breaking anybody.

The examples are whole plugins, except for three lines at their top::

    import numpy as np
    import tensorlite as tl
    from tensorlite import nn
    from tensorlite.plugins import PluginInfo, hookimpl
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pluggy

from tensorlite.plugins.info import PluginInfo

hookspec = pluggy.HookspecMarker("tensorlite")


class Register(Protocol):
    """What a hook is handed: ``register(name, object, summary=..., **details)``."""

    def __call__(
        self,
        name: str,
        obj: Any,
        /,
        *,
        summary: str | None = None,
        aliases: Sequence[str] = (),
        deprecated: str = "",
        **details: Any,
    ) -> Any:
        """Put the object into the registry; undone if the plugin fails later on."""


@hookspec(firstresult=True)
def plugin_info() -> PluginInfo | None:
    """Say which version of these hooks the plugin was written for; asked before anything else.

    Example::

        @hookimpl
        def plugin_info():
            return PluginInfo(api=1, homepage="https://example.org/swish")
    """


@hookspec
def register_layers(register: Register) -> None:
    """Layers: subclasses of ``nn.Module``; arrays are ``(N, C, H, W)`` or ``(N, F)``, float32.

    Example::

        class Swish(nn.Module):
            "x * sigmoid(x)."

            def forward(self, x):
                return x * x.sigmoid()

        @hookimpl
        def register_layers(register):
            register("swish", Swish, aliases=("silu_by_hand",))
    """


@hookspec
def register_functions(register: Register) -> None:
    """Functions: called with tensors and plain values, differentiable with respect to the tensors.

    Details: ``check``, what ``tensorlite.testing.check_function`` tries it with.

    Example::

        def soft_clip(x, limit=1.0):
            "limit * tanh(x / limit)."
            return limit * (x / limit).tanh()

        @hookimpl
        def register_functions(register):
            register("soft_clip", soft_clip, check={"inputs": [(2, 3)]})
    """


@hookspec
def register_losses(register: Register) -> None:
    """Losses: classes whose objects are called with (prediction, target), giving a scalar.

    For a classifier the prediction is ``(N, K)`` scores and the target ``(N,)`` classes, int64.

    Example::

        class Misfit(nn.Module):
            "Mean of 1 - the probability of the right class."

            def forward(self, prediction, target):
                right = prediction.softmax(1).gather(1, target.reshape(-1, 1))
                return (1 - right).mean()

        @hookimpl
        def register_losses(register):
            register("misfit", Misfit)
    """


@hookspec
def register_optimizers(register: Register) -> None:
    """Optimizers: subclasses of ``optim.Optimizer``, called with ``(params, lr=..., **options)``.

    Example::

        class SignDescent(tl.optim.Optimizer):
            "Steps of equal length along the sign of the gradient."

            def __init__(self, params, lr=1e-3):
                super().__init__(params, {"lr": lr})

            def update(self, parameter, grad, state, group):
                parameter -= group["lr"] * np.sign(grad)

        @hookimpl
        def register_optimizers(register):
            register("sign_descent", SignDescent)
    """


@hookspec
def register_schedules(register: Register) -> None:
    """Learning-rate schedules: called with ``(optimizer, total_steps, **options)``.

    What they return has ``step()``, called after every batch. Times are shares of the training
    (0 to 1), so that a recipe fits any number of epochs.

    Example::

        def triangle(optimizer, total_steps):
            "Up for one half of the training, down for the other."
            half = total_steps / 2
            return tl.optim.lr_scheduler.LambdaLR(
                optimizer, lambda step: 1 - abs(step - half) / half
            )

        @hookimpl
        def register_schedules(register):
            register("triangle", triangle)
    """


@hookspec
def register_augmentations(register: Register) -> None:
    """Augmentations: subclasses of ``augment.Augmentation``, whose objects are called per image.

    Called with an ndarray ``(C, H, W)``, float32 in 0..1, and the ``tl.Generator`` that every
    random draw must come from; returns a new array of the same kind. ``targets`` says what stays
    right: ``"image"``, ``"boxes"`` (pixels, left, top, right, bottom), ``"masks"``, ``"labels"``.

    Example::

        class Dim(tl.augment.Augmentation):
            "Darken by a factor between least and 1."

            targets = frozenset({"image", "boxes", "masks", "labels"})  # nothing moves

            def __init__(self, least=0.5):
                self.least = least

            def __call__(self, image, generator):
                return image * np.float32(generator.numpy.uniform(self.least, 1))

        @hookimpl
        def register_augmentations(register):
            register("dim", Dim)
    """


@hookspec
def register_datasets(register: Register) -> None:
    """Data sets: functions of a split's name that return a ``tl.data.Dataset``.

    Items are pairs of a float32 image ``(C, H, W)`` in 0..1 and a class.
    Details: ``splits``, the names that the function takes.

    Example::

        class Stripes(tl.data.Dataset):
            "Stripes that lie or stand, with some noise."

            name, classes = "stripes", ["lying", "standing"]

            def __init__(self, count, seed):
                self.count, self.seed = count, seed

            def __len__(self):
                return self.count

            def __getitem__(self, index):
                if index >= self.count:
                    raise IndexError(index)
                noise = np.random.default_rng([self.seed, index]).random((16, 16))
                stripes = np.tile([[0.25], [0.75]], (8, 16))
                image = (stripes if index % 2 == 0 else stripes.T) + 0.25 * (noise - 0.5)
                return image[None].astype(np.float32), index % 2

        def stripes(split):
            "Stripes that lie or stand, with some noise."
            return {"train": Stripes(200, seed=0), "val": Stripes(50, seed=1)}[split]

        @hookimpl
        def register_datasets(register):
            register("stripes", stripes, splits=("train", "val"))
    """


@hookspec
def register_readers(register: Register) -> None:
    """Readers of files: objects with ``sniff(path) -> bool`` and ``open(path)``.

    ``sniff`` is asked about every path and must be quick; ``open`` returns a dict from the name of
    a split to a ``tl.data.Dataset``.

    Example::

        class Rows(tl.data.Dataset):
            "A table of numbers: the class, then 64 pixels."

            name = "rows"

            def __init__(self, table):
                self.table = table

            def __len__(self):
                return len(self.table)

            def __getitem__(self, index):
                return self.table[index, 1:].reshape(1, 8, 8), int(self.table[index, 0])

        class RowReader:
            "Images as rows of a .rows file."

            def sniff(self, path):
                return path.suffix == ".rows"

            def open(self, path):
                return {"train": Rows(np.loadtxt(path, dtype=np.float32, ndmin=2))}

        @hookimpl
        def register_readers(register):
            register("rows", RowReader())
    """


@hookspec
def register_models(register: Register) -> None:
    """Models: functions ``(num_classes, in_channels, image_size, **options) -> nn.Module``.

    ``image_size`` is (height, width) in pixels. Details: ``recipe`` (path of a TOML file: how it
    is trained), ``card`` (path of a Markdown file: paper and figures), ``log`` (path of a JSON
    file: the trainings behind them, see ``tensorlite.training.logs``), ``weights`` (path of a
    checkpoint), ``parameters`` and ``multiply_adds`` (counts), ``features`` and ``head`` (dotted
    names of those parts), ``task``.

    Example::

        def tiny(num_classes=10, in_channels=1, image_size=(28, 28)):
            "One convolution and one linear layer."
            return nn.Sequential(
                nn.Conv2d(in_channels, 8, 5), nn.ReLU(), nn.AdaptiveAvgPool2d(4),
                nn.Flatten(), nn.Linear(128, num_classes),
            )

        @hookimpl
        def register_models(register):
            register("tiny", tiny, features="0", head="4")
    """


@hookspec
def register_metrics(register: Register) -> None:
    """Metrics: classes with ``update(prediction, target)``, ``compute()``, ``higher_is_better``.

    ``update`` is called with the ndarrays of each batch, ``(N, K)`` scores and ``(N,)`` classes for
    a classifier; ``compute`` returns a float at the end, a share rather than a percentage.

    Example::

        class Confidence:
            "Mean probability of the answer that was given."

            higher_is_better = True

            def __init__(self):
                self.total, self.count = 0.0, 0

            def update(self, prediction, target):
                odds = np.exp(prediction - prediction.max(axis=1, keepdims=True))
                self.total += float((1 / odds.sum(axis=1)).sum())
                self.count += len(target)

            def compute(self):
                return self.total / self.count

        @hookimpl
        def register_metrics(register):
            register("confidence", Confidence)
    """


@hookspec
def register_callbacks(register: Register) -> None:
    """Callbacks: classes with some of the methods of ``training.Callback``.

    Training calls ``on_train_start``, ``on_epoch_start``, ``on_batch_end``, ``on_epoch_end`` and
    so on, each with the trainer.

    Example::

        class Bell:
            "Rings after every epoch."

            def on_epoch_end(self, trainer):
                print("\\a", end="")

        @hookimpl
        def register_callbacks(register):
            register("bell", Bell)
    """


@hookspec
def register_visualizers(register: Register) -> None:
    """Visualizers: functions ``(model, images, target=None, **options)`` that return pictures.

    ``images`` is a float32 tensor ``(N, C, H, W)`` as the model takes it, ``target`` the classes
    ``(N,)`` to explain. Returns a float32 ndarray in 0..1, ``(N, H, W)`` for a map or
    ``(N, 3, H, W)`` for colours. ``tl.visualizers.create(name, model, images)`` calls it.

    Example::

        def brightness(model, images, target=None):
            "How bright each place is, which no model is asked for."
            return images.numpy().mean(axis=1)

        @hookimpl
        def register_visualizers(register):
            register("brightness", brightness)
    """


@hookspec
def register_exporters(register: Register) -> None:
    """Exporters: functions ``(model, path, **options)`` that write a model for other programs.

    Details: ``suffix``, how the files end. ``tl.exporters.create(name, model, path)`` calls it.

    Example::

        def shapes(model, path):
            "One line for each parameter: its name and shape."
            lines = [f"{name} {tuple(p.shape)}" for name, p in model.named_parameters()]
            path.write_text("\\n".join(lines))

        @hookimpl
        def register_exporters(register):
            register("shapes", shapes, suffix=".txt")
    """


@hookspec
def register_commands(register: Register) -> None:
    """Commands: Click commands that become ``tensorlite NAME``.

    Better is an entry point in the group ``tensorlite.commands``: ``--help`` then lists the
    command, and only running it imports it.

    Example::

        import click

        @click.command()
        @click.argument("name")
        def greet(name):
            "Say hello."
            click.echo(f"Hello, {name}!")

        @hookimpl
        def register_commands(register):
            register("greet", greet)
    """
