"""Convolutions."""

import numpy as np

from tensorlite import ops
from tensorlite.kernels import reference
from tests.ops.case import OpCase

CONV = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
CONV_STEPS = (CONV["stride"], CONV["padding"], CONV["dilation"], 2)


def np_conv3d(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Strides 2, 1, 1, paddings 1, 0, 1 and dilations 2, 1, 1, slice by slice."""
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (0, 0), (0, 0)))
    steps = (1, 1), (0, 1), (1, 1), 1
    slices = [
        sum(reference.conv2d(x[:, :, 2 * d + 2 * q], w[:, :, q], *steps) for q in range(2))
        for d in range(2)
    ]
    return np.stack(slices, 2)


CASES = [
    OpCase(
        "conv2d with relu",
        lambda x, w, b: ops.conv2d(x, w, b, **CONV, relu=True),
        lambda x, w, b: np.maximum(reference.conv2d(x, w, *CONV_STEPS) + b.reshape(1, -1, 1, 1), 0),
        ((1, 2, 4, 7), (4, 1, 2, 3), (4,)),
        ("Conv2d", "ReluGrad"),
    ),
    OpCase(
        "conv2d",
        lambda x, w, b: ops.conv2d(x, w, b, **CONV),
        lambda x, w, b: reference.conv2d(x, w, *CONV_STEPS) + b.reshape(1, -1, 1, 1),
        ((1, 2, 4, 5), (4, 1, 3, 2), (4,)),
        ("Conv2d", "Conv2dInputGrad", "Conv2dWeightGrad"),
    ),
    OpCase(
        "conv3d",
        lambda x, w: ops.conv3d(x, w, stride=(2, 1, 1), padding=(1, 0, 1), dilation=(2, 1, 1)),
        np_conv3d,
        ((1, 2, 4, 3, 2), (2, 2, 2, 2, 2)),
        ("Conv2d",),
    ),
    OpCase(
        "conv_transpose1d",
        lambda x, w: ops.conv_transpose1d(x, w, stride=2, output_padding=1, groups=2),
        lambda x, w: reference.conv2d_input_grad(
            x[:, :, None], w[:, :, None], (1, 8), (1, 2), (0, 0), (1, 1), 2
        )[:, :, 0],
        ((2, 2, 3), (2, 1, 3)),
        ("Conv2dInputGrad",),
    ),
]
