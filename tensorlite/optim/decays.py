"""Schedules that multiply the learning rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Optimizer
from tensorlite.optim.scheduler import LRScheduler, per_group

Factor = Callable[[int], float]


class _Functions(LRScheduler):
    """A schedule given by functions of the number of steps, one per group."""

    _apart = ("optimizer", "lr_lambdas")

    def __init__(
        self, optimizer: Optimizer, lr_lambda: Factor | list[Factor], last_epoch: int = -1
    ) -> None:
        where = type(self).__name__
        self.lr_lambdas: list[Any] = per_group(lr_lambda, optimizer, "lr_lambda", where)
        for function in self.lr_lambdas:
            if not callable(function):
                raise ConfigError(f"expected functions, got {function!r}.", where=where)
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Where the schedule is; of functions that are objects, their attributes."""
        kept = [None if isinstance(f, FunctionType) else dict(vars(f)) for f in self.lr_lambdas]
        return {**super().state_dict(), "lr_lambdas": kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` returned."""
        state = dict(state_dict)
        for function, attributes in zip(self.lr_lambdas, state.pop("lr_lambdas"), strict=True):
            vars(function).update(attributes or {})
        super().load_state_dict(state)


class LambdaLR(_Functions):
    """The first learning rate times a function of the number of steps.

    Args:
        optimizer: Whose groups are changed.
        lr_lambda: Takes the number of steps and returns the factor; a list has one per group.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If there is not one function per group.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = LambdaLR(sgd, lambda step: 0.5**step)
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.5]
    """

    def get_lr(self) -> list[float]:
        """Base times factor."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * factor(self.last_epoch) for base, factor in pairs]


class MultiplicativeLR(_Functions):
    """The last learning rate times a function of the number of steps.

    Args:
        optimizer: Whose groups are changed.
        lr_lambda: Takes the number of steps and returns the factor; a list has one per group.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If there is not one function per group.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = MultiplicativeLR(sgd, lambda step: 0.5)
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [0.25]
    """

    def get_lr(self) -> list[float]:
        """The present rate times the factor, but for the step that it begins with."""
        if self._step_count == 1:
            return self._present()
        pairs = zip(self._present(), self.lr_lambdas, strict=True)
        return [rate * factor(self.last_epoch) for rate, factor in pairs]


class _Decay(LRScheduler):
    """A schedule that has a formula, ``base * share(step)``, and a ratio from step to step.

    Each step multiplies the present rate by the ratio, so that several schedules can be chained.
    """

    smooth = False  # whether going on from a step takes the present rate for that step's

    def share(self, step: int) -> float:
        """The share of the first learning rate that is left after ``step`` steps."""
        raise NotImplementedError(f"{type(self).__name__} has no factor")

    def ratio(self, step: int) -> float:
        """The factor of a step over that of the step before."""
        now, before = self.share(step), self.share(step - 1)
        return 1.0 if now == before else now / before

    def get_lr(self) -> list[float]:
        """The present rate times the ratio."""
        step = self.last_epoch
        ratio = self.ratio(step) if step > 0 else self.share(step)
        if step > 0 and self.smooth and self._step_count == 1:
            ratio = 1.0
        return [rate * ratio for rate in self._present()]

    def _get_closed_form_lr(self) -> list[float]:
        return [base * self.share(self.last_epoch) for base in self.base_lrs]


class StepLR(_Decay):
    """Multiply the learning rate by ``gamma`` every ``step_size`` steps.

    Args:
        optimizer: Whose groups are changed.
        step_size: Steps between two changes.
        gamma: The factor.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If ``step_size`` is below 1.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = StepLR(sgd, step_size=2)
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [0.1]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        if step_size < 1:
            raise ConfigError(f"expected step_size of 1 or more, got {step_size}.", where="StepLR")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def share(self, step: int) -> float:
        """``gamma ** (step // step_size)``."""
        return self.gamma ** (step // self.step_size)

    def ratio(self, step: int) -> float:
        """``gamma`` at every change, 1 elsewhere."""
        return 1.0 if step % self.step_size else self.gamma


class MultiStepLR(_Decay):
    """Multiply the learning rate by ``gamma`` at each milestone.

    Args:
        optimizer: Whose groups are changed.
        milestones: The steps at which it changes; one that comes twice counts twice.
        gamma: The factor.
        last_epoch: The number of the last step when going on, -1 to begin.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = MultiStepLR(sgd, milestones=[1, 3])
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def share(self, step: int) -> float:
        """``gamma`` to the power of the milestones that were passed."""
        return self.gamma ** sum(n for at, n in self.milestones.items() if at <= step)

    def ratio(self, step: int) -> float:
        """``gamma`` at a milestone, 1 elsewhere."""
        return self.gamma ** self.milestones[step]


class ConstantLR(_Decay):
    """A share of the learning rate in the first steps, all of it from then on.

    Args:
        optimizer: Whose groups are changed.
        factor: The share.
        total_iters: Steps that it lasts.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If the share is not from 0 to 1.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = ConstantLR(sgd, factor=0.5, total_iters=2)
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 <= factor <= 1:
            raise ConfigError(f"expected a factor from 0 to 1, got {factor}.", where="ConstantLR")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def share(self, step: int) -> float:
        """The share in the beginning, then 1."""
        return self.factor if step < self.total_iters else 1.0


class LinearLR(_Decay):
    """A share of the learning rate that changes linearly in the first steps, then stays.

    Args:
        optimizer: Whose groups are changed.
        start_factor: The share in the beginning.
        end_factor: The share in the end.
        total_iters: Steps from one to the other.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If a share is not from 0 to 1, or the first one is 0.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = LinearLR(sgd, start_factor=0.5, total_iters=2)
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.75]
    """

    smooth = True

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not (0 < start_factor <= 1 and 0 <= end_factor <= 1):
            raise ConfigError(
                f"expected start_factor above 0 and up to 1 and end_factor from 0 to 1, "
                f"got {start_factor} and {end_factor}.",
                where="LinearLR",
            )
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def share(self, step: int) -> float:
        """A straight line between the shares."""
        done = min(step, self.total_iters) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * done


class ExponentialLR(_Decay):
    """Multiply the learning rate by ``gamma`` in each step.

    Args:
        optimizer: Whose groups are changed.
        gamma: The factor.
        last_epoch: The number of the last step when going on, -1 to begin.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = ExponentialLR(sgd, gamma=0.5)
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [0.25]
    """

    smooth = True

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def share(self, step: int) -> float:
        """``gamma ** step``."""
        return self.gamma**step

    def ratio(self, step: int) -> float:
        """``gamma``."""
        return self.gamma


class PolynomialLR(_Decay):
    """Let the learning rate fall to 0 along a power of what is left of the steps.

    Args:
        optimizer: Whose groups are changed.
        total_iters: Steps down to 0.
        power: 1 for a straight line.
        last_epoch: The number of the last step when going on, -1 to begin.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = PolynomialLR(sgd, total_iters=4, power=2.0)
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [0.25]
    """

    smooth = True

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def share(self, step: int) -> float:
        """``(1 - step / total_iters) ** power``."""
        return (1 - min(step, self.total_iters) / self.total_iters) ** self.power
