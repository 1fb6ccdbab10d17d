"""Powers of e, logarithms, roots, sines and the error function."""

import math

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase

X = ((2, 3),)
UNIT = (np.random.default_rng(2).uniform(-0.9, 0.9, (2, 3)),)
CHANCE = (np.random.default_rng(2).uniform(0.1, 0.9, (2, 3)),)
ABOVE_ONE = (np.random.default_rng(2).uniform(1.5, 3.0, (2, 3)),)
WIDE = (np.array([-5.0, -4.2, -1.0, -0.2, 0.1, 0.6, 3.0, 4.5]),)
erf = np.vectorize(math.erf)


def slope_of_lgamma(x: np.ndarray) -> np.ndarray:
    """By its series for large numbers."""
    return np.log(x) - 1 / (2 * x) - 1 / (12 * x**2) + 1 / (120 * x**4) - 1 / (252 * x**6)


CASES = [
    OpCase("exp", ops.exp, np.exp, X, ("Exp",), empty=((0,),)),
    OpCase("exp2", ops.exp2, np.exp2, X, ("Exp2",)),
    OpCase("expm1", ops.expm1, np.expm1, X, ("Expm1",)),
    OpCase("log", ops.log, np.log, X, ("Log",), positive=True),
    OpCase("log2", ops.log2, np.log2, X, ("Log2",), positive=True),
    OpCase("log10", ops.log10, np.log10, X, ("Log10",), positive=True),
    OpCase("log1p", ops.log1p, np.log1p, X, ("Log1p",), positive=True),
    OpCase("sqrt", ops.sqrt, np.sqrt, X, ("Sqrt",), positive=True),
    OpCase("rsqrt", ops.rsqrt, lambda x: x**-0.5, X, ("Rsqrt",), positive=True),
    OpCase("reciprocal", ops.reciprocal, lambda x: 1 / x, X, ("Reciprocal",), positive=True),
    OpCase("abs", ops.abs, np.abs, X, ("Abs",), away_from=0.0),
    OpCase("sign", ops.sign, np.sign, X, ("Sign",), away_from=0.0),
    OpCase("sigmoid", ops.sigmoid, lambda x: 1 / (1 + np.exp(-x)), X, ("Sigmoid",)),
    OpCase("logit", ops.logit, lambda x: np.log(x / (1 - x)), CHANCE, ("Logit",)),
    OpCase("sin", ops.sin, np.sin, X, ("Sin",)),
    OpCase("cos", ops.cos, np.cos, X, ("Cos",)),
    OpCase("tan", ops.tan, np.tan, UNIT, ("Tan",)),
    OpCase("asin", ops.asin, np.arcsin, UNIT, ("Asin",)),
    OpCase("acos", ops.acos, np.arccos, UNIT, ("Acos",)),
    OpCase("atan", ops.atan, np.arctan, X, ("Atan",)),
    OpCase("atan2", ops.atan2, np.arctan2, ((2, 3), (3,)), ("Atan2",), positive=True),
    OpCase("hypot", ops.hypot, np.hypot, ((2, 3), (3,)), ("Hypot",), positive=True),
    OpCase("sinh", ops.sinh, np.sinh, X, ("Sinh",)),
    OpCase("cosh", ops.cosh, np.cosh, X, ("Cosh",)),
    OpCase("tanh", ops.tanh, np.tanh, X, ("Tanh",)),
    OpCase("asinh", ops.asinh, np.arcsinh, X, ("Asinh",)),
    OpCase("acosh", ops.acosh, np.arccosh, ABOVE_ONE, ("Acosh",)),
    OpCase("atanh", ops.atanh, np.arctanh, UNIT, ("Atanh",)),
    OpCase("erf", ops.erf, erf, WIDE, ("Erf",), empty=((0,),)),
    OpCase("erfc", ops.erfc, np.vectorize(math.erfc), WIDE, ("Erfc",), empty=((0,),)),
    OpCase("erfinv", lambda x: ops.erfinv(ops.erf(x)), lambda x: x, UNIT, ("Erfinv",)),
    OpCase("lgamma", ops.lgamma, np.vectorize(math.lgamma), ABOVE_ONE, ("Lgamma", "Polygamma")),
    OpCase("digamma", ops.digamma, slope_of_lgamma, (ABOVE_ONE[0][:1] * 40,), ("Polygamma",)),
    OpCase("xlogy", ops.xlogy, lambda x, y: x * np.log(y), ((2, 3), (3,)), ("Xlogy",), True),
    OpCase("logaddexp", ops.logaddexp, np.logaddexp, ((2, 3), (3,)), ("LogAddExp",)),
]
