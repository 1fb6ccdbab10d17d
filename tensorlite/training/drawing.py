"""From a picture of a drawn character to what networks for handwritten characters are trained on.

MNIST and the bundled digits are light ink on black, cropped, 20 pixels long, centred by mass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import frame_ink
from tensorlite.data.fit import fit
from tensorlite.errors import DataError

from .inputs import Shape

_FAINT = 0.1  # less contrast than this between ink and paper is no drawing


@dataclass(frozen=True)
class Drawing:
    """A prepared character.

    Args:
        image: float32 ``(1, 28, 28)``, light ink on black.
        note: What was done, for the person who drew it.
    """

    image: NDArray[np.float32]
    note: str


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
        raise DataError("nothing is drawn on it.", hint="Draw dark on light or light on dark.")
    framed = frame_ink((ink / ink.max())[None].astype(np.float32))
    done = "cropped and centred"
    return Drawing(framed, f"dark ink on light: inverted; {done}" if dark else done)
