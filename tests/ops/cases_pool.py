"""Pooling."""

import numpy as np

import tensorlite as tl
from tensorlite import ops
from tensorlite.kernels import reference
from tests.ops.case import OpCase

SPREAD = np.random.default_rng(5).permutation(60).astype(float)  # no equal elements
POOLED = reference.max_pool2d(SPREAD.reshape(1, 2, 5, 6), (2, 2), (2, 2), (0, 0), (1, 1), False)[1]

CASES = [
    OpCase(
        "max_pool2d",
        lambda x: ops.max_pool2d(x, 3, stride=2, padding=1, ceil_mode=True),
        lambda x: reference.max_pool2d(x, (3, 3), (2, 2), (1, 1), (1, 1), True)[0],
        (SPREAD.reshape(1, 2, 5, 6),),
        ("MaxPool2d", "MaxPool2dGrad"),
    ),
    OpCase(
        "max_pool2d_pick",
        lambda x: tl.ops.pool.MaxPool2dPick.apply(x, POOLED),
        lambda x: reference.max_pool2d_pick(x, POOLED),
        ((1, 2, 5, 6),),
        ("MaxPool2dPick", "MaxPool2dGrad"),
    ),
    OpCase(
        "avg_pool2d",
        lambda x: ops.avg_pool2d(
            x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False
        ),
        lambda x: reference.avg_pool2d(x, (3, 3), (2, 2), (1, 1), True, False),
        ((1, 2, 5, 6),),
        ("AvgPool2d", "AvgPool2dGrad"),
    ),
]
