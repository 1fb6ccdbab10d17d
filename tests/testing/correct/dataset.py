import numpy as np

from tensorlite.data import Dataset
from tensorlite.testing import check_dataset


class Squares(Dataset):
    concurrent = True
    classes = ["small", "large"]
    image_shape = (1, 9, 8)

    def __init__(self, split):
        self.name = f"squares-{split}"
        self.start = {"train": 0, "val": 6}[split]

    @property
    def targets(self):
        return np.arange(6) % 2

    def __len__(self):
        return 6

    def __getitem__(self, index):
        if not 0 <= index < 6:
            raise IndexError(index)
        image = np.zeros((1, 9, 8), np.float32)
        side = 3 + 3 * (index % 2)
        image[0, :side, :side] = (self.start + index + 1) / 13
        return image, int(index % 2)

    def batch(self, indices):
        items = [self[int(index)] for index in indices]
        return np.stack([image for image, _ in items]), np.array([target for _, target in items])


class Boxed(Squares):
    task = "boxes"

    def __getitem__(self, index):
        image, target = super().__getitem__(index)
        side = 3 + 3 * target
        boxes = np.array([[0, 0, side, side]], np.float32)
        return image, {"boxes": boxes, "labels": np.array([target])}

    def batch(self, indices):
        items = [self[int(index)] for index in indices]
        return np.stack([image for image, _ in items]), [target for _, target in items]


def check():
    check_dataset(Squares)
    check_dataset(Boxed)
