"""Products."""

import numpy as np

from tensorlite import linalg, ops
from tests.ops.case import OpCase

WELL64 = 5.0 * np.eye(3)  # keeps matrices well away from singular ones
WELL = WELL64.tolist()

CASES = [
    OpCase("matmul", ops.matmul, np.matmul, ((2, 3), (3, 4)), ("MatMul",)),
    OpCase("matmul stack", ops.matmul, np.matmul, ((5, 1, 2, 3), (2, 3, 4)), ("MatMul",)),
    OpCase("matmul row", ops.matmul, np.matmul, ((3,), (2, 3, 4)), ("MatMul",)),
    OpCase("matmul dot", ops.matmul, np.matmul, ((3,), (3,)), ("MatMul",)),
    OpCase("linear", ops.linear, lambda x, w, b: x @ w.T + b, ((5, 3), (4, 3), (4,)), ("Linear",)),
    OpCase(
        "linear with relu",
        lambda x, w, b: ops.linear(x, w, b, relu=True),
        lambda x, w, b: np.maximum(x @ w.T + b, 0),
        ((5, 3), (4, 3), (4,)),
        ("Linear",),
    ),
    OpCase(
        "linear stack",
        ops.linear,
        lambda x, w, b: x @ w.T + b,
        ((2, 5, 3), (4, 3), (4,)),
        ("MatMul",),
    ),
    OpCase(
        "inv",
        lambda a: linalg.inv(a + ops.as_tensor(WELL, a.dtype)),
        lambda a: np.linalg.inv(a + WELL64),
        ((2, 3, 3),),
        ("Inverse",),
    ),
    OpCase(
        "det",
        lambda a: linalg.det(a + ops.as_tensor(WELL, a.dtype)),
        lambda a: np.linalg.det(a + WELL64),
        ((2, 3, 3),),
        ("LogAbsDet", "Inverse"),
    ),
    OpCase(
        "solve",
        lambda a, b: linalg.solve(a + ops.as_tensor(WELL, a.dtype), b),
        lambda a, b: np.linalg.solve(a + WELL64, b),
        ((3, 3), (3, 2)),
        ("Solve",),
    ),
    OpCase(
        "cholesky",
        lambda a: linalg.cholesky(a @ a.mT + ops.as_tensor(WELL, a.dtype)),
        lambda a: np.linalg.cholesky(a @ a.swapaxes(-1, -2) + WELL64),
        ((2, 3, 3),),
        ("Cholesky",),
    ),
]
