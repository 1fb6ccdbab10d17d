"""A convolution and the batch norm after it as one convolution."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from tensorlite.errors import ConfigError
from tensorlite.nn.module import Module
from tensorlite.tensor import Parameter


def fuse_conv_bn_eval(conv: Module, bn: Module, transpose: bool = False) -> Module:
    """A convolution that does what ``conv`` and then ``bn`` do in evaluation.

    Args:
        conv: A convolution in evaluation.
        bn: A batch norm with running statistics in evaluation.
        transpose: Whether the convolution is a transposed one.

    Returns:
        A new convolution.

    Raises:
        ConfigError: If one of them is in training.
    """
    if conv.training or bn.training:
        raise ConfigError(
            "expected both in evaluation, got one in training.",
            where="fuse_conv_bn_eval",
            hint="Call model.eval() first.",
        )
    fused: Any = copy.deepcopy(conv)
    other: Any = bn
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight,
        fused.bias,
        other.running_mean,
        other.running_var,
        other.eps,
        other.weight,
        other.bias,
        transpose,
    )
    return fused


def fuse_conv_bn_weights(
    conv_w: Any,
    conv_b: Any,
    bn_rm: Any,
    bn_rv: Any,
    bn_eps: float,
    bn_w: Any,
    bn_b: Any,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the joined convolution; see ``fuse_conv_bn_eval``."""
    deviation = np.sqrt(bn_rv.array + bn_eps)
    scale = (1.0 if bn_w is None else bn_w.array) / deviation
    shape = (1, -1) if transpose else (-1, 1)
    weight = conv_w.array * scale.reshape(*shape, *[1] * (conv_w.array.ndim - 2))
    before = 0.0 if conv_b is None else conv_b.array
    bias = (before - bn_rm.array) * scale + (0.0 if bn_b is None else bn_b.array)
    kind = conv_w.dtype
    trained = conv_w.requires_grad
    return (
        Parameter(weight.astype(kind), trained),
        Parameter(bias.astype(kind), trained if conv_b is None else conv_b.requires_grad),
    )
