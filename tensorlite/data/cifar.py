"""CIFAR-10 and CIFAR-100 in their binary form: one or two label bytes, then 3,072 of a picture."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.bytes import damaged, open_bytes
from tensorlite.data.dataset import ArrayDataset, Dataset
from tensorlite.data.layout import natural
from tensorlite.data.names import class_names
from tensorlite.errors import DataError
from tensorlite.printable import printable

NAME = re.compile(
    r"(data|train|test|val|valid|validation)(?:[-_]?batch)?(?:[-_]?\d+)?\.bin(?:\.gz)?",
    re.IGNORECASE,
)
SPLITS = {"test": "test", "val": "val", "valid": "val", "validation": "val"}
PIXELS = 3 * 32 * 32
MOST = 2**31  # bytes; no batch is as large, but a small gzip file may unpack to more

Batch = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class CifarReader:
    """CIFAR-10 or CIFAR-100 in the binary version, plain or each file gzipped.

    A folder with any number of ``data_batch_*.bin`` and ``test_batch.bin``, or with ``train.bin``
    and ``test.bin``, and the names of the classes in ``batches.meta.txt`` or
    ``fine_label_names.txt``; or one of the files. Of two labels the second, finer one is taken.
    """

    def sniff(self, path: Path) -> bool:
        """Whether there are files with the names and the sizes of CIFAR's."""
        return any(map(_fits, _files(path))) or _is_pickled(path)

    def open(self, path: Path) -> dict[str, Dataset]:
        """Read every batch there is.

        Raises:
            DataError: If a file is damaged, its labels have no names, or it is the version for
                Python, whose pickles could run code.
        """
        if not _files(path):
            message = f"{path} is CIFAR's version for Python: pickles, which can run code."
            raise DataError(message, hint="Get the binary version: tensorlite data get cifar10")
        folder = path if path.is_dir() else path.parent
        contents = {file: _unpacked(file) for file in _files(path)}
        labels = _label_bytes(folder, contents)
        found: dict[str, list[Batch]] = {}
        for file, data in contents.items():
            found.setdefault(_split(file), []).append(_records(file, data, labels))
        most = max(int(batch[1].max()) for batches in found.values() for batch in batches)
        classes = class_names(_names_file(folder, labels), most + 1)
        name = printable(folder.resolve().name)
        return {
            split: ArrayDataset(*_joined(batches), classes=classes, name=name)
            for split, batches in found.items()
        }


def _files(path: Path) -> list[Path]:
    """The batches in natural order; a plain file comes before its gzipped twin."""
    if path.is_file():
        return [path] if re.search(r"\.bin(\.gz)?$", path.name, re.IGNORECASE) else []
    if not path.is_dir():
        return []
    files = [f for f in path.iterdir() if NAME.fullmatch(f.name) and f.is_file()]
    plain = {file.name for file in files}
    kept = [f for f in files if not (f.suffix == ".gz" and f.name.removesuffix(".gz") in plain)]
    return sorted(kept, key=lambda file: natural(file.name))


def _fits(file: Path) -> bool:
    """Whether a name is CIFAR's, or the size is that of records; the size of a gzip is unknown."""
    if NAME.fullmatch(file.name):
        return True
    return any(file.stat().st_size % (PIXELS + labels) == 0 for labels in (1, 2))


def _is_pickled(path: Path) -> bool:
    """Whether it is the folder of the version for Python."""
    if not path.is_dir():
        return False
    return any(
        (path / names).is_file() and (path / batch).is_file()
        for names, batch in (("batches.meta", "data_batch_1"), ("meta", "train"))
    )


def _split(file: Path) -> str:
    match = NAME.fullmatch(file.name)
    return SPLITS.get(match[1].lower(), "train") if match else "train"


def _label_bytes(folder: Path, contents: dict[Path, bytes]) -> int:
    """How many label bytes a record has: names of fine classes, or of files, say two."""
    hundred = any(file.name.lower().startswith(("train.", "test.")) for file in contents)
    named = (folder / "fine_label_names.txt").is_file()
    guess = 2 if named or (hundred and not (folder / "batches.meta.txt").is_file()) else 1
    sizes = list(map(len, contents.values()))
    for labels in (guess, 3 - guess):
        if all(size % (PIXELS + labels) == 0 for size in sizes):
            return labels
    return guess


def _unpacked(file: Path) -> bytes:
    stream = open_bytes(file)
    data = stream.read(MOST)
    if len(data) == MOST:
        raise damaged(file, f"unpacks to more than {MOST:,} bytes")
    if not data:
        raise damaged(file, "holds no records")
    stream.check_end()
    return data


def _records(file: Path, data: bytes, labels: int) -> Batch:
    record = PIXELS + labels
    count, rest = divmod(len(data), record)
    if rest:
        raise damaged(
            file,
            f"is truncated at byte {len(data):,}: records have {record:,} bytes, "
            f"and {rest:,} are left after {count:,} of them",
        )
    records = np.frombuffer(data, np.uint8).reshape(count, record)
    return records[:, labels:].reshape(-1, 3, 32, 32), records[:, labels - 1]


def _joined(batches: list[Batch]) -> Batch:
    images, labels = zip(*batches, strict=True)
    return np.concatenate(images), np.concatenate(labels)


def _names_file(folder: Path, labels: int) -> Path:
    names = ("fine_label_names.txt",) if labels == 2 else ("batches.meta.txt", "labels.txt")
    return next((folder / name for name in names if (folder / name).is_file()), folder / names[0])
