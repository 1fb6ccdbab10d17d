"""Reductions."""

import numpy as np

from tests.ops.case import OpCase

SPREAD = np.random.default_rng(5).permutation(60).astype(float)  # no equal elements

CASES = [
    OpCase("sum", lambda x: x.sum(), np.sum, ((2, 3),), ("Sum",), empty=((0, 3),)),
    OpCase(
        "sum dim",
        lambda x: x.sum((0, 2), keepdim=True),
        lambda x: x.sum((0, 2), keepdims=True),
        ((2, 3, 4),),
        ("Sum",),
    ),
    OpCase("mean", lambda x: x.mean(1), lambda x: x.mean(1), ((2, 3),), ("Sum",)),
    OpCase("var", lambda x: x.var(-1), lambda x: x.var(-1, ddof=1), ((2, 3),), ("Sum",)),
    OpCase(
        "amax", lambda x: x.amax(1), lambda x: x.max(1), (SPREAD[:12].reshape(3, 4),), ("Amax",)
    ),
    OpCase("amin", lambda x: x.amin(), np.min, (SPREAD[:12].reshape(3, 4),), ("Amax",)),
    OpCase(
        "max dim",
        lambda x: x.max(0).values,
        lambda x: x.max(0),
        (SPREAD[:12].reshape(3, 4),),
        ("GetItem",),
    ),
    OpCase(
        "min dim",
        lambda x: x.min(1, True).values,
        lambda x: x.min(1, keepdims=True),
        (SPREAD[:12].reshape(3, 4),),
        ("GetItem",),
    ),
    OpCase(
        "logsumexp",
        lambda x: x.logsumexp((0, 1)),
        lambda x: np.log(np.exp(x).sum((0, 1))),
        ((2, 3, 2),),
        ("LogSumExp",),
    ),
    OpCase("cumsum", lambda x: x.cumsum(1), lambda x: x.cumsum(1), ((2, 3),), ("CumSum",)),
    OpCase(
        "logcumsumexp",
        lambda x: x.logcumsumexp(0),
        lambda x: np.log(np.exp(x).cumsum(0)),
        ((4, 2),),
        ("LogCumSumExp", "CumSum"),
    ),
    OpCase("prod", lambda x: x.prod(1), lambda x: x.prod(1), ((2, 5),), ("Cat",)),
]
