"""Normalization."""

import numpy as np

import tensorlite as tl
from tensorlite import ops
from tests.ops.case import OpCase


def np_batch_norm(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    mean, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    normal = (x - mean) / np.sqrt(var + 1e-5)
    return normal * w.reshape(1, -1, 1, 1) + b.reshape(1, -1, 1, 1)


CASES = [
    OpCase(
        "batch_norm in training",
        lambda x, w, b: ops.batch_norm(x, None, None, w, b, training=True),
        np_batch_norm,
        ((3, 2, 2, 3), (2,), (2,)),
        ("BatchNorm",),
    ),
    OpCase(
        "batch_norm with relu",
        lambda x, w, b: ops.batch_norm(x, None, None, w, b, training=True, relu=True),
        lambda x, w, b: np.maximum(np_batch_norm(x, w, b), 0),
        ((3, 2, 2, 3), (2,), (2,)),
        ("BatchNorm",),
    ),
    OpCase(
        "batch_norm in evaluation",
        lambda x: ops.batch_norm(
            x, tl.tensor([0.5, 1.0], "float64"), tl.tensor([4.0, 1.0], "float64"), eps=0.0
        ),
        lambda x: (
            (x - np.array([0.5, 1.0]).reshape(1, 2, 1)) / np.array([2.0, 1.0]).reshape(1, 2, 1)
        ),
        ((3, 2, 2),),
        ("Mul",),
    ),
]
