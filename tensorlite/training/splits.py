"""The parts of a data set: one to learn from, one to choose by, one to report on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tensorlite.data import Dataset, holdout
from tensorlite.errors import DataError, UnknownNameError


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

    def named(self, name: str) -> Dataset:
        """Return one part by name; ``"auto"`` is test if there is one, or else val.

        Raises:
            UnknownNameError: If there is no such part.
        """
        parts = {"train": self.train, "val": self.val}
        if self.test is not None:
            parts["test"] = self.test
        name = self.judged_by if name == "auto" else name
        if name in parts:
            return parts[name]
        raise UnknownNameError(
            f"this data has no part '{name}', only {', '.join(parts)}.", where="--split"
        )

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
            hint="Give more images of each class, or a data set with a part 'val'.",
        )
    return Parts(kept, held, test, carved=True)
