"""Pooling."""

from collections.abc import Callable
from typing import Any

import numpy as np

import tensorlite as tl
from tensorlite import ops
from tensorlite.kernels import reference
from tests.ops.case import OpCase

SPREAD = np.random.default_rng(5).permutation(60).astype(float)  # no equal elements
POOLED = reference.max_pool2d(SPREAD.reshape(1, 2, 5, 6), (2, 2), (2, 2), (0, 0), (1, 1), False)[1]


def np_max_pool3d(x: np.ndarray) -> np.ndarray:
    """Windows (2, 3, 2) and paddings (0, 1, 1)."""
    widths = ((0, 0), (0, 0), (0, 0), (1, 1), (1, 1))
    framed = np.pad(x, widths, constant_values=-np.inf)
    return np.lib.stride_tricks.sliding_window_view(framed, (2, 3, 2), (2, 3, 4)).max((5, 6, 7))


def np_adaptive(x: np.ndarray, of: Callable[..., Any]) -> np.ndarray:
    """From 5x4 to 2x3."""
    rows, columns = [slice(0, 3), slice(2, 5)], [slice(0, 2), slice(1, 3), slice(2, 4)]
    return np.stack([np.stack([of(x[..., r, c], (2, 3)) for c in columns], 2) for r in rows], 2)


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
    OpCase(
        "max_pool3d",
        lambda x: ops.max_pool3d(x, (2, 3, 2), stride=1, padding=(0, 1, 1)),
        np_max_pool3d,
        (SPREAD.reshape(1, 1, 3, 4, 5),),
        ("MaxPool2dPick", "MaxPool2dGrad"),
    ),
    OpCase(
        "adaptive_max_pool2d",
        lambda x: ops.adaptive_max_pool2d(x, (2, 3)),
        lambda x: np_adaptive(x, np.max),
        (SPREAD[:40].reshape(1, 2, 5, 4),),
        ("MaxPool2dPick",),
    ),
    OpCase(
        "adaptive_avg_pool2d",
        lambda x: ops.adaptive_avg_pool2d(x, (2, 3)),
        lambda x: np_adaptive(x, np.mean),
        ((1, 2, 5, 4),),
        ("MatMul",),
        empty=((0, 2, 5, 4),),
    ),
    OpCase(
        "max_unpool2d",
        lambda x: ops.max_unpool2d(x, tl.tensor([[[[5, 0], [3, 11]]]]), 2, output_size=(3, 4)),
        lambda x: np.array(
            [
                [
                    [
                        [x[0, 0, 0, 1], 0, 0, x[0, 0, 1, 0]],
                        [0, x[0, 0, 0, 0], 0, 0],
                        [0, 0, 0, x[0, 0, 1, 1]],
                    ]
                ]
            ]
        ),
        ((1, 1, 2, 2),),
        ("MaxUnpool",),
    ),
    OpCase(
        "lp_pool2d",
        lambda x: ops.lp_pool2d(x, 2, (1, 2)),
        lambda x: np.sqrt((x.reshape(1, 2, 3, 2, 2) ** 2).sum(4)),
        ((1, 2, 3, 4),),
        ("AvgPool2d",),
    ),
]
