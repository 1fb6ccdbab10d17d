"""Ops that read, write, turn and overlap."""

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase

PLACES = np.array([2, 0, 2])
TABLE = np.array([[0, 2, 1], [1, 1, 0]])


def replaced(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    out = x.copy()
    out[:, [2, 0]] = values
    return out


CASES = [
    OpCase(
        "index_select",
        lambda x: ops.index_select(x, 1, PLACES),
        lambda x: x[:, PLACES],
        ((2, 3, 2),),
        ("IndexSelect", "IndexAdd"),
        empty=((0, 3, 2),),
    ),
    OpCase(
        "index_copy",
        lambda x, v: ops.index_copy(x, 1, [2, 0], v),
        replaced,
        ((2, 3), (2, 2)),
        ("SetItem", "GetItem"),
    ),
    OpCase(
        "gather",
        lambda x: ops.gather(x, 1, TABLE),
        lambda x: np.take_along_axis(x, TABLE, 1),
        ((2, 3),),
        ("GetItem", "PutItem"),
    ),
    OpCase("flip", lambda x: x.flip(0), lambda x: x[::-1], ((2, 3),), ("Flip",)),
    OpCase(
        "roll",
        lambda x: x.roll((1, -1), (0, 1)),
        lambda x: np.roll(x, (1, -1), (0, 1)),
        ((2, 3),),
        ("Roll",),
    ),
    OpCase(
        "diagonal",
        lambda x: x.diagonal(1, 0, 2),
        lambda x: np.diagonal(x, 1, 0, 2),
        ((3, 2, 4),),
        ("Diagonal", "FromDiagonal"),
    ),
    OpCase(
        "diag_embed",
        lambda x: ops.diag_embed(x, 1),
        lambda x: np.stack([np.diag(row, 1) for row in x]),
        ((2, 3),),
        ("FromDiagonal", "Diagonal"),
    ),
    OpCase(
        "windows",
        lambda x: x.unfold(1, 3, 2),
        lambda x: np.stack([x[:, 0:3], x[:, 2:5]], 1),
        ((2, 6),),
        ("Windows", "Overlap"),
    ),
    OpCase(
        "fold",
        lambda x: ops.fold(x, (3, 4), 2),
        lambda x: ops.fold(x, (3, 4), 2).array,
        ((1, 8, 6),),
        ("Overlap", "Windows"),
    ),
]
