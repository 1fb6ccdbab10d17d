"""Pictures seen through a grid of places, as spatial transformers do.

Source: Jaderberg et al. 2015, "Spatial Transformer Networks".
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.elementwise import Where
from tensorlite.ops.join import stack
from tensorlite.ops.linalg import matmul
from tensorlite.ops.placing import GetItem, IndexSelect
from tensorlite.ops.shape import Permute, Reshape

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The places that affine maps look at, for ``grid_sample``.

    Args:
        theta: One matrix per picture.
        size: The shape of the pictures to make, ``(N, C, H, W)`` or ``(N, C, D, H, W)``.
        align_corners: Whether -1 and 1 are the middles of the corner pixels, or the outer edges.

    Shape:
        - Theta: ``(N, 2, 3)``, or ``(N, 3, 4)`` for volumes
        - Output: ``(N, H, W, 2)``, the last dimension x before y

    Raises:
        ShapeError: If the matrices and the size do not fit.
    """
    maps = as_tensor(theta)
    n, space = int(size[0]), [int(s) for s in size[2:]]
    d = len(space)
    if d not in (2, 3) or maps.shape != (n, d, d + 1) or min(n, *space) < 1:
        raise ShapeError(
            f"expected matrices of shape {(n, d, d + 1)} for pictures of shape {tuple(size)}, "
            f"got {maps.shape}.",
            where="affine_grid",
        )
    lines = [_line(s, bool(align_corners)) for s in space]
    grid = np.meshgrid(*lines, indexing="ij")[::-1]  # x first
    base = np.stack([*grid, np.ones(space)], -1).reshape(1, -1, d + 1).astype(maps.dtype)
    places = matmul(make_tensor(base), Permute.apply(maps, (0, 2, 1)))
    return Reshape.apply(places, (n, *space, d))


def _line(n: int, align: bool) -> Array:
    if n == 1:
        return np.zeros(1)
    line = np.linspace(-1, 1, n)
    return line if align else line * (n - 1) / n


def grid_sample(
    input: Any,
    grid: Any,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """Take pictures apart and look at them at the places of a grid, from -1 to 1.

    Args:
        input: Pictures or volumes.
        grid: Places, the last dimension x before y.
        mode: ``bilinear`` or ``nearest``.
        padding_mode: What lies outside: ``zeros``, the ``border``, or a ``reflection``.
        align_corners: Whether -1 and 1 are the middles of the corner pixels, or the outer edges.

    Shape:
        - Input: ``(N, C, H, W)``
        - Grid: ``(N, Ho, Wo, 2)``
        - Output: ``(N, C, Ho, Wo)``

    Raises:
        ShapeError: If input and grid do not fit.
    """
    x, places = as_tensor(input), as_tensor(grid)
    d = len(x.shape) - 2
    _check(x, places, d, mode, padding_mode)
    space, out = x.shape[2:], places.shape[1:-1]
    align = bool(align_corners)
    # Along the last dimension of the grid, x is the last dimension of the picture.
    along = [
        _inside(_pixels(GetItem.apply(places, (..., d - 1 - i)), n, align), n, align, padding_mode)
        for i, n in enumerate(space)
    ]
    corners = _nearest(along) if mode == "nearest" else _corners(along)
    rows = np.arange(x.shape[0]).reshape(-1, *(1,) * d)
    indices, weights = [], []
    for corner in corners:
        index, weight = rows, None
        valid: Any = True
        for (place, share), n in zip(corner, space, strict=True):
            index = index * n + np.clip(place, 0, n - 1)
            valid = valid & (place >= 0) & (place < n)
            weight = share if weight is None or share is None else weight * share
        indices.append(index)
        weights.append(valid.astype(x.dtype) if weight is None else Where.apply(valid, weight, 0.0))
    # (N, C, H, W) -> (N * H * W, C): one row of channels for each place
    table = Reshape.apply(Permute.apply(x, (0, *range(2, d + 2), 1)), (-1, x.shape[1]))
    seen = _rows(table, np.stack(indices))
    share = stack(weights) if mode != "nearest" else make_tensor(np.stack(weights))
    total = (seen * Reshape.apply(share, (*share.shape, 1))).sum(0)
    return Permute.apply(
        Reshape.apply(total, (x.shape[0], *out, x.shape[1])), (0, d + 1, *range(1, d + 1))
    )


def _check(x: Any, places: Any, d: int, mode: str, padding_mode: str) -> None:
    if mode not in ("bilinear", "nearest"):
        raise ConfigError(f"expected bilinear or nearest, got {mode!r}.", where="grid_sample")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ConfigError(
            f"expected zeros, border or reflection, got {padding_mode!r}.", where="grid_sample"
        )
    if (
        d not in (2, 3)
        or len(places.shape) != d + 2
        or places.shape[-1] != d
        or places.shape[0] != x.shape[0]
        or 0 in x.shape[2:]
    ):
        raise ShapeError(
            f"expected pictures (N, C, H, W) and a grid (N, Ho, Wo, 2), got {x.shape} and "
            f"{places.shape}.",
            where="grid_sample",
        )


def _rows(table: Any, index: Array) -> Any:
    rows = IndexSelect.apply(table, 0, index.reshape(-1))
    return Reshape.apply(rows, (*index.shape, table.shape[1]))


def _pixels(place: Any, n: int, align: bool) -> Any:
    """From -1..1 to pixel numbers."""
    return (place + 1.0) * ((n - 1) / 2) if align else ((place + 1.0) * n - 1.0) * 0.5


def _inside(place: Any, n: int, align: bool, padding_mode: str) -> Any:
    """Move places outside to the border, or reflect them there; elsewhere nothing changes."""
    if padding_mode == "zeros":
        return place
    if padding_mode == "reflection":
        place = _reflected(place, *((0.0, n - 1.0) if align else (-0.5, n - 0.5)))
    array = place.array
    return Where.apply(
        (array > 0) & (array < n - 1), place, np.clip(array, 0, n - 1).astype(array.dtype)
    )


def _reflected(place: Any, low: float, high: float) -> Any:
    span = high - low
    if span == 0:
        return place * 0.0
    array = place.array
    sign = np.where(array < low, -1, 1).astype(array.dtype)
    distance = np.abs(array - low)
    turns = np.floor(distance / span)
    back = turns % 2 == 1
    # |place - low| minus whole spans, and from the other end after every second one
    way = (place - low) * sign - (turns * span).astype(array.dtype)
    return Where.apply(back, high - way, way + low)


def _corners(along: list[Any]) -> list[list[tuple[Array, Any]]]:
    """The pixels around each place, and the share of each along each dimension."""
    ends = []
    for place in along:
        low = np.floor(place.array)
        rest = place - low
        near = _whole(low)
        ends.append([(near, 1.0 - rest), (near + 1, rest)])
    return [list(corner) for corner in itertools.product(*ends)]


def _nearest(along: list[Any]) -> list[list[tuple[Array, Any]]]:
    return [[(_whole(np.rint(place.array)), None) for place in along]]


def _whole(places: Array) -> Array:
    """As integers; what is too far away for them lies outside in any case."""
    return np.nan_to_num(np.clip(places, -1e9, 1e9), nan=-1e9).astype(np.int64)
