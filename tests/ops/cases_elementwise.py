"""Ops on each element."""

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase

MASK = np.array([[True, False, True], [False, True, False]])

CASES = [
    OpCase("add", ops.add, np.add, ((2, 3), (2, 3)), ("Add",), empty=((0, 3), (0, 3))),
    OpCase("add broadcast", ops.add, np.add, ((2, 1, 3), (4, 1)), ("Add",)),
    OpCase("sub", ops.sub, np.subtract, ((2, 3), (3,)), ("Sub",)),
    OpCase("mul", ops.mul, np.multiply, ((2, 3), (2, 1)), ("Mul",), empty=((0, 3), (0, 1))),
    OpCase("square", lambda x: x * x, lambda x: x * x, ((2, 3),), ("Mul",)),
    OpCase("div", ops.div, np.divide, ((2, 3), (3,)), ("Div",), positive=True),
    OpCase("pow", ops.pow, np.power, ((2, 3), (3,)), ("Pow",), positive=True),
    OpCase("pow number", lambda x: x**3, lambda x: x**3, ((2, 3),), ("Pow",)),
    OpCase("number pow", lambda x: 2.0**x, lambda x: 2.0**x, ((2, 3),), ("Pow",)),
    OpCase("neg", ops.neg, np.negative, ((2, 3),), ("Neg",), empty=((0,),)),
    OpCase("exp", ops.exp, np.exp, ((2, 3),), ("Exp",), empty=((0,),)),
    OpCase("log", ops.log, np.log, ((2, 3),), ("Log",), positive=True),
    OpCase("sqrt", ops.sqrt, np.sqrt, ((2, 3),), ("Sqrt",), positive=True),
    OpCase("abs", ops.abs, np.abs, ((2, 3),), ("Abs",), away_from=0.0),
    OpCase("tanh", ops.tanh, np.tanh, ((2, 3),), ("Tanh",)),
    OpCase("sigmoid", ops.sigmoid, lambda x: 1 / (1 + np.exp(-x)), ((2, 3),), ("Sigmoid",)),
    OpCase(
        "relu", ops.relu, lambda x: np.maximum(x, 0), ((2, 3),), ("Relu", "ReluGrad"), away_from=0.0
    ),
    OpCase(
        "clamp",
        lambda x: ops.clamp(x, 0.2, 0.9),
        lambda x: np.clip(x, 0.2, 0.9),
        ((3, 5),),
        ("Clamp",),
        seed=1,
    ),
    OpCase("maximum", ops.maximum, np.maximum, ((2, 3), (3,)), ("Maximum",)),
    OpCase("minimum", ops.minimum, np.minimum, ((2, 3), (3,)), ("Minimum",)),
    OpCase(
        "where",
        lambda a, b: ops.where(MASK, a, b),
        lambda a, b: np.where(MASK, a, b),
        ((2, 3), (3,)),
        ("Where",),
    ),
]
