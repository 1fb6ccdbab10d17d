"""Softmax and losses."""

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase


def np_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


LABELS = np.array([2, 0, 1])

CASES = [
    OpCase(
        "softmax", lambda x: x.softmax(1), lambda x: np_softmax(x, 1), ((2, 3, 4),), ("Softmax",)
    ),
    OpCase(
        "log_softmax",
        lambda x: x.log_softmax(),
        lambda x: np.log(np_softmax(x, -1)),
        ((2, 3),),
        ("LogSoftmax",),
    ),
    OpCase(
        "nll_loss",
        lambda x: ops.nll_loss(x, LABELS),
        lambda x: -x[[0, 1, 2], LABELS].mean(),
        ((3, 4),),
        ("GetItem",),
    ),
    OpCase(
        "cross_entropy in one pass",
        lambda x: ops.cross_entropy(x, LABELS),
        lambda x: -np.log(np_softmax(x, 1))[[0, 1, 2], LABELS].mean(),
        ((3, 4),),
        ("CrossEntropy",),
    ),
    OpCase(
        "cross_entropy",
        lambda x: ops.cross_entropy(x, LABELS, label_smoothing=0.1),
        lambda x: (
            -(
                0.9 * np.log(np_softmax(x, 1))[[0, 1, 2], LABELS]
                + 0.1 * np.log(np_softmax(x, 1)).mean(1)
            ).mean()
        ),
        ((3, 4),),
        ("LogSoftmax",),
    ),
    OpCase(
        "mse_loss", ops.mse_loss, lambda x, y: ((x - y) ** 2).mean(), ((2, 3), (2, 3)), ("Mul",)
    ),
]
