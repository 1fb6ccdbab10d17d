"""The one rule by which pictures are made to fit a model, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.placement import Size, place
from tensorlite.data.resample import resize, weights
from tensorlite.errors import ShapeError

Shape = tuple[int, int, int]  # channels, height, width

IGNORED = 255  # the number in a mask that belongs to no class
HOW = "bilinear, antialiased"  # the interpolation of pictures, here and in decode

MARGIN = 4  # a picture this many pixels too small is framed with zeros instead of enlarged
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in Pillow's mode "L"


def fit(images: NDArray[np.float32], shape: Shape, *, whole: bool = False) -> NDArray[np.float32]:
    """Make a batch fit: pad by up to 4 pixels, else resize and crop; then grey or colour.

    Args:
        images: A batch.
        shape: Channels, height and width wanted.
        whole: Resize by the long side and frame with zeros, so that nothing is cropped.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, *shape)``

    Raises:
        ShapeError: If the channels are others than 1 and 3 and differ.

    Example:
        >>> fit(np.ones((2, 1, 28, 28), np.float32), (3, 32, 32)).shape
        (2, 3, 32, 32)
    """
    return _fit_channels(_fit_size(images, shape[1:], whole), shape[0])


def fit_target(target: Any, old: Size, new: Size) -> Any:
    """Move the boxes or the mask of a picture along with it; anything else stays as it is.

    Boxes go with pictures that ``fit`` keeps whole, masks with those that it crops.

    Example:
        >>> target = {"boxes": np.array([[0, 0, 20, 10]]), "labels": np.array([0])}
        >>> fit_target(target, (20, 20), (40, 80))["boxes"]
        array([[20.,  0., 60., 20.]], dtype=float32)
    """
    if not isinstance(target, Mapping) or old == new:
        return target
    moved = dict(target)
    if "boxes" in target:
        boxes = np.asarray(target["boxes"], np.float32).reshape(-1, 4)
        pads = _only_pads(old, new)
        whole = place(old, new, whole=True)
        moved["boxes"] = _margins(boxes, old, new) if pads else whole.boxes(boxes)
    if "mask" in target:
        moved["mask"] = _fit_mask(np.asarray(target["mask"]), new)
    return moved


def describe_fit(old: Shape, new: Shape, *, whole: bool = False) -> str:
    """Say what ``fit`` does, or nothing if it does nothing.

    Example:
        >>> describe_fit((1, 28, 28), (3, 32, 32))
        '28x28 padded with zeros to 32x32, grey to colour'
        >>> print(describe_fit((3, 48, 64), (3, 32, 32)))
        48x64 resized by the short side and cropped at the centre to 32x32 (bilinear, antialiased)
    """
    size = _describe_size(old[1:], new[1:], whole)
    return ", ".join(filter(None, [size, describe_colour(old, new)]))


def describe_resize(size: Size, *, whole: bool = False) -> str:
    """Say how pictures of any size are brought to one.

    Example:
        >>> describe_resize((32, 32), whole=True)
        'resized by the long side and framed with zeros to 32x32 (bilinear, antialiased)'
    """
    rest = "long side and framed with zeros" if whole else "short side and cropped at the centre"
    return f"resized by the {rest} to {size[0]}x{size[1]} ({HOW})"


def describe_colour(old: Shape, new: Shape) -> str:
    """Say which way the channels change, or nothing."""
    if old[0] == new[0]:
        return ""
    return {1: "grey to colour", 3: "colour to grey"}.get(old[0], "")


def _describe_size(old: Size, new: Size, whole: bool) -> str:
    sizes = "{}x{}".format(*old), "{}x{}".format(*new)
    if old == new:
        return ""
    if _only_pads(old, new):
        return f"{sizes[0]} padded with zeros to {sizes[1]}"
    if old[0] * new[1] == old[1] * new[0]:
        return f"{sizes[0]} resized to {sizes[1]} ({HOW})"
    return f"{sizes[0]} {describe_resize(new, whole=whole)}"


def _only_pads(old: tuple[int, int], new: tuple[int, int]) -> bool:
    return all(0 <= after - before <= MARGIN for before, after in zip(old, new, strict=True))


def _fit_size(images: NDArray[np.float32], size: Size, whole: bool) -> NDArray[np.float32]:
    height, width = images.shape[-2:]
    if (height, width) == size:
        return images
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    if not _only_pads((height, width), size):
        if not whole:
            return resize(images, size)
        top, left, new_height, new_width = place((height, width), size, whole=True).target
        rows, columns = weights(height, new_height), weights(width, new_width)
        images = (rows @ images @ columns.T).astype(np.float32, copy=False)
        height, width = new_height, new_width
    result = np.zeros((*images.shape[:-2], *size), np.float32)
    result[..., top : top + height, left : left + width] = images
    return result


def _margins(boxes: NDArray[np.float32], old: Size, new: Size) -> NDArray[np.float32]:
    top, left = (new[0] - old[0]) // 2, (new[1] - old[1]) // 2
    return boxes + np.array([left, top, left, top], np.float32)


def _fit_mask(mask: NDArray[Any], size: Size) -> NDArray[Any]:
    """The same part of a mask that ``fit`` takes of the picture, by nearest neighbour."""
    old = (mask.shape[0], mask.shape[1])
    if _only_pads(old, size):
        top, left = (size[0] - old[0]) // 2, (size[1] - old[1]) // 2
        result = np.full(size, IGNORED, mask.dtype)
        result[top : top + old[0], left : left + old[1]] = mask
        return result
    left, top, right, bottom = place(old, size).source
    rows = top + (np.arange(size[0]) + 0.5) * (bottom - top) / size[0]
    columns = left + (np.arange(size[1]) + 0.5) * (right - left) / size[1]
    picked: NDArray[Any] = mask[rows.astype(np.int64)][:, columns.astype(np.int64)]
    return picked


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
