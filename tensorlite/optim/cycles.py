"""Schedules that go up and down, with the momentum against them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Optimizer
from tensorlite.optim.scheduler import LRScheduler, per_group

Rates = float | list[float]


class _Cycle(LRScheduler):
    """A schedule that moves the momentum too: SGD's, or the first of Adam's betas."""

    def _check_momentum(self, optimizer: Optimizer) -> None:
        if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
            raise ConfigError(
                f"expected an optimizer with a momentum, got {type(optimizer).__name__}.",
                where=type(self).__name__,
                hint="Pass cycle_momentum=False.",
            )

    def _set_momenta(self, momenta: list[float]) -> None:
        with_betas = "betas" in self.optimizer.defaults
        for group, momentum in zip(self.optimizer.param_groups, momenta, strict=True):
            if with_betas:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum


class CyclicLR(_Cycle):
    """Let the learning rate go up and down between two bounds, in straight lines.

    Args:
        optimizer: Whose groups are changed.
        base_lr: The lower bound, or one per group.
        max_lr: The upper bound, or one per group.
        step_size_up: Steps up.
        step_size_down: Steps down; as many as up if left out.
        mode: ``"triangular"``, ``"triangular2"`` (each cycle half as high) or ``"exp_range"``
            (lower by ``gamma`` in each step).
        gamma: For ``"exp_range"``.
        scale_fn: A function of its own for the height, in place of ``mode``.
        scale_mode: Whether ``scale_fn`` gets the number of the ``"cycle"`` or ``"iterations"``.
        cycle_momentum: Whether the momentum moves too, the other way.
        base_momentum: The lower bound of the momentum, or one per group.
        max_momentum: The upper bound of the momentum, or one per group.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If ``mode`` is none of these, or there is no momentum to move.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = CyclicLR(sgd, base_lr=0.0, max_lr=1.0, step_size_up=2)
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.5]

    Source: Smith 2015, "Cyclical Learning Rates for Training Neural Networks".
    """

    _apart = ("optimizer", "scale_fn")

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: Rates,
        max_lr: Rates,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: Rates = 0.8,
        max_momentum: Rates = 0.9,
        last_epoch: int = -1,
    ) -> None:
        where = "CyclicLR"
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ConfigError(
                f"expected mode 'triangular', 'triangular2' or 'exp_range', got {mode!r}.",
                where=where,
            )
        lows = per_group(base_lr, optimizer, "base_lr", where)
        if last_epoch == -1:
            for group, low in zip(optimizer.param_groups, lows, strict=True):
                group["lr"] = low
        self.max_lrs = per_group(max_lr, optimizer, "max_lr", where)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma, self.scale_fn = mode, gamma, scale_fn
        by_step = mode == "exp_range"
        self.scale_mode = scale_mode if scale_fn else ("iterations" if by_step else "cycle")
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._check_momentum(optimizer)
            self.use_beta1 = "betas" in optimizer.defaults
            self.base_momentums = per_group(base_momentum, optimizer, "base_momentum", where)
            self.max_momentums = per_group(max_momentum, optimizer, "max_momentum", where)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lows

    def get_lr(self) -> list[float]:
        """The lower bound and a share of the distance to the upper one."""
        cycles = self.last_epoch / self.total_size
        cycle = math.floor(1 + cycles)
        done = 1 + cycles - cycle
        up = done / self.step_ratio if done <= self.step_ratio else None
        height = (done - 1) / (self.step_ratio - 1) if up is None else up
        height *= self._scale(cycle)
        if self.cycle_momentum:
            pairs = zip(self.max_momentums, self.base_momentums, strict=True)
            self._set_momenta([high - (high - low) * height for high, low in pairs])
        bounds = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * height for low, high in bounds]

    def _scale(self, cycle: int) -> float:
        if self.scale_fn is not None:
            return self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.mode == "exp_range":
            return self.gamma**self.last_epoch
        return 1.0 if self.mode == "triangular" else 0.5 ** (cycle - 1)


class OneCycleLR(_Cycle):
    """Raise the learning rate to ``max_lr``, then let it fall far below where it began.

    The momentum (SGD's, or Adam's first beta) goes the other way.

    Args:
        optimizer: Whose groups are changed.
        max_lr: The highest learning rate, or one per group.
        total_steps: Length of the cycle, if ``epochs`` and ``steps_per_epoch`` are left out.
        epochs: Length of the training in epochs.
        steps_per_epoch: Steps of one epoch.
        pct_start: Share of the cycle in which the rate rises.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        cycle_momentum: Whether the momentum moves too.
        base_momentum: The lowest momentum, or one per group.
        max_momentum: The highest momentum, or one per group.
        div_factor: ``max_lr`` over the first rate.
        final_div_factor: The first rate over the last.
        three_phase: Fall to the first rate as fast as it rose, and to the last one after that.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If the length is not given, or a setting makes no sense; later, if the cycle
            is over.

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
        max_lr: Rates,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: Rates = 0.85,
        max_momentum: Rates = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        where = "OneCycleLR"
        self.total_steps = _length(total_steps, epochs, steps_per_epoch)
        if not 0 <= pct_start <= 1:
            raise ConfigError(f"expected pct_start from 0 to 1, got {pct_start}.", where=where)
        if anneal_strategy not in ("cos", "linear"):
            raise ConfigError(
                f"expected anneal_strategy 'cos' or 'linear', got {anneal_strategy!r}.", where=where
            )
        self.pct_start, self.three_phase = pct_start, three_phase
        self._anneal_func_type = anneal_strategy
        self.cycle_momentum = cycle_momentum
        tops = per_group(max_lr, optimizer, "max_lr", where)
        lows = per_group(base_momentum, optimizer, "base_momentum", where)
        highs = per_group(max_momentum, optimizer, "max_momentum", where)
        if cycle_momentum:
            self._check_momentum(optimizer)
        if last_epoch == -1:
            for group, top, low, high in zip(
                optimizer.param_groups, tops, lows, highs, strict=True
            ):
                first = top / div_factor
                group.update(initial_lr=first, max_lr=top, min_lr=first / final_div_factor)
                if cycle_momentum:
                    group.update(base_momentum=low, max_momentum=high)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rate between the two ends of the phase that this step lies in."""
        if self.last_epoch > self.total_steps:
            raise ConfigError(
                f"expected at most {self.total_steps} steps, got number {self.last_epoch}.",
                where="OneCycleLR",
                hint="Raise total_steps, or step once per batch or epoch as planned.",
            )
        groups: list[Any] = self.optimizer.param_groups
        if self.cycle_momentum:
            ends = ("max_momentum", "base_momentum", "max_momentum", "max_momentum")
            self._set_momenta([self._between(group, ends) for group in groups])
        return [self._between(g, ("initial_lr", "max_lr", "initial_lr", "min_lr")) for g in groups]

    def _between(self, group: dict[str, Any], ends: tuple[str, str, str, str]) -> float:
        """Between first and top, then (with three phases) first again, then last."""
        first, top, again, last = (group[name] for name in ends)
        peak, final = self.pct_start * self.total_steps - 1, self.total_steps - 1
        phases = [(peak, first, top), (final, top, last)]
        if self.three_phase:
            back = 2 * self.pct_start * self.total_steps - 2
            phases = [(peak, first, top), (back, top, again), (final, again, last)]
        turn = sum(self.last_epoch > end for end, _, _ in phases[:-1])
        end, start, goal = phases[turn]
        begin = phases[turn - 1][0] if turn else 0.0
        done = (self.last_epoch - begin) / (end - begin) if end > begin else 1.0
        if self._anneal_func_type == "linear":
            return float(start + (goal - start) * done)
        return float(goal + (start - goal) * (1 + math.cos(math.pi * done)) / 2)


def _length(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise ConfigError(
            "expected total_steps, or epochs and steps_per_epoch.", where="OneCycleLR"
        )
    length = total_steps if total_steps is not None else (epochs or 0) * (steps_per_epoch or 0)
    if length < 1:
        raise ConfigError(f"expected total_steps of 1 or more, got {length}.", where="OneCycleLR")
    return length
