"""A trained model: weights back from disk, ready to be evaluated and to predict."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite import registry
from tensorlite.autograd import no_grad
from tensorlite.data import Dataset
from tensorlite.errors import DataError, TensorliteError
from tensorlite.tensor import from_numpy
from tensorlite.training.building import build_model, evaluation_batches
from tensorlite.training.checkpoint import Description, load_checkpoint
from tensorlite.training.environment import use_threads
from tensorlite.training.inputs import Inputs
from tensorlite.training.loop import evaluate
from tensorlite.training.provenance import missing, remedy, titles
from tensorlite.training.run import MODEL, RunDirectory, find_run, is_path
from tensorlite.training.settings import Settings
from tensorlite.training.tasks import Prediction, Task, create_task

if TYPE_CHECKING:
    from tensorlite.nn import Module


class Trained:
    """A model with its weights, its inputs and its task.

    Args:
        model: With the weights loaded.
        task: What its outputs mean.
        inputs: What its images have to look like.
        description: What the checkpoint said.
        path: Where the weights came from.
        run: The run directory they lie in, if they lie in one.
    """

    def __init__(
        self,
        model: Module,
        task: Task,
        inputs: Inputs,
        description: Description,
        path: Path,
        run: RunDirectory | None = None,
    ) -> None:
        self.model, self.task, self.inputs = model, task, inputs
        self.description, self.path, self.run = description, path, run

    @classmethod
    def load(cls, name: str, root: Path = Path("runs")) -> Trained:
        """Load a run (its best weights) or a checkpoint file.

        Args:
            name: ``latest``, a run's name or folder, or a ``.safetensors`` file.
            root: The folder of all runs.

        Raises:
            DataError: If there is no such run, or its weights are damaged or do not fit.
        """
        path = find_weights(name, root)
        run = _run_beside(path)
        snapshot = load_checkpoint(path)
        described = snapshot.description
        kept = path.parent / MODEL
        if described.model.endswith(".toml") and kept.is_file():
            described = replace(described, model=os.fspath(kept))
        settings = run.settings() if run else Settings()
        use_threads(settings.threads)  # as in training, so that the figures are the same
        inputs = Inputs.from_dict(described.inputs)
        with _rebuilding(described, path, run):
            task = create_task(described.task, settings, described.classes, inputs.shape)
            classes, options = len(described.classes), described.options
            model = build_model(described.model, classes, inputs.shape, options)
        load_weights(model, snapshot.arrays, os.fspath(path))
        return cls(model, task, inputs, described, path, run)

    def evaluate(self, dataset: Dataset) -> Any:
        """Return the task's scores on a data set whose classes are those of the model.

        Raises:
            DataError: If the classes are others.
        """
        if list(dataset.classes) != self.description.classes:
            raise DataError(
                f"expected the classes {_short(self.description.classes)}, "
                f"got {_short(dataset.classes)}.",
                where=dataset.name,
                hint=f"tensorlite fine-tune {self._typed} --data PATH",
            )
        fitted = dataset.adapt(*self.inputs.shape)
        return evaluate(self.model, self.task, self.inputs, evaluation_batches(fitted))

    @property
    def _typed(self) -> str:
        """What somebody types for these weights: a model that is shipped with them, or the file."""
        name = self.description.model
        shipped = name in registry.models and registry.models.info(name).details.get("weights")
        if shipped and Path(shipped) == self.path:
            return name
        return shlex.quote(os.fspath(self.path))

    def predict(self, images: NDArray[Any]) -> Sequence[Prediction]:
        """Return one prediction per image.

        Args:
            images: float32 in 0..1 and of the model's shape.

        Shape:
            - images: ``(N, C, H, W)``
        """
        self.model.eval()
        with no_grad(), np.errstate(all="ignore"):
            output = self.model(from_numpy(self.inputs.normalise(images)))
        return self.task.predictions(output.numpy())


def load_weights(model: Module, arrays: Mapping[str, NDArray[Any]], where: str) -> None:
    """Put weights into a model after comparing every name and shape.

    Raises:
        DataError: If they belong to another model.
    """
    own = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    there = {name: array.shape for name, array in arrays.items()}
    if own != there:
        differing = sorted(
            name for name in own.keys() | there.keys() if own.get(name) != there.get(name)
        )
        raise DataError(
            f"holds weights of another model: {_difference(differing[0], own, there)} "
            f"({len(differing)} of {len(own)} differ).",
            where=where,
        )
    try:
        model.load_state_dict({name: from_numpy(array) for name, array in arrays.items()})
    except TensorliteError as error:
        raise DataError(f"does not fit the model: {error}", where=where) from error


def find_weights(name: str, root: Path = Path("runs")) -> Path:
    """Find weights by a run, by the name of a model that comes with some, or by a file.

    Args:
        name: ``latest``, a run's name or folder, a model's name, or a ``.safetensors`` file.
        root: The folder of all runs.

    Raises:
        DataError: If there are none.
    """
    path = Path(name)
    if path.suffix == ".safetensors" or path.is_file():
        return path
    if name in registry.models and not (root / name).is_dir():
        shipped = registry.models.info(name).details.get("weights")
        if shipped and Path(shipped).is_file():
            return Path(shipped)
        message = f"there are no trained weights of '{name}' in this package."
        raise DataError(message, hint=f"tensorlite train {name}")
    return find_run(name, root).weights


def _run_beside(path: Path) -> RunDirectory | None:
    return RunDirectory(path.parent) if (path.parent / "run.toml").is_file() else None


@contextmanager
def _rebuilding(described: Description, path: Path, run: RunDirectory | None) -> Iterator[None]:
    """Say in which file a model is described that cannot be built."""
    where = os.fspath(path)
    try:
        yield
    except MemoryError as error:
        raise DataError("describes a model that is larger than the memory.", where=where) from error
    except TensorliteError as error:
        absent = missing(described.plugins)
        known = described.model in registry.models and not absent
        raise DataError(
            f"was trained with {titles(absent)}, which cannot be used here."
            if absent
            else f"describes a model that cannot be built here: {error.sentence}",
            where=where,
            hint=error.hint if known else remedy(absent, _plugin_options(run)) or "--plugin FILE",
        ) from error


def _plugin_options(run: RunDirectory | None) -> str:
    """The options that name the plugins of a run again; they are printed, never loaded."""
    if run is None:
        return ""
    stored = map(str, run.read_json("env.json").get("requested") or ())
    names = [os.path.relpath(run.path / name) if is_path(name) else name for name in stored]
    return " ".join(f"--plugin {shlex.quote(name)}" for name in names)


def _difference(name: str, own: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    if name not in own:
        return f"'{name}' is unknown to this one"
    if name not in there:
        return f"'{name}' is missing"
    return f"'{name}' is {there[name]} instead of {own[name]}"


def _short(names: Sequence[str]) -> str:
    return ", ".join([*names[:6], *(["..."] if len(names) > 6 else [])]) + f" ({len(names)})"
