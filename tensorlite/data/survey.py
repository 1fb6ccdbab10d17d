"""Looking at all pictures of a data set: how large they are, and which are damaged."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from tensorlite.data.dataset import Dataset
from tensorlite.data.decode import peek
from tensorlite.data.fit import Shape
from tensorlite.data.pictures import Defect, PictureFiles
from tensorlite.errors import DataError

MOST = 20_000  # pictures whose headers are read to count sizes; of more, as many evenly picked


def shapes(data: Dataset) -> Counter[Shape]:
    """How many pictures have which channels, height and width, before they are made to fit.

    Example:
        >>> from tensorlite.data import digits
        >>> shapes(digits("val"))
        Counter({(1, 28, 28): 360})
    """
    if not isinstance(data, PictureFiles):
        return Counter({data.image_shape: len(data)} if len(data) else {})
    picked = np.linspace(0, len(data) - 1, min(len(data), MOST)).astype(np.int64)
    return Counter(shape for index in picked if (shape := _shape(data, int(index))))


def sift(
    splits: Mapping[str, Dataset], progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[dict[str, Dataset], list[Defect]]:
    """Leave out what is damaged; every picture is decoded to find it.

    Args:
        splits: The data sets of pictures on disk; others stay as they are.
        progress: Called now and then with how many pictures were looked at, and how many there are.

    Returns:
        The data sets without them, each with a remark, and what was left out.
    """
    total = sum(len(data) for data in splits.values() if isinstance(data, PictureFiles))
    kept: dict[str, Dataset] = {}
    left_out: list[Defect] = []
    done = 0
    for split, data in splits.items():
        kept[split] = data
        if isinstance(data, PictureFiles):
            before = done

            def report(count: int, before: int = before) -> None:
                progress(before + count, total)

            kept[split], defects = _sifted(data, report)
            left_out += defects
            done += len(data)
    return kept, left_out


def _sifted(data: PictureFiles, report: Callable[[int], None]) -> tuple[Dataset, list[Defect]]:
    known = {defect.path: defect for defect in data.defects}
    bad: dict[int, Defect] = {}

    def look(index: int) -> Defect | None:
        path = data.files[index]
        if path in known:
            return known[path]
        try:
            data.inspect(index)
        except DataError as error:
            return Defect(path, error.message)
        return None

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for index, defect in enumerate(threads.map(look, range(len(data)))):
            if defect is not None:
                bad[index] = defect
            if index % 100 == 99:
                report(index + 1)
    defects = list(dict.fromkeys([*data.defects, *bad.values()]))
    if not defects:
        return data, []
    kept = data.select([index for index in range(len(data)) if index not in bad])
    kept.defects = []
    few = " ".join(defect.message for defect in defects[:3]) + " ..." * (len(defects) > 3)
    kept.remarks = [*data.remarks, f"damaged and left out: {len(defects):,} ({few})"]
    return kept, defects


def _shape(data: Any, index: int) -> Shape | None:
    try:
        return peek(data.files[index])
    except DataError:
        return None
