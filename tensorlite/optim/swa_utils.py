"""Averages of a model's weights over the training, and what they need."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from tensorlite.autograd import make_tensor, no_grad
from tensorlite.errors import ConfigError
from tensorlite.nn.module import Module
from tensorlite.optim.optimizer import Optimizer
from tensorlite.optim.scheduler import LRScheduler, per_group
from tensorlite.tensor import Buffer

Averages = Sequence[Any]


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[Averages, Averages, Any], None]:
    """Make a function that moves averages, in place, by ``1 - decay`` towards the weights.

    Raises:
        ConfigError: If ``decay`` is not from 0 to 1.
    """
    one = get_ema_avg_fn(decay)

    def move(averages: Averages, weights: Averages, count: Any) -> None:
        for average, weight in zip(averages, weights, strict=True):
            average.copy_(one(average, weight, count))

    return move


def get_swa_multi_avg_fn() -> Callable[[Averages, Averages, Any], None]:
    """Make a function that takes weights, in place, into averages over all models so far."""
    one = get_swa_avg_fn()

    def move(averages: Averages, weights: Averages, count: Any) -> None:
        for average, weight in zip(averages, weights, strict=True):
            average.copy_(one(average, weight, count))

    return move


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Any, Any, Any], Any]:
    """Make the function ``decay * average + (1 - decay) * weight``.

    Raises:
        ConfigError: If ``decay`` is not from 0 to 1.

    Example:
        >>> get_ema_avg_fn(0.75)(1.0, 3.0, 0)
        1.5
    """
    if not 0 <= decay <= 1:
        raise ConfigError(f"expected decay from 0 to 1, got {decay}.", where="get_ema_avg_fn")

    def average_of(average: Any, weight: Any, count: Any) -> Any:
        return average + (weight - average) * (1 - decay)

    return average_of


def get_swa_avg_fn() -> Callable[[Any, Any, Any], Any]:
    """Make the function ``average + (weight - average) / (count + 1)``."""

    def average_of(average: Any, weight: Any, count: Any) -> Any:
        return average + (weight - average) / (int(count) + 1)

    return average_of


class AveragedModel(Module):
    """A copy of a model whose weights are the averages of those that it has been shown.

    Args:
        model: The model that is trained.
        device: Accepted for PyTorch's sake.
        avg_fn: Takes an average, a weight and the number of models so far, and returns the new
            average; the plain mean of all if left out.
        multi_avg_fn: Takes all averages, all weights and the number, and changes the averages.
        use_buffers: Whether buffers are averaged too; else they are taken over as they are.

    Attributes:
        module: The copy.
        n_averaged: How many models it has been shown.

    Raises:
        ConfigError: If both functions are given.

    Example:
        >>> import tensorlite as tl
        >>> layer = tl.nn.Linear(1, 1)
        >>> averaged = AveragedModel(layer)
        >>> for value in (1.0, 2.0):
        ...     _ = layer.weight.data.fill_(value)
        ...     averaged.update_parameters(layer)
        >>> averaged.module.weight.item()
        1.5

    Source: Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better
    Generalization".
    """

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[[Any, Any, Any], Any] | None = None,
        multi_avg_fn: Callable[[Averages, Averages, Any], None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ConfigError("expected one of avg_fn and multi_avg_fn.", where="AveragedModel")
        self.module = copy.deepcopy(model)
        self.n_averaged = Buffer(np.zeros((), np.int64))
        self.avg_fn, self.multi_avg_fn = avg_fn, multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Run the averaged copy."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the weights of a model into the averages."""
        ours, theirs = _weights(self.module, self.use_buffers), _weights(model, self.use_buffers)
        count = int(self.n_averaged)
        with no_grad():
            if count == 0:
                for average, weight in zip(ours, theirs, strict=True):
                    average.copy_(weight)
            elif self.multi_avg_fn is not None or self.avg_fn is None:
                (self.multi_avg_fn or get_swa_multi_avg_fn())(ours, theirs, self.n_averaged)
            else:
                for average, weight in zip(ours, theirs, strict=True):
                    average.copy_(self.avg_fn(average, weight, self.n_averaged))
            if not self.use_buffers:
                pairs = zip(self.module.buffers(), model.buffers(), strict=True)
                for kept, buffer in pairs:
                    kept.copy_(buffer)
        self.n_averaged.array[...] = count + 1


def _weights(model: Module, buffers: bool) -> list[Any]:
    """The weights outside the graph; changes reach the model."""
    members = [*model.parameters(), *(model.buffers() if buffers else ())]
    return [make_tensor(member.array, version=member.version) for member in members]


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the running statistics of a model's batch norms anew, over all batches.

    Args:
        loader: Gives batches, or tuples that begin with them.
        model: The model; it is left in the mode it was in.
        device: Accepted for PyTorch's sake.
    """
    norms: list[Any] = [m for m in model.modules() if hasattr(m, "running_mean")]
    norms = [norm for norm in norms if norm.running_mean is not None]
    if not norms:
        return
    momenta = {norm: norm.momentum for norm in norms}
    training = model.training
    model.train()
    for norm in norms:
        norm.running_mean.zero_()
        norm.running_var.fill_(1)
        if getattr(norm, "num_batches_tracked", None) is not None:
            norm.num_batches_tracked.zero_()
    with no_grad():
        for number, batch in enumerate(loader, 1):
            for norm in norms:
                norm.momentum = 1.0 / number  # the plain mean of all batches
            model(batch[0] if isinstance(batch, (tuple, list)) else batch)
    for norm in norms:
        norm.momentum = momenta[norm]
    model.train(training)


class SWALR(LRScheduler):
    """Bring the learning rate to a fixed one, and keep it there.

    Args:
        optimizer: Whose groups are changed.
        swa_lr: The learning rate to come to, or one per group.
        anneal_epochs: Steps on the way.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        last_epoch: The number of the last step when going on, -1 to begin.

    Raises:
        ConfigError: If the way is none of these or its length negative.

    Example:
        >>> import tensorlite as tl
        >>> sgd = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0)
        >>> schedule = SWALR(sgd, 0.5, anneal_epochs=2, anneal_strategy="linear")
        >>> schedule.step(); schedule.step()
        >>> schedule.get_last_lr()
        [0.5]

    Source: Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better
    Generalization".
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        where = "SWALR"
        if anneal_strategy not in ("cos", "linear"):
            raise ConfigError(
                f"expected anneal_strategy 'cos' or 'linear', got {anneal_strategy!r}.", where=where
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ConfigError(
                f"expected anneal_epochs of 0 or more, got {anneal_epochs}.", where=where
            )
        rates = per_group(swa_lr, optimizer, "swa_lr", where)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["swa_lr"] = rate
        self.anneal_epochs, self.anneal_strategy = anneal_epochs, anneal_strategy
        super().__init__(optimizer, last_epoch)

    def _share(self, step: int) -> float:
        """How far the way has gone, 0 to 1."""
        done = min(max(step / max(self.anneal_epochs, 1), 0.0), 1.0)
        return float((1 - np.cos(np.pi * done)) / 2) if self.anneal_strategy == "cos" else done

    def get_lr(self) -> list[float]:
        """Between the rate in the beginning, which the present one tells, and the last."""
        # As PyTorch has it, the present rate stands for the step before this one.
        step = self.last_epoch if self.anneal_epochs else max(1, self.last_epoch)
        now, before = self._share(step), self._share(max(step - 1, 0))
        rates = []
        for group in self.optimizer.param_groups:
            goal, rate = group["swa_lr"], group["lr"]
            first = goal if before == 1 else (rate - before * goal) / (1 - before)
            rates.append(goal * now + first * (1 - now))
        return rates
