from dataclasses import dataclass, replace

import numpy as np

from tensorlite.augment import Augmentation
from tensorlite.testing import check_augmentation


@dataclass
class Mirror(Augmentation):
    p: float = 0.5
    targets = frozenset({"image", "boxes", "masks", "labels"})

    def apply(self, samples, generators):
        images = samples.images.copy()
        boxes = None if samples.boxes is None else [box.copy() for box in samples.boxes]
        masks = None if samples.masks is None else samples.masks.copy()
        width = images.shape[3]
        for i, generator in enumerate(generators):
            light = np.float32(generator.numpy.uniform(0.6, 1.0))
            if generator.numpy.random() < self.p:
                images[i] = images[i, :, :, ::-1] * light
                if boxes is not None:
                    left, top, right, bottom = boxes[i].T
                    boxes[i] = np.stack([width - right, top, width - left, bottom], axis=1)
                if masks is not None:
                    masks[i] = masks[i, :, ::-1]
        return replace(samples, images=images, boxes=boxes, masks=masks)


def check():
    check_augmentation(Mirror)
