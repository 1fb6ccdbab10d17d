"""Make the bundled digits: a gzipped IDX pair from the ``digits.csv.gz`` that scikit-learn ships.

Run it with a wheel (``pip download --no-deps scikit-learn``) or with the ``digits.csv.gz`` itself::

    python tools/make_digits.py scikit_learn-*.whl

The output is the same, byte for byte, wherever it runs with the same zlib. The licence file is
written only from a wheel, because scikit-learn's notice stands there.
"""

from __future__ import annotations

import gzip
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BUNDLED = Path(__file__).resolve().parent.parent / "tensorlite" / "data" / "bundled"
MEMBER = "sklearn/datasets/data/digits.csv.gz"

NOTICE = """\
digits-images-idx3-ubyte.gz and digits-labels-idx1-ubyte.gz

The 1,797 pictures are the test part of "Optical Recognition of Handwritten Digits" by
E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository,
https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits,
licensed under the Creative Commons Attribution 4.0 International licence (CC BY 4.0),
https://creativecommons.org/licenses/by/4.0/.

Changed: the comma-separated table was converted to two gzipped IDX files by
tools/make_digits.py. The order and the values (0 to 16) are the original ones.

The table was taken from the copy that scikit-learn distributes under this licence:

"""


def main(arguments: list[str]) -> int:
    """Convert the file named on the command line and say what was written."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    images, labels, licence = read_source(Path(arguments[0]))
    write_idx(BUNDLED / "digits-images-idx3-ubyte.gz", images)
    write_idx(BUNDLED / "digits-labels-idx1-ubyte.gz", labels)
    if licence is not None:
        (BUNDLED / "LICENSE-digits").write_text(NOTICE + licence, encoding="utf-8", newline="\n")
    print(f"{len(images):,} digits written to {BUNDLED}")
    return 0


def read_source(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8], str | None]:
    """Read pictures (N, 8, 8), labels (N,) and, from a wheel, scikit-learn's licence."""
    if not zipfile.is_zipfile(path):
        return *parse(gzip.decompress(path.read_bytes())), None
    with zipfile.ZipFile(path) as wheel:
        copying = next(name for name in wheel.namelist() if name.endswith("/COPYING"))
        # Behind the line of dashes follow the licences of libraries that are not used here.
        licence = wheel.read(copying).decode("utf-8").split("\n----")[0].strip() + "\n"
        return *parse(gzip.decompress(wheel.read(MEMBER))), licence


def parse(table: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Split rows of 64 pixels and one label, and check that they are the expected ones."""
    rows = np.loadtxt(table.decode("ascii").splitlines(), delimiter=",", dtype=np.uint8)
    images, labels = rows[:, :64].reshape(-1, 8, 8), rows[:, 64]
    if len(images) != 1797 or images.max() != 16 or set(labels.tolist()) != set(range(10)):
        raise SystemExit("this is not the table of 1,797 digits with values from 0 to 16")
    return images, labels


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write an array of bytes as IDX, gzipped without a time stamp or a file name."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 0x08, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
