"""Which kernel runs when Numba does not compile: the loops themselves, or their twin in NumPy."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tensorlite.kernels import (
    conv,
    conv_grad,
    norm,
    passes,
    pool,
    product,
    reference,
    resampling,
    response,
)

SMALL = 600  # elements of the first argument; a loop in plain Python takes a millisecond for ten
TWINS = {
    conv: ("conv2d", "conv2d_input_grad"),
    conv_grad: ("conv2d_weight_grad",),
    norm: ("batch_norm", "batch_norm_grad", "batch_norm_pool", "channel_sums", "scale_channels"),
    passes: ("adam", "add", "cross_entropy", "drop", "relu", "relu_grad", "rmsprop", "sgd"),
    pool: (
        "avg_pool2d",
        "avg_pool2d_grad",
        "max_pool2d",
        "max_pool2d_grad",
        "max_pool2d_pick",
    ),
    product: ("matmul",),
    resampling: ("nearest", "warp", "weighted_rows"),
    response: ("local_response_norm", "local_response_norm_grad"),
}


def plain() -> dict[str, Callable[..., Any]]:
    """All kernels by name, each as loops for small arrays and as its twin for large ones."""
    return {
        name: _by_size(getattr(module, name), getattr(reference, name))
        for module, names in TWINS.items()
        for name in names
    }


def _by_size(loops: Callable[..., Any], twin: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(loops)
    def either(first: Any, *others: Any, **options: Any) -> Any:
        arrays = first if isinstance(first, list) else [first]
        small = sum(array.size for array in arrays) < SMALL
        return (loops if small else twin)(first, *others, **options)

    return either
