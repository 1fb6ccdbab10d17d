"""Arrays in, arrays out: matrix products, convolution and pooling, compiled on first use.

The functions here know no tensors. Pictures are ``(N, C, H, W)`` arrays of any memory order; the
results have the same four dimensions, channels last in memory, because neighbouring channels are
what the loops run over. Each function has a twin in plain NumPy, ``tensorlite.kernels.reference``,
which the tests compare it with.

Nothing in this folder imports Numba until a kernel is called: the loops live in
``tensorlite.kernels.compiled``, and importing that is what compiles them or loads them from the
cache (see ``cache.py``).
"""

from tensorlite.kernels.cache import cache_folder, jit_enabled, needs_warm, warm
from tensorlite.kernels.conv import conv2d, conv2d_input_grad
from tensorlite.kernels.conv_grad import conv2d_weight_grad
from tensorlite.kernels.geometry import Pair, conv_size, pair, pool_size
from tensorlite.kernels.maps import (
    along_rows,
    bend,
    each,
    each_with_slope,
    softmax,
    softmax_grad,
    sum_all,
    sum_rows,
    worth,
)
from tensorlite.kernels.memory import memory_stats, reset_peak_memory_stats, set_memory_policy
from tensorlite.kernels.norm import (
    batch_norm,
    batch_norm_grad,
    batch_norm_pool,
    channel_sums,
    scale_channels,
)
from tensorlite.kernels.passes import (
    adam,
    add,
    cross_entropy,
    drop,
    relu,
    relu_grad,
    rmsprop,
    sgd,
)
from tensorlite.kernels.pool import (
    avg_pool2d,
    avg_pool2d_grad,
    max_pool2d,
    max_pool2d_grad,
    max_pool2d_pick,
)
from tensorlite.kernels.product import matmul
from tensorlite.kernels.resampling import nearest, warp, weighted_rows
from tensorlite.kernels.response import local_response_norm, local_response_norm_grad
from tensorlite.kernels.threads import get_num_threads, set_num_threads
from tensorlite.kernels.uncompiled import plain
from tensorlite.kernels.winograd import get_precision, set_precision

if not jit_enabled():
    # As plain Python the loops are for small arrays, to be read and stepped through; what is larger
    # goes to the twins.
    globals().update(plain())

__all__ = [
    "Pair",
    "adam",
    "add",
    "along_rows",
    "avg_pool2d",
    "avg_pool2d_grad",
    "batch_norm",
    "batch_norm_grad",
    "batch_norm_pool",
    "bend",
    "cache_folder",
    "channel_sums",
    "conv2d",
    "conv2d_input_grad",
    "conv2d_weight_grad",
    "conv_size",
    "cross_entropy",
    "drop",
    "each",
    "each_with_slope",
    "get_num_threads",
    "get_precision",
    "local_response_norm",
    "local_response_norm_grad",
    "matmul",
    "max_pool2d",
    "max_pool2d_grad",
    "max_pool2d_pick",
    "memory_stats",
    "nearest",
    "needs_warm",
    "pair",
    "pool_size",
    "relu",
    "relu_grad",
    "reset_peak_memory_stats",
    "rmsprop",
    "scale_channels",
    "set_memory_policy",
    "set_num_threads",
    "set_precision",
    "sgd",
    "softmax",
    "softmax_grad",
    "sum_all",
    "sum_rows",
    "warm",
    "warp",
    "weighted_rows",
    "worth",
]
