"""Products."""

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase

CASES = [
    OpCase("matmul", ops.matmul, np.matmul, ((2, 3), (3, 4)), ("MatMul",)),
    OpCase("matmul stack", ops.matmul, np.matmul, ((5, 1, 2, 3), (2, 3, 4)), ("MatMul",)),
    OpCase("matmul row", ops.matmul, np.matmul, ((3,), (2, 3, 4)), ("MatMul",)),
    OpCase("matmul dot", ops.matmul, np.matmul, ((3,), (3,)), ("MatMul",)),
    OpCase("linear", ops.linear, lambda x, w, b: x @ w.T + b, ((5, 3), (4, 3), (4,)), ("Linear",)),
    OpCase(
        "linear stack",
        ops.linear,
        lambda x, w, b: x @ w.T + b,
        ((2, 5, 3), (4, 3), (4,)),
        ("MatMul",),
    ),
]
