"""Ops that move elements."""

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase

MASK = np.array([[True, False, True], [False, True, False]])
ROWS = np.array([0, 2, 0])

CASES = [
    OpCase("clone", lambda x: x.clone(), lambda x: x, ((2, 3),), ("Clone",)),
    OpCase(
        "reshape", lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2), ((2, 3),), ("Reshape",)
    ),
    OpCase(
        "view of a permuted tensor",
        lambda x: x.T.view(6),
        lambda x: x.T.reshape(6),
        ((2, 3),),
        ("Reshape", "Permute"),
    ),
    OpCase(
        "flatten", lambda x: x.flatten(1), lambda x: x.reshape(2, 12), ((2, 3, 4),), ("Reshape",)
    ),
    OpCase("squeeze", lambda x: x.squeeze(1), lambda x: x.squeeze(1), ((2, 1, 3),), ("Reshape",)),
    OpCase("unsqueeze", lambda x: x.unsqueeze(-1), lambda x: x[..., None], ((2, 3),), ("Reshape",)),
    OpCase(
        "permute",
        lambda x: x.permute(2, 0, 1),
        lambda x: x.transpose(2, 0, 1),
        ((2, 3, 4),),
        ("Permute",),
    ),
    OpCase(
        "transpose",
        lambda x: x.transpose(0, -1),
        lambda x: x.swapaxes(0, -1),
        ((2, 3, 4),),
        ("Permute",),
    ),
    OpCase(
        "expand",
        lambda x: x.expand(4, 2, -1),
        lambda x: np.broadcast_to(x, (4, 2, 3)),
        ((1, 3),),
        ("BroadcastTo",),
    ),
    OpCase(
        "cat",
        lambda a, b: ops.cat([a, b], 1),
        lambda a, b: np.concatenate([a, b], 1),
        ((2, 3), (2, 1)),
        ("Cat",),
    ),
    OpCase(
        "stack",
        lambda a, b: ops.stack([a, b], -1),
        lambda a, b: np.stack([a, b], -1),
        ((2, 3), (2, 3)),
        ("Cat",),
    ),
    OpCase(
        "pad",
        lambda x: ops.pad(x, (1, 2, 0, 1), value=3.0),
        lambda x: np.pad(x, ((0, 1), (1, 2)), constant_values=3.0),
        ((2, 3),),
        ("Pad",),
    ),
    OpCase(
        "basic index",
        lambda x: x[1:, ::2, None],
        lambda x: x[1:, ::2, None],
        ((3, 4),),
        ("GetItem", "PutItem"),
    ),
    OpCase(
        "integer index",
        lambda x: x[..., -1],
        lambda x: x[..., -1],
        ((3, 4),),
        ("GetItem", "PutItem"),
    ),
    OpCase(
        "advanced index",
        lambda x: x[ROWS, 1],
        lambda x: x[ROWS, 1],
        ((3, 4),),
        ("GetItem", "PutItem"),
    ),
    OpCase(
        "boolean index", lambda x: x[MASK], lambda x: x[MASK], ((2, 3),), ("GetItem", "PutItem")
    ),
]
