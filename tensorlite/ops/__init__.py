"""The differentiable operations, by family; forward and backward stand side by side.

Reading order: ``elementwise``, ``shape``, ``reduce``, ``linalg``, ``loss``, ``conv``, ``pool``,
``norm``; ``convert`` holds what they share. Names and meaning are PyTorch's.
"""

import warnings

from tensorlite.ops.conv import conv2d
from tensorlite.ops.convert import as_tensor, cast, clone
from tensorlite.ops.elementwise import (
    abs,
    add,
    clamp,
    clip,
    div,
    eq,
    exp,
    ge,
    gt,
    le,
    log,
    lt,
    maximum,
    minimum,
    mul,
    ne,
    neg,
    pow,
    relu,
    sigmoid,
    sqrt,
    sub,
    tanh,
    where,
)
from tensorlite.ops.linalg import linear, matmul
from tensorlite.ops.loss import cross_entropy, log_softmax, mse_loss, nll_loss, softmax
from tensorlite.ops.norm import batch_norm, dropout
from tensorlite.ops.pool import avg_pool2d, max_pool2d
from tensorlite.ops.reduce import amax, amin, argmax, argmin, max, mean, min, sum, var
from tensorlite.ops.shape import (
    broadcast_to,
    cat,
    expand,
    flatten,
    getitem,
    pad,
    permute,
    reshape,
    squeeze,
    stack,
    transpose,
    unsqueeze,
)

# As in PyTorch, log(0), 1/0 and an overflow give -inf, inf or nan without a word.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tensorlite\.")

__all__ = [
    "abs",
    "add",
    "amax",
    "amin",
    "argmax",
    "argmin",
    "as_tensor",
    "avg_pool2d",
    "batch_norm",
    "broadcast_to",
    "cast",
    "cat",
    "clamp",
    "clip",
    "clone",
    "conv2d",
    "cross_entropy",
    "div",
    "dropout",
    "eq",
    "exp",
    "expand",
    "flatten",
    "ge",
    "getitem",
    "gt",
    "le",
    "linear",
    "log",
    "log_softmax",
    "lt",
    "matmul",
    "max",
    "max_pool2d",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mse_loss",
    "mul",
    "ne",
    "neg",
    "nll_loss",
    "pad",
    "permute",
    "pow",
    "relu",
    "reshape",
    "sigmoid",
    "softmax",
    "sqrt",
    "squeeze",
    "stack",
    "sub",
    "sum",
    "tanh",
    "transpose",
    "unsqueeze",
    "var",
    "where",
]
