"""One batch at a time: from a batch to gradients, and from gradients to a step of the weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.nn.utils import clip_grad_norm_

if TYPE_CHECKING:
    from tensorlite.nn import Module
    from tensorlite.training.averaging import Averages
    from tensorlite.training.tasks import Task


class Learner:
    """Moves the weights of a model, after every batch or after several.

    Several batches per step have the gradient of one large batch: each counts by its images.

    Args:
        model: What is trained.
        task: Gives the loss.
        optimizer: Changes the weights.
        schedule: Changes the learning rate, stepped after every step; None leaves it.
        accumulate: Batches per step.
        clip_norm: The largest norm of all gradients together; 0 leaves them.
        averages: Follow the weights.

    Attributes:
        steps: How often the weights were moved.
    """

    def __init__(
        self,
        model: Module,
        task: Task,
        optimizer: Any,
        schedule: Any | None,
        *,
        accumulate: int = 1,
        clip_norm: float = 0.0,
        averages: Averages | None = None,
    ) -> None:
        self.model, self.task = model, task
        self.optimizer, self.schedule = optimizer, schedule
        self.accumulate, self.clip_norm, self.averages = accumulate, clip_norm, averages
        self.steps = self._batches = self._images = 0

    def replay(self, steps: int) -> None:
        """Take so many steps as taken: the schedule follows, the weights do not."""
        self.steps = steps
        if self.schedule is not None:
            for _ in range(steps):
                self.schedule.step()

    @property
    def between_steps(self) -> bool:
        """Whether no gradients are waiting for more of their step."""
        return self._batches == 0

    def learn(self, images: Any, target: Any, last: bool, check: Callable[[float], None]) -> float:
        """Learn from a batch.

        Args:
            images: Of the batch.
            target: Of the batch.
            last: Whether the epoch ends with it, so that the step is not put off.
            check: Called with the loss before anything is changed by it.

        Returns:
            The loss.
        """
        with np.errstate(all="ignore"):  # overflow ends in a loss that is not finite
            loss = self.task.loss(self.model(images), target)
            value = float(loss.item())
            check(value)
            if not self._batches:
                self.optimizer.zero_grad()
            self._batches += 1
            self._images += len(images)
            (loss if self.accumulate == 1 else loss * float(len(images))).backward()
            if last or self._batches == self.accumulate:
                self._move()
        return value

    def _move(self) -> None:
        if self.accumulate > 1:
            self._divide(self._images)
        if self.clip_norm:
            clip_grad_norm_(self.model.parameters(), self.clip_norm)
        self.optimizer.step()
        self.steps += 1
        if self.schedule is not None:
            self.schedule.step()
        if self.averages is not None:
            self.averages.update()
        self._batches = self._images = 0

    def _divide(self, images: int) -> None:
        for parameter in self.model.parameters():
            if parameter.grad is not None:
                parameter.grad.array /= images
