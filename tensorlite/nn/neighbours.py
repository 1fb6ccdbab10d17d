"""Modules in a row, run so that neighbours share a pass over memory where that gives the same.

A ReLU is done by the layer before it, max pooling comes before a ReLU (the same numbers, a quarter
of the work), a batch norm in training does both of them, and where nothing is recorded a batch norm
in evaluation becomes part of the weights of the convolution before it. The modules run one by one
are the composed form: a hook wants to see what lies between two modules, so it brings them back.
"""

from __future__ import annotations

import math
from typing import Any

from tensorlite.autograd.modes import mode
from tensorlite.nn.activation import ReLU
from tensorlite.nn.conv import Conv2d
from tensorlite.nn.linear import Linear
from tensorlite.nn.module import Module, shape_of
from tensorlite.nn.normalization import BatchNorm2d
from tensorlite.nn.pooling import MaxPool2d

NONE, ONE = (0, (0, 0)), (1, (1, 1))  # paddings and dilations that are none


def run(modules: list[Module], input: Any) -> Any:
    """Run the modules in their order."""
    i = 0
    while i < len(modules):
        module, *after = modules[i : i + 4]
        if _commute(module, after):
            input, i = module(after[0](input)), i + 2
            continue
        options: dict[str, Any] = {}
        if _folds(module, after, input):
            options["norm"] = after.pop(0)
        if _joined(module, after):
            pool: Any = after[1] if _commute(after[0], after[1:]) else None
            if pool is not None and type(module) is BatchNorm2d and module.training:
                options |= {"relu": True, "pool": pool.window}
            elif pool is None or not mode.recording:
                options["relu"] = True
        input, i = module(input, **options), i + 1 + len(options)
    return input


def _joined(module: Module, after: list[Module]) -> bool:
    """Whether the ReLU that follows can be left to the layer before it."""
    return _plain(module, Conv2d, BatchNorm2d, Linear) and bool(after) and _plain(after[0], ReLU)


def _commute(module: Module, after: list[Module]) -> bool:
    """Whether max pooling may come before the ReLU.

    A window of padding alone, which only one with gaps can be, gives minus infinity after a ReLU.
    """
    if not (_plain(module, ReLU) and after and _plain(after[0], MaxPool2d)):
        return False
    pool: Any = after[0]
    return not pool.return_indices and (pool.padding in NONE or pool.dilation in ONE)


def _folds(module: Module, after: list[Module], input: Any) -> bool:
    """Whether the batch norm that follows can be left to the convolution's weights.

    The picture has to have more pixels than a filter has numbers, or it would be no gain.
    """
    if mode.recording or not (_plain(module, Conv2d) and after and _plain(after[0], BatchNorm2d)):
        return False
    conv: Any = module
    norm: Any = after[0]
    shape = shape_of(input)
    return (
        len(shape) == 4
        and norm.can_fold(conv.out_channels, conv.weight.dtype)
        and math.prod(shape) // conv.in_channels > math.prod(conv.weight.shape[1:])
    )


def _plain(module: Module, *kinds: type[Module]) -> bool:
    """Whether it is one of our layers, as it came, and nobody looks at what it is given."""
    return type(module) in kinds and "forward" not in vars(module) and not module._is_hooked()
