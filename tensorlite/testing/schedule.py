"""Whether a learning-rate schedule is one: sound rates, a state, and nothing else changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import tensorlite as tl
from tensorlite.testing.failure import Claims

LENGTH = 12


def check_schedule(
    schedule: Callable[..., Any], *, options: Mapping[str, Any] | None = None
) -> None:
    """Check a schedule as recipes use it: called with an optimizer and the steps of a training.

    It must bear ``step()`` after each of these steps; give each group a finite rate of 0 or more
    that follows from that group's own; move nothing else; and go on from its state.

    Args:
        schedule: Called with ``(optimizer, total_steps, **options)``.
        options: Further arguments.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> from tensorlite.optim import schedules
        >>> check_schedule(schedules.cosine, options={"warmup": 0.2})
    """
    check = _Check(Claims("schedule", schedule), schedule, dict(options or {}))
    with check.claims.works("a schedule that works"):
        with check.claims.draws_nothing("nothing"):
            rates = check.rates()
        check.are_sound(rates)
        check.moves_nothing_else()
        check.goes_on_from_its_state(rates)
        for length in (1, 2, 1000):
            check.are_sound(check.rates(length))


class _Check:
    def __init__(self, claims: Claims, make: Callable[..., Any], options: dict[str, Any]) -> None:
        self.claims, self.make, self.options = claims, make, options

    def begun(self, length: int = LENGTH, scale: float = 1.0) -> tuple[Any, Any]:
        """An optimizer with two groups, and the schedule of it."""
        groups = [{"params": [tl.nn.Parameter(tl.ones(2))], "lr": lr * scale} for lr in (0.5, 0.02)]
        optimizer = tl.optim.SGD(groups, lr=0.1, momentum=0.9)
        built = self.make(optimizer, length, **self.options)
        message = f"expected an object with step(), got {type(built).__name__}."
        self.claims.that(hasattr(built, "step"), message)
        return optimizer, built

    def rates(self, length: int = LENGTH, scale: float = 1.0) -> Any:
        """The rates of both groups at every step, (steps, 2)."""
        optimizer, schedule = self.begun(length, scale)
        return self._further(optimizer, schedule, length)

    def are_sound(self, rates: Any) -> None:
        message = f"expected finite rates of 0 or more, got {rates.min()}..{rates.max()}."
        self.claims.that(np.isfinite(rates).all() and (rates >= 0).all(), message)
        self.claims.that(rates.any(), "expected a rate above 0 at some step, got 0 at all.")
        message = "expected each group to follow from its own rate, got the same for both."
        self.claims.that(not np.array_equal(rates[:, 0], rates[:, 1]), message)
        doubled = self.rates(len(rates), 2.0)
        message = "expected the rates to follow from the optimizer's own, but they ignore it."
        self.claims.that(not np.array_equal(rates, doubled), message)

    def moves_nothing_else(self) -> None:
        optimizer, schedule = self.begun()
        self._further(optimizer, schedule, LENGTH)
        for group in optimizer.param_groups:
            for p in group["params"]:
                still = p.array.tolist() == [1.0, 1.0]
                self.claims.that(still, "expected parameters to stay, but one moved.")

    def goes_on_from_its_state(self, rates: Any) -> None:
        for stop in (1, LENGTH // 2, LENGTH - 1):
            optimizer, schedule = self.begun()
            self._further(optimizer, schedule, stop)
            other, second = self.begun()
            other.load_state_dict(optimizer.state_dict())
            second.load_state_dict(schedule.state_dict())
            found = self._further(other, second, LENGTH - stop)
            message = f"expected the same rates after loading the state of step {stop}, got others."
            self.claims.equal(found, rates[stop:], message, 1e-12)

    @staticmethod
    def _further(optimizer: Any, schedule: Any, steps: int) -> Any:
        seen = []
        for _ in range(steps):
            seen.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
            schedule.step()
        return np.array(seen, np.float64)
