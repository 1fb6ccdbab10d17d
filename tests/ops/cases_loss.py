"""Softmax and losses."""

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase


def np_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


LABELS = np.array([2, 0, 1])
SHARES = np.random.default_rng(3).uniform(0.1, 0.9, (2, 3))


def np_log_sigmoid(x: np.ndarray) -> np.ndarray:
    return -np.log(1 + np.exp(-x))


BOXES = np.array([[0.0, 0.0, 2.0, 3.0], [1.0, 1.0, 4.0, 3.0], [5.0, 2.0, 6.0, 6.0]])
OTHERS = np.array([[1.0, 0.5, 3.0, 2.0], [0.0, 0.0, 5.0, 2.0], [0.0, 0.0, 1.0, 1.0]])


def np_distance_loss(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    (w1, h1), (w2, h2) = (a[:, 2:] - a[:, :2]).T, (b[:, 2:] - b[:, :2]).T
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    inter = np.maximum(high - low, 0).prod(1)
    iou = inter / (w1 * h1 + w2 * h2 - inter + 1e-7)
    hull = np.maximum(a[:, 2:], b[:, 2:]) - np.minimum(a[:, :2], b[:, :2])
    apart = (a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) / 2
    return 1 - iou + (apart**2).sum(1) / ((hull**2).sum(1) + 1e-7)


CASES = [
    OpCase(
        "softmax",
        lambda x: x.softmax(1),
        lambda x: np_softmax(x, 1),
        ((2, 3, 4),),
        ("Softmax", "SoftmaxGrad"),
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
        "binary_cross_entropy",
        ops.binary_cross_entropy,
        lambda x, y: -(y * np.log(x) + (1 - y) * np.log(1 - x)).mean(),
        (SHARES, SHARES[:, ::-1].copy()),
        ("BinaryCrossEntropy",),
    ),
    OpCase(
        "binary_cross_entropy_with_logits",
        ops.binary_cross_entropy_with_logits,
        lambda x, y: -(y * np_log_sigmoid(x) + (1 - y) * np_log_sigmoid(-x)).mean(),
        ((2, 3), (2, 3)),
        ("LogSigmoid",),
    ),
    OpCase(
        "distance_box_iou_loss",
        lambda a, b: ops.distance_box_iou_loss(
            a * 0.1 + BOXES.astype("float32"), b * 0.1 + OTHERS.astype("float32")
        ),
        lambda a, b: np_distance_loss(BOXES + 0.1 * a, OTHERS + 0.1 * b),
        ((3, 4), (3, 4)),
        ("Maximum", "Minimum"),
    ),
    OpCase(
        "mse_loss", ops.mse_loss, lambda x, y: ((x - y) ** 2).mean(), ((2, 3), (2, 3)), ("Mul",)
    ),
]
