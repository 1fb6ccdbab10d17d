"""Resizing of whole batches as two matrix products, and the frame in which drawn digits stand.

A separable filter that reads an interval of ``old`` samples and writes ``new`` ones is a matrix
(new, old), so a picture is resized by ``rows @ picture @ columns.T``, for any batch at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[Any]
Kernel = Callable[[Floats], Floats]


def triangle(x: Floats) -> Floats:
    """The kernel of linear interpolation."""
    return np.clip(1 - np.abs(x), 0, None)


def cubic(x: Floats) -> Floats:
    """The cubic convolution kernel with ``a = -0.5``.

    Source: Keys 1981, "Cubic convolution interpolation for digital image processing".
    """
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, far * (x < 2))


def weights(
    old: int,
    new: int,
    start: ArrayLike = 0.0,
    stop: ArrayLike | None = None,
    *,
    kernel: Kernel = triangle,
    zeros_outside: bool = False,
) -> NDArray[np.float32]:
    """The matrix that resamples the interval from ``start`` to ``stop`` of a row.

    When the picture shrinks, the kernel widens with it, which is what antialiasing means.

    Args:
        old: Number of samples there are; sample ``i`` covers the interval from ``i`` to ``i + 1``.
        new: Number of samples wanted.
        start: Where the interval begins, in old samples; an array (N,) gives N matrices.
        stop: Where it ends; ``old`` by default.
        kernel: ``triangle`` or ``cubic``.
        zeros_outside: Take what lies outside of the row as zero, not as unknown.

    Returns:
        float32 (new, old), or (N, new, old).

    Example:
        >>> weights(4, 2)
        array([[0.42857143, 0.42857143, 0.14285715, 0.        ],
               [0.        , 0.14285715, 0.42857143, 0.42857143]], dtype=float32)
    """
    begin = np.asarray(start, dtype=np.float64)[..., None, None]
    end = np.asarray(old if stop is None else stop, dtype=np.float64)[..., None, None]
    step = (end - begin) / new
    width = np.maximum(step, 1.0)
    centres = begin + (np.arange(new)[:, None] + 0.5) * step
    raw = kernel(((np.arange(old) + 0.5 - centres) / width).astype(np.float32))
    total = width if zeros_outside else raw.sum(axis=-1, keepdims=True)
    return np.divide(raw, total, dtype=np.float32)


def cover(height: int, width: int, to: tuple[int, int]) -> tuple[float, float, float, float]:
    """The largest middle part (left, top, right, bottom) with the shape of ``to`` (height, width).

    Resizing this part is resizing the short side and cropping the long one at its centre.

    Example:
        >>> cover(100, 200, (28, 28))
        (50.0, 0.0, 150.0, 100.0)
    """
    scale = min(height / to[0], width / to[1])
    # Rounding must not put the part a hair outside of the picture.
    top, left = max(height - to[0] * scale, 0.0) / 2, max(width - to[1] * scale, 0.0) / 2
    return left, top, width - left, height - top


def resize(images: NDArray[np.float32], to: tuple[int, int]) -> NDArray[np.float32]:
    """Resize the short side and crop at the centre, with antialiasing.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C, *to)``

    Example:
        >>> resize(np.ones((2, 3, 30, 40), np.float32), (15, 15)).shape
        (2, 3, 15, 15)
    """
    height, width = images.shape[-2:]
    left, top, right, bottom = cover(height, width, to)
    rows, columns = weights(height, to[0], top, bottom), weights(width, to[1], left, right)
    return (rows @ images @ columns.T).astype(np.float32, copy=False)


def frame_ink(
    images: NDArray[np.float32], size: int = 28, inner: int = 20, threshold: float = 0.1
) -> NDArray[np.float32]:
    """Crop to the ink, scale its long side to ``inner`` and put its centre of mass in the middle.

    This is the form in which MNIST stores digits; the bundled digits arrive in it too, and drawn
    digits must. A centre of mass so far out that ink would be lost is moved until all of it fits.

    Args:
        images: Light ink on a dark ground, 0..1.
        size: Height and width of the result in pixels.
        inner: Length of the ink's long side in pixels.
        threshold: What is brighter than this is ink. A picture without ink stays black.

    Shape:
        - Input: ``(N, H, W)``
        - Output: ``(N, size, size)``; the centre of mass is within half of pixel ``size // 2``.

    Example:
        >>> stroke = np.zeros((1, 90, 60), np.float32)
        >>> stroke[0, 20:80, 5:15] = 1
        >>> rows = np.flatnonzero(frame_ink(stroke)[0].max(axis=1) > 0.5)
        >>> int(rows[0]), int(rows[-1])
        (4, 23)

    Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition", III A.
    """
    ink: Floats = images > threshold
    top, bottom, middle_y = _extent(np.any(ink, axis=2), images.sum(axis=2))
    left, right, middle_x = _extent(np.any(ink, axis=1), images.sum(axis=1))
    pixel = np.maximum(np.maximum(bottom - top, right - left), 1) / inner
    rows = _window(images.shape[1], size, top, bottom, middle_y, pixel)
    columns = _window(images.shape[2], size, left, right, middle_x, pixel)
    return np.clip(rows @ images @ columns.swapaxes(1, 2), 0.0, 1.0, dtype=np.float32)


def _extent(ink: Floats, mass: Floats) -> tuple[Floats, Floats, Floats]:
    """First and last position with ink and the centre of mass along one axis, each (N,)."""
    length = ink.shape[1]
    first, last = ink.argmax(axis=1), length - ink[:, ::-1].argmax(axis=1)
    total = np.maximum(mass.sum(axis=1), 1e-12)
    return first, last, mass @ (np.arange(length) + 0.5) / total


def _window(old: int, new: int, first: Floats, last: Floats, middle: Floats, pixel: Floats) -> Any:
    """Weights of a window of ``new`` pixels around the middle that holds first to last."""
    start = middle - (new // 2 + 0.5) * pixel
    start = np.clip(start, last - new * pixel, first)
    # Whole pixels of the result between frame and ink keep the ink's edges sharp, as in MNIST.
    start = first - np.round((first - start) / pixel) * pixel
    stop = start + new * pixel
    return weights(old, new, start, stop, kernel=cubic, zeros_outside=True)
