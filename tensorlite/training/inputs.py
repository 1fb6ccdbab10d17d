"""What a model takes: the parts of its data, and the shape and normalisation of the images.

The normalisation is measured once and kept in the checkpoint. This is the one place where images
are normalised, for training, evaluation and prediction alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import DataLoader, Dataset, holdout
from tensorlite.data.dataset import Subset
from tensorlite.errors import DataError, UnknownNameError
from tensorlite.random import Generator
from tensorlite.tensor import from_numpy

Shape = tuple[int, int, int]
_JUDGES = ("test", "val", "train")  # the first there is says how good a model is
_SAMPLE = 10_000  # images that mean and deviation are measured on
_CHUNK = 256
_LARGEST = 2048 * 2048  # values of an image; what a file asks for is allocated
_BOUNDS: dict[str, tuple[type, float, float]] = {
    "shape": (int, 1, 65_536),
    "mean": (float, -1e6, 1e6),
    "std": (float, 1e-6, 1e6),
}


@dataclass(frozen=True)
class Inputs:
    """The form in which a model gets its images.

    Args:
        shape: Channels, height and width.
        mean: Mean of each channel over the training part, on 0..1.
        std: Standard deviation of each channel.

    Example:
        >>> inputs = Inputs((1, 2, 2), mean=(0.5,), std=(0.25,))
        >>> inputs.normalise(np.ones((1, 1, 2, 2), np.float32)).max().item()
        2.0
    """

    shape: Shape
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def measure(cls, dataset: Dataset) -> Inputs:
        """Measure mean and deviation, on evenly picked images if there are more than 10,000."""
        count = min(len(dataset), _SAMPLE)
        picked = np.linspace(0, len(dataset) - 1, count).astype(np.int64)
        sums = np.zeros((2, dataset.image_shape[0]))
        for start in range(0, count, _CHUNK):
            images = dataset.batch(picked[start : start + _CHUNK])[0].astype(np.float64)
            pixels = images.shape[2] * images.shape[3]
            sums += images.sum(axis=(0, 2, 3)) / pixels, (images**2).sum(axis=(0, 2, 3)) / pixels
        mean, square = sums / count
        # A data set of one flat colour still gets a deviation to divide by.
        std = np.sqrt(np.maximum(square - mean**2, 1e-6))
        return cls(dataset.image_shape, _rounded(mean), _rounded(std))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Inputs:
        """Read what ``to_dict`` wrote.

        Raises:
            DataError: If it is something else.
        """
        shape, mean, std = (_numbers(values, name) for name in _BOUNDS)
        check_shape(shape)
        if not len(mean) == len(std) == shape[0]:
            raise DataError(f"expected mean and std of {shape[0]} channels, got {mean}, {std}.")
        return cls(shape, mean, std)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a checkpoint."""
        return {key: list(value) for key, value in asdict(self).items()}

    def normalise(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Shift and scale images ``(N, C, H, W)`` in 0..1 to mean 0 and deviation 1."""
        mean = np.array(self.mean, np.float32)[:, None, None]
        scale = (1 / np.array(self.std)).astype(np.float32)[:, None, None]
        result: NDArray[np.float32] = np.subtract(images, mean, dtype=np.float32)
        result *= scale
        return result

    def normalised(self, batches: Iterable[Any], at_once: bool = False) -> Iterator[Any]:
        """The batches with normalised images; a loader does it in the threads that make them.

        Args:
            batches: A loader, or anything else that gives images and targets.
            at_once: Let a loader make the first batches now.
        """
        if isinstance(batches, DataLoader):
            return batches.batches(self._finish, at_once=at_once)
        return map(self._finish, batches)

    def _finish(self, batch: Any) -> Any:
        images, *rest = batch
        return from_numpy(self.normalise(images.numpy())), *rest


def check_shape(shape: tuple[int, ...], hint: str | None = None) -> None:
    """Refuse images that no checkpoint may ask for, before anything is trained on them.

    Args:
        shape: Channels, height and width.
        hint: What somebody can type who chose them.

    Raises:
        DataError: If it is no shape (C, H, W), or one of more than 4,194,304 values.
    """
    most = _BOUNDS["shape"][2]
    if len(shape) != 3 or prod(shape) > _LARGEST or max(shape) > most:
        wanted = f"a shape (C, H, W) of at most {_LARGEST:,} values"
        raise DataError(f"expected {wanted}, got {shape}.", hint=hint)


def _numbers(values: dict[str, Any], name: str) -> Any:
    kind, low, high = _BOUNDS[name]
    found = values.get(name)
    if isinstance(found, list) and all(
        type(value) in (kind, int) and low <= value <= high for value in found
    ):
        return tuple(found)
    raise DataError(f"expected {name} as numbers from {low:g} to {high:g}, got {found!r:.80}.")


def _rounded(values: NDArray[Any]) -> tuple[float, ...]:
    """Six decimals are enough for the weights and read well in a checkpoint."""
    return tuple(round(float(value), 6) for value in values)


@dataclass(frozen=True)
class Measured:
    """The images that figures were measured on.

    Args:
        split: The part of the data.
        images: How many they are.
        selected: Whether the best epoch was chosen by them, which makes figures a little too good.
    """

    split: str
    images: int
    selected: bool

    def phrase(self) -> str:
        """Say it.

        Example:
            >>> Measured("val", 360, selected=True).phrase()
            'on val: 360 images, by which the best epoch was chosen'
        """
        text = f"on {self.split}: {self.images:,} images"
        return f"{text}, by which the best epoch was chosen" if self.selected else text

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"split": self.split, "selected_on": self.selected}


@dataclass(frozen=True)
class Parts:
    """The parts of a data set.

    Args:
        train: What the weights are fitted to.
        val: What the best epoch is chosen by.
        test: What is looked at once, after training; None when the data has none.
        carved: Whether ``val`` was taken out of ``train`` here.
    """

    train: Dataset
    val: Dataset
    test: Dataset | None = None
    carved: bool = False

    @property
    def splits(self) -> dict[str, Dataset]:
        """The parts by name."""
        parts = {"train": self.train, "val": self.val}
        return parts if self.test is None else {**parts, "test": self.test}

    def measured_on(self, name: str) -> Measured:
        """Describe what figures about one part are worth."""
        return Measured(name, len(self.splits[name]), selected=name == "val")

    @property
    def judged_by(self) -> str:
        """The part that a finished model is judged by."""
        return "val" if self.test is None else "test"


def parts_of(splits: Mapping[str, Dataset], fraction: float, seed: int) -> Parts:
    """Take the parts of a data set; a missing ``val`` is carved out of ``train``.

    Args:
        splits: Data sets by name: ``train``, perhaps ``val``, perhaps ``test``.
        fraction: Share of ``train`` that becomes ``val``, the same in every class.
        seed: Decides which images those are.

    Raises:
        DataError: If there is no ``train``, or too little of it.
    """
    if "train" not in splits:
        raise DataError(f"expected a part 'train', got {', '.join(splits) or 'nothing'}.")
    train, test = splits["train"], splits.get("test")
    if not len(train):
        raise DataError("expected images to train on, got none.")
    if "val" in splits:
        return Parts(train, splits["val"], test)
    kept, held = holdout(train, fraction, seed)
    if not len(held) or not len(kept):
        raise DataError(
            f"{len(train)} images are too few to keep {100 * fraction:g} % for validation.",
            hint="--set val_fraction=0.5",
        )
    return Parts(kept, held, test, carved=True)


def few(dataset: Dataset, count: int, seed: int) -> Dataset:
    """Pick so many items, the same share of every class; all of them if there are no more.

    Args:
        dataset: What to pick from.
        count: How many.
        seed: Decides which.
    """
    if count >= len(dataset):
        return dataset
    strata = dataset.strata
    order, places = Generator(seed).numpy.permutation(len(dataset)), np.zeros(len(dataset))
    for number in np.unique(strata):
        members = order[strata[order] == number]
        places[members] = (np.arange(len(members)) + 0.5) / len(members)
    return Subset(dataset, np.sort(order[np.argsort(places[order], kind="stable")[:count]]))


def places(part: Dataset) -> NDArray[np.int64]:
    """Where the items of a part lie in the data that it was taken from, ``(N,)``.

    Example:
        >>> from tensorlite.data import digits
        >>> places(Subset(Subset(digits("val"), [4, 5, 6]), [2, 0]))
        array([6, 4])
    """
    chosen, inner = np.arange(len(part)), part
    while isinstance(beneath := getattr(inner, "dataset", None), Dataset):
        chosen = inner.indices[chosen] if isinstance(inner, Subset) else chosen
        inner = beneath
    return chosen


def pick(splits: Mapping[str, Dataset], name: str, data: str) -> tuple[str, Dataset]:
    """Return a part with its name; ``"auto"`` is test if there is one, or else val, or else train.

    Args:
        splits: The parts by name.
        name: The wanted one.
        data: What the data is called.

    Raises:
        UnknownNameError: If there is no such part.
    """
    if name == "auto":
        name = next(known for known in (*_JUDGES, *splits) if known in splits)
    if name in splits:
        return name, splits[name]
    raise UnknownNameError(
        f"'{data}' has no part '{name}', only {', '.join(splits)}.", where="--split"
    )
