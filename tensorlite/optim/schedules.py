"""The schedules of recipes: called with the optimizer and the length of the training in steps.

Settings are shares of the training, so that a recipe fits any number of epochs; PyTorch's classes,
which count steps, are in ``lr_scheduler``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tensorlite.errors import ConfigError
from tensorlite.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR
from tensorlite.optim.optimizer import Optimizer


def constant(optimizer: Optimizer, total_steps: int, warmup: float = 0.0) -> LRScheduler:
    """Keep the learning rate, after a linear rise over the share ``warmup`` of the training."""
    return LambdaLR(optimizer, lambda step: _rise(step, total_steps, warmup))


def cosine(
    optimizer: Optimizer, total_steps: int, warmup: float = 0.0, final: float = 0.0
) -> LRScheduler:
    """Let the learning rate fall along half a cosine wave.

    Args:
        optimizer: Whose learning rates change.
        total_steps: Length of the training.
        warmup: Share of the training in which the rate rises linearly at first.
        final: The last rate, as a share of the first.

    Source: Loshchilov and Hutter 2016, "SGDR: Stochastic Gradient Descent with Warm Restarts".
    """
    start = warmup * total_steps

    def factor(step: int) -> float:
        done = min(max(step - start, 0) / max(total_steps - start, 1), 1.0)
        fall = final + (1 - final) * (1 + math.cos(math.pi * done)) / 2
        return _rise(step, total_steps, warmup) * fall

    return LambdaLR(optimizer, factor)


def step(
    optimizer: Optimizer,
    total_steps: int,
    milestones: Sequence[float] = (0.5, 0.75),
    gamma: float = 0.1,
    warmup: float = 0.0,
) -> LRScheduler:
    """Multiply the learning rate by ``gamma`` at each milestone, a share of the training."""
    if any(not 0 <= milestone <= 1 for milestone in milestones):
        raise ConfigError(
            f"expected milestones from 0 to 1 (shares of the training), got {list(milestones)}.",
            where="schedule step",
        )

    def factor(now: int) -> float:
        passed = sum(now >= milestone * total_steps for milestone in milestones)
        return _rise(now, total_steps, warmup) * gamma**passed

    return LambdaLR(optimizer, factor)


def one_cycle(optimizer: Optimizer, total_steps: int, pct_start: float = 0.3) -> LRScheduler:
    """Raise the learning rate to the optimizer's, then let it fall to almost nothing.

    Source: Smith and Topin 2017, "Super-Convergence".
    """
    tops = [group["lr"] for group in optimizer.param_groups]
    has_momentum = "betas" in optimizer.defaults or bool(optimizer.defaults.get("momentum"))
    return OneCycleLR(
        optimizer, tops, total_steps, pct_start=pct_start, cycle_momentum=has_momentum
    )


def _rise(step: int, total_steps: int, warmup: float) -> float:
    """A linear rise that ends at 1 after the share ``warmup`` of the training."""
    length = warmup * total_steps
    return min((step + 1) / length, 1.0) if length >= 1 else 1.0
