"""What a model takes: image shape and normalisation, measured once and kept in the checkpoint.

This is the one place where images are normalised, for training, evaluation and prediction alike.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import Dataset

Shape = tuple[int, int, int]
_SAMPLE = 10_000  # images that mean and deviation are measured on
_CHUNK = 256


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
        """Read what ``to_dict`` wrote."""
        channels, height, width = values["shape"]
        return cls((channels, height, width), tuple(values["mean"]), tuple(values["std"]))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a checkpoint."""
        return {key: list(value) for key, value in asdict(self).items()}

    def normalise(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Shift and scale images ``(N, C, H, W)`` in 0..1 to mean 0 and deviation 1."""
        mean = np.array(self.mean, np.float32)[:, None, None]
        scale = (1 / np.array(self.std)).astype(np.float32)[:, None, None]
        result: NDArray[np.float32] = (images - mean) * scale
        return result


def _rounded(values: NDArray[Any]) -> tuple[float, ...]:
    """Six decimals are enough for the weights and read well in a checkpoint."""
    return tuple(round(float(value), 6) for value in values)
