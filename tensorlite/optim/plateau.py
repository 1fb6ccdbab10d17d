"""A schedule that waits until a figure no longer improves."""

from __future__ import annotations

import math
from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Optimizer
from tensorlite.optim.scheduler import LRScheduler, per_group


class ReduceLROnPlateau(LRScheduler):
    """Multiply the learning rate by ``factor`` when a figure has stopped improving.

    Args:
        optimizer: Whose groups are changed.
        mode: ``"min"`` if small figures are good, ``"max"`` if large ones are.
        factor: The factor, below 1.
        patience: Steps without improvement that are tolerated.
        threshold: What counts as an improvement.
        threshold_mode: ``"rel"`` if that is a share of the best figure, ``"abs"`` if a distance.
        cooldown: Steps after a change in which nothing is counted.
        min_lr: The lowest learning rate, or one per group.
        eps: Smaller changes of the learning rate are left out.

    Raises:
        ConfigError: If ``factor`` is not below 1 or a mode is none of these.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = ReduceLROnPlateau(sgd, factor=0.5, patience=1)
        >>> for loss in (3.0, 3.0, 3.0):
        ...     schedule.step(loss)
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        where = "ReduceLROnPlateau"
        if factor >= 1:
            raise ConfigError(f"expected a factor below 1, got {factor}.", where=where)
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ConfigError(
                "expected mode 'min' or 'max' and threshold_mode 'rel' or 'abs', got "
                f"{mode!r} and {threshold_mode!r}.",
                where=where,
            )
        if not isinstance(optimizer, Optimizer):
            raise ConfigError(
                f"expected an optimizer, got {type(optimizer).__name__}.", where=where
            )
        self.factor, self.optimizer = factor, optimizer
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else min_lr
        self.min_lrs = per_group(min_lr, optimizer, "min_lr", where)
        self.patience, self.cooldown, self.eps = patience, cooldown, eps
        self.last_epoch = 0
        self._last_lr = self._present()
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode, self.threshold, self.threshold_mode = mode, threshold, threshold_mode
        self._reset()

    def _reset(self) -> None:
        self.best = self.mode_worse
        self.cooldown_counter = self.num_bad_epochs = 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Take a figure, and lower the rates if none was better for too long.

        Args:
            metrics: The figure, a number or a tensor with one.
            epoch: The number of this step.
        """
        figure = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.is_better(figure, self.best):
            self.best, self.num_bad_epochs = figure, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self._present()

    @property
    def in_cooldown(self) -> bool:
        """Whether nothing is counted at present."""
        return self.cooldown_counter > 0

    def is_better(self, a: float, best: float) -> bool:
        """Whether a figure is better than the best so far by more than the threshold."""
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            margin = best * (1 + sign * self.threshold)
        else:
            margin = best + sign * self.threshold
        return a > margin if self.mode == "max" else a < margin

    def _reduce(self) -> None:
        groups: list[Any] = self.optimizer.param_groups
        added = [self.default_min_lr or 0.0] * (len(groups) - len(self.min_lrs))
        for group, lowest in zip(groups, [*self.min_lrs, *added], strict=True):
            rate = max(group["lr"] * self.factor, lowest)
            if group["lr"] - rate > self.eps:
                group["lr"] = rate
