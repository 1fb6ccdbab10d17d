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
    return (
        type(module) in (Conv2d, BatchNorm2d, Linear)
        and bool(after)
        and type(after[0]) is ReLU
        and not (module._is_hooked() or after[0]._is_hooked())
    )


def _commute(module: Module, after: list[Module]) -> bool:
    """Whether max pooling may come before the ReLU."""
    return (
        type(module) is ReLU
        and bool(after)
        and type(pool := after[0]) is MaxPool2d
        and not pool.return_indices
        and not (module._is_hooked() or pool._is_hooked())
    )


def _folds(module: Module, after: list[Module], input: Any) -> bool:
    """Whether the batch norm that follows can be left to the convolution's weights.

    The picture has to have more pixels than a filter has numbers, or it would be no gain.
    """
    return (
        not mode.recording
        and type(module) is Conv2d
        and bool(after)
        and type(norm := after[0]) is BatchNorm2d
        and norm.can_fold(module.out_channels, module.weight.dtype)
        and math.prod(shape_of(input)) // module.in_channels > math.prod(module.weight.shape[1:])
        and not (module._is_hooked() or norm._is_hooked())
    )
