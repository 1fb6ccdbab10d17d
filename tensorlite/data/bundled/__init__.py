"""The data that comes with the package: 1,797 real handwritten digits.

They are the test part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak 1998,
UCI), 8x8 pixels each; ``LICENSE-digits`` beside this file has the licences, and
``tools/make_digits.py`` made the files.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.dataset import ArrayDataset
from tensorlite.data.idx import read_idx
from tensorlite.data.resample import cubic, frame_ink, weights
from tensorlite.errors import UnknownNameError

FOLDER = Path(__file__).resolve().parent
HELD_OUT = 36  # of each class
PARTS = {"train": "", "val": "held out, other writers"}


def digits(split: str = "train") -> ArrayDataset:
    """The bundled digits, framed as MNIST frames them: ink 20 pixels long in the middle of 28x28.

    Held out is the end of the file, the last 36 pictures of each class: mostly by people who
    wrote none of the others, and therefore harder than a random choice.

    Args:
        split: ``"train"`` (1,437) or ``"val"`` (360).

    Raises:
        UnknownNameError: If there is no such split.

    Example:
        >>> image, target = digits("val")[0]
        >>> image.shape, image.dtype, len(digits("train")), len(digits("val"))
        ((1, 28, 28), dtype('float32'), 1437, 360)

    Source: Alpaydin and Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, CC BY 4.0.
    """
    if split not in PARTS:
        message = f"there is no split {split!r}. All 2: train, val."
        raise UnknownNameError(message, where="data set 'digits'")
    images, labels, held_out = _digits()
    chosen = held_out if split == "val" else ~held_out
    data = ArrayDataset(images[chosen], labels[chosen], classes=list("0123456789"), name="digits")
    data.noun, data.origin, data.part = "real handwritten digits", "bundled", PARTS[split]
    return data


@cache
def _digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
    """All pictures (1797, 28, 28), their labels, and which ones are held out."""
    raw = read_idx(FOLDER / "digits-images-idx3-ubyte.gz")
    labels = read_idx(FOLDER / "digits-labels-idx1-ubyte.gz")
    held_out = np.zeros(len(labels), dtype=bool)
    for number in range(10):
        held_out[np.flatnonzero(labels == number)[-HELD_OUT:]] = True
    return enlarge(raw), labels, held_out


def enlarge(raw: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draw pictures of 8x8 counts from 0 to 16 as pen strokes in 28x28 pixels.

    A count says how much of a 4x4 block was ink, so the picture is brought back to 32x32 and its
    contrast raised until strokes are full and their edges narrow; then it is framed.

    Shape:
        - Input: ``(N, 8, 8)``
        - Output: ``(N, 28, 28)``
    """
    finer = weights(8, 32, kernel=cubic, zeros_outside=True)
    ink = finer @ (raw.astype(np.float32) / 16) @ finer.T
    strokes = np.clip((ink - 0.15) / 0.65, 0, 1, dtype=np.float32)
    return np.round(frame_ink(strokes) * 255).astype(np.uint8)
