"""The bytes of a file that may be gzipped, read from the front and never further than asked for."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

from tensorlite.errors import DataError


def open_bytes(path: Path) -> Plain:
    """Open a file, plain or gzipped.

    Raises:
        DataError: If it cannot be read, or is empty.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise damaged(path, f"cannot be read ({error.strerror})") from error
    if not raw:
        raise damaged(path, "is empty (0 bytes)")
    return Gzipped(path, raw) if raw[:2] == b"\x1f\x8b" else Plain(path, raw)


def damaged(path: Path, what: str) -> DataError:
    """The error about a file."""
    return DataError(f"{path} {what}.", hint="Replace the file by an undamaged copy.")


class Plain:
    """Bytes that are read from the front."""

    def __init__(self, path: Path, raw: bytes) -> None:
        self.path, self.raw = path, raw

    def read(self, count: int) -> bytes:
        """So many bytes, or what is left."""
        part, self.raw = self.raw[:count], self.raw[count:]
        return part

    def check_end(self) -> None:
        """Refuse what is behind the values, or lacks there."""


class Gzipped(Plain):
    """Gzipped bytes, unpacked from the front and never further than asked for."""

    def __init__(self, path: Path, raw: bytes) -> None:
        super().__init__(path, raw)
        self.size = len(raw)
        self.unpacker = zlib.decompressobj(wbits=31)

    def read(self, count: int) -> bytes:
        """So many bytes, or what is left."""
        try:
            part = self.unpacker.decompress(self.raw, min(count, sys.maxsize))
        except zlib.error as error:
            reason = str(error).partition(": ")[2] or str(error)
            raise damaged(self.path, f"is a damaged gzip file ({reason})") from error
        self.raw = self.unpacker.unconsumed_tail
        return part

    def check_end(self) -> None:
        """Refuse a file without its check sum, which zlib compares when it comes to it."""
        if not self.unpacker.eof:
            raise damaged(self.path, f"is truncated at byte {self.size:,}, inside the check sum")
        if self.unpacker.unused_data:
            end = self.size - len(self.unpacker.unused_data)
            raise damaged(self.path, f"should end at byte {end:,} (of the gzip file) but goes on")
