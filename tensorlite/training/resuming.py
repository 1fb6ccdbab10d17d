"""Going on with a run: its last state, its folder as it was then, and what was changed since."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tensorlite.errors import ConfigError, DataError
from tensorlite.files import write_atomically
from tensorlite.serialization import read_bytes, unpacked
from tensorlite.training.callbacks import EVENTS, METRICS, STAGED, STATE, csv_text
from tensorlite.training.checkpoint import load_checkpoint
from tensorlite.training.run import MODEL, RunDirectory
from tensorlite.training.settings import Settings
from tensorlite.training.state import State

# Where a run goes on with other values of these, nothing that was stored is out of date.
_FREE = (
    "data",
    "start",
    "recipe",
    "threads",
    "workers",
    "save_every",
    "time_limit",
)
_FIXED = ("model", "model_options", "overfit")


@dataclass(frozen=True)
class Resumption:
    """What a run goes on from.

    Args:
        path: The file of the state.
        state: What ``capture`` returned; None for a run that was stopped before it had one.
        changed: Old and new value of each setting that is not what it was.
        finished: Whether nothing is left to do.
    """

    path: Path
    state: State | None = None
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    finished: bool = False

    @property
    def seconds(self) -> float:
        """Time of the training so far."""
        return float(self.state["seconds"]["all"]) if self.state else 0.0

    def line(self) -> str:
        """Say where it goes on, and what was changed."""
        counters = self.state["counters"] if self.state else {}
        epochs, batch = len(self.state["history"]) if self.state else 0, counters.get("batch", 0)
        midway = counters.get("epoch", 0) > epochs
        place = f"after {epochs} epochs" if self.state else "from the beginning"
        parts = [place + (f" and {batch} batches" if midway else "")]
        parts += [f"{name}: {old} -> {new}" for name, (old, new) in self.changed.items()]
        return " · ".join(parts)


def resumption(run: RunDirectory, settings: Settings) -> Resumption:
    """Read the state of a run and compare its settings with those it shall go on with.

    Raises:
        DataError: If the state or the best weights are damaged or missing.
        ConfigError: If something was changed that cannot be.
    """
    path = run.path / STATE
    if not path.exists():
        _check_nothing_is_there(run)
        return Resumption(path)
    state = _read(path)
    old = {**asdict(Settings()), **state["settings"]}
    if old["model"].endswith(".toml"):
        old["model"] = os.fspath(run.path / MODEL)  # a copy, which goes on even if the other moves
    new = asdict(settings)
    changed = {
        name: (old[name], value)
        for name, value in new.items()
        if value != old[name] and name not in _FREE
    }
    for name in _FIXED:
        if name in changed:
            message = f"expected {name} as it was ({old[name]!r}), got {new[name]!r}."
            raise ConfigError(message, where=f"resume {run.name}", hint="tensorlite train")
    # A run that was killed after its last epoch still has to be judged.
    stopped = state["counters"]["stop"] and not changed
    finished = run.status == "done" and (stopped or len(state["history"]) >= settings.epochs)
    if not finished:
        _check_best(run, state["counters"]["best_epoch"])
    return Resumption(path, state, changed, finished)


def _check_nothing_is_there(run: RunDirectory) -> None:
    """Without a state a run begins anew, which shall not cost anybody what it has reached."""
    if run.best.exists() or run.last.exists() or run.status == "done":
        raise DataError(
            f"has results, but the state to go on from is gone: {STATE}.",
            where=f"resume {run.name}",
            hint="tensorlite train, or put the file back",
        )


def _check_best(run: RunDirectory, epoch: int) -> None:
    """See that the best weights are whole, before a step is taken."""
    staged = run.path / STAGED
    if epoch and staged.is_file():
        with suppress(DataError):
            if load_checkpoint(staged).description.epoch == epoch:
                return
    if epoch:
        load_checkpoint(run.best)


def put_back(run: RunDirectory, resumed: Resumption) -> None:
    """Make the folder of a run what it was when the state was written."""
    state = resumed.state
    for path in run.path.glob(".*.tmp"):
        path.unlink(missing_ok=True)
    _settle_best(run, state["counters"]["best_epoch"] if state else 0)
    write_atomically(run.path / METRICS, csv_text(state["history"] if state else []))
    events = run.path / EVENTS
    if events.is_file():
        os.truncate(events, min(state["events"] if state else 0, events.stat().st_size))


def _read(path: Path) -> State:
    state = unpacked(read_bytes(path), os.fspath(path))
    wanted = {"settings", "events", "model", "optimizer", "counters", "history"}
    if not isinstance(state, dict) or not wanted <= state.keys():
        raise DataError("is not the state of a training.", where=os.fspath(path))
    return state


def _settle_best(run: RunDirectory, epoch: int) -> None:
    """Take the best weights over that were written just before the state, or drop them."""
    staged = run.path / STAGED
    if not staged.is_file():
        return
    with suppress(DataError):
        if load_checkpoint(staged).description.epoch == epoch:
            os.replace(staged, run.best)
            return
    staged.unlink()
