"""Averaged weights: they lag behind the trained ones, jump less, and often do better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tensorlite.nn import Module

Arrays = dict[str, NDArray[Any]]


class Averages:
    """Exponential moving averages of all weights and running statistics of a model.

    At step n an average keeps the share ``min(decay, (1 + n) / (10 + n))`` of itself, so that the
    weights of the beginning are soon forgotten. What is no floating point number is not averaged.

    Args:
        model: What is trained.
        decay: The share in the long run, such as 0.999: about the last 1,000 steps count.

    Attributes:
        arrays: The averages, by the names of the model's state dict.
        steps: How often they were moved.

    Example:
        >>> import tensorlite as tl
        >>> layer = tl.nn.Linear(1, 1, bias=False)
        >>> _ = layer.weight.data.fill_(0.0)
        >>> averages = Averages(layer, 0.9)
        >>> _ = layer.weight.data.fill_(1.0)
        >>> averages.update()
        >>> with averages.in_place():
        ...     round(layer.weight.item(), 3)
        0.818
        >>> layer.weight.item()
        1.0

    Source: Polyak and Juditsky 1992, "Acceleration of Stochastic Approximation by Averaging".
    """

    def __init__(self, model: Module, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self._live = {
            name: value
            for name, value in model.state_dict(keep_vars=True).items()
            if value.dtype.kind == "f"
        }
        self.arrays: Arrays = {name: value.array.copy() for name, value in self._live.items()}

    def update(self) -> None:
        """Move all averages towards the weights as they are."""
        self.steps += 1
        share = 1 - min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, value in self._live.items():
            average = self.arrays[name]
            average += (value.array - average) * np.asarray(share, average.dtype)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the averages into the model for a while."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    def load(self, arrays: Mapping[str, NDArray[Any]], steps: int) -> None:
        """Go on from stored averages."""
        self.arrays = {name: arrays[name].copy() for name in self.arrays}
        self.steps = steps

    def _exchange(self) -> None:
        for name, value in self._live.items():
            kept = value.array.copy()
            value.array[...] = self.arrays[name]
            value.version[0] += 1
            self.arrays[name] = kept
