"""Values put at an index."""

from __future__ import annotations

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase


def put(x: np.ndarray, index: object, value: object) -> np.ndarray:
    out = x.copy()
    out[index] = value
    return out


ROWS = np.array([2, 0])
MASK = np.array([True, False, True])
CASES = [
    OpCase(
        "assign a slice",
        lambda x, v: ops.assign(x, (slice(None), slice(1, 3)), v),
        lambda x, v: put(x, (slice(None), slice(1, 3)), v),
        ((2, 4), (2, 2)),
        ("Assign",),
        empty=((2, 0), (2, 0)),
    ),
    OpCase(
        "assign rows, broadcast",
        lambda x, v: ops.assign(x, ROWS, v),
        lambda x, v: put(x, ROWS, v),
        ((3, 2), (1, 1, 2)),
        ("Assign",),
    ),
    OpCase(
        "assign a number where a mask says so",
        lambda x: ops.assign(x, MASK, 2.0),
        lambda x: put(x, MASK, 2.0),
        ((3, 2),),
        ("Assign",),
    ),
]
