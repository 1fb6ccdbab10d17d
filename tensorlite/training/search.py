"""A search over settings: one trial after the other, by one worker or by several at once."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tensorlite.errors import DataError, DivergedError
from tensorlite.training.callbacks import Callback
from tensorlite.training.config import Layer
from tensorlite.training.resuming import Resumption, resumption
from tensorlite.training.run import RunDirectory, is_run
from tensorlite.training.search_plan import Plan, Trial
from tensorlite.training.session import prepare
from tensorlite.training.sweep_folder import Sweep

if TYPE_CHECKING:
    from tensorlite.training.loop import Trainer


def search(
    sweep: Sweep,
    plan: Plan,
    *,
    watch: Callable[[Trial], Sequence[Any]] = lambda trial: (),
    finished: Callable[[Trial, list[Trial]], None] = lambda trial, trials: None,
    plugins: Sequence[str] = (),
) -> list[Trial]:
    """Work at trials until none is left that somebody could work at; others may join any time.

    Args:
        sweep: Where it is kept.
        plan: What is searched.
        watch: Called with each trial before it begins; returns callbacks for its training.
        finished: Called with each trial that this worker has finished, and with all trials.
        plugins: Files and modules that ``--plugin`` named.

    Returns:
        All trials that were begun.

    Raises:
        KeyboardInterrupt: On Ctrl-C; the trial that was broken off goes on later.
        TensorliteError: If the settings of a trial do not work; not if its loss diverges.
    """
    chosen = chooser(sweep, plan)
    while (trial := chosen.claim()) is not None:
        try:
            ended = _train(sweep, plan, chosen, trial, watch(trial), plugins)
        except BaseException:
            sweep.release(trial.number)  # whoever resumes the search goes on with it
            raise
        chosen.finish(ended)
        finished(ended, chosen.trials())
    return chosen.trials()


class Chooser(Protocol):
    """What chooses the values of the next trial."""

    def claim(self) -> Trial | None:
        """Return a trial to work at; None if all are done or are worked at."""

    def report(self, trial: Trial, epoch: int, value: float) -> bool:
        """Take note of the figure after an epoch; return whether to give the trial up."""

    def finish(self, trial: Trial) -> None:
        """Take note of a trial that is finished."""

    def trials(self) -> list[Trial]:
        """Return all trials that were begun, by number."""


class FolderChooser:
    """Chooses from a grid or at random, well spread; the number of a trial decides its values.

    Args:
        sweep: Where the trials are kept.
        plan: What is searched.
    """

    def __init__(self, sweep: Sweep, plan: Plan) -> None:
        self._sweep, self._plan, self._space = sweep, plan, plan.space
        self._grid = list(itertools.product(*(item.grid() for item in self._space)))

    def claim(self) -> Trial | None:
        """Return the first trial that is neither finished nor worked at."""
        with self._sweep.alone():
            for number in range(self._plan.count):
                known = self._sweep.read(number)
                if (known and known.finished) or not self._sweep.hold(number):
                    continue
                trial = Trial(number, self.params(number))
                self._sweep.keep(trial)
                return trial
        return None

    def params(self, number: int) -> dict[str, Any]:
        """Return the values of a trial."""
        names = [item.name for item in self._space]
        if self._plan.strategy == "grid":
            return dict(zip(names, self._grid[number], strict=True))
        if number == 0 and self._plan.start:
            return dict(self._plan.start)
        shares = spread(number, len(names), self._plan.seed)
        return {item.name: item.at(u) for item, u in zip(self._space, shares, strict=True)}

    def report(self, trial: Trial, epoch: int, value: float) -> bool:
        """Go on: every trial is trained to its end."""
        return False

    def finish(self, trial: Trial) -> None:
        """Write down what came of a trial."""
        self._sweep.keep(trial)
        self._sweep.release(trial.number)

    def trials(self) -> list[Trial]:
        """Return all trials that were begun."""
        return self._sweep.records()


def spread(number: int, dimensions: int, seed: int = 0) -> list[float]:
    """Return a point of a random sequence that leaves no large gaps, each coordinate in 0..1.

    A random start, from which every point is one step of fixed size, around a circle, further.

    Example:
        >>> shares = [spread(number, 1)[0] for number in range(10)]
        >>> sorted(int(10 * share) for share in shares)[::3]
        [1, 3, 6, 9]

    Source: Kronecker sequences; steps from the roots of x ** (d + 1) = x + 1 (Roberts 2018, "The
    unreasonable effectiveness of quasirandom sequences").
    """
    root = 2.0
    for _ in range(60):  # converges by a factor of at least two each time
        root = (1 + root) ** (1 / (dimensions + 1))
    start = np.random.default_rng(seed).random(dimensions)
    steps = root ** -np.arange(1.0, dimensions + 1)
    return [float(share) for share in (start + number * steps) % 1.0]


def chooser(sweep: Sweep, plan: Plan) -> Chooser:
    """Return what chooses, as the plan says.

    Raises:
        ConfigError: If it needs Optuna, which is not installed.
    """
    if plan.strategy != "tpe":
        return FolderChooser(sweep, plan)
    from tensorlite.training.search_optuna import OptunaChooser

    return OptunaChooser(sweep, plan)


class _Judge(Callback):
    """Tells the chooser how a trial stands, and gives the trial up if it says so."""

    def __init__(self, chosen: Chooser, trial: Trial, monitor: str) -> None:
        self._chosen, self._trial, self._monitor = chosen, trial, monitor
        self.pruned = False

    def on_train_start(self, trainer: Trainer) -> None:
        """See whether a trial that was broken off had just been given up."""
        if trainer.stop:
            self._ask(trainer)

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Report the best figure so far."""
        self._ask(trainer)

    def _ask(self, trainer: Trainer) -> None:
        value = trainer.best[self._monitor]
        if (
            self._chosen.report(self._trial, trainer.epoch, value)
            and trainer.epoch < trainer.epochs
        ):
            self.pruned = trainer.stop = True


def _train(
    sweep: Sweep,
    plan: Plan,
    chosen: Chooser,
    trial: Trial,
    callbacks: Sequence[Any],
    plugins: Sequence[str],
) -> Trial:
    run = RunDirectory(sweep.run_path(trial.number))
    resumed = _broken_off(run)
    if resumed is not None:
        session = prepare(Layer("run.toml", asdict(run.settings())))
    else:
        sweep.clear(trial.number)
        typed = Layer("sweep.toml", {**plan.values, "model": plan.model})
        session = prepare(Layer("--param", trial.params), typed)
        run = RunDirectory.create(
            run.path.parent, run.name, lambda run: session.write_settings(run, plugins)
        )
    judge = _Judge(chosen, trial, plan.monitor)
    began = time.perf_counter() - (resumed.seconds if resumed else 0.0)
    try:
        result = session.fit(run, [judge, *callbacks], plugins, resumed)
    except DivergedError as error:
        seconds = time.perf_counter() - began
        return replace(trial, state="diverged", seconds=seconds, reason=error.sentence)
    return replace(
        trial,
        state="pruned" if judge.pruned else "done",
        value=result.best[plan.monitor],
        epochs=result.epochs,
        seconds=time.perf_counter() - began,
    )


def _broken_off(run: RunDirectory) -> Resumption | None:
    """What a trial goes on from; None if it is to be begun, also where its files are damaged."""
    if is_run(run.path):
        with suppress(DataError):
            return resumption(run, run.settings())
    return None
