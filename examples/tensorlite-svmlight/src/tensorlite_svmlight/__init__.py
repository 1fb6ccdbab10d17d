"""Pictures in the text format of SVMlight: one picture a line, ``class number:value ...``.

Values are numbered from 1, row by row; those that are 0 are left out. Pictures are square, and
values are from 0 to 1, from -1 to 1, or from 0 to 255.
"""

from pathlib import Path

import numpy as np

from tensorlite.data import ArrayDataset
from tensorlite.errors import DataError
from tensorlite.plugins import PluginInfo, hookimpl

ENDINGS = ".svm", ".libsvm", ".svmlight"


class SvmlightReader:
    """Reads one file; a file with the same name and ``.t`` at its end is the test part."""

    def sniff(self, path) -> bool:
        """Whether a path is such a file."""
        return Path(path).suffix in ENDINGS and Path(path).is_file()

    def open(self, path):
        """The splits of a file.

        Raises:
            DataError: With the line, if it cannot be read.
        """
        path = Path(path)
        parts = {"train": path, "test": path.with_name(path.name + ".t")}
        rows = {name: read(file) for name, file in parts.items() if file.is_file()}
        most = max(pixels.max(initial=0) for _, _, pixels, _ in rows.values())
        side = int(np.ceil(np.sqrt(most)))
        names = sorted({int(c) for classes, *_ in rows.values() for c in classes})
        return {
            split: ArrayDataset(
                drawn(found, side),
                np.searchsorted(names, found[0]),
                classes=[str(name) for name in names],
                name=path.stem,
            )
            for split, found in rows.items()
        }


def read(path: Path):
    """Classes (N,), and for each value its picture, its number from 1, and itself."""
    classes, pictures, pixels, values = [], [], [], []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        label, *pairs = line.partition("#")[0].split() or [""]
        if not label:
            continue
        try:
            found = [(int(k), float(v)) for k, v in (pair.split(":") for pair in pairs)]
            classes.append(int(float(label)))
        except ValueError:
            message = f"expected 'class number:value ...' in line {number}, got {line[:40]!r}."
            raise DataError(message, where=str(path)) from None
        pictures += [len(classes) - 1] * len(found)
        pixels += [k for k, _ in found]
        values += [v for _, v in found]
    if not classes:
        raise DataError("there are no pictures in it.", where=str(path))
    return np.array(classes), np.array(pictures, int), np.array(pixels, int), np.array(values)


def drawn(found, side: int):
    """Pictures (N, 1, side, side) in 0..1."""
    classes, pictures, pixels, values = found
    images = np.zeros((len(classes), side * side), np.float32)
    images[pictures, pixels - 1] = values
    low, high = float(images.min()), float(images.max())
    if low < 0:
        images = (images + 1) / 2
    elif high > 1:
        images = images / 255
    return images.clip(0, 1).reshape(-1, 1, side, side)


@hookimpl
def plugin_info():
    """The plugin API that this was written for."""
    return PluginInfo(api=1)


@hookimpl
def register_readers(register):
    """The reader, as ``svmlight``."""
    register("svmlight", SvmlightReader())
