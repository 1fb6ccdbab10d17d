"""The one rule by which pictures are made to fit a model, and the sentence that says so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.resample import resize
from tensorlite.errors import ShapeError

Shape = tuple[int, int, int]  # channels, height, width

MARGIN = 4  # a picture this many pixels too small is framed with zeros instead of enlarged
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in Pillow's mode "L"


def fit(images: NDArray[np.float32], shape: Shape) -> NDArray[np.float32]:
    """Make a batch fit: pad by up to 4 pixels, else resize and crop; then grey or colour.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, *shape)``

    Raises:
        ShapeError: If the channels are others than 1 and 3 and differ.

    Example:
        >>> fit(np.ones((2, 1, 28, 28), np.float32), (3, 32, 32)).shape
        (2, 3, 32, 32)
    """
    return _fit_channels(_fit_size(images, shape[1:]), shape[0])


def describe_fit(old: Shape, new: Shape) -> str:
    """Say what ``fit`` does, or nothing if it does nothing.

    Example:
        >>> describe_fit((1, 28, 28), (3, 32, 32))
        '28x28 padded with zeros to 32x32, grey to colour'
        >>> describe_fit((3, 48, 64), (3, 32, 32))
        '48x64 resized by the short side and cropped at the centre to 32x32'
    """
    return ", ".join(filter(None, [_describe_size(old[1:], new[1:]), describe_colour(old, new)]))


def describe_colour(old: Shape, new: Shape) -> str:
    """Say which way the channels change, or nothing."""
    if old[0] == new[0]:
        return ""
    return {1: "grey to colour", 3: "colour to grey"}.get(old[0], "")


def _describe_size(old: tuple[int, int], new: tuple[int, int]) -> str:
    sizes = "{}x{}".format(*old), "{}x{}".format(*new)
    if old == new:
        return ""
    if _only_pads(old, new):
        return f"{sizes[0]} padded with zeros to {sizes[1]}"
    if old[0] * new[1] == old[1] * new[0]:
        return f"{sizes[0]} resized to {sizes[1]}"
    return f"{sizes[0]} resized by the short side and cropped at the centre to {sizes[1]}"


def _only_pads(old: tuple[int, int], new: tuple[int, int]) -> bool:
    return all(0 <= after - before <= MARGIN for before, after in zip(old, new, strict=True))


def _fit_size(images: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    height, width = images.shape[-2:]
    if (height, width) == size:
        return images
    if not _only_pads((height, width), size):
        return resize(images, size)
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    result = np.zeros((*images.shape[:-2], *size), np.float32)
    result[..., top : top + height, left : left + width] = images
    return result


def _fit_channels(images: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    have = images.shape[1]
    if have == channels:
        return images
    if have == 1:
        return np.repeat(images, channels, axis=1)
    if (have, channels) == (3, 1):
        return np.tensordot(images, LUMA, axes=(1, 0))[:, None].astype(np.float32)
    message = f"expected images with 1 or {channels} channels, got {have}."
    raise ShapeError(message, where="data", hint=f"Build the model with in_channels={have}.")
