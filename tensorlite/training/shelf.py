"""Keeping runs in order: marks on them, and taking them away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from tensorlite.errors import ConfigError, DataError
from tensorlite.training.run import RunDirectory, is_run

TAGS = "tags.json"


def tags(run: RunDirectory) -> list[str]:
    """Return the marks of a run."""
    found = run.read_json(TAGS).get("tags", [])
    return [str(tag) for tag in found] if isinstance(found, list) else []


def tag(run: RunDirectory, add: Iterable[str] = (), remove: Iterable[str] = ()) -> list[str]:
    """Put marks onto a run and take others off it.

    Args:
        run: The run.
        add: Words without spaces and commas.
        remove: Marks that it has.

    Returns:
        The marks it has now, in alphabetical order.

    Raises:
        ConfigError: If a word is none, or is to be removed and not there.
    """
    own, gone = set(tags(run)), list(remove)
    add = list(add)
    for word in add:
        if not word.isprintable() or word != "".join(word.replace(",", " ").split()) or not word:
            raise ConfigError(f"expected a tag without spaces and commas, got {word!r}.")
    missing = [word for word in gone if word not in own]
    if missing:
        has = ", ".join(sorted(own)) or "none"
        raise ConfigError(
            f"expected a tag of the run to remove, got '{missing[0]}'; it has: {has}."
        )
    now = sorted((own | set(add)) - set(gone))
    run.write_json(TAGS, {"tags": now})
    return now


def remove(run: RunDirectory) -> None:
    """Delete the folder of a run with everything in it.

    Raises:
        DataError: If it is no run, is reached through a link, is being trained, or cannot be
            deleted.
    """
    check_removable(run.path)
    with run.locked():
        pass  # nobody trains in it
    try:
        shutil.rmtree(run.path)
    except OSError as error:
        where = os.fspath(run.path)
        raise DataError(f"cannot be deleted ({error.strerror}).", where=where) from error


def check_removable(path: Path) -> None:
    """Refuse to delete what is not a run and nothing but a run.

    Raises:
        DataError: If it is a link, has no status and settings of a run, or holds other runs.
    """
    where = os.fspath(path)
    if path.is_symlink():
        raise DataError("is a link, not the folder of a run.", where=where)
    if not (path / "STATUS").is_file() or not is_run(path):
        raise DataError("is no run: it has no STATUS.", where=where, hint="tensorlite runs")
    below = next((inner for inner in path.iterdir() if inner.is_dir() and is_run(inner)), None)
    if below is not None or (path / ".git").exists():
        what = below.name if below else ".git"
        raise DataError(f"is more than a run: it holds {what}.", where=where)


def size(run: RunDirectory) -> tuple[int, int]:
    """Return the number of files of a run, and their bytes."""
    files = [path for path in run.path.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)
