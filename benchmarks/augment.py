"""Images per second of each augmentation.

python benchmarks/augment.py [NAME ...]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from tensorlite.augment import Invert
from tensorlite.random import Generator
from tensorlite.registry import augmentations

SHAPES = ((128, 3, 32, 32), (32, 3, 224, 224))
SECONDS = 0.4
NEEDS = {
    "resize": {"size": 24},
    "one_of": {"augmentations": [Invert()]},
    "compose": {"augmentations": [Invert()]},
    "sometimes": {"augmentation": Invert()},
}


def speed(name: str, shape: tuple[int, ...]) -> float:
    """Images per second, the generators of the images included."""
    options = dict(NEEDS.get(name, {}))
    signature = augmentations.info(name).parameters
    if signature is not None and "p" in signature.parameters:
        options["p"] = 1.0
    augmentation = augmentations.create(name, **options)
    images = np.random.default_rng(0).random(shape, dtype=np.float32)
    best, begun, epoch = np.inf, time.perf_counter(), 0
    while epoch < 3 or time.perf_counter() - begun < SECONDS:
        start = time.perf_counter()
        augmentation.batch(images, [Generator(0, epoch, index) for index in range(len(images))])
        best, epoch = min(best, time.perf_counter() - start), epoch + 1
    return shape[0] / best


def main() -> None:
    """Print one line for each augmentation."""
    print(f"{'':16}", *[f"{n} x {c}x{h}x{w}".rjust(18) for n, c, h, w in SHAPES])
    for name in sys.argv[1:] or augmentations.names():
        print(f"{name:16}", *[f"{speed(name, shape):18,.0f}" for shape in SHAPES], flush=True)


if __name__ == "__main__":
    main()
