"""A batch of pictures with all that belongs to them: labels, boxes, masks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.errors import ConfigError

Array = NDArray[Any]
Images = NDArray[np.float32]
VOID = -100
"""The class of mask pixels that nothing is known of: what ``cross_entropy`` leaves out."""


@dataclass(frozen=True)
class Samples:
    """Pictures and what is known of them; an augmentation makes new ones, it never writes here.

    Args:
        images: float32 (N, C, H, W), values 0..1.
        labels: The class of each picture, int64 (N,), or a row of probabilities for each (N, K).
        boxes: For each picture float32 (k, 4): left, top, right and bottom edge in pixels.
        box_labels: For each picture the class of every box, int64 (k,).
        masks: The class of each pixel, (N, H, W).
        classes: How many classes there are; where not given, as many as the labels show.
        void: The class of mask pixels that come in from outside of the picture.

    Example:
        >>> Samples(np.zeros((2, 1, 4, 4), np.float32), labels=np.array([3, 1])).size
        (4, 4)
    """

    images: Images
    labels: Array | None = None
    boxes: list[Array] | None = None
    box_labels: list[Array] | None = None
    masks: Array | None = None
    classes: int | Callable[[], int] | None = None
    void: int = VOID

    @classmethod
    def of(
        cls,
        images: Images,
        targets: Any,
        classes: int | Callable[[], int] | None = None,
        void: int | None = None,
    ) -> Samples:
        """Sort out what the targets of a batch are.

        Args:
            images: float32 (N, C, H, W).
            targets: int64 (N,); rows (N, K); masks (N, H, W); a dictionary of lists or arrays
                with ``"boxes"`` and ``"labels"``, or ``"mask"``; or a list of such dictionaries,
                one for each picture.
            classes: How many classes there are, or a function that knows.
            void: The class of mask pixels that nothing is known of; -100 (255 where masks are
                bytes) if not given.
        """
        if isinstance(targets, list | tuple) and targets and isinstance(targets[0], Mapping):
            targets = {key: [target[key] for target in targets] for key in targets[0]}
        if not isinstance(targets, Mapping):
            targets = np.asarray(targets)
            drawn = targets.dtype.kind in "iu" and targets.shape[1:] == images.shape[2:]
            targets = {"mask" if drawn else "label": targets}
        masks = np.asarray(targets["mask"]) if "mask" in targets else None
        if void is None:
            void = 255 if masks is not None and masks.dtype == np.uint8 else VOID
        boxes = labels = None
        if "boxes" in targets:
            if "labels" not in targets:
                hint = "Give {'boxes': (k, 4), 'labels': (k,)} for each picture."
                raise ConfigError("expected labels with the boxes.", where="targets", hint=hint)
            boxes = [np.asarray(each, np.float32).reshape(-1, 4) for each in targets["boxes"]]
            labels = [np.asarray(each, np.int64).reshape(-1) for each in targets["labels"]]
        return cls(images, targets.get("label"), boxes, labels, masks, classes, void)

    def targets(self, like: Any) -> Any:
        """The targets in the form that ``of`` was given."""
        if isinstance(like, list | tuple) and like and isinstance(like[0], Mapping):
            new = self.targets({key: None for key in ("boxes", "labels", "mask")})
            return [
                {**old, **{key: new[key][index] for key in old if new.get(key) is not None}}
                for index, old in enumerate(like)
            ]
        if isinstance(like, Mapping):
            new = {"boxes": self.boxes, "labels": self.box_labels, "mask": self.masks}
            if self.boxes is None:
                del new["labels"]
            return {**like, **{key: new[key] for key in like if new.get(key) is not None}}
        return self.labels if self.masks is None else self.masks

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.images.shape[2], self.images.shape[3]

    def __len__(self) -> int:
        return len(self.images)

    def needs(self, targets: frozenset[str] | set[str], who: str) -> None:
        """Refuse an augmentation that would leave boxes or masks behind.

        Raises:
            ConfigError: Naming what it does not know how to move.
        """
        for what, there in (("boxes", self.boxes), ("masks", self.masks)):
            if there is not None and what not in targets:
                message = f"expected an augmentation that moves {what}, got targets {set(targets)}."
                hint = f"Leave it out, or add '{what}' to its targets if it moves nothing."
                raise ConfigError(message, where=who, hint=hint)

    def take(self, chosen: Array) -> Samples:
        """Some of the pictures, with what belongs to them."""
        if len(chosen) == len(self):
            return self
        return replace(
            self,
            images=self.images[chosen],
            labels=None if self.labels is None else self.labels[chosen],
            boxes=_listed(self.boxes, chosen),
            box_labels=_listed(self.box_labels, chosen),
            masks=None if self.masks is None else self.masks[chosen],
        )

    def put(self, chosen: Array, new: Samples) -> Samples:
        """These samples with some of them replaced.

        Raises:
            ConfigError: If the new pictures have another size.
        """
        if len(chosen) == len(self):
            return new
        if not len(chosen):
            return self
        if new.images.shape[1:] != self.images.shape[1:]:
            message = f"expected pictures of one size, got {self.size} and {new.size}."
            hint = "What changes the size must do so for every picture."
            raise ConfigError(message, where="augmentation", hint=hint)
        labels, others = self.labels, new.labels
        if labels is not None and others is not None and labels.ndim != others.ndim:
            labels, others = as_rows(self), as_rows(new)
        return replace(
            self,
            images=_replaced(self.images, chosen, new.images),
            labels=_replaced(labels, chosen, others),
            boxes=_merged(self.boxes, chosen, new.boxes),
            box_labels=_merged(self.box_labels, chosen, new.box_labels),
            masks=_replaced(self.masks, chosen, new.masks),
        )


def as_rows(samples: Samples) -> NDArray[np.float32]:
    """The labels as rows of probabilities, float32 (N, K).

    Raises:
        ConfigError: If there are no labels, or fewer classes than they show.
    """
    labels, classes = samples.labels, samples.classes
    if labels is None or (labels.ndim == 1 and labels.dtype.kind not in "iu"):
        hint = "Mixing is for pictures with one class each."
        raise ConfigError("expected a class for each picture.", where="labels", hint=hint)
    if labels.ndim == 2:
        return labels.astype(np.float32, copy=False)
    most = int(labels.max(initial=-1)) + 1
    count = most if classes is None else classes() if callable(classes) else classes
    if most > count:
        message = f"expected labels below {count}, got {most - 1}."
        raise ConfigError(message, where="labels")
    return np.eye(count, dtype=np.float32)[labels]


def _listed(items: list[Array] | None, chosen: Array) -> list[Array] | None:
    return None if items is None else [items[index] for index in chosen]


def _replaced(old: Any, chosen: Array, new: Any) -> Any:
    if old is None:
        return None
    result = old.copy()
    result[chosen] = new
    return result


def _merged(
    old: list[Array] | None, chosen: Array, new: Sequence[Array] | None
) -> list[Array] | None:
    if old is None or new is None:
        return None
    result = list(old)
    for index, item in zip(chosen, new, strict=True):
        result[index] = item
    return result
