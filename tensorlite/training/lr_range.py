"""The learning-rate range test: raise the rate step by step and watch the loss."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.errors import ConfigError, DivergedError
from tensorlite.files import write_atomically
from tensorlite.training.comparison import check_ending
from tensorlite.training.curves import curves
from tensorlite.training.learning import Learner
from tensorlite.training.page import page
from tensorlite.training.svg import Axis, standalone
from tensorlite.training.tasks import Section

if TYPE_CHECKING:
    from tensorlite.training.session import Session

_FALL = 0.02  # share of the first loss that it must fall by, for a suggestion
_BLOW_UP = 4.0  # times the best loss at which the test ends


@dataclass(frozen=True)
class RangeTest:
    """What a range test found.

    Args:
        rates: The learning rate of each step.
        losses: The loss of each step's batch, before the step.
        wanted: Steps that were to be made; fewer were if the loss blew up.
    """

    rates: Sequence[float]
    losses: Sequence[float]
    wanted: int

    @property
    def smoothed(self) -> NDArray[np.float64]:
        """The losses without most of the noise of single batches."""
        width = max(len(self.losses) / 25, 1.0)
        distances = np.subtract.outer(*[np.arange(len(self.losses))] * 2) / width
        weights = np.exp(-0.5 * distances**2)
        result: NDArray[np.float64] = weights @ np.asarray(self.losses) / weights.sum(axis=1)
        return result

    @property
    def suggestion(self) -> float | None:
        """The rate at which the loss falls fastest; None if it never falls.

        The slope is that of the smoothed loss over the logarithm of the rate, up to its minimum.
        """
        smoothed = self.smoothed
        lowest = int(smoothed.argmin())
        if lowest < 3 or smoothed[0] - smoothed[lowest] < _FALL * abs(smoothed[0]):
            return None
        slopes = np.gradient(smoothed[: lowest + 1], np.log(self.rates[: lowest + 1]))
        return float(f"{self.rates[int(slopes.argmin())]:.2g}")

    @property
    def blew_up(self) -> bool:
        """Whether the loss became so large that the test ended early."""
        return len(self.rates) < self.wanted

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "suggestion": self.suggestion,
            "blew_up_at": self.rates[-1] if self.blew_up else None,
            "rates": list(self.rates),
            "losses": list(self.losses),
            "smoothed": self.smoothed.tolist(),
        }

    def chart(self) -> str:
        """Draw loss and smoothed loss over the rate, with the suggestion marked."""
        smoothed = self.smoothed.tolist()
        top = smoothed[0] + 1.5 * (smoothed[0] - min(smoothed)) + 1e-12
        clipped = [value if value <= top else math.nan for value in self.losses]
        soft = [value if value <= top else math.nan for value in smoothed]
        series = {"batches": (self.rates, clipped), "smoothed": (self.rates, soft)}
        axis = Axis.spanning(self.rates, log=True)
        return curves(series, "Loss over learning rate", axis, mark=self.suggestion)

    def save(self, path: Path, title: str) -> None:
        """Write the chart (``.svg``) or a page with it (``.html``).

        Raises:
            ConfigError: If the name ends otherwise.
            DataError: If it cannot be written.
        """
        check_ending(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".svg":
            write_atomically(path, standalone(self.chart()))
            return
        found = f"suggested: {self.suggestion:g}" if self.suggestion else "no suggestion"
        part = Section("Range test", f'<div class="charts">{self.chart()}</div>')
        write_atomically(path, page(f"Learning rates for {title}", found, "", [part]))


def range_test(
    session: Session,
    *,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> RangeTest:
    """Train with a rate that grows by the same factor each step; the session is used up by it.

    Nothing is written: neither a run nor a checkpoint.

    Args:
        session: A training that has not begun.
        low: The rate of the first step.
        high: The rate of the last.
        steps: Steps, unless the loss blows up before.
        progress: Called with a word, the steps done and all steps.

    Raises:
        ConfigError: If the bounds or the number of steps make no sense.

    Source: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.
    """
    _check_range(low, high, steps)
    learner = Learner(
        session.model,
        session.task,
        session.optimizer,
        None,
        clip_norm=session.config.settings.clip_norm,
    )
    rates = [float(rate) for rate in np.geomspace(low, high, steps)]
    losses: list[float] = []
    session.model.train()
    steps_to_take = zip(_rates(session.optimizer, rates), _batches(session), strict=False)
    for set_rate, (images, target) in steps_to_take:
        set_rate()
        loss = learner.learn(images, target, True, lambda value: None)
        if not math.isfinite(loss):
            break
        losses.append(loss)
        progress("steps", len(losses), steps)
        if _blown_up(losses, steps):
            break
    if len(losses) < 2:
        hint = f"--low {low / 100:.0e}"
        raise DivergedError(f"the loss was not finite at a rate of {low:g}.", hint=hint)
    return RangeTest(rates[: len(losses)], losses, steps)


def _check_range(low: float, high: float, steps: int) -> None:
    if not 0 < low < high < math.inf:
        raise ConfigError(f"expected 0 < low < high, got {low:g} and {high:g}.", where="lr-find")
    if steps < 10:
        raise ConfigError(f"expected 10 steps or more, got {steps}.", where="lr-find")


def _rates(optimizer: Any, rates: Sequence[float]) -> Iterator[Callable[[], None]]:
    """Ways to set each rate; groups of parameters with rates of their own keep their ratio."""
    groups = optimizer.param_groups
    top = max(group["lr"] for group in groups) or 1.0
    ratios = [group["lr"] / top or 1.0 for group in groups]

    def set_rate(rate: float) -> None:
        for group, ratio in zip(groups, ratios, strict=True):
            group["lr"] = rate * ratio

    return (partial(set_rate, rate) for rate in rates)


def _blown_up(losses: Sequence[float], steps: int) -> bool:
    return losses[-1] > _BLOW_UP * max(min(losses), 1e-3) and len(losses) > steps // 10


def _batches(session: Session) -> Iterator[Any]:
    """The batches of one epoch after the other, without an end."""
    for epoch in itertools.count():
        session.batches.set_epoch(epoch)
        yield from session.inputs.normalised(session.batches)
