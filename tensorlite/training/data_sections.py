"""What a report shows about data: how much of what there is, and what training made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tensorlite.data import Data, Dataset
from tensorlite.data.preview import Shown, batch_shown, caption
from tensorlite.training.inputs import Inputs, Parts
from tensorlite.training.page import Bar, Box, Picture, Text, folded, gallery, table
from tensorlite.training.tasks import Section

_PICTURES, _EPOCHS = 6, 5  # of the sample of augmented images
_MOST = 20  # classes up to which their table is shown opened
_COUNTED = ("classification", "boxes")  # pixels of masks are too many to count for a report


def data_sections(
    data: Data, parts: Parts, inputs: Inputs, augmentation: Any, seed: int
) -> list[Section]:
    """Return the parts of the report about data.

    Args:
        data: What was opened.
        parts: What was used for what.
        inputs: Shape and normalisation of the images.
        augmentation: What changed the images during training; None for nothing.
        seed: The seed of the training.
    """
    sections = [Section("Data", _statistics(data, parts, inputs), wide=augmentation is None)]
    if augmentation is not None:
        title = f"Training images, as they are and in {_EPOCHS} epochs"
        sections.append(Section(title, _augmented(parts.train, augmentation, seed), wide=False))
    return sections


def _statistics(data: Data, parts: Parts, inputs: Inputs) -> str:
    size = " × ".join(map(str, inputs.shape))
    mean, std = (" ".join(f"{value:.3f}" for value in row) for row in (inputs.mean, inputs.std))
    rows: list[list[Any]] = [[name, Text(f"{len(part):,}")] for name, part in parts.splits.items()]
    if parts.carved:
        rows[1][1] = Text(f"{len(parts.val):,}, taken out of train")
    rows += [
        ["image", Text(size + (f" · {parts.train.adaptation}" if parts.train.adaptation else ""))],
        ["mean", Text(mean)],
        ["deviation", Text(std)],
        *(["note", Text(note)] for note in data.notes),
    ]
    if data.task not in _COUNTED:
        return table([], rows)
    classes = len(parts.train.classes)
    counts = _class_counts(parts)
    slim = f'<div class="slim">{counts}</div>'
    return table([], rows) + folded(f"{classes} classes", slim, opened=classes <= _MOST)


def _class_counts(parts: Parts) -> str:
    """How often each class occurs in each part, beside bars that compare them within the part."""
    found = [part.counts() for part in parts.splits.values()]
    most = [max(counts.values(), default=1) or 1 for counts in found]
    rows = [
        [
            name,
            *(
                cell
                for counts, top in zip(found, most, strict=True)
                for cell in (counts.get(name, 0), Bar(counts.get(name, 0) / top))
            ),
        ]
        for name in parts.train.classes
    ]
    return table(["class", *(title for name in parts.splits for title in (name, ""))], rows)


def _augmented(dataset: Dataset, augmentation: Any, seed: int) -> str:
    count = min(_PICTURES, len(dataset))
    plain = batch_shown(dataset, None, count=count, seed=seed)
    changed = batch_shown(dataset, augmentation, count=count, seed=seed, epochs=_EPOCHS)
    pictures = []
    for number, original in enumerate(plain):
        words = caption(original.target, dataset.classes)
        pictures.append(_picture(original, words))
        for shown in changed[number * _EPOCHS : (number + 1) * _EPOCHS]:
            other = caption(shown.target, dataset.classes)
            pictures.append(_picture(shown, other if other != words else ""))
    return gallery(pictures, size="rows")


def _picture(shown: Shown, words: str) -> Picture:
    target = shown.target if isinstance(shown.target, Mapping) else {}
    boxes = [Box(corners) for corners in np.asarray(target.get("boxes", np.zeros((0, 4))))]
    return Picture(shown.image, words, title=f"image {shown.index}", boxes=boxes)
