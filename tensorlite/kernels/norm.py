"""Batch norm, with the positive part of the result if wanted, and its gradient.

``x`` is ``(N, C, ...)``; results have the channels last in memory. With normal = (x - mean) / std
the gradient is

    dx = weight / std * (dy - mean(dy) - normal * mean(dy * normal))

which is ``dy * a + x * b + c`` with three numbers per channel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.threads import parts_of

Array = NDArray[Any]

SHARES = 8


def batch_norm(
    x: Array, weight: Array, bias: Array, eps: float, relu: bool = False
) -> tuple[Array, Array, Array]:
    """Normalise by the statistics of the batch; also mean and biased variance, float64.

    Shape:
        - x: ``(N, C, ...)``
        - weight, bias: ``(C,)``
    """
    from tensorlite.kernels.compiled import norm

    rows = _rows(x)
    count, channels = rows.shape
    shift = rows[0].copy()  # near the mean, so that squares stay small and exact
    first, second = _sums(norm.sums, rows, [rows, shift])
    mean = first / count
    variance = np.maximum(second / count - mean * mean, 0)
    mean += shift
    scale = weight / np.sqrt(variance + eps)
    y = np.empty_like(rows)
    factors = [values.astype(x.dtype) for values in (scale, bias - mean * scale)]
    norm.apply(_parts(rows), x.dtype, [rows, y, *factors, count, channels, int(relu)])
    return _back(y, x), mean, variance


def batch_norm_grad(
    x: Array, dy: Array, y: Array, weight: Array, mean: Array, variance: Array,
    eps: float, relu: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """The gradients of input, weight and bias; ``y`` is read with ``relu`` only."""
    from tensorlite.kernels.compiled import norm

    rows, given = _rows(x), _rows(dy)
    result = _rows(y) if relu else rows
    count, channels = rows.shape
    middle = mean.astype(x.dtype)
    for_bias, products = _sums(norm.grad_sums, rows, [rows, given, result, middle], int(relu))
    inverse = 1 / np.sqrt(variance + eps)
    for_weight = (products + for_bias * (middle - mean)) * inverse
    a = weight * inverse
    b = -a * for_weight * inverse / count
    c = -a * for_bias / count - b * mean
    dx = np.empty_like(rows)
    factors = [values.astype(x.dtype) for values in (a, b, c)]
    args = [rows, given, result, dx, *factors, count, channels, int(relu)]
    norm.grad_apply(_parts(rows), x.dtype, args)
    return _back(dx, x), for_weight.astype(x.dtype), for_bias.astype(x.dtype)


def _sums(kernel: Any, rows: Array, arrays: list[Array], *more: int) -> tuple[Array, Array]:
    count, channels = rows.shape
    shares = max(1, min(SHARES, count // 64))
    out = np.empty((shares, 2, channels))
    few = np.empty(out.shape, rows.dtype)
    kernel(
        parts_of(shares, rows.size * 16),
        rows.dtype,
        [*arrays, few, out, count, channels, shares, *more],
    )
    first, second = out.sum(0)
    return first, second


def _rows(x: Array) -> Array:
    """(N, C, ...) -> (rows, C), a view if the channels are last in memory."""
    return np.ascontiguousarray(np.moveaxis(x, 1, -1)).reshape(-1, x.shape[1])


def _back(rows: Array, like: Array) -> Array:
    """(rows, C) -> (N, C, ...)."""
    shape = like.shape[0], *like.shape[2:], like.shape[1]
    return np.moveaxis(rows.reshape(shape), -1, 1)


def _parts(rows: Array) -> int:
    return parts_of(rows.shape[0], rows.size * 16)
