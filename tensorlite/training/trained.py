"""A trained model: weights back from disk, ready to be evaluated and to predict."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite import registry
from tensorlite.autograd import no_grad
from tensorlite.data import Dataset
from tensorlite.errors import ConfigError, DataError, TensorliteError
from tensorlite.tensor import from_numpy
from tensorlite.training.building import build_model, evaluation_batches, model_parts
from tensorlite.training.checkpoint import Description, load_checkpoint
from tensorlite.training.environment import use_threads
from tensorlite.training.inputs import Inputs, Measured, Parts, pick
from tensorlite.training.loop import evaluate
from tensorlite.training.run import MODEL, RunDirectory, find_run, is_path
from tensorlite.training.settings import Settings
from tensorlite.training.tasks import Prediction, Task, create_task

if TYPE_CHECKING:
    from tensorlite.data import Data
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
                hint=f"tensorlite train {self.description.model} --data PATH",
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


def _weights(name: str, root: Path) -> tuple[Path, RunDirectory | None]:
    path = Path(name)
    if path.suffix == ".safetensors" or path.is_file():
        beside = RunDirectory(path.parent)
        return path, beside if (path.parent / "run.toml").is_file() else None
    run = find_run(name, root)
    return run.weights, run


@contextmanager
def _rebuilding(described: Description, path: Path, run: RunDirectory | None) -> Iterator[None]:
    """Say in which file a model is described that cannot be built."""
    where = os.fspath(path)
    try:
        yield
    except MemoryError as error:
        raise DataError("describes a model that is larger than the memory.", where=where) from error
    except TensorliteError as error:
        known = described.model in registry.models
        raise DataError(
            f"describes a model that cannot be built here: {error.sentence}",
            where=where,
            hint=error.hint if known else _plugin_options(run),
        ) from error


def _plugin_options(run: RunDirectory | None) -> str:
    """The options that name the plugins of a run again; they are printed, never loaded."""
    if run is None:
        return "--plugin FILE"
    stored = map(str, run.read_json("env.json").get("requested") or ())
    names = [os.path.relpath(run.path / name) if is_path(name) else name for name in stored]
    return " ".join(f"--plugin {shlex.quote(name)}" for name in names) or "--plugin FILE"


def _difference(name: str, own: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    if name not in own:
        return f"'{name}' is unknown to this one"
    if name not in there:
        return f"'{name}' is missing"
    return f"'{name}' is {there[name]} instead of {own[name]}"


def _short(names: Sequence[str]) -> str:
    return ", ".join([*names[:6], *(["..."] if len(names) > 6 else [])]) + f" ({len(names)})"


@dataclass(frozen=True)
class Evaluation:
    """How a trained model did.

    Args:
        trained: The model.
        data: Name of the data.
        measured_on: The part of it.
        scores: What the task counted.
        in_report: Whether the run's report shows the same images.
    """

    trained: Trained
    data: str
    measured_on: Measured
    scores: Any
    in_report: bool

    def line(self) -> str:
        """Say it in one line."""
        parts = [self.trained.task.sentence(self.scores), self.measured_on.phrase()]
        more = ["confusion and worst images: report.html"] if self.in_report else []
        return " · ".join(parts + more)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        described = self.trained.description
        return {
            "weights": str(self.trained.path),
            "model": described.model,
            "epoch": described.epoch,
            "data": self.data,
            **self.measured_on.to_dict(),
            **self.scores.to_dict(),
        }


def evaluate_run(
    name: str, root: Path = Path("runs"), data: str | None = None, split: str = "auto"
) -> Evaluation:
    """Evaluate the best weights of a run, or a checkpoint file.

    Args:
        name: ``latest``, a run's name or folder, or a ``.safetensors`` file.
        root: The folder of all runs.
        data: Name or path of other data; by default that of the run.
        split: ``train``, ``val`` or ``test``; ``auto`` is test if there is one, or else val.

    Raises:
        TensorliteError: If the run, the data or the part is not there, or the classes differ.
    """
    from tensorlite.data import open_data

    trained = Trained.load(name, root)
    own = _own_data(trained)
    source = data or own
    if not source:
        raise ConfigError(
            f"expected --data, as there is no run beside {trained.path}.", hint="--data digits"
        )
    is_own = own is not None and _same(source, own)
    opened = open_data(source, skip_bad=trained.run is not None and trained.run.settings().skip_bad)
    splits = _own_parts(trained, opened).splits if is_own else opened.splits
    split, dataset = pick(splits, split, opened.name)
    scores = trained.evaluate(dataset)
    is_best = trained.run is None or trained.path == trained.run.best
    measured_on = Measured(split, len(dataset), selected=is_own and is_best and split == "val")
    in_report = is_own and is_best and _judged_by(trained) == split
    return Evaluation(trained, opened.name, measured_on, scores, in_report)


def _own_data(trained: Trained) -> str | None:
    if trained.run is not None:
        return trained.run.settings().data
    name = trained.description.data
    return name if name in registry.datasets else None


def _same(source: str, own: str) -> bool:
    return source == own or os.path.realpath(source) == os.path.realpath(own)


def _own_parts(trained: Trained, data: Data) -> Parts:
    """The parts as the training saw them: a validation part is carved out the same way."""
    run, described = trained.run, trained.description
    settings = run.settings() if run else Settings()
    return model_parts(data, replace(settings, model=described.model))


def _judged_by(trained: Trained) -> str:
    return str(trained.run.read_json("result.json").get("judged_by")) if trained.run else ""
