"""Quarter turns, for pictures that have no upper side; boxes and masks go along."""

from dataclasses import dataclass, replace

import numpy as np

from tensorlite.augment import Augmentation
from tensorlite.errors import ConfigError
from tensorlite.plugins import PluginInfo, hookimpl


@dataclass
class QuarterTurn(Augmentation):
    """Turn a picture by a random number of quarters; one that is not square by half a turn.

    Args:
        p: The probability that a picture is turned at all.

    Raises:
        ConfigError: If it is not in 0..1.
    """

    p: float = 0.75
    targets = frozenset({"image", "boxes", "masks", "labels"})

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ConfigError(f"expected p in 0..1, got {self.p}.", where="QuarterTurn")

    def apply(self, samples, generators):
        """Turn each picture with all that belongs to it."""
        turns = [self._turns(samples.size, generator) for generator in generators]
        images = np.stack(
            [np.rot90(image, k, (1, 2)) for image, k in zip(samples.images, turns, strict=True)]
        )
        changes = {"images": images}
        if samples.boxes is not None:
            pairs = zip(samples.boxes, turns, strict=True)
            changes["boxes"] = [turned(boxes, k, samples.size) for boxes, k in pairs]
        if samples.masks is not None:
            pairs = zip(samples.masks, turns, strict=True)
            changes["masks"] = np.stack([np.rot90(mask, k) for mask, k in pairs])
        return replace(samples, **changes)

    def _turns(self, size: tuple[int, int], generator) -> int:
        """How many quarters, counter-clockwise."""
        chosen = int(generator.numpy.integers(1, 4)) if size[0] == size[1] else 2
        return chosen if generator.numpy.random() < self.p else 0


def turned(boxes, quarters: int, size: tuple[int, int]):
    """Boxes (k, 4) of a picture that is turned counter-clockwise.

    Example:
        >>> turned(np.array([[0, 0, 2, 1]], np.float32), 1, (4, 4)).tolist()
        [[0.0, 2.0, 1.0, 4.0]]
    """
    height, width = size
    for _ in range(quarters):
        left, top, right, bottom = boxes.T
        boxes = np.stack([top, width - right, bottom, width - left], axis=1)
        height, width = width, height
    return boxes


@hookimpl
def plugin_info():
    """The plugin API that this was written for."""
    return PluginInfo(api=1)


@hookimpl
def register_augmentations(register):
    """The augmentation, as ``quarter_turn``."""
    register("quarter_turn", QuarterTurn)
