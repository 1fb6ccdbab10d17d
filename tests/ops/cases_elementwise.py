"""Arithmetic, rounding and choices."""

import numpy as np

import tensorlite as tl
from tensorlite import ops
from tests.ops.case import OpCase

MASK = np.array([[True, False, True], [False, True, False]])
PAIR = ((2, 3), (3,))
BOUNDS = (np.array([[-1.5, 0.2, 1.1], [0.4, -0.3, 2.0]]), np.full(3, -0.5), np.full((2, 1), 0.9))
UNEVEN = (np.array([[-7.3, 5.2, 2.9], [3.3, -0.4, 8.1]]), np.array([2.0, -1.5, 3.1]))

CASES = [
    OpCase("add", ops.add, np.add, ((2, 3), (2, 3)), ("Add",), empty=((0, 3), (0, 3))),
    OpCase("add broadcast", ops.add, np.add, ((2, 1, 3), (4, 1)), ("Add",)),
    OpCase(
        "add alpha",
        lambda a, b: ops.add(a, b, alpha=2.5),
        lambda a, b: a + 2.5 * b,
        PAIR,
        ("Add", "Mul"),
    ),
    OpCase("sub", ops.sub, np.subtract, PAIR, ("Sub",)),
    OpCase("mul", ops.mul, np.multiply, ((2, 3), (2, 1)), ("Mul",), empty=((0, 3), (0, 1))),
    OpCase("square", ops.square, np.square, ((2, 3),), ("Mul",)),
    OpCase("div", ops.div, np.divide, PAIR, ("Div",), positive=True),
    OpCase("pow", ops.pow, np.power, PAIR, ("Pow",), positive=True),
    OpCase("pow number", lambda x: x**3, lambda x: x**3, ((2, 3),), ("Pow",)),
    OpCase("number pow", lambda x: 2.0**x, lambda x: 2.0**x, ((2, 3),), ("Pow",)),
    OpCase("neg", ops.neg, np.negative, ((2, 3),), ("Neg",), empty=((0,),)),
    OpCase("lerp", ops.lerp, lambda a, b, w: a + w * (b - a), ((2, 3), (3,), (2, 1)), ("Mul",)),
    OpCase("addcmul", ops.addcmul, lambda a, b, c: a + b * c, ((2, 3), (3,), (2, 1)), ("Mul",)),
    OpCase(
        "addcdiv",
        lambda a, b, c: ops.addcdiv(a, b, c, value=0.3),
        lambda a, b, c: a + 0.3 * b / c,
        ((2, 3), (3,), (2, 1)),
        ("Div",),
        positive=True,
    ),
    OpCase("floor", ops.floor, np.floor, UNEVEN[:1], ("Round",)),
    OpCase("round", lambda x: ops.round(x, decimals=1), lambda x: np.round(x, 1), ((2, 3),),
           ("Round",)),
    OpCase("frac", ops.frac, lambda x: x - np.trunc(x), UNEVEN[:1], ("Round",)),
    OpCase("floor_divide", ops.floor_divide, np.floor_divide, UNEVEN, ("FloorDivide",)),
    OpCase(
        "div rounded towards 0",
        lambda a, b: ops.div(a, b, rounding_mode="trunc"),
        lambda a, b: np.trunc(a / b),
        UNEVEN,
        ("TruncDivide",),
    ),
    OpCase("remainder", ops.remainder, np.remainder, UNEVEN, ("Remainder",)),
    OpCase("fmod", ops.fmod, np.fmod, UNEVEN, ("Fmod",)),
    OpCase(
        "clamp",
        lambda x: ops.clamp(x, 0.2, 0.9),
        lambda x: np.clip(x, 0.2, 0.9),
        ((3, 5),),
        ("Clamp",),
        seed=1,
    ),
    OpCase("clamp between tensors", ops.clamp, np.clip, BOUNDS, ("Clamp",)),
    OpCase("maximum", ops.maximum, np.maximum, PAIR, ("Maximum",)),
    OpCase("minimum", ops.minimum, np.minimum, PAIR, ("Minimum",)),
    OpCase("fmax", ops.fmax, np.fmax, PAIR, ("Fmax",)),
    OpCase("fmin", ops.fmin, np.fmin, PAIR, ("Fmin",)),
    OpCase("copysign", ops.copysign, np.copysign, PAIR, ("Copysign",), away_from=0.0),
    OpCase("nan_to_num", ops.nan_to_num, np.nan_to_num, ((2, 3),), ("NanToNum",)),
    OpCase(
        "where",
        lambda a, b: ops.where(tl.tensor(MASK), a, b),
        lambda a, b: np.where(MASK, a, b),
        PAIR,
        ("Where",),
    ),
]  # fmt: skip
