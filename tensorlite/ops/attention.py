"""Attention: averages of values, weighted by how well their keys fit a query."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import ops
from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Compute ``softmax(query @ key.T * scale + mask) @ value``.

    Args:
        query: What is looked for.
        key: What the values are known by.
        value: What is averaged.
        attn_mask: Booleans, ``True`` where a key may be looked at, or numbers that are added to the
            scores; broadcast to ``(..., L, S)``.
        dropout_p: Probability of a weight to be dropped; drops whenever it is above 0.
        is_causal: Look at the first ``i`` keys from query ``i`` only; excludes ``attn_mask``.
        scale: Factor of the scores; ``1 / sqrt(E)`` if ``None``.
        enable_gqa: Repeat the heads of keys and values to as many as there are queries'.

    Shape:
        - Query: ``(..., L, E)``
        - Key: ``(..., S, E)``
        - Value: ``(..., S, V)``
        - Output: ``(..., L, V)``

    Raises:
        ShapeError: If the sizes do not fit.

    Source: Vaswani et al. 2017, "Attention Is All You Need".
    """
    return attend(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)[0]


def attend(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> tuple[Tensor, Tensor]:
    """As ``scaled_dot_product_attention``; returns the weights too."""
    q, k, v = as_tensor(query), as_tensor(key), as_tensor(value)
    _check(q, k, v)
    if enable_gqa:
        k, v = _repeated(k, q), _repeated(v, q)
    factor = 1 / math.sqrt(max(q.shape[-1], 1)) if scale is None else scale
    scores = ops.matmul(q * factor, ops.transpose(k, -2, -1))
    if is_causal:
        if attn_mask is not None:
            raise ConfigError(
                "expected attn_mask or is_causal, got both.", where="scaled_dot_product_attention"
            )
        attn_mask = make_tensor(np.tri(q.shape[-2], k.shape[-2], dtype=bool))
    if attn_mask is None:
        weights = ops.softmax(scores, -1)
    else:
        weights = _masked_softmax(scores, as_tensor(attn_mask))
    if dropout_p > 0:
        weights = ops.dropout(weights, dropout_p)
    return ops.matmul(weights, v), weights


def _masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Softmax along the last dimension; 0 in rows in which nothing may be looked at."""
    if mask.dtype == bool:
        seen = mask.array
        scores = ops.where(mask, scores, -math.inf)
    else:
        seen = mask.array > -math.inf
        scores = scores + mask
    blind = ~seen.any(-1, keepdims=True)
    if not blind.any():
        return ops.softmax(scores, -1)
    rows = make_tensor(np.asarray(blind))
    return ops.where(rows, 0.0, ops.softmax(ops.where(rows, 0.0, scores), -1))


def _repeated(x: Tensor, like: Tensor) -> Tensor:
    """(..., H, S, E) -> (..., H * times, S, E), each head several times in a row."""
    heads, wanted = x.shape[-3], like.shape[-3]
    if wanted % heads:
        raise ShapeError(
            f"expected a number of heads that divides {wanted}, got {heads}.",
            where="scaled_dot_product_attention",
        )
    return ops.getitem(x, (..., np.arange(wanted) // (wanted // heads), slice(None), slice(None)))


def _check(q: TensorBase, k: TensorBase, v: TensorBase) -> None:
    fits = min(len(q.shape), len(k.shape), len(v.shape)) >= 2
    if not fits or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ShapeError(
            "expected query (..., L, E), key (..., S, E) and value (..., S, V), "
            f"got {q.shape}, {k.shape} and {v.shape}.",
            where="scaled_dot_product_attention",
        )
