"""Schedules made of schedules."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Optimizer
from tensorlite.optim.plateau import ReduceLROnPlateau
from tensorlite.optim.scheduler import LRScheduler


class _Combined(LRScheduler):
    """What holds other schedules: their states are part of its own."""

    _apart = ("optimizer", "_schedulers")
    _schedulers: list[LRScheduler]

    def _take(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> None:
        where = type(self).__name__
        if not schedulers:
            raise ConfigError("expected schedules, got none.", where=where)
        self.optimizer = optimizer or schedulers[0].optimizer
        if any(schedule.optimizer is not self.optimizer for schedule in schedulers):
            raise ConfigError("expected schedules of one optimizer.", where=where)
        self._schedulers = list(schedulers)

    def state_dict(self) -> dict[str, Any]:
        """Where the schedule is, and where each of its own is."""
        inner = [schedule.state_dict() for schedule in self._schedulers]
        return {**super().state_dict(), "_schedulers": inner}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` returned."""
        state = dict(state_dict)
        for schedule, inner in zip(self._schedulers, state.pop("_schedulers"), strict=True):
            schedule.load_state_dict(inner)
        super().load_state_dict(state)


class SequentialLR(_Combined):
    """One schedule after the other.

    Args:
        optimizer: Whose groups are changed.
        schedulers: The schedules; each begins anew when its turn comes.
        milestones: The steps at which the second, third and so on begins.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If the numbers do not fit, or a schedule has another optimizer or needs
            figures.

    Example:
        >>> import tensorlite as tl
        >>> from tensorlite.optim.lr_scheduler import ConstantLR, ExponentialLR
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> warm, fall = ConstantLR(sgd, 0.5, total_iters=9), ExponentialLR(sgd, gamma=0.5)
        >>> schedule = SequentialLR(sgd, [warm, fall], milestones=[1])
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        self._take(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ConfigError(
                f"expected {len(schedulers) - 1} milestones for {len(schedulers)} schedules, "
                f"got {len(milestones)}.",
                where="SequentialLR",
            )
        if any(isinstance(schedule, ReduceLROnPlateau) for schedule in schedulers):
            raise ConfigError(
                "expected schedules that need no figures, got ReduceLROnPlateau.",
                where="SequentialLR",
            )
        self._milestones, self.last_epoch = list(milestones), last_epoch + 1
        # All of them have set a first rate when they were made; only the first one may.
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for schedule in self._schedulers:
            _rewind(schedule)
        self._schedulers[0]._initial_step()
        self._last_lr = schedulers[0].get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Move the schedule whose turn it is."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        schedule = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            schedule.step(0)
        else:
            schedule.step()
        self._last_lr = schedule.get_last_lr()


def _rewind(schedule: LRScheduler) -> None:
    if not isinstance(schedule, ChainedScheduler):  # which counts nothing itself
        schedule.last_epoch -= 1
    if isinstance(schedule, _Combined):
        for inner in schedule._schedulers:
            _rewind(inner)


class ChainedScheduler(_Combined):
    """Several schedules at once: each goes on from what the one before has set.

    Args:
        schedulers: The schedules.
        optimizer: Whose groups are changed; the schedules' own if left out.

    Raises:
        ConfigError: If there are none, or they belong to several optimizers.

    Example:
        >>> import tensorlite as tl
        >>> from tensorlite.optim.lr_scheduler import ConstantLR, ExponentialLR
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = ChainedScheduler([ConstantLR(sgd, 0.5), ExponentialLR(sgd, gamma=0.5)])
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.25]
    """

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        self._take(schedulers, optimizer)
        self._last_lr = self._present()

    def step(self) -> None:  # type: ignore[override]
        """Move all of them."""
        for schedule in self._schedulers:
            schedule.step()
        self._last_lr = self._present()
