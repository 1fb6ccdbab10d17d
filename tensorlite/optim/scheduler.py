"""The base of the schedules: a learning rate for each group, and a step to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorlite.errors import ConfigError, StateError
from tensorlite.optim.optimizer import Optimizer


class LRScheduler:
    """The base of learning rates that change while training goes on.

    A subclass writes ``get_lr``, which says from ``last_epoch``, ``base_lrs`` and the present
    rates what comes next. The first rates are set when the schedule is made.

    Args:
        optimizer: Whose groups are changed.
        last_epoch: The number of the last step when going on, -1 to begin.

    Attributes:
        base_lrs: The rates in the beginning, one per group; ``"initial_lr"`` in the groups.

    Raises:
        ConfigError: If this is no optimizer.
        StateError: If a group has no ``"initial_lr"`` to go on from.

    Example:
        >>> import tensorlite as tl
        >>> class Halve(LRScheduler):
        ...     def get_lr(self):
        ...         return [base / 2**self.last_epoch for base in self.base_lrs]
        >>> schedule = Halve(tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0))
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.5]
    """

    _apart: tuple[str, ...] = ("optimizer",)  # attributes that are not part of the state

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        where = type(self).__name__
        if not isinstance(optimizer, Optimizer):
            raise ConfigError(
                f"expected an optimizer, got {type(optimizer).__name__}.", where=where
            )
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise StateError(
                    f"expected 'initial_lr' in group {i} to go on from step {last_epoch}.",
                    where=where,
                    hint="Load the optimizer's state first, or leave last_epoch out.",
                )
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self.step()

    def get_lr(self) -> list[float]:
        """The learning rates of this step, one per group, from those of the step before."""
        raise NotImplementedError(f"{type(self).__name__} has no get_lr")

    def _get_closed_form_lr(self) -> list[float]:
        """The learning rates of a step that was jumped to."""
        return self.get_lr()

    def step(self, epoch: int | None = None) -> None:
        """Move on by one step, or jump to one.

        Args:
            epoch: The step to jump to.
        """
        self._step_count += 1
        if epoch is None:
            self.last_epoch += 1
            self._set(self.get_lr())
        else:
            self.last_epoch = epoch
            self._set(self._get_closed_form_lr())

    def _set(self, rates: Sequence[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = self._present()

    def _present(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def get_last_lr(self) -> list[float]:
        """The learning rates that were set last, one per group."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Where the schedule is; the optimizer's state is its own."""
        return {name: value for name, value in vars(self).items() if name not in self._apart}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` returned; load the optimizer's state as well."""
        vars(self).update(state_dict)


def per_group(value: Any, optimizer: Optimizer, name: str, where: str) -> list[Any]:
    """One value for each group, of one for all or a list.

    Raises:
        ConfigError: If the list has another length.
    """
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * groups
    if len(value) != groups:
        raise ConfigError(
            f"expected one {name} for each of {groups} groups, got {len(value)}.", where=where
        )
    return list(value)
