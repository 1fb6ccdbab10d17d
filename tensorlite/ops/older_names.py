"""Functions under names that PyTorch keeps from earlier days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.errors import ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.index import getitem
from tensorlite.ops.pool import max_pool1d, max_pool2d, max_pool3d
from tensorlite.ops.resize import interpolate
from tensorlite.ops.shape import Reshape, transpose

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    """``interpolate`` with the mode ``nearest``."""
    return interpolate(input, size, scale_factor)


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    """``interpolate`` with the mode ``bilinear``, corners on corners."""
    return interpolate(input, size, scale_factor, "bilinear", True)


def max_pool1d_with_indices(input: Any, *args: Any, **options: Any) -> Any:
    """``max_pool1d`` with ``return_indices=True``."""
    return max_pool1d(input, *args, **{**options, "return_indices": True})


def max_pool2d_with_indices(input: Any, *args: Any, **options: Any) -> Any:
    """``max_pool2d`` with ``return_indices=True``."""
    return max_pool2d(input, *args, **{**options, "return_indices": True})


def max_pool3d_with_indices(input: Any, *args: Any, **options: Any) -> Any:
    """``max_pool3d`` with ``return_indices=True``."""
    return max_pool3d(input, *args, **{**options, "return_indices": True})


def adjoint(input: Any) -> Tensor:
    """The last two dimensions exchanged."""
    return transpose(input, -2, -1)


def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """Read elements in steps of one's own through the flattened input, in a copy.

    Example:
        >>> as_strided([1, 2, 3, 4], (3, 2), (1, 1))
        tensor([[1, 2],
                [2, 3],
                [3, 4]])
    """
    x = as_tensor(input)
    places = np.full(tuple(size), storage_offset or 0, np.int64)
    for axis, step in zip(np.indices(places.shape), stride, strict=True):
        places += axis * int(step)
    if places.size and not (0 <= places.min() and places.max() < x.array.size):
        raise ShapeError(
            f"expected places inside {x.array.size} elements, got {places.max()}.",
            where="as_strided",
        )
    return getitem(Reshape.apply(x, (x.array.size,)), places)
