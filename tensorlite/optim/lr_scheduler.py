"""Learning rates that change while training goes on; ``step()`` moves to the next one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Optimizer


class LRScheduler:
    """The base: a learning rate for each group, as a function of the number of steps.

    A subclass writes ``rate``. The first rate is set when the schedule is made.

    Args:
        optimizer: Whose groups are changed.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.last_epoch = 0
        groups: list[Any] = optimizer.param_groups
        self.base_lrs: list[float] = [
            group.setdefault("initial_lr", group["lr"]) for group in groups
        ]
        self._set()

    def rate(self, base: float, step: int) -> float:
        """The learning rate after ``step`` steps, for a group that began with ``base``."""
        raise NotImplementedError(f"{type(self).__name__} has no rate")

    def step(self) -> None:
        """Move on by one step."""
        self.last_epoch += 1
        self._set()

    def get_last_lr(self) -> list[float]:
        """The present learning rates, one per group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Where the schedule is."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` returned."""
        self.last_epoch = int(state_dict["last_epoch"])
        self.base_lrs = [float(base) for base in state_dict["base_lrs"]]
        self._set()

    def _set(self) -> None:
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = self.rate(base, self.last_epoch)


class LambdaLR(LRScheduler):
    """The first learning rate times a function of the number of steps.

    Args:
        optimizer: Whose groups are changed.
        lr_lambda: Takes the number of steps and returns the factor.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = LambdaLR(sgd, lambda step: 0.5**step)
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)

    def rate(self, base: float, step: int) -> float:
        """Base times factor."""
        return base * self.lr_lambda(step)


class StepLR(LRScheduler):
    """Multiply the learning rate by ``gamma`` every ``step_size`` steps.

    Args:
        optimizer: Whose groups are changed.
        step_size: Steps between two changes.
        gamma: The factor.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = StepLR(sgd, step_size=2)
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [0.1]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        if step_size < 1:
            raise ConfigError(f"expected step_size of 1 or more, got {step_size}.", where="StepLR")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def rate(self, base: float, step: int) -> float:
        """``base * gamma ** (step // step_size)``."""
        return base * self.gamma ** (step // self.step_size)


class CosineAnnealingLR(LRScheduler):
    """Let the learning rate fall along half a cosine wave, from the first to ``eta_min``.

    Args:
        optimizer: Whose groups are changed.
        T_max: Steps down to ``eta_min``.
        eta_min: The lowest learning rate.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = CosineAnnealingLR(sgd, T_max=2)
        >>> schedule.step()
        >>> round(schedule.get_last_lr()[0], 4)
        0.5

    Source: Loshchilov and Hutter 2016, "SGDR: Stochastic Gradient Descent with Warm Restarts".
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:  # noqa: N803
        if T_max < 1:
            raise ConfigError(
                f"expected T_max of 1 or more, got {T_max}.", where="CosineAnnealingLR"
            )
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def rate(self, base: float, step: int) -> float:
        """``eta_min + (base - eta_min) * (1 + cos(pi * step / T_max)) / 2``."""
        return (
            self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * step / self.T_max)) / 2
        )


class OneCycleLR(LRScheduler):
    """Raise the learning rate to ``max_lr``, then let it fall far below where it began.

    The momentum (SGD's, or Adam's first beta) goes the other way.

    Args:
        optimizer: Whose groups are changed.
        max_lr: The highest learning rate, or one per group.
        total_steps: Length of the cycle.
        pct_start: Share of the cycle in which the rate rises.
        cycle_momentum: Whether the momentum moves too.
        base_momentum: The lowest momentum.
        max_momentum: The highest momentum.
        div_factor: ``max_lr`` over the first rate.
        final_div_factor: The first rate over the last.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0, momentum=0.9)
        >>> schedule = OneCycleLR(sgd, max_lr=1.0, total_steps=10)
        >>> round(schedule.get_last_lr()[0], 4)
        0.04

    Source: Smith and Topin 2017, "Super-Convergence".
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int,
        pct_start: float = 0.3,
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        if total_steps < 1 or not 0 <= pct_start <= 1:
            raise ConfigError(
                f"expected total_steps of 1 or more and pct_start from 0 to 1, got {total_steps} "
                f"and {pct_start}.",
                where="OneCycleLR",
            )
        self.total_steps, self.pct_start = total_steps, pct_start
        self.momenta = (max_momentum, base_momentum) if cycle_momentum else None
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        groups = optimizer.param_groups
        tops = [max_lr] * len(groups) if isinstance(max_lr, (int, float)) else list(max_lr)
        for group, top in zip(groups, tops, strict=True):
            group["initial_lr"] = top
        super().__init__(optimizer)

    def rate(self, base: float, step: int) -> float:
        """Up and down between ``base``, which is ``max_lr`` here, and its fractions."""
        first = base / self.div_factor
        return self._between(step, first, base, first / self.final_div_factor)

    def _between(self, step: int, first: float, top: float, last: float) -> float:
        peak = self.pct_start * self.total_steps - 1
        if step <= peak:
            return _cosine(first, top, step / peak if peak > 0 else 1.0)
        return _cosine(top, last, min((step - peak) / max(self.total_steps - 1 - peak, 1), 1.0))

    def _set(self) -> None:
        super()._set()
        if self.momenta is None:
            return
        high, low = self.momenta
        momentum = self._between(self.last_epoch, high, low, high)
        for group in self.optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            elif group.get("momentum"):
                group["momentum"] = momentum


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
