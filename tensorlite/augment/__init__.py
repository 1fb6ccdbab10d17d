"""Augmentations: random changes of images that leave their meaning alone.

An augmentation is called with an image, float32 (C, H, W) in 0..1, and a ``Generator``. The
loader gives each image its own generator, made of seed, epoch and index, so what happens to an
image depends on nothing else. Boxes and masks move along: see ``augment_targets``.
"""

from tensorlite.augment.augmentation import (
    Augmentation,
    augment_batch,
    augment_samples,
    augment_targets,
)
from tensorlite.augment.blur import GaussianBlur, GaussianNoise, RandomErasing, Sharpen, Sharpness
from tensorlite.augment.colour import (
    Autocontrast,
    Brightness,
    ColorJitter,
    Contrast,
    Equalize,
    Grayscale,
    Hue,
    Invert,
    Normalize,
    Posterize,
    Saturation,
    Solarize,
)
from tensorlite.augment.composition import Compose, OneOf, Sometimes
from tensorlite.augment.crops import (
    CenterCrop,
    PaddedCrop,
    RandomCrop,
    RandomResizedCrop,
    Resize,
)
from tensorlite.augment.elastic import Elastic
from tensorlite.augment.geometry import (
    HorizontalFlip,
    RandomAffine,
    RandomPerspective,
    RandomRotation,
    RandomScale,
    RandomShear,
    RandomShift,
    VerticalFlip,
)
from tensorlite.augment.mixing import CutMix, Mixup
from tensorlite.augment.policy import RandAugment, TrivialAugment
from tensorlite.augment.projective import Projective, warp
from tensorlite.augment.samples import Samples
from tensorlite.augment.strokes import RandomThinning

__all__ = [
    "Augmentation",
    "Autocontrast",
    "Brightness",
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "Contrast",
    "CutMix",
    "Elastic",
    "Equalize",
    "GaussianBlur",
    "GaussianNoise",
    "Grayscale",
    "HorizontalFlip",
    "Hue",
    "Invert",
    "Mixup",
    "Normalize",
    "OneOf",
    "PaddedCrop",
    "Posterize",
    "Projective",
    "RandAugment",
    "RandomAffine",
    "RandomCrop",
    "RandomErasing",
    "RandomPerspective",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomScale",
    "RandomShear",
    "RandomShift",
    "RandomThinning",
    "Resize",
    "Samples",
    "Saturation",
    "Sharpen",
    "Sharpness",
    "Solarize",
    "Sometimes",
    "TrivialAugment",
    "VerticalFlip",
    "augment_batch",
    "augment_samples",
    "augment_targets",
    "warp",
]
