"""Pictures of another size, and seen through a grid."""

import numpy as np

import tensorlite as tl
from tensorlite import ops
from tests.ops.case import OpCase


def looked_at(x: tl.Tensor, change: tl.Tensor) -> tl.Tensor:
    theta = change + tl.tensor(np.eye(2, 3), change.dtype)
    return ops.grid_sample(x, ops.affine_grid(theta, x.shape, True), align_corners=True)


CASES = [
    OpCase(
        "interpolate bilinear",
        lambda x: ops.interpolate(x, (2, 3), mode="bilinear", align_corners=True),
        lambda x: np.stack([x[:, :, 0], x[:, :, -1]], 2)[..., [0, 2, 4]],
        ((2, 2, 3, 5),),
        ("Resample",),
    ),
    OpCase(
        "interpolate nearest",
        lambda x: ops.interpolate(x, scale_factor=2),
        lambda x: x.repeat(2, 2).repeat(2, 3),
        ((2, 2, 2, 3),),
        ("ResampleNearest", "Resample"),
    ),
    OpCase(
        "grid_sample",
        lambda x, theta: looked_at(x, theta * 0.0),
        lambda x, theta: x,
        ((1, 2, 3, 3), (1, 2, 3)),
        ("IndexSelect",),
    ),
]
