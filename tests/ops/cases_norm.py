"""Normalization."""

import numpy as np

import tensorlite as tl
from tensorlite import ops
from tensorlite.kernels import reference
from tensorlite.ops.dropout import Drop
from tensorlite.ops.local_response_norm import LocalResponse
from tests.ops.case import OpCase


def np_batch_norm(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    mean, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    normal = (x - mean) / np.sqrt(var + 1e-5)
    return normal * w.reshape(1, -1, 1, 1) + b.reshape(1, -1, 1, 1)


def np_normal(x: np.ndarray, dims: tuple[int, ...]) -> np.ndarray:
    return (x - x.mean(dims, keepdims=True)) / np.sqrt(x.var(dims, keepdims=True) + 1e-5)


def np_response(x: np.ndarray) -> np.ndarray:
    """Local response normalisation over three channels of one signal."""
    framed = np.pad(x[0] ** 2, ((1, 1), (0, 0)))
    return x / np.sqrt(2 + 0.5 * sum(framed[i : i + 4] for i in range(3)))


def np_beside(x: np.ndarray) -> list[np.ndarray]:
    """The channel before, the channel and the channel after."""
    framed = np.pad(x, ((0, 0), (1, 1), (0, 0)))
    return [framed[:, i : i + x.shape[1]] for i in range(3)]


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
        "batch_norm with relu and max pooling",
        lambda x, w, b: ops.batch_norm(
            x, None, None, w, b, training=True, relu=True, pool=(2, 1, 0, 1, False)
        ),
        lambda x, w, b: np.maximum(
            reference.max_pool2d(np_batch_norm(x, w, b), (2, 2), (1, 1), (0, 0), (1, 1), False)[0],
            0,
        ),
        ((3, 2, 3, 3), (2,), (2,)),
        ("BatchNormPool",),
    ),
    OpCase(
        "batch_norm with another input and relu",
        lambda x, w, b, add: ops.batch_norm(x, None, None, w, b, training=True, relu=True, add=add),
        lambda x, w, b, add: np.maximum(np_batch_norm(x, w, b) + add, 0),
        ((3, 2, 2, 3), (2,), (2,), (3, 2, 2, 3)),
        ("BatchNorm",),
    ),
    OpCase(
        "batch_norm with another input",
        lambda x, w, b, add: ops.batch_norm(x, None, None, w, b, training=True, add=add),
        lambda x, w, b, add: np_batch_norm(x, w, b) + add,
        ((3, 2, 2, 3), (2,), (2,), (3, 2, 2, 3)),
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
    OpCase(
        "group_norm",
        lambda x, w, b: ops.group_norm(x, 2, w, b),
        lambda x, w, b: (
            np_normal(x.reshape(2, 2, 2, 3), (2, 3)).reshape(x.shape) * w[:, None] + b[:, None]
        ),
        ((2, 4, 3), (4,), (4,)),
        ("Normalize",),
        empty=((0, 4, 3), (4,), (4,)),
    ),
    OpCase(
        "rms_norm",
        lambda x, w: ops.rms_norm(x, (3, 2), w, eps=0.1),
        lambda x, w: x / np.sqrt((x * x).mean((1, 2), keepdims=True) + 0.1) * w,
        ((2, 3, 2), (3, 2)),
        ("Normalize",),
    ),
    OpCase(
        "local_response_norm",
        lambda x: ops.local_response_norm(x, 3, 1.5, 0.5, 2.0),
        np_response,
        ((1, 4, 3),),
        ("SumOfNeighbours",),
    ),
    OpCase(
        "local_response_norm in one pass",
        lambda x: LocalResponse.apply(x, 3, 1.5, 0.5, 2.0),
        np_response,
        ((1, 4, 3),),
        ("LocalResponse",),
    ),
    OpCase(
        "drop",
        lambda x: Drop.apply(x, 0.4, (5, 6)),
        lambda x: reference.drop(x, 0.4, (5, 6)),
        ((3, 4, 2),),
        ("Drop",),
    ),
]
