"""Predictions for picture files: read, prepared if somebody drew them, and named in batches.

MNIST and the bundled digits are light ink on black, cropped, 20 pixels long, centred by mass; a
drawn character is brought into that form.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import decode, frame_ink
from tensorlite.data.decode import peek
from tensorlite.data.fit import fit
from tensorlite.data.placement import Placement, place
from tensorlite.errors import DataError
from tensorlite.training.building import EVALUATION_BATCH
from tensorlite.training.inputs import Shape
from tensorlite.training.tasks import Prediction
from tensorlite.training.trained import Trained

_FAINT = 0.1  # less contrast than this between ink and paper is no drawing


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

    def save_overlay(self, folder: Path) -> Path:
        """Write the picture with the answer on it as a PNG file, and return its path.

        Args:
            folder: Made when it is missing; a name that is taken there gets ``-2``, ``-3``.
        """
        folder.mkdir(parents=True, exist_ok=True)
        names = (f"{self.path.stem}{ending}.png" for ending in _endings())
        path = next(folder / name for name in names if not (folder / name).exists())
        self.prediction.draw(decode(self.path)).save(path)
        return path

    def to_dict(self, top: int) -> dict[str, Any]:
        """Return it as plain values."""
        return {"file": str(self.path), **self.prediction.to_dict(top), "prepared": self.note}


def predict_files(
    name: str, root: Path, paths: Sequence[Path], prepare: bool | None = None
) -> Iterator[FilePrediction | DataError]:
    """Predict picture files with the best weights of a run, or with a checkpoint file.

    Args:
        name: ``latest``, a run's name or folder, or a ``.safetensors`` file.
        root: The folder of all runs.
        paths: The pictures.
        prepare: Whether they are drawn characters to be cropped and centred; by default so for
            models of handwritten characters.

    Yields:
        A prediction for each file, or what is wrong with it, in the given order.

    Raises:
        DataError: If the run cannot be read.
    """
    trained = Trained.load(name, root)
    if prepare is None:
        known = takes_drawings(trained.inputs.shape, trained.description.classes)
        prepare = known and not trained.task.whole  # a box must find its place in the picture
    for start in range(0, len(paths), EVALUATION_BATCH):
        yield from _predict_batch(trained, paths[start : start + EVALUATION_BATCH], prepare)


@dataclass(frozen=True)
class Drawing:
    """A picture as a model takes it.

    Args:
        image: float32 ``(C, H, W)``; of a drawn character, light ink on black.
        note: What was done, for the person who drew it.
        placement: Where the picture went in its frame, if it was framed.
    """

    image: NDArray[np.float32]
    note: str
    placement: Placement | None = None


def takes_drawings(shape: Shape, classes: Sequence[str]) -> bool:
    """Say whether a model reads single handwritten characters: grey images, one-letter classes.

    Example:
        >>> takes_drawings((1, 28, 28), "0123456789"), takes_drawings((3, 32, 32), ["cat", "dog"])
        (True, False)
    """
    return shape[0] == 1 and all(len(name) == 1 for name in classes)


def prepare_drawing(picture: NDArray[np.uint8]) -> Drawing:
    """Invert dark ink, crop to the ink, scale its long side to 20 and centre its mass.

    Ink is dark if the border is brighter than 127. The border's own shade counts as paper, so a
    photograph of grey paper works as well.

    Shape:
        - picture: ``(C, H, W)`` bytes

    Raises:
        DataError: If nothing is drawn.

    Example:
        >>> page = np.full((1, 80, 80), 255, np.uint8)
        >>> page[0, 20:60, 38:42] = 0
        >>> prepare_drawing(page).note
        'dark ink on light: inverted; cropped and centred'
    """
    image = fit((picture[None] / 255).astype(np.float32), (1, *picture.shape[1:]))[0, 0]
    border = np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])
    paper = float(np.median(border))
    dark = paper * 255 > 127
    ink = (paper - image if dark else image - paper).clip(0)
    if ink.max() < _FAINT:
        raise DataError("nothing is drawn on it, neither dark on light nor light on dark.")
    framed = frame_ink((ink / ink.max())[None].astype(np.float32))
    done = "cropped and centred"
    return Drawing(framed, f"dark ink on light: inverted; {done}" if dark else done)


def _predict_batch(
    trained: Trained, paths: Sequence[Path], prepare: bool
) -> Iterator[FilePrediction | DataError]:
    found = [_read(path, trained, prepare) for path in paths]
    images = [item.image for item in found if isinstance(item, Drawing)]
    predictions = iter(trained.predict(np.stack(images)) if images else ())
    for path, item in zip(paths, found, strict=True):
        if isinstance(item, Drawing):
            prediction = next(predictions)
            if item.placement is not None:
                prediction = prediction.in_picture(item.placement)
            yield FilePrediction(path, prediction, item.note)
        else:
            yield item


def _read(path: Path, trained: Trained, prepare: bool) -> Drawing | DataError:
    """Read a picture in the model's shape, or return what is wrong with it."""
    where, shape = os.fspath(path), trained.inputs.shape
    if path.is_dir():
        return DataError(f"is a folder. Name the pictures in it: {path / '*.jpg'}", where=where)
    if not path.is_file():
        return DataError("there is no such file.", where=where)
    try:
        if prepare:
            drawing = prepare_drawing(decode(path))
            return Drawing(fit(drawing.image[None], shape)[0], drawing.note)
        if trained.task.whole:
            return _framed(path, shape)
        picture = decode(path, shape[0])
        return Drawing(fit((picture[None] / 255).astype(np.float32), shape)[0], "")
    except DataError as error:
        # Advice about folders of data does not fit, and some sentences name the file already.
        return DataError(error.message, where=None if where in error.message else where)


def _endings() -> Iterator[str]:
    yield ""
    yield from (f"-{number}" for number in count(2))


def _framed(path: Path, shape: Shape) -> Drawing:
    """A whole picture in a frame, as pictures with boxes are read in training."""
    picture = decode(path, shape[0], shape[1:], whole=True)
    placement = place(peek(path)[1:], shape[1:], whole=True)
    return Drawing((picture / 255).astype(np.float32), "", placement)
