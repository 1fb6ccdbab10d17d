"""Covariances, distances between rows, integrals by trapezoids."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.choose import clamp
from tensorlite.ops.convert import as_tensor, cast, floating, operands
from tensorlite.ops.linalg import MatMul
from tensorlite.ops.placing import GetItem
from tensorlite.ops.reduce import Sum
from tensorlite.ops.scan import cumsum
from tensorlite.ops.shape import Reshape, broadcast_shapes, dim_index, transpose, unsqueeze
from tensorlite.ops.vectors import vector_norm

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Tensor:
    """Covariances of variables, the rows; of one variable a number.

    Args:
        input: Rows of observations, or one row.
        correction: Subtracted from the number of observations.
        fweights: How often each observation was made.
        aweights: How much each observation counts.

    Example:
        >>> cov([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    x = floating(input)
    if len(x.shape) > 2:
        raise ShapeError(f"expected a matrix or a vector, got {x.shape}.", where="cov")
    rows = x if len(x.shape) == 2 else Reshape.apply(x, (1, x.array.size))
    n: Any = rows.shape[1]
    weights: Any = None
    if fweights is not None:
        weights = cast(as_tensor(fweights), x.dtype)
        n = weights.sum()
    if aweights is not None:
        share = as_tensor(aweights)
        joint = share if weights is None else weights * share
        if weights is None:
            n = joint.sum() - correction * ((share * joint).sum() / joint.sum()) + correction
        else:
            n = weights.sum() * 0.0 + joint.sum() + correction
            n = n - correction * ((share * joint).sum() / joint.sum())
        weights = joint
    total = rows.shape[1] if weights is None else weights.sum()
    weighted = rows if weights is None else rows * weights
    centred = rows - Sum.apply(weighted, (1,), True) / total
    right = centred if weights is None else centred * weights
    count = n - correction
    count = clamp(count, 0) if isinstance(count, TensorBase) else max(count, 0)
    product = MatMul.apply(centred, transpose(right, 0, 1))
    out = product / (make_tensor(np.asarray(count, x.dtype)) if type(count) is int else count)
    return out if rows.shape[0] != 1 else Reshape.apply(out, ())


def corrcoef(input: Any) -> Tensor:
    """Correlations of variables, the rows: covariances over the product of the deviations."""
    found = cov(input)
    if not found.shape:
        return found / found
    deviation = Reshape.apply(GetItem.apply(found, (np.arange(len(found.array)),) * 2), (-1, 1))
    deviation = deviation.sqrt()
    return clamp(found / deviation / transpose(deviation, 0, 1), -1, 1)


def cdist(
    x1: Any,
    x2: Any,
    p: float = 2.0,
    compute_mode: str = "use_mm_for_euclid_dist_if_necessary",
) -> Tensor:
    """Distances between all rows of one matrix and all rows of another.

    Example:
        >>> cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
        tensor([[5., 1.]])
    """
    a, b = as_tensor(x1), as_tensor(x2)
    if len(a.shape) < 2 or len(b.shape) < 2 or a.shape[-1] != b.shape[-1]:
        raise ShapeError(f"expected rows of one size, got {a.shape} and {b.shape}.", where="cdist")
    _check_rows(a, p, "cdist")
    shape = (*broadcast_shapes(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-2])
    if not a.shape[-1]:
        return make_tensor(np.zeros(shape, a.dtype))
    return vector_norm(unsqueeze(a, -2) - unsqueeze(b, -3), p, -1)


def pdist(input: Any, p: float = 2) -> Tensor:
    """Distances between each two rows, as one vector.

    Example:
        >>> pdist([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
        tensor([5.       , 1.       , 4.2426405])
    """
    x = as_tensor(input)
    if len(x.shape) != 2:
        raise ShapeError(f"expected a matrix, got {x.shape}.", where="pdist")
    _check_rows(x, p, "pdist")
    first, second = np.triu_indices(x.shape[0], 1)
    if not x.shape[1]:
        return make_tensor(np.zeros(first.size, x.dtype))
    return vector_norm(GetItem.apply(x, (first,)) - GetItem.apply(x, (second,)), p, -1)


def _check_rows(x: Any, p: float, where: str) -> None:
    if x.dtype.kind != "f":
        raise DTypeError(f"expected floating point numbers, got {x.dtype}.", where=where)
    if p < 0:
        raise ShapeError(f"expected p from 0, got {p}.", where=where)


# --- integrals ------------------------------------------------------------------------------------


def trapezoid(y: Any, x: Any = None, *, dx: Any = 1, dim: int = -1) -> Tensor:
    """The integral along a dimension, straight lines between the points.

    Args:
        y: Values.
        x: Where they lie; broadcast against ``y``, or a vector along ``dim``.
        dx: The distance between them, where there is no ``x``.
        dim: The dimension.

    Example:
        >>> trapezoid([1.0, 2.0, 3.0]).item()
        4.0
    """
    areas, at = _areas(y, x, dx, dim, "trapezoid")
    return Sum.apply(areas, (at,), False)


trapz = trapezoid


def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = 1, dim: int = -1) -> Tensor:
    """The integrals up to each point, as ``trapezoid``."""
    areas, at = _areas(y, x, dx, dim, "cumulative_trapezoid")
    return cumsum(areas, at)


def _areas(y: Any, x: Any, dx: Any, dim: int, where: str) -> tuple[Any, int]:
    heights = as_tensor(y)
    at = dim_index(dim, len(heights.shape), where)
    steps = dx
    if x is not None:
        places = as_tensor(x)
        if len(places.shape) == 1:
            shape = [1] * len(heights.shape)
            shape[at] = places.shape[0]
            places = Reshape.apply(places, tuple(shape))
        along = len(places.shape) - len(heights.shape) + at
        steps = _neighbours(places, along, -1)
    both = _neighbours(heights, at, 1)
    areas = both * steps / 2.0
    return areas, at + len(areas.shape) - len(heights.shape)


def _neighbours(x: Any, at: int, sign: int) -> Any:
    before = (slice(None),) * at
    later = GetItem.apply(x, (*before, slice(1, None)))
    earlier = GetItem.apply(x, (*before, slice(0, max(x.shape[at] - 1, 0))))
    return later + earlier if sign > 0 else later - earlier


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element, as rows, the highest first unless ``increasing``."""
    values = as_tensor(x)
    count = values.shape[-1] if N is None else N
    powers = np.arange(count) if increasing else np.arange(count)[::-1].copy()
    columns, exponents = operands(unsqueeze(values, -1), make_tensor(powers.astype(np.int64)))
    return columns**exponents


def histogram(
    input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False
) -> tuple[Tensor, Tensor]:
    """How many elements lie in each of ``bins`` equal parts of a range, and the borders."""
    x = floating(input)
    edges = as_tensor(bins).array if not isinstance(bins, int) else bins
    if range is None and x.array.size == 0:
        range = (0.0, 1.0)
    counts, borders = np.histogram(
        x.array, edges, range, density, None if weight is None else as_tensor(weight).array
    )
    return make_tensor(counts.astype(x.dtype)), make_tensor(borders.astype(x.dtype))


# --- windows --------------------------------------------------------------------------------------


def hann_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """The window of raised cosines, 0 at the ends."""
    return _cosines(window_length, periodic, (0.5, -0.5), options)


def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    **options: Any,
) -> Tensor:
    """``alpha - beta * cos(...)``."""
    return _cosines(window_length, periodic, (alpha, -beta), options)


def blackman_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """A window of two cosines."""
    return _cosines(window_length, periodic, (0.42, -0.5, 0.08), options)


def bartlett_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """A triangle."""
    at = _turns(window_length, periodic)
    return _finished(1 - np.abs(2 * at - 1), window_length, options)


def _turns(length: int, periodic: bool) -> Any:
    return np.arange(length) / max(length if periodic else length - 1, 1)


def _cosines(length: int, periodic: bool, factors: Any, options: Any) -> Tensor:
    turns = _turns(length, periodic) * 2 * math.pi
    values: Any = 0.0
    for i, factor in enumerate(factors):
        values = values + factor * np.cos(i * turns)
    return _finished(values, length, options)


def _finished(values: Any, length: int, options: Any) -> Tensor:
    values = np.ones(length) if length == 1 else np.asarray(values)
    out = cast(as_tensor(values.tolist()), options.get("dtype") or as_tensor(1.0).dtype)
    out.requires_grad = bool(options.get("requires_grad"))
    return out
