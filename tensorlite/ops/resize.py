"""Pictures of another size. Each dimension is a product with a matrix of weights.

Every kind of interpolation here is separable: row ``i`` of a dimension's matrix says how much of
each old element goes into the new element ``i``. The backward pass is the product with the
transposed matrix, so derivatives of any order come for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array, Op
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor, float32, float64
from tensorlite.ops.placing import IndexSelect, memory_order

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class Resample(Op):
    """Product of a matrix with one dimension; the order in memory stays."""

    def forward(self, x: Array, dim: int, matrix: Array) -> Array:
        self.dim, self.matrix = dim, matrix
        order, back = memory_order(x)
        at = order.index(dim)
        memory = x.transpose(order)
        front, last = memory.shape[:at], memory.shape[at + 1 :]
        n, rows, columns = x.shape[dim], _count(front), _count(last)
        if columns == 1:
            out = _product(memory.reshape(rows, n), matrix.T)
        elif n * columns * len(matrix) < 300_000:  # many small products: one call for all of them
            out = np.matmul(matrix, memory.reshape(rows, n, columns))
        else:  # (rows, n, columns) -> (rows, m, columns)
            out = np.stack([_product(matrix, part) for part in memory.reshape(rows, n, columns)])
        return out.reshape(*front, len(matrix), *last).transpose(back)

    def backward(self, grad: Any) -> Any:
        return Resample.apply(grad, self.dim, self.matrix.T)


class ResampleNearest(IndexSelect):
    """One old element for each new one, along one dimension; the backward pass is a product."""

    def forward(self, x: Array, dim: int, index: Array) -> Array:
        if self.needs[0]:
            self.matrix = (index == np.arange(x.shape[dim])[:, None]).astype(x.dtype)
        return super().forward(x, dim, index)

    def backward(self, grad: Any) -> Any:
        return Resample.apply(grad, self.dim, self.matrix)


def _product(a: Array, b: Array) -> Array:
    return kernels.matmul(a, b) if a.dtype == b.dtype and a.dtype in (float32, float64) else a @ b


def _count(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=np.int64))


# --- the weights of one dimension -----------------------------------------------------------------


def _nearest(n: int, m: int, scale: Any, align: bool) -> Array:
    step = np.float32(scale)  # PyTorch computes these places in single precision
    return np.minimum((np.arange(m, dtype=np.float32) * step).astype(np.int64), n - 1)


def _nearest_exact(n: int, m: int, scale: Any, align: bool) -> Array:
    places = (np.arange(m, dtype=np.float32) + np.float32(0.5)) * np.float32(scale)
    return np.minimum(places.astype(np.int64), n - 1)


def _linear(n: int, m: int, scale: Any, align: bool) -> Array:
    places = _places(n, m, scale, align)
    places = np.maximum(places, 0)
    low = np.minimum(places.astype(np.int64), n - 1)
    weight = np.clip(places - low, 0, 1).astype(scale.dtype)
    return _rows(n, [(low, 1 - weight), (low + 1, weight)])


def _cubic(n: int, m: int, scale: Any, align: bool) -> Array:
    places = _places(n, m, scale, align)
    low = np.floor(places)
    t = places - low
    near = low.astype(np.int64)
    return _rows(n, [(near + k, _keys(np.abs(t - k))) for k in (-1, 0, 1, 2)])


def _keys(d: Array, a: float = -0.75) -> Array:
    """The cubic kernel of Keys 1981 at distances ``d`` up to 2."""
    inner = ((a + 2) * d - (a + 3)) * d * d + 1
    outer = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, inner, outer)


def _area(n: int, m: int, scale: Any, align: bool) -> Array:
    i = np.arange(m)[:, None]
    start, stop = i * n // m, -((-(i + 1) * n) // m)
    inside = (np.arange(n) >= start) & (np.arange(n) < stop)
    return (inside / (stop - start)).astype(scale.dtype)


def _places(n: int, m: int, scale: Any, align: bool) -> Array:
    """Where the middle of each new element lies among the old ones."""
    i = np.arange(m, dtype=scale.dtype)
    half = scale.dtype.type(0.5)
    return i * scale if align else (i + half) * scale - half


def _rows(n: int, taps: list[tuple[Array, Array]]) -> Array:
    """A matrix from places and weights; what lies outside counts for the edge."""
    m = len(taps[0][0])
    matrix = np.zeros((m, n), taps[0][1].dtype)
    for place, weight in taps:
        np.add.at(matrix, (np.arange(m), np.clip(place, 0, n - 1)), weight)
    return matrix


def _smooth(n: int, m: int, scale: Any, cubic: bool) -> Array:
    """Weights of a filter as wide as the step, against aliasing."""
    step = max(float(scale), 1.0)
    centre = (np.arange(m)[:, None] + 0.5) * float(scale)
    d = np.abs((np.arange(n) + 0.5 - centre) / step)
    reach = 2 if cubic else 1
    weight = _keys(d, -0.5) if cubic else 1 - d
    weight = np.where(d < reach, weight, 0)
    return (weight / weight.sum(1, keepdims=True)).astype(scale.dtype)


_MODES: dict[str, tuple[Any, tuple[int, ...]]] = {  # the weights, and how many dimensions
    "nearest": (_nearest, (1, 2, 3)),
    "nearest-exact": (_nearest_exact, (1, 2, 3)),
    "linear": (_linear, (1,)),
    "bilinear": (_linear, (2,)),
    "bicubic": (_cubic, (2,)),
    "trilinear": (_linear, (3,)),
    "area": (_area, (1, 2, 3)),
}


# --- functions ------------------------------------------------------------------------------------


def interpolate(
    input: Any,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Resize pictures, or signals or volumes.

    Args:
        input: ``(N, C, W)``, ``(N, C, H, W)`` or ``(N, C, D, H, W)``.
        size: The new height and width; an int means a square.
        scale_factor: By how much they grow, in place of ``size``.
        mode: ``nearest``, ``nearest-exact``, ``linear``, ``bilinear``, ``bicubic``, ``trilinear``
            or ``area``.
        align_corners: Whether the middles of the corner pixels stay where they are, rather than
            their outer corners.
        recompute_scale_factor: Take the scale from the sizes, not from ``scale_factor``.
        antialias: Widen the filter when pictures shrink (``bilinear`` and ``bicubic``).

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C, Ho, Wo)``, ``Ho = int(H * scale_factor)``

    Raises:
        ConfigError: If neither or both of ``size`` and ``scale_factor`` are given, or the mode does
            not go with the number of dimensions.

    Example:
        >>> interpolate([[[1.0, 3.0]]], size=3, mode="linear", align_corners=True)
        tensor([[[1., 2., 3.]]])
    """
    x = as_tensor(input)
    old = x.shape[2:]
    weights = _check(x, mode, align_corners, antialias)
    new, scales = _sizes(old, size, scale_factor, bool(recompute_scale_factor))
    kind = x.dtype
    for i, (n, m) in enumerate(zip(old, new, strict=True)):
        given = scales[i] if scales else None
        if align_corners:
            step = (n - 1) / (m - 1) if m > 1 else 0.0
        else:
            step = 1 / given if given else n / m
        scale: Any = np.asarray(step, kind if kind.kind == "f" else float32)[()]
        if antialias:
            x = Resample.apply(x, i + 2, _smooth(n, m, scale, mode == "bicubic"))
        elif n != m or (given and given != 1):
            table = weights(n, m, scale, bool(align_corners))
            op = ResampleNearest if table.ndim == 1 else Resample
            x = op.apply(x, i + 2, table)
    return x


def _check(x: Any, mode: str, align_corners: Any, antialias: bool) -> Any:
    if mode not in _MODES:
        raise ConfigError(
            f"expected one of the modes {', '.join(_MODES)}, got {mode!r}.", where="interpolate"
        )
    weights, dims = _MODES[mode]
    if len(x.shape) - 2 not in dims:
        raise ShapeError(
            f"expected {' or '.join(str(d + 2) for d in dims)} dimensions for mode {mode!r}, "
            f"got shape {x.shape}.",
            where="interpolate",
            hint="linear is for (N, C, W), bilinear for (N, C, H, W), trilinear for volumes.",
        )
    if align_corners is not None and (mode == "area" or mode.startswith("nearest")):
        raise ConfigError(
            f"expected no align_corners for mode {mode!r}, got {align_corners}.",
            where="interpolate",
        )
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ConfigError(
            f"expected bilinear or bicubic for antialias, got {mode!r}.", where="interpolate"
        )
    if x.dtype.kind != "f" and not (mode.startswith("nearest") and x.dtype == np.uint8):
        raise DTypeError(
            f"expected floating point numbers, got {x.dtype}.",
            where="interpolate",
            hint="Use x.float().",
        )
    if 0 in x.shape[1:]:
        raise ShapeError(f"expected at least one element, got {x.shape}.", where="interpolate")
    return weights


def _sizes(
    old: tuple[int, ...], size: Any, scale_factor: Any, recompute: bool
) -> tuple[list[int], list[float] | None]:
    """The new sizes, and the scales where they came from them."""
    if (size is None) == (scale_factor is None):
        raise ConfigError("expected either size or scale_factor.", where="interpolate")
    given: Any = scale_factor if size is None else size
    several = given if isinstance(given, (tuple, list)) else [given] * len(old)
    if len(several) != len(old):
        raise ShapeError(
            f"expected one number or {len(old)} for size or scale_factor, got {tuple(several)}.",
            where="interpolate",
        )
    scales = [float(n) for n in several] if size is None else None
    new = (
        [int(n) for n in several]
        if scales is None
        else [int(n * factor) for n, factor in zip(old, scales, strict=True)]
    )
    if any(n < 1 for n in new):
        raise ShapeError(f"expected sizes of 1 or more, got {tuple(new)}.", where="interpolate")
    return new, None if recompute else scales


def upsample(
    input: Any,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """Resize; an older name of ``interpolate``."""
    return interpolate(input, size, scale_factor, mode, align_corners)
