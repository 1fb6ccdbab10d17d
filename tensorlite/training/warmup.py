"""A warm-up: the learning rate rises to where any schedule begins, and then the schedule runs."""

from __future__ import annotations

from typing import Any


class WarmUp:
    """Raises the learning rates in a straight line, and then hands over to a schedule.

    Args:
        optimizer: Whose learning rates change.
        schedule: What follows; the rates rise to its first ones.
        steps: Steps until they are reached.

    Example:
        >>> import tensorlite as tl
        >>> from tensorlite.optim.schedules import constant
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = WarmUp(sgd, constant(sgd, 10), steps=4)
        >>> rates = []
        >>> for _ in range(6):
        ...     rates.append(sgd.param_groups[0]["lr"])
        ...     schedule.step()
        >>> rates
        [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]

    Source: Goyal et al. 2017, "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour".
    """

    def __init__(self, optimizer: Any, schedule: Any, steps: int) -> None:
        self.optimizer, self.schedule, self.steps, self.taken = optimizer, schedule, steps, 0
        self._tops = [group["lr"] for group in optimizer.param_groups]
        self._rise()

    def step(self) -> None:
        """Move on by one step."""
        self.taken += 1
        if self.taken <= self.steps:
            self._rise()
        else:
            self.schedule.step()

    def _rise(self) -> None:
        share = min((self.taken + 1) / self.steps, 1.0)
        for group, top in zip(self.optimizer.param_groups, self._tops, strict=True):
            group["lr"] = top * share
