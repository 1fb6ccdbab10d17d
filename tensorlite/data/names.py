"""Names of classes, as files beside the data give them."""

from __future__ import annotations

from pathlib import Path

from tensorlite.data.bytes import damaged
from tensorlite.printable import printable


def class_names(path: Path, count: int) -> list[str]:
    """The class names in a file, one a line; numbers if there is no such file.

    Args:
        path: The file.
        count: How many names are needed.

    Raises:
        DataError: If there are fewer names, or an empty line between them.
    """
    if not path.is_file():
        return [str(number) for number in range(count)]
    names = [line.strip() for line in read_text(path).splitlines()]
    while names and not names[-1]:
        names.pop()
    if len(names) < count:
        raise damaged(path, f"ends at line {len(names)}, but the labels go up to {count - 1}")
    if "" in names:
        raise damaged(path, f"has no class name in line {names.index('') + 1}")
    return [printable(name) for name in names]


def read_text(path: Path, otherwise: str | None = None) -> str:
    """The text of a file in UTF-8, or in UTF-16 if it begins with the mark of that.

    Args:
        path: The file.
        otherwise: The encoding to take if it is neither.

    Raises:
        DataError: If it cannot be read.
    """
    try:
        raw = path.read_bytes()
        utf16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    except OSError as error:
        raise damaged(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        if otherwise is not None:
            return raw.decode(otherwise)
        raise damaged(path, f"cannot be read (byte {error.start} is no UTF-8)") from error
