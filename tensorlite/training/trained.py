"""A trained model: weights back from disk, ready to be evaluated and to predict."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from tensorlite.autograd import no_grad
from tensorlite.data import Dataset
from tensorlite.errors import DataError, TensorliteError
from tensorlite.tensor import from_numpy

from .building import build_model, evaluation_batches
from .checkpoint import Description, load_checkpoint
from .config import Settings
from .inputs import Inputs
from .loop import evaluate
from .run import RunDirectory, find_run
from .tasks import Prediction, Task, create_task
from .threads import use_threads

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
        path, run = _weights(name, root)
        snapshot = load_checkpoint(path)
        described = snapshot.description
        settings = run.settings() if run else Settings()
        use_threads(settings.threads)  # as in training, so that the figures are the same
        inputs = Inputs.from_dict(described.inputs)
        task = create_task(described.task, settings, described.classes)
        model = build_model(
            described.model, len(described.classes), inputs.shape, described.options
        )
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
                hint=f"tensorlite train {self.description.model} --data ...",
            )
        fitted = dataset.adapt(*self.inputs.shape)
        return evaluate(self.model, self.task, self.inputs, evaluation_batches(fitted))

    def predict(self, images: NDArray[Any]) -> Sequence[Prediction]:
        """Return one prediction per image.

        Args:
            images: float32 in 0..1 and of the model's shape.

        Shape:
            - images: ``(N, C, H, W)``
        """
        self.model.eval()
        with no_grad():
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


def _weights(name: str, root: Path) -> tuple[Path, RunDirectory | None]:
    path = Path(name)
    if path.suffix == ".safetensors" or path.is_file():
        beside = RunDirectory(path.parent)
        return path, beside if (path.parent / "run.toml").is_file() else None
    run = find_run(name, root)
    return run.weights, run


def _difference(name: str, own: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    if name not in own:
        return f"'{name}' is unknown to this one"
    if name not in there:
        return f"'{name}' is missing"
    return f"'{name}' is {there[name]} instead of {own[name]}"


def _short(names: Sequence[str]) -> str:
    return ", ".join([*names[:6], *(["..."] if len(names) > 6 else [])]) + f" ({len(names)})"
