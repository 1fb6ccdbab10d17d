"""Whether a data set is one, and whether a reader opens what it says it knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tensorlite.data import Dataset
from tensorlite.testing.failure import Claims

SOME = 32  # items that are looked at


def check_dataset(
    dataset: Dataset | Callable[[str], Dataset], *, splits: Iterable[str] = ("train", "val")
) -> None:
    """Check a data set, or a function of a split's name that returns one.

    Items must be float32 pictures in 0..1 of the shape that it states, with targets that fit its
    classes; the same ones every time, in any order, from several threads, alone as in a batch; and
    no picture may be in two splits.

    Args:
        dataset: The data set, or the function.
        splits: The names that the function takes.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> from tensorlite.data import ArrayDataset
        >>> check_dataset(ArrayDataset(np.zeros((4, 8, 8), np.uint8), [0, 1, 0, 1]))
    """
    claims = Claims("dataset", dataset if callable(dataset) else type(dataset))
    if isinstance(dataset, Dataset):
        parts: Mapping[str, Any] = {"": dataset}
    else:
        with claims.works("a function of the names of its splits"):
            parts = {split: dataset(split) for split in splits}
    _check_parts(claims, parts)


def check_reader(reader: Any, path: str | os.PathLike[str]) -> None:
    """Check a reader with a file or folder that it should be able to open.

    It must know that path and neither an empty folder nor a text file; what it opens must pass
    ``check_dataset``.

    Args:
        reader: Has ``sniff(path)`` and ``open(path)``.
        path: An example of what it reads.

    Raises:
        CheckFailure: At the first thing that is wrong.
    """
    claims = Claims("reader", type(reader))
    with claims.works("a reader that knows its own format only"):
        message = "expected sniff(path) to say {} of {}, got {}."
        for other, wanted in _others(Path(path)):
            found = reader.sniff(other)
            what = other.name if wanted else f"a {'folder' if other.is_dir() else 'text file'}"
            claims.that(found is wanted, message.format(wanted, what, found))
    with claims.works(f"to open {Path(path).name}"):
        parts = reader.open(Path(path))
    named = isinstance(parts, Mapping) and bool(parts)
    claims.that(named, "expected a dict from the names of splits to data sets, got something else.")
    _check_parts(claims, parts)


def _others(path: Path) -> Iterable[tuple[Path, bool]]:
    yield path, True
    with TemporaryDirectory() as folder:
        yield Path(folder), False
        text = Path(folder) / "notes.txt"
        text.write_text("nothing of any format\n", "utf-8")
        yield text, False


def _check_parts(claims: Claims, parts: Mapping[str, Any]) -> None:
    seen: dict[bytes, str] = {}
    for name, part in parts.items():
        claims.that(
            isinstance(part, Dataset),
            f"expected a Dataset, got {type(part).__name__}.",
            "Derive it from tensorlite.data.Dataset.",
        )
        check = _Check(claims, part)
        with claims.works("a data set that works"), claims.draws_nothing("nothing"):
            check.has_items()
            check.items_are_sound()
            check.items_stay_the_same()
            check.batches_are_the_items()
            check.ends()
        for index in check.chosen:
            where = seen.setdefault(check.digest(index), name)
            message = f"expected no picture in two splits, got one in {where!r} and in {name!r}."
            claims.that(where == name, message)


class _Check:
    def __init__(self, claims: Claims, data: Any) -> None:
        self.claims, self.data = claims, data
        self.chosen: list[int] = []

    def has_items(self) -> None:
        count = len(self.data)
        self.claims.that(count > 0, "expected items, got none.")
        self.chosen = sorted({round(i) for i in np.linspace(0, count - 1, min(count, SOME))})
        names = list(self.data.classes)
        self.claims.that(names and len(set(names)) == len(names), "expected distinct class names.")
        self.claims.that(
            all(isinstance(name, str) for name in names), f"expected class names, got {names[:3]}."
        )

    def items_are_sound(self) -> None:
        shape = tuple(self.data.image_shape)
        for index in self.chosen:
            image, target = self.data[index]
            kind = getattr(image, "dtype", type(image).__name__)
            self.claims.that(kind == np.float32, f"expected pictures of float32, got {kind}.")
            message = f"expected pictures of shape {shape} as stated, got {image.shape}."
            self.claims.that(image.shape == shape and len(shape) == 3, message)
            right = np.isfinite(image).all() and image.min() >= 0 and image.max() <= 1
            message = f"expected values in 0..1, got {image.min():.3g}..{image.max():.3g}."
            self.claims.that(right, message)
            self._target_is_sound(target, shape)
        if self.data.task == "classification":
            wanted = [self.data[index][1] for index in self.chosen]
            message = "expected targets like those of the items, got others."
            self.claims.equal(self.data.targets[self.chosen], wanted, message)

    def _target_is_sound(self, target: Any, shape: tuple[int, ...]) -> None:
        task, count = self.data.task, len(self.data.classes)
        self.claims.that(
            task in ("classification", "boxes", "masks"),
            f"expected a task of classification, boxes or masks, got {task!r}.",
        )
        if task == "classification":
            whole = isinstance(target, (int, np.integer)) and not isinstance(target, bool)
            message = f"expected an integer class, got {type(target).__name__}."
            self.claims.that(whole, message)
            labels = np.array([target])
        elif task == "boxes":
            self._boxes_are_sound(target, shape)
            labels = target["labels"]
        else:
            labels = np.asarray(target["mask"])
            message = f"expected a mask {shape[1:]}, got {labels.shape}."
            self.claims.that(labels.shape == shape[1:], message)
            labels = labels[labels != 255]
        message = f"expected classes from 0 to {count - 1}, got {labels.min(initial=0)}.."
        right = not labels.size or (labels.min() >= 0 and labels.max() < count)
        self.claims.that(right, f"{message}{labels.max(initial=0)}.")

    def _boxes_are_sound(self, target: Any, shape: tuple[int, ...]) -> None:
        boxes, labels = target["boxes"], target["labels"]
        right = boxes.ndim == 2 and boxes.shape[1] == 4 and labels.shape == (len(boxes),)
        message = f"expected boxes (k, 4) and labels (k,), got {boxes.shape} and {labels.shape}."
        self.claims.that(right, message)
        edges = np.array([shape[2], shape[1]] * 2)
        inside = (boxes >= 0).all() and (boxes <= edges).all()
        full = (boxes[:, 2:] > boxes[:, :2]).all()
        message = f"expected boxes left, top, right, bottom inside of {shape[1]}x{shape[2]} pixels."
        self.claims.that(inside and full, message)

    def items_stay_the_same(self) -> None:
        before = {index: self.digest(index) for index in self.chosen}
        for index in reversed(self.chosen):
            image, _ = self.data[index]
            if image.flags.writeable:
                image[...] = 0.5  # whoever gets a picture may do with it what he likes
        message = "expected the same item every time, got another picture or target."
        for index in reversed(self.chosen):
            self.claims.that(self.digest(index) == before[index], message)
        if self.data.concurrent:
            with ThreadPoolExecutor(4) as pool:
                found = list(pool.map(self.digest, self.chosen * 4))
            message = "expected the same items from several threads, as concurrent = True says."
            self.claims.that(found == [before[index] for index in self.chosen] * 4, message)

    def batches_are_the_items(self) -> None:
        chosen = self.chosen[::-1][:5]
        images, targets = self.data.batch(chosen)
        for place, index in enumerate(chosen):
            image, target = self.data[index]
            message = "expected batch(indices) to hold the items of these indices, got others."
            self.claims.equal(images[place], image, message, 1e-6)
            if self.data.task == "classification":
                self.claims.equal(targets[place], target, message)

    def ends(self) -> None:
        try:
            self.data[len(self.data)]
        except IndexError:
            return
        message = f"expected an IndexError behind the last item, {len(self.data) - 1}, got none."
        self.claims.that(False, message)

    def digest(self, index: int) -> bytes:
        """Picture and target as bytes."""
        image, target = self.data[index]
        if isinstance(target, Mapping):
            target = [np.asarray(target[key]).tolist() for key in sorted(target)]
        return image.tobytes() + repr(target).encode()
