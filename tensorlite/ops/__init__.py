"""The differentiable operations, by family; forward and backward stand side by side.

Reading order: ``elementwise``, ``shape``, ``reduce``, ``linalg``, ``loss``, ``conv``, ``pool``,
``norm``; ``convert`` holds what they share. Names and meaning are PyTorch's.
"""

from tensorlite.ops.adaptive_pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from tensorlite.ops.conv import conv1d, conv2d, conv3d
from tensorlite.ops.conv_transpose import conv_transpose1d, conv_transpose2d, conv_transpose3d
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
from tensorlite.ops.group_norm import group_norm, instance_norm, layer_norm, rms_norm
from tensorlite.ops.linalg import linear, matmul
from tensorlite.ops.local_response_norm import local_response_norm
from tensorlite.ops.loss import cross_entropy, log_softmax, mse_loss, nll_loss, softmax
from tensorlite.ops.lp_pool import lp_pool1d, lp_pool2d, lp_pool3d
from tensorlite.ops.norm import batch_norm, dropout
from tensorlite.ops.pool import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
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
from tensorlite.ops.unpool import max_unpool1d, max_unpool2d, max_unpool3d

# As in PyTorch, log(0), 1/0 and an overflow give -inf, inf or nan without a word.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tensorlite\.")

__all__ = [
    "abs",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "add",
    "amax",
    "amin",
    "argmax",
    "argmin",
    "as_tensor",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "broadcast_to",
    "cast",
    "cat",
    "clamp",
    "clip",
    "clone",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cross_entropy",
    "div",
    "dropout",
    "eq",
    "exp",
    "expand",
    "flatten",
    "ge",
    "getitem",
    "group_norm",
    "gt",
    "instance_norm",
    "layer_norm",
    "le",
    "linear",
    "local_response_norm",
    "log",
    "log_softmax",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "lt",
    "matmul",
    "max",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
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
    "rms_norm",
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
