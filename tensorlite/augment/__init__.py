"""Augmentations: random changes of images that leave their meaning alone.

An augmentation is called with an image, float32 (C, H, W) in 0..1, and a ``Generator``. The
loader gives each image its own generator, made of seed, epoch and index, so what happens to an
image depends on nothing else.
"""

from tensorlite.augment.augmentation import Affine, Augmentation, Compose, augment_batch
from tensorlite.augment.geometry import (
    HorizontalFlip,
    RandomCrop,
    RandomRotation,
    RandomScale,
    RandomShift,
)
from tensorlite.augment.strokes import RandomThinning
from tensorlite.augment.warp import warp

__all__ = [
    "Affine",
    "Augmentation",
    "Compose",
    "HorizontalFlip",
    "RandomCrop",
    "RandomRotation",
    "RandomScale",
    "RandomShift",
    "RandomThinning",
    "augment_batch",
    "warp",
]
