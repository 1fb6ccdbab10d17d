"""What colour transforms compute, for batches: each picture with an amount of its own.

Pictures are float32 (N, C, H, W) in 0..1 and amounts (N,). A factor of 1 leaves a picture as it
is, as in ``ImageEnhance`` of Pillow. Grey and smoothed pictures are rounded to whole levels (of
255) before they are blended with, as there; results are not, where Pillow cuts the fraction off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment.samples import Images

Amounts = NDArray[Any]
RED, GREEN, BLUE = (
    np.float32(0.299),
    np.float32(0.587),
    np.float32(0.114),
)  # ITU-R 601-2, as Pillow's mode L


def brightness(images: Images, factors: Amounts) -> Images:
    """Blend with black: ``factor * image``."""
    result = images * column(factors)
    return np.clip(result, 0, 1, out=result)


def contrast(images: Images, factors: Amounts) -> Images:
    """Blend with the mean grey of the picture."""
    means = (_line(images) if images.shape[1] == 3 else images).mean(axis=(1, 2, 3))
    return _blend(_whole(column(means)), images, factors)


def saturation(images: Images, factors: Amounts) -> Images:
    """Blend with the grey picture; grey pictures stay as they are."""
    return images.copy() if images.shape[1] != 3 else _blend(_line(images), images, factors)


def sharpness(images: Images, factors: Amounts) -> Images:
    """Blend with a smoothed picture; factors above 1 sharpen, those below 1 smooth.

    Each pixel is smoothed with weights of 5/13 for itself and 1/13 for its eight neighbours; the
    pixels of the border stay as they are.
    """
    if min(images.shape[2:]) < 3:
        return images.copy()
    lines = images[..., :-2] + images[..., 1:-1] + images[..., 2:]
    total = lines[:, :, :-2] + lines[:, :, 1:-1] + lines[:, :, 2:]
    smooth = images.copy()
    smooth[:, :, 1:-1, 1:-1] *= np.float32(4 / 13)
    smooth[:, :, 1:-1, 1:-1] += total * np.float32(1 / 13)
    return _blend(_whole(smooth), images, factors)


def hue(images: Images, turns: Amounts) -> Images:
    """Turn the hue of the HSV colour by a part of the circle; grey pictures stay as they are.

    With ``V`` the largest and ``V - C`` the smallest of red, green and blue, and the hue ``h`` in
    sixths of the circle, a channel is ``V - C * max(0, min(k, 4 - k, 1))`` where
    ``k = (n + h) mod 6`` and ``n`` is 5, 3 and 1 for red, green and blue.

    Pillow stores hue and saturation as bytes, 360 degrees in 256 steps, and rounds four times, so
    its results are up to 6 levels off; those of ``colorsys`` are met.
    """
    if images.shape[1] != 3:
        return images.copy()
    red, green, blue = images[:, 0], images[:, 1], images[:, 2]
    value = images.max(axis=1)
    chroma = value - images.min(axis=1)
    share = 1 / np.maximum(chroma, np.float32(1e-12))
    angle = np.where(
        value == red,
        (green - blue) * share,
        np.where(value == green, (blue - red) * share + 2, (red - green) * share + 4),
    )
    angle += np.asarray(6 * turns, np.float32)[:, None, None]
    result = np.empty_like(images)
    for channel, number in enumerate((5, 3, 1)):
        k = angle + np.float32(number)
        k -= 6 * np.floor(k * np.float32(1 / 6))
        np.minimum(k, 4 - k, out=k)
        np.clip(k, 0, 1, out=k)
        k *= chroma
        np.subtract(value, k, out=result[:, channel])
    return result


def grey(images: Images) -> Images:
    """The grey picture, with as many channels as before."""
    if images.shape[1] != 3:
        return images.copy()
    return np.repeat(_line(images), 3, axis=1)


def invert(images: Images) -> Images:
    """``1 - image``."""
    return 1 - images


def solarize(images: Images, thresholds: Amounts) -> Images:
    """Invert all values of at least the threshold."""
    # 128 / 255 as float32 may be a hair below the same number in float64.
    bound = column(thresholds) - np.float32(1e-6)
    return np.where(images >= bound, 1 - images, images)


def posterize(images: Images, bits: Amounts) -> Images:
    """Keep so many bits of each of the 8 of a value."""
    kept = np.uint8(255) << (8 - np.asarray(bits, np.uint8))
    return _float(_levels(images) & column(kept, np.uint8))


def equalize(images: Images) -> Images:
    """Spread the values of each channel so that all levels are about equally frequent.

    With ``s`` the number of pixels, without those of the brightest level there is, over 255, level
    ``l`` becomes ``(s // 2 + pixels darker than l) // s``. A channel where ``s`` is 0 stays.
    """
    levels = _levels(images).reshape(images.shape[0] * images.shape[1], -1)
    rows = len(levels)
    places = levels + np.arange(rows, dtype=np.int64)[:, None] * 256
    counts = np.bincount(places.ravel(), minlength=256 * rows).reshape(rows, 256)
    brightest = counts[np.arange(rows), levels.max(axis=1, initial=0)]
    step = ((levels.shape[1] - brightest) // 255)[:, None]
    darker = np.cumsum(counts, axis=1) - counts
    table = np.minimum((step // 2 + darker) // np.maximum(step, 1), 255)
    table = np.where(step > 0, table, np.arange(256)).astype(np.float32) / np.float32(255)
    return table.ravel()[places].reshape(images.shape)


def autocontrast(images: Images) -> Images:
    """Stretch each channel so that its values reach from 0 to 1; flat channels stay."""
    low, high = images.min(axis=(2, 3), keepdims=True), images.max(axis=(2, 3), keepdims=True)
    width = high - low
    flat = width == 0
    low[flat], width[flat] = 0, 1
    result: Images = (images - low) / width
    return result


def column(amounts: Any, dtype: Any = np.float32) -> NDArray[Any]:
    """Amounts (N,) as (N, 1, 1, 1)."""
    return np.asarray(amounts, dtype).reshape(-1, 1, 1, 1)


def _line(images: Images) -> Images:
    """The grey picture in whole levels, (N, 1, H, W)."""
    red, green, blue = (images[:, channel : channel + 1] for channel in range(3))
    return _whole(red * RED + green * GREEN + blue * BLUE)


def _whole(images: Images) -> Images:
    levels = images * np.float32(255)
    np.rint(levels, out=levels)
    levels *= np.float32(1 / 255)
    return levels


def _blend(base: Images, images: Images, factors: Amounts) -> Images:
    result = images - base
    result *= column(factors)
    result += base
    return np.clip(result, 0, 1, out=result)


def _levels(images: Images) -> NDArray[np.uint8]:
    return np.rint(images * np.float32(255)).clip(0, 255).astype(np.uint8)


def _float(levels: NDArray[np.uint8]) -> Images:
    return np.divide(levels, 255, dtype=np.float32)
