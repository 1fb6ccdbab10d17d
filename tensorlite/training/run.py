"""The run directory: everything to understand a training and to repeat it.

``run.toml`` settings · ``env.json`` machine and versions · ``metrics.csv`` one row per epoch ·
``events.jsonl`` what happened when · ``last.safetensors`` and ``best.safetensors`` · ``plots/`` ·
``report.html`` · ``STATUS``. ``runs/latest`` names the newest run.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from tensorlite.errors import ConfigError, DataError, close_names
from tensorlite.files import write_atomically
from tensorlite.training.config import settings_from_toml, to_toml
from tensorlite.training.settings import Settings

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

Status = Literal["running", "done", "interrupted", "failed"]
LATEST = "latest"
MODEL = "model.toml"  # a model that is written in TOML, as it was when the training began
START = "start.safetensors"  # the weights that a training began with
_UNFINISHED, _HOUR = ".tmp", 3600.0  # a folder in the making, and how long that takes at most
_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|]')  # separators, and what some platforms refuse


class RunDirectory:
    """One run on disk.

    Args:
        path: The folder; ``create`` makes a new one, ``find_run`` finds one that exists.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._before = ""  # the run that was the latest one before

    @classmethod
    def create(
        cls, root: Path, name: str, fill: Callable[[RunDirectory], None] = lambda run: None
    ) -> RunDirectory:
        """Make a new folder; a taken name gets ``-2``, ``-3`` and so on, nothing is overwritten.

        It appears in one step: killed before that there is no run, killed after it there is one
        that can be resumed.

        Args:
            root: The folder of all runs, made when it is missing.
            name: The wanted name, see ``run_name``.
            fill: Called with the folder while nobody else sees it, to write the first files.

        Raises:
            ConfigError: If the name is none, see ``check_name``.
            DataError: If the folder cannot be made.
        """
        check_name(name)
        run = cls(root / f".{name}.{os.getpid()}{_UNFINISHED}")
        made_root = not root.is_dir()
        try:
            root.mkdir(parents=True, exist_ok=True)
            run._before = "" if made_root else _text(root / LATEST)
            _clear_unfinished(root)
            (run.path / "plots").mkdir(parents=True)
            run.status = "running"
            fill(run)
            run.path = _put_in_place(run.path, root, name)
        except OSError as error:
            run.discard()
            where = os.fspath(root)
            raise DataError(
                f"no run can be stored here ({error.strerror}).", where=where
            ) from error
        except BaseException as error:
            run.discard()
            if isinstance(error, DataError):  # the place that nobody will find again
                error.where = os.fspath(root)
            raise
        return run

    def discard(self) -> None:
        """Take a folder away again that was made for a training that cannot begin."""
        root = self.path.parent
        shutil.rmtree(self.path, ignore_errors=True)
        with suppress(OSError, DataError):
            if self._before:
                write_atomically(root / LATEST, self._before)
            else:
                (root / LATEST).unlink(missing_ok=True)
                root.rmdir()  # unless there is something else in it

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training in this folder; a process that dies lets go of it.

        Raises:
            DataError: If another one does.
        """
        if fcntl is None:
            yield
            return
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            message = "another process is training in this folder."
            raise DataError(message, where=os.fspath(self.path)) from error
        finally:
            os.close(descriptor)

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.name

    @property
    def status(self) -> Status:
        """How the run stands; ``failed`` when nobody wrote it down."""
        try:
            text = (self.path / "STATUS").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return "failed"
        return text if text in ("running", "done", "interrupted") else "failed"  # type: ignore[return-value]

    @status.setter
    def status(self, status: Status) -> None:
        write_atomically(self.path / "STATUS", status + "\n")

    def settle(self, status: Status) -> None:
        """Write down how the run ended, on a full disk in the place of what stands there."""
        try:
            self.status = status
        except DataError:
            with suppress(OSError), open(self.path / "STATUS", "r+", encoding="utf-8") as file:
                file.write(status + "\n")
                file.truncate()

    @property
    def best(self) -> Path:
        """Weights of the best epoch."""
        return self.path / "best.safetensors"

    @property
    def last(self) -> Path:
        """Weights as they were last."""
        return self.path / "last.safetensors"

    @property
    def weights(self) -> Path:
        """The weights to use: the best ones, or the last ones of a run stopped in its first epoch.

        Raises:
            DataError: If the run stopped before it had any.
        """
        for path in (self.best, self.last):
            if path.is_file():
                return path
        others = [run for run in _by_age(self.path.parent) if run.has_weights]
        raise DataError(
            f"there are no weights in this run (status: {self.status}).",
            where=os.fspath(self.path),
            hint=next_commands(os.fspath(others[-1].path)) if others else None,
        )

    @property
    def has_weights(self) -> bool:
        """Whether the run got as far as to store weights."""
        return self.best.is_file() or self.last.is_file()

    def write_settings(self, settings: Settings) -> None:
        """Write ``run.toml``; paths in it are relative to the run."""
        write_atomically(self.path / "run.toml", to_toml(settings))

    def keep(self, source: str, name: str) -> str:
        """Copy what a training begins with, once: the folder alone is enough to go on from.

        Args:
            source: The file as seen from here.
            name: What it is called in the folder.

        Returns:
            The name.
        """
        kept = self.path / name
        if not kept.is_file():
            write_atomically(kept, Path(source).read_bytes())
        return name

    def settings(self) -> Settings:
        """Read ``run.toml`` back, with the path to the data as seen from here."""
        settings = settings_from_toml(self.path / "run.toml")
        if settings.model == MODEL:
            settings = replace(settings, model=os.fspath(self.path / MODEL))
        if settings.start:
            settings = replace(settings, start=os.path.relpath(self.path / settings.start))
        if not is_path(settings.data):
            return settings
        return replace(settings, data=os.path.relpath(self.path / settings.data))

    def write_json(self, name: str, content: dict[str, Any]) -> None:
        """Write a JSON file such as ``env.json`` or ``result.json``."""
        text = json.dumps(content, indent=2, ensure_ascii=False)
        write_atomically(self.path / name, text + "\n")

    def read_json(self, name: str) -> dict[str, Any]:
        """Read a JSON file of the run; empty when it is not there or not whole."""
        try:
            content = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def metrics(self) -> list[dict[str, float]]:
        """Read ``metrics.csv``: one dictionary per epoch."""
        try:
            with open(self.path / "metrics.csv", encoding="utf-8", newline="") as file:
                return [
                    {key: _number(text) for key, text in row.items()}
                    for row in csv.DictReader(file)
                ]
        except OSError:
            return []


def check_name(name: str) -> None:
    """Refuse what would be another folder than one directly below that of all runs.

    Raises:
        ConfigError: If it is no plain name, is ``latest``, or begins with a dot.

    Example:
        >>> check_name("lenet5-wide")
    """
    if name == LATEST or not name.strip() or name.startswith(".") or _UNSAFE.search(name):
        wanted = "expected the plain name of a folder, without a dot at its start"
        raise ConfigError(
            f"{wanted} and other than '{LATEST}', got '{name}'.",
            where="--name",
            hint=f"--name {_plain(name) if name != LATEST else 'newest'}",
        )


def run_name(model: str, data: str, now: datetime | None = None) -> str:
    """Name a run after the minute it began, the model and the data.

    Example:
        >>> run_name("lenet5", "digits", datetime(2026, 11, 20, 9, 12))
        '20261120-0912-lenet5-digits'
    """
    model = Path(model).name.removesuffix(".toml")
    return f"{now or datetime.now():%Y%m%d-%H%M}-{_plain(model)}-{_plain(data)}"


def find_run(name: str, root: Path) -> RunDirectory:
    """Find a run by ``latest``, by its name, by the unambiguous start of its name, or by its path.

    Raises:
        DataError: If there is no such run.
    """
    if name == LATEST:
        return _latest(root)
    for path in (root / name, Path(name)):
        if is_run(path):
            return RunDirectory(path)
    names = [run.name for run in all_runs(root)]
    starting = [item for item in names if item.startswith(name)]
    if len(starting) == 1:
        return RunDirectory(root / starting[0])
    raise DataError(
        f"there is no run '{name}' in {root}{os.sep}. {close_names(name, names)}".rstrip(),
        hint="tensorlite runs",
    )


def next_commands(run: str) -> str:
    """Return what can be typed about a finished run."""
    return f"tensorlite evaluate {run}   ·   tensorlite predict {run} IMAGE"


def all_runs(root: Path) -> Iterator[RunDirectory]:
    """Yield the runs of a folder that can be looked into, the oldest first."""
    folders = sorted(root.iterdir()) if root.is_dir() else []
    names = (path for path in folders if not path.name.startswith("."))
    return (RunDirectory(path) for path in names if os.access(path, os.X_OK) and is_run(path))


def relative_path(path: str, folder: Path) -> str:
    """Rewrite a path so that it is right when read from a folder; it always holds a slash.

    Example:
        >>> relative_path("data/mnist", Path("runs/one"))
        '../../data/mnist'
    """
    try:
        return Path(os.path.relpath(Path(path).expanduser(), folder)).as_posix()
    except ValueError:  # another drive of Windows
        return Path(path).absolute().as_posix()


def is_path(data: str) -> bool:
    """Tell a path in ``run.toml`` from the name of a data set."""
    return "/" in data


def _put_in_place(folder: Path, root: Path, name: str) -> Path:
    """Rename a folder to the first name that is free, which ``latest`` tells beforehand."""
    names = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
    while True:
        path = next(path for each in names if not (path := root / each).exists())
        with suppress(DataError):  # without it, the newest folder is taken for the latest run
            write_atomically(root / LATEST, path.name + "\n")
        try:
            folder.rename(path)
            return path
        except OSError:
            if not path.exists():  # nobody was quicker
                raise


def _clear_unfinished(root: Path) -> None:
    """Take away what trainings that were killed while they made their folder have left."""
    for path in root.glob(f".*{_UNFINISHED}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _HOUR:
                shutil.rmtree(path, ignore_errors=True)


def _latest(root: Path) -> RunDirectory:
    name = _text(root / LATEST).strip()
    if name and is_run(root / name):
        return RunDirectory(root / name)
    runs = _by_age(root)
    if runs:
        return runs[-1]
    raise DataError(f"there are no runs in {root}{os.sep} yet.", hint="tensorlite train lenet5")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _by_age(root: Path) -> list[RunDirectory]:
    return sorted(all_runs(root), key=lambda run: run.path.stat().st_mtime)


def is_run(path: Path) -> bool:
    """Tell the folder of a run from any other."""
    return (path / "STATUS").is_file() or (path / "run.toml").is_file()


def _plain(text: str) -> str:
    """Keep what is safe in a file name on every platform."""
    kept = "".join(char if char.isalnum() or char in "-_." else "-" for char in text)
    return kept.strip("-.") or "run"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
