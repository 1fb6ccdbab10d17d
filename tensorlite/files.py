"""Files that appear whole or not at all, and files that grow line by line."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tensorlite.errors import DataError


def write_atomically(path: Path, content: bytes | str) -> None:
    """Replace a file in one step: whoever reads it sees the old content or the new, never a part.

    The bytes go to a temporary name beside the file and reach the disk before the rename.

    Args:
        path: The file to write.
        content: Its new content; text is written as UTF-8.

    Raises:
        DataError: If the disk is full or the folder cannot be written; the old file stays as it is.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _write_through(temporary, data)
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise DataError(f"cannot be written ({error.strerror}).", where=os.fspath(path)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def append_text(path: Path, text: str) -> None:
    """Add text to the end of a file, all of it or nothing.

    Raises:
        DataError: If it cannot be written.
    """
    size = path.stat().st_size if path.exists() else 0
    try:
        with open(path, "a", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        with suppress(OSError):
            os.truncate(path, size)  # no half lines
        raise DataError(f"cannot be written ({error.strerror}).", where=os.fspath(path)) from error


def _write_through(path: Path, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where a folder can be synced (not on Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
