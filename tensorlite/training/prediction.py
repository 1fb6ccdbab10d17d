"""Predictions for picture files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import decode
from tensorlite.data.fit import fit
from tensorlite.errors import DataError

from .drawing import prepare_drawing, takes_drawings
from .inputs import Shape
from .tasks import Prediction
from .trained import Trained


@dataclass(frozen=True)
class FilePrediction:
    """What a model says about a file.

    Args:
        path: The file.
        prediction: The answer.
        note: What was done to the picture before, for people; empty if nothing.
    """

    path: Path
    prediction: Prediction
    note: str

    def to_dict(self, top: int) -> dict[str, Any]:
        """Return it as plain values."""
        return {"file": str(self.path), **self.prediction.to_dict(top), "prepared": self.note}


def predict_files(
    name: str, root: Path, paths: Sequence[Path], prepare: bool | None = None
) -> list[FilePrediction]:
    """Predict picture files with the best weights of a run, or with a checkpoint file.

    Args:
        name: ``latest``, a run's name or folder, or a ``.safetensors`` file.
        root: The folder of all runs.
        paths: The pictures.
        prepare: Whether they are drawn characters to be cropped and centred; by default so for
            models of handwritten characters.

    Raises:
        DataError: If the run or a picture cannot be read, or nothing is drawn on it.
    """
    trained = Trained.load(name, root)
    shape = trained.inputs.shape
    if prepare is None:
        prepare = takes_drawings(shape, trained.description.classes)
    prepared = [_image(path, shape, prepare) for path in paths]
    predictions = trained.predict(np.concatenate([image for image, _ in prepared]))
    return [
        FilePrediction(path, prediction, note)
        for path, prediction, (_, note) in zip(paths, predictions, prepared, strict=True)
    ]


def _image(path: Path, shape: Shape, prepare: bool) -> tuple[NDArray[np.float32], str]:
    """Read a picture as a batch of one in the model's shape, and say what was done."""
    if not path.is_file():
        raise DataError("there is no such file.", where=os.fspath(path))
    if not prepare:
        picture = decode(path, shape[0])
        return fit((picture[None] / 255).astype(np.float32), shape), ""
    try:
        drawing = prepare_drawing(decode(path))
    except DataError as error:
        error.where = error.where or os.fspath(path)
        raise
    return fit(drawing.image[None], shape), drawing.note
