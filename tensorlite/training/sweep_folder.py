"""A search on disk: its plan, its trials, and who works at which.

``sweep.toml`` says what is searched; ``trials/0003`` is the run of a trial and ``trials/0003.json``
what came of it. A worker holds a lock on the trial it works at, so whoever comes later, also after
a crash, sees which trials are still to be done.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

import tomli_w

from tensorlite import registry
from tensorlite.errors import ConfigError, DataError, close_names
from tensorlite.files import write_atomically
from tensorlite.training.config import read_toml
from tensorlite.training.run import check_name, is_path, relative_path
from tensorlite.training.search_plan import STRATEGIES, Plan, Trial

try:
    import fcntl
except ImportError:  # on Windows, where one worker alone must do
    fcntl = None  # type: ignore[assignment]


class Sweep:
    """A search on disk.

    Args:
        path: Its folder; ``create`` makes a new one, ``find`` finds one that exists.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._locks: dict[int, int] = {}

    @classmethod
    def create(cls, root: Path, name: str, plan: Plan) -> Sweep:
        """Make a folder; a name that is taken gets ``-2``, ``-3`` and so on.

        Raises:
            ConfigError: If the name is none.
            DataError: If the folder cannot be made.
        """
        check_name(name)
        for number in itertools.count(1):
            sweep = cls(root / (name if number == 1 else f"{name}-{number}"))
            try:
                (sweep.path / "trials").mkdir(parents=True)
                break
            except FileExistsError:
                continue
            except OSError as error:
                message = f"no sweep can be stored here ({error.strerror})."
                raise DataError(message, where=os.fspath(root)) from error
        sweep.write(plan)
        return sweep

    @classmethod
    def find(cls, name: str, root: Path) -> Sweep:
        """Find a search by ``latest``, by its name, by the start of its name, or by its path.

        Raises:
            DataError: If there is none.
        """
        found = [sweep.path for sweep in all_sweeps(root)]
        if name == "latest" and found:
            return cls(max(found, key=lambda path: (path / "sweep.toml").stat().st_mtime))
        for path in (root / name, Path(name)):
            if (path / "sweep.toml").is_file():
                return cls(path)
        starting = [path for path in found if path.name.startswith(name)]
        if len(starting) == 1:
            return cls(starting[0])
        close = close_names(name, [path.name for path in found])
        message = f"there is no sweep '{name}' in {root}{os.sep}. {close}".rstrip()
        raise DataError(message, hint="tensorlite sweep list")

    def discard(self) -> None:
        """Take the folder away again, before anything was done in it."""
        shutil.rmtree(self.path)

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.name

    def write(self, plan: Plan) -> None:
        """Write ``sweep.toml``; a path to data is written as seen from the folder."""
        values = dict(plan.values)
        if "data" in values and values["data"] not in registry.datasets:
            values["data"] = relative_path(values["data"], self.path)
        content = asdict(replace(plan, values=values))
        write_atomically(self.path / "sweep.toml", tomli_w.dumps(content))

    def plan(self) -> Plan:
        """Read ``sweep.toml`` back.

        Raises:
            DataError: If it is damaged.
        """
        found = read_toml(self.path / "sweep.toml")
        try:
            plan = Plan(**found)
            if plan.strategy not in STRATEGIES or not plan.space:
                raise TypeError("no strategy or no parameters")
        except (TypeError, ConfigError) as error:
            where = os.fspath(self.path / "sweep.toml")
            raise DataError(f"is no plan of a sweep ({error}).", where=where) from error
        data = str(plan.values.get("data", ""))
        if not is_path(data):
            return plan
        return replace(plan, values={**plan.values, "data": os.path.relpath(self.path / data)})

    def run_path(self, number: int) -> Path:
        """Return the folder of the run of a trial."""
        return self.path / "trials" / f"{number:04}"

    def read(self, number: int) -> Trial | None:
        """Return what is known of a trial; None if it was not begun."""
        try:
            found = json.loads(self._record(number).read_text("utf-8"))
            return Trial(**found)
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, trial: Trial) -> None:
        """Write down how a trial stands."""
        value = trial.value if trial.value is not None and math.isfinite(trial.value) else None
        text = json.dumps(asdict(replace(trial, value=value)), indent=2, default=str)
        write_atomically(self._record(trial.number), text + "\n")

    def records(self) -> list[Trial]:
        """Return what is known of all trials that were begun."""
        numbers = (int(path.stem) for path in sorted((self.path / "trials").glob("[0-9]*.json")))
        return [trial for trial in map(self.read, numbers) if trial is not None]

    def clear(self, number: int) -> None:
        """Take away the run of a trial that cannot go on."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.run_path(number))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other worker chooses, and choose alone."""
        lock = _opened(self.path / "lock")
        try:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def hold(self, number: int) -> bool:
        """Take a trial for this worker until it is released or the process ends."""
        lock = _opened(self.path / "trials" / f"{number:04}.lock")
        try:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._locks[number] = lock
        return True

    def release(self, number: int) -> None:
        """Let others take a trial."""
        lock = self._locks.pop(number, None)
        if lock is not None:
            os.close(lock)

    def _record(self, number: int) -> Path:
        return self.path / "trials" / f"{number:04}.json"


def all_sweeps(root: Path) -> list[Sweep]:
    """Return the searches of a folder, by name."""
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return [Sweep(path) for path in folders if (path / "sweep.toml").is_file()]


def _opened(path: Path) -> int:
    """A file to lock; the system lets go of it when the process ends, however it ends."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
