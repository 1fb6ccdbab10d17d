"""Attention, tables of vectors, and functions of two vectors."""

import numpy as np

import tensorlite as tl
from tensorlite import ops
from tests.ops.case import OpCase

MASK = np.array([[True, False, True], [True, True, False]])


def np_attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray) -> np.ndarray:
    scores = np.where(mask, q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]), -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v


CASES = [
    OpCase(
        "embedding",
        lambda w: ops.embedding(tl.tensor([[0, 3], [2, 1]]), w, scale_grad_by_freq=True),
        lambda w: w[np.array([[0, 3], [2, 1]])],
        ((4, 3),),
        ("ScaleGrad", "GetItem"),
    ),
    OpCase(
        "embedding_bag",
        lambda w, f: ops.embedding_bag(
            tl.tensor([0, 3, 2]), w, [0, 2], mode="sum", per_sample_weights=f
        ),
        lambda w, f: np.stack([w[0] * f[0] + w[3] * f[1], w[2] * f[2]]),
        ((4, 3), (3,)),
        ("GetItem",),
    ),
    OpCase(
        "cosine_similarity",
        lambda a, b: ops.cosine_similarity(a, b, dim=-1),
        lambda a, b: (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1),
        ((3, 4), (1, 4)),
        ("Mul",),
    ),
    OpCase(
        "pairwise_distance",
        lambda a, b: ops.pairwise_distance(a, b, p=3.0, keepdim=True),
        lambda a, b: np.linalg.norm(a - b + 1e-6, 3, axis=-1, keepdims=True),
        ((3, 4), (3, 4)),
        ("Pow",),
    ),
    OpCase(
        "bilinear",
        ops.bilinear,
        lambda a, b, w, c: np.einsum("...i,kij,...j->...k", a, w, b) + c,
        ((2, 3), (2, 4), (5, 3, 4), (5,)),
        ("MatMul",),
    ),
    OpCase(
        "scaled_dot_product_attention",
        lambda q, k, v: ops.scaled_dot_product_attention(q, k, v, tl.tensor(MASK)),
        lambda q, k, v: np_attention(q, k, v, MASK),
        ((2, 2, 4), (2, 3, 4), (2, 3, 2)),
        ("Where",),
    ),
]
