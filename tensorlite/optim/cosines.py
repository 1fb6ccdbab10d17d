"""Schedules along a cosine wave."""

from __future__ import annotations

import math

from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Optimizer
from tensorlite.optim.scheduler import LRScheduler


class CosineAnnealingLR(LRScheduler):
    """Let the learning rate fall along half a cosine wave, from the first to ``eta_min``.

    After ``T_max`` steps the wave goes up again.

    Args:
        optimizer: Whose groups are changed.
        T_max: Steps down to ``eta_min``.
        eta_min: The lowest learning rate.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If ``T_max`` is below 1.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = CosineAnnealingLR(sgd, T_max=2)
        >>> schedule.step()
        >>> round(schedule.get_last_lr()[0], 4)
        0.5

    Source: Loshchilov and Hutter 2016, "SGDR: Stochastic Gradient Descent with Warm Restarts".
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,  # noqa: N803
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_max < 1:
            raise ConfigError(
                f"expected T_max of 1 or more, got {T_max}.", where="CosineAnnealingLR"
            )
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The present rate's distance from ``eta_min``, times the ratio of the wave's heights."""
        step = self.last_epoch
        if step == 0 or self._step_count == 1:
            return self._present()
        if (step - 1 - self.T_max) % (2 * self.T_max) == 0:  # up from the bottom: no ratio
            rise = self._height(step)
            pairs = zip(self._present(), self.base_lrs, strict=True)
            return [rate + (base - self.eta_min) * rise for rate, base in pairs]
        ratio = self._height(step) / self._height(step - 1)
        return [self.eta_min + (rate - self.eta_min) * ratio for rate in self._present()]

    def _get_closed_form_lr(self) -> list[float]:
        height = self._height(self.last_epoch)
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def _height(self, step: float) -> float:
        return (1 + math.cos(math.pi * step / self.T_max)) / 2


class CosineAnnealingWarmRestarts(LRScheduler):
    """Let the learning rate fall along half a cosine wave, again and again.

    Args:
        optimizer: Whose groups are changed.
        T_0: Steps of the first wave.
        T_mult: How many times longer each wave is than the one before.
        eta_min: The lowest learning rate.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If ``T_0`` or ``T_mult`` is below 1.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = CosineAnnealingWarmRestarts(sgd, T_0=2)
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [1.0]

    Source: Loshchilov and Hutter 2016, "SGDR: Stochastic Gradient Descent with Warm Restarts".
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,  # noqa: N803
        T_mult: int = 1,  # noqa: N803
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        for name, value in (("T_0", T_0), ("T_mult", T_mult)):
            if value < 1 or not isinstance(value, int):
                raise ConfigError(
                    f"expected a whole {name} of 1 or more, got {value}.",
                    where="CosineAnnealingWarmRestarts",
                )
        self.T_0, self.T_i = T_0, T_0
        self.T_mult, self.eta_min, self.T_cur = T_mult, eta_min, float(last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """``eta_min + (base - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2``."""
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Move on by one step, or jump to a step or between two.

        Args:
            epoch: Where to jump, as ``epoch + batch / batches``.

        Raises:
            ConfigError: If it is negative.
        """
        if epoch is not None and epoch < 0:
            raise ConfigError(
                f"expected an epoch of 0 or more, got {epoch}.", where="CosineAnnealingWarmRestarts"
            )
        now = self.last_epoch + 1 if epoch is None else epoch
        self.last_epoch = math.floor(now)
        self.T_i = self.T_0
        if self.T_mult == 1:
            now %= self.T_0
        while now >= self.T_i:
            now -= self.T_i
            self.T_i *= self.T_mult
        self.T_cur = now
        self._set(self.get_lr())
