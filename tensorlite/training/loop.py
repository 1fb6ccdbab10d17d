"""The training loop: batches, epochs, events. It knows no task, no model and no file by name.

Ctrl-C acts between two steps, never inside one: the weights are always those after a whole step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import no_grad
from tensorlite.errors import DataError, DivergedError
from tensorlite.training.callbacks import Event
from tensorlite.training.checkpoint import Description, Snapshot
from tensorlite.training.inputs import Inputs
from tensorlite.training.interrupts import Interrupts
from tensorlite.training.learning import Learner
from tensorlite.training.tasks import Task

if TYPE_CHECKING:
    from tensorlite.data import DataLoader
    from tensorlite.nn import Module
    from tensorlite.training.averaging import Averages

Figures = dict[str, float]


class Trainer:
    """Fits a model to data, one epoch after the other, and tells its callbacks what happens.

    Args:
        model: What is trained.
        task: Loss and figures.
        inputs: Normalisation of the images.
        optimizer: Changes the weights: ``zero_grad``, ``step``, ``param_groups``.
        schedule: Changes the learning rate, stepped after every batch; None leaves it.
        train: Batches to learn from.
        val: Batches that the best epoch is chosen by.
        epochs: Passes over ``train``.
        description: What checkpoints say about the model.
        callbacks: Objects with ``on_*`` methods, see ``Callback``.
        accumulate: Batches per step.
        clip_norm: The largest norm of all gradients together; 0 leaves them.
        averages: Follow the weights; validation and checkpoints then use them.
        resize: Called with the images of a batch and the epoch.
        folder: Where callbacks may write, that of the run; None for none.
        time_limit: Seconds after which the running epoch is broken off and validated.

    Attributes:
        epoch: The running epoch, from 1; 0 before the first.
        batch: Batches of the running epoch that are done.
        images: Images of the running epoch that are done.
        waited: Seconds of the running epoch in which there was no batch to learn from.
        total: Sum of the training loss of those images.
        epoch_lr: The learning rate at the beginning of the running epoch.
        history: One dictionary of figures per finished epoch.
        unlearnable: The batch whose loss was not finite, if there was one.
        best_epoch: The epoch with the best figures so far, 0 before the first.
        stop: Set it to True to end after the running epoch.
    """

    def __init__(
        self,
        model: Module,
        task: Task,
        inputs: Inputs,
        optimizer: Any,
        schedule: Any | None,
        train: DataLoader[Any],
        val: DataLoader[Any],
        *,
        epochs: int,
        description: Description,
        callbacks: Sequence[Any] = (),
        accumulate: int = 1,
        clip_norm: float = 0.0,
        averages: Averages | None = None,
        resize: Callable[[Any, int], Any] = lambda images, epoch: images,
        folder: Path | None = None,
        time_limit: float = math.inf,
    ) -> None:
        self.model, self.task, self.inputs = model, task, inputs
        self.optimizer, self.averages, self.resize = optimizer, averages, resize
        self.learner = Learner(
            model,
            task,
            optimizer,
            schedule,
            accumulate=accumulate,
            clip_norm=clip_norm,
            averages=averages,
        )
        self.train, self.val, self.epochs = train, val, epochs
        self.callbacks = list(callbacks)
        self.description = description
        self.epoch = self.batch = self.images = self.best_epoch = 0
        self.total = self.waited = 0.0
        self.epoch_lr = self.lr
        self.unlearnable: tuple[Any, Any] | None = None
        self.stop, self.folder, self.time_limit = False, folder, time_limit
        self._clocks = {"epoch": 0.0, "all": 0.0}  # when they would have begun without a break
        self.history: list[Figures] = []
        self._interrupts = Interrupts()
        self._ahead: Iterator[Any] | None = None

    def fit(self) -> None:
        """Train until the last epoch, or until a callback or Ctrl-C ends it.

        Raises:
            KeyboardInterrupt: On Ctrl-C, after the callbacks have saved the weights so far.
            DivergedError: If the loss is no longer finite.
        """
        self._end = time.perf_counter() + self.time_limit
        if not self.epoch:
            self.continue_clock()
        self._emit("on_train_start")
        try:
            with self._interrupts:
                while (self.midway or self.epoch < self.epochs) and not self.stop:
                    self._run_epoch()
        except KeyboardInterrupt:
            self._emit("on_interrupt")
            raise
        except Exception as error:
            with suppress(DataError):  # where nothing can be written, the first error counts
                self._emit("on_failure", error)
            raise
        finally:
            self._close_ahead()
        self._emit("on_train_end")

    @property
    def lr(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    @property
    def loss(self) -> float:
        """Mean training loss of the running epoch so far."""
        return self.total / self.images if self.images else math.nan

    @property
    def midway(self) -> bool:
        """Whether an epoch has begun that is not validated yet."""
        return len(self.history) < self.epoch

    @property
    def seconds(self) -> float:
        """Time of the training so far."""
        return time.perf_counter() - self._clocks["all"]

    @property
    def epoch_seconds(self) -> float:
        """Time of the running epoch so far."""
        return time.perf_counter() - self._clocks["epoch"]

    def continue_clock(self, **seconds: float) -> None:
        """Take so many seconds of the ``epoch`` and of ``all`` as passed."""
        now = time.perf_counter()
        self._clocks = {name: now - seconds.get(name, 0.0) for name in self._clocks}

    @property
    def improved(self) -> bool:
        """Whether the epoch that has just finished is the best so far."""
        return self.best_epoch == len(self.history) > 0

    @property
    def best(self) -> Figures:
        """The figures of the best epoch; empty before the first."""
        return self.history[self.best_epoch - 1] if self.best_epoch else {}

    def snapshot(self) -> Snapshot:
        """Return the weights, or their averages, with a description.

        Times are left out of it, so that the same training gives the same bytes.
        """
        figures = {key: value for key, value in (self.history or [{}])[-1].items()}
        for name in ("epoch", "seconds", "images_per_second"):
            figures.pop(name, None)
        arrays = {name: value.numpy() for name, value in self.model.state_dict().items()}
        arrays |= self.averages.arrays if self.averages else {}
        return Snapshot(replace(self.description, epoch=len(self.history), figures=figures), arrays)

    def _run_epoch(self) -> None:
        if not self.midway:
            self._begin_epoch()
        self._emit("on_epoch_start")
        self._train_epoch()
        seconds = self.epoch_seconds
        self._look_ahead()
        with self.averages.in_place() if self.averages else nullcontext():
            scores = evaluate(self.model, self.task, self.inputs, self.val, self._interrupts.check)
        val = {f"val_{name}": value for name, value in scores.figures().items()}
        self._check_finite(val.get("val_loss", 0.0), "validation loss")
        timing = {"seconds": seconds, "images_per_second": self.images / max(seconds, 1e-9)}
        self.history.append(
            {"epoch": self.epoch, "lr": self.epoch_lr, "train_loss": self.loss, **val, **timing}
        )
        if self.best_epoch == 0 or self._rank(self.history[-1]) > self._rank(self.best):
            self.best_epoch = self.epoch
        self._emit("on_epoch_end")

    def _begin_epoch(self) -> None:
        self.epoch += 1
        self.batch = self.images = 0
        self.total, self.epoch_lr = 0.0, self.lr
        self._clocks["epoch"] = time.perf_counter()

    def _train_epoch(self) -> None:
        self.model.train()
        self.waited = 0.0
        for images, target in self._timed(self._batches()):
            images = self.resize(images, self.epoch)
            last = self.batch + 1 == len(self.train)
            try:
                loss = self.learner.learn(images, target, last, self._check_loss)
            except DivergedError:
                self.unlearnable = images, target
                raise
            self.total += loss * len(images)
            self.batch += 1
            self.images += len(images)
            self._emit("on_batch_end")
            if self.learner.between_steps:
                self._interrupts.check()
                if time.perf_counter() > self._end:
                    self._emit("on_time_limit")
                    self.stop = True
                    return

    def _batches(self) -> Iterator[Any]:
        """The batches of the running epoch, which may have been begun during a validation."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            return ahead
        self.train.set_epoch(self.epoch - 1, skip=self.batch)
        return self.inputs.normalised(self.train)

    def _look_ahead(self) -> None:
        """Let the first batches of the next epoch be made while this one is validated."""
        # Without a seed of its own the loader would draw one, earlier than its turn is.
        if (
            self.epoch < self.epochs
            and not self.stop
            and getattr(self.train, "seed", None) is not None
        ):
            self.train.set_epoch(self.epoch)
            self._ahead = self.inputs.normalised(self.train, at_once=True)

    def _close_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        close = getattr(ahead, "close", None)
        if close is not None:
            close()

    def _timed(self, batches: Iterator[Any]) -> Iterator[Any]:
        """The batches, with the time that was spent on waiting for them."""
        while True:
            began = time.perf_counter()
            batch = next(batches, None)
            self.waited += time.perf_counter() - began
            if batch is None:
                return
            yield batch

    def _check_loss(self, value: float) -> None:
        self._check_finite(value, "loss")

    def _check_finite(self, value: float, what: str) -> None:
        if math.isfinite(value):
            return
        raise DivergedError(
            f"the {what} became {value} at epoch {self.epoch}, batch {self.batch + 1}.",
            hint=f"--lr {self.lr / 10:.1g}   or   --warmup-epochs 1 --clip-norm 1",
        )

    def _rank(self, figures: Figures) -> tuple[float, float]:
        """Order epochs by the task's figure; equal ones by the loss, as small sets tie often."""
        sign = 1 if self.task.higher_is_better else -1
        monitored = figures[f"val_{self.task.monitor}"]
        return sign * monitored, -figures.get("val_loss", 0.0)

    def _emit(self, event: Event, *arguments: Any) -> None:
        for callback in self.callbacks:
            method = getattr(callback, event, None)
            if method is not None:
                method(self, *arguments)


def evaluate(
    model: Module,
    task: Task,
    inputs: Inputs,
    batches: Iterable[tuple[Any, Any]],
    before_batch: Callable[[], None] = lambda: None,
) -> Any:
    """Pass over a data set without learning and return the task's scores.

    Args:
        model: Put into evaluation mode.
        task: Gives the empty scores that are filled.
        inputs: Normalisation of the images.
        batches: Pairs of images and targets.
        before_batch: Called before every batch, such as to draw progress or to stop.
    """
    scores = task.scores()
    model.eval()
    with no_grad(), np.errstate(all="ignore"):
        for images, target in inputs.normalised(batches):
            before_batch()
            scores.update(model(images), target)
    return scores
