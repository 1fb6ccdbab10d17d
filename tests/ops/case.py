"""What an entry of the table of ops holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Spec = tuple[int, ...] | np.ndarray


@dataclass
class OpCase:
    """A function of tensors, the same in NumPy, and inputs: shapes to draw, or arrays."""

    name: str
    function: Callable[..., Any]
    expected: Callable[..., Any]
    inputs: tuple[Spec, ...]
    ops: tuple[str, ...]
    positive: bool = False
    away_from: float | None = None  # keep clear of a kink
    empty: tuple[tuple[int, ...], ...] | None = None  # shapes with a zero to try as well
    seed: int = field(default=0)

    def arrays(self) -> list[np.ndarray]:
        rng = np.random.default_rng(self.seed)
        return [self._array(spec, rng) for spec in self.inputs]

    def _array(self, spec: Spec, rng: np.random.Generator) -> np.ndarray:
        if isinstance(spec, np.ndarray):
            return spec
        values = rng.standard_normal(spec)
        if self.positive:
            values = np.abs(values) + 0.5
        if self.away_from is not None:
            close = np.abs(values - self.away_from) < 0.05
            values = np.where(close, values + 0.2, values)
        return values
