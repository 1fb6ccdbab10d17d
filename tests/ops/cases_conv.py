"""Convolutions."""

import numpy as np

from tensorlite import ops
from tensorlite.kernels import reference
from tests.ops.case import OpCase

CONV = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
CONV_STEPS = (CONV["stride"], CONV["padding"], CONV["dilation"], 2)

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
]
