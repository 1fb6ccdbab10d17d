"""What a search looks for and what came of it: a plan, and its trials."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tensorlite.errors import ConfigError
from tensorlite.training.config import Layer, resolve
from tensorlite.training.space import Parameter, importance

if TYPE_CHECKING:
    from tensorlite.training.session import Session
    from tensorlite.training.settings import Settings

State = Literal["running", "done", "pruned", "diverged"]
Strategy = Literal["grid", "random", "tpe"]
STRATEGIES: tuple[Strategy, ...] = ("grid", "random", "tpe")


@dataclass(frozen=True)
class Trial:
    """One training of a search.

    Args:
        number: Counted from 0.
        params: The values that were chosen.
        state: How it stands; ``running`` also for one that was broken off.
        value: The figure that is searched for, at the best epoch; None if there is none.
        epochs: Epochs that were trained.
        seconds: How long it took.
        reason: Why it has no value.
    """

    number: int
    params: dict[str, Any]
    state: State = "running"
    value: float | None = None
    epochs: int = 0
    seconds: float = 0.0
    reason: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.state != "running"


@dataclass(frozen=True)
class Plan:
    """What is searched, and how; kept in ``sweep.toml``.

    Args:
        model: Model of the registry.
        values: Settings that all trials have, as they were typed.
        params: What is chosen, as text that ``Parameter.parse`` reads.
        strategy: ``grid``, ``random`` or ``tpe``.
        trials: How many trainings are made.
        seed: Of the choices.
        monitor: The figure that is searched for, such as ``val_acc``.
        higher_is_better: Whether a larger value of it is better.
        start: The values without a search; tried first where they may be chosen, else empty.
        storage: Address of Optuna's storage; empty for a file in the folder.
    """

    model: str
    values: dict[str, Any]
    params: list[str]
    strategy: Strategy = "random"
    trials: int = 20
    seed: int = 0
    monitor: str = "val_acc"
    higher_is_better: bool = True
    start: dict[str, Any] = field(default_factory=dict)
    storage: str = ""

    @property
    def space(self) -> list[Parameter]:
        """The parameters."""
        return [Parameter.parse(text) for text in self.params]

    @property
    def count(self) -> int:
        """Trials to make; a grid has no more than it has points."""
        if self.strategy != "grid":
            return self.trials
        return min(self.trials, math.prod(len(item.grid()) for item in self.space))

    def best(self, trials: Sequence[Trial]) -> Trial | None:
        """Return the best of the trials that were trained to their end."""
        done = [trial for trial in trials if trial.state == "done" and trial.value is not None]
        sign = 1 if self.higher_is_better else -1
        return max(done, key=lambda trial: sign * float(trial.value or 0.0), default=None)

    def ranking(self, trials: Sequence[Trial]) -> list[Trial]:
        """Return the trials with the best first, and those that came to no end last."""
        sign = 1 if self.higher_is_better else -1

        def rank(trial: Trial) -> tuple[bool, float, int]:
            value = trial.value if trial.value is not None else -sign * float("inf")
            return trial.state != "done", -sign * value, trial.number

        return sorted(trials, key=rank)

    def importances(self, trials: Sequence[Trial]) -> dict[str, float]:
        """Return how much of the differences each parameter explains, the most important first."""
        done = [trial for trial in trials if trial.state == "done" and trial.value is not None]
        results = [float(trial.value or 0.0) for trial in done]
        found = {
            item.name: importance([trial.params[item.name] for trial in done], results)
            for item in self.space
        }
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def planned(
    session: Session,
    values: Mapping[str, Any],
    params: Sequence[str],
    strategy: str = "auto",
    trials: int | None = None,
    storage: str = "",
) -> Plan:
    """Make a plan from what was typed, and refuse what cannot be searched.

    Args:
        session: A training without a search, prepared but not begun.
        values: The settings that were typed for it.
        params: What is chosen; nothing means the learning rate, in a range around its value.
        strategy: ``auto`` is a grid for lists, and random for anything else.
        trials: How many; None means 20, or all of a grid.
        storage: Address of Optuna's storage.

    Raises:
        ConfigError: If a parameter is no setting, is named twice, or has values that do not fit.
    """
    settings = session.config.settings
    space = [Parameter.parse(text) for text in params] or [_around(settings.lr)]
    _check(space)
    if storage and strategy != "tpe":
        message = f"expected --strategy tpe for a storage of Optuna, got {strategy}."
        raise ConfigError(message, where="--storage", hint="--strategy tpe")
    if strategy == "auto":
        strategy = "grid" if all(item.choices for item in space) else "random"
    points = math.prod(len(item.grid()) for item in space)
    start = {item.name: _value(settings, item.name) for item in space}
    return Plan(
        model=settings.model,
        values={name: value for name, value in values.items() if name != "model"},
        params=[str(item) for item in space],
        strategy=strategy,  # type: ignore[arg-type]
        trials=trials or (points if strategy == "grid" else 20),
        seed=settings.seed,
        monitor=f"val_{session.task.monitor}",
        higher_is_better=session.task.higher_is_better,
        start=start if all(item.holds(start[item.name]) for item in space) else {},
        storage=storage,
    )


def _around(rate: float) -> Parameter:
    """The learning rates that are worth a try, the one without a search among them."""
    low, high = min(1e-5, rate or 1e-5), max(0.1, rate)
    return Parameter("lr", (), low, high, log=True)


def _check(space: Sequence[Parameter]) -> None:
    names = [item.name for item in space]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"expected each parameter once, got '{name}' twice.", where="--param")
    for item in space:
        for value in item.choices or (item.at(0.0), item.at(1.0)):
            resolve(Layer("--param", {item.name: value}))


def _value(settings: Settings, name: str) -> Any:
    table, dot, option = name.partition(".")
    value = getattr(settings, table)
    return value.get(option) if dot else value
