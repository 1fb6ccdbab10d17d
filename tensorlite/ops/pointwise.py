"""The short way through ops that are one NumPy function on each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.ops.convert import operands


class Unary(Op):
    """An op on one input that is one NumPy function, ``plain``.

    Where nothing is recorded, ``of`` calls it and makes no node: on small tensors the engine's own
    steps are what takes the time.
    """

    plain: Callable[[Array], Array]

    @classmethod
    def of(cls, x: Any) -> Any:
        """Apply the op to a tensor of numbers that it takes."""
        if x.requires_grad:
            return cls.apply(x)
        out = cls.plain(x.array)
        return make_tensor(out if type(out) is ndarray else np.asarray(out))

    def forward(self, x: Array) -> Array:
        return self.plain(x)


class Binary(Op):
    """An op on two operands that is one NumPy function, ``plain``; see ``Unary``."""

    plain: Callable[[Array, Array], Array]

    @classmethod
    def of(cls, a: Any, b: Any) -> Any:
        """Apply the op to two operands, brought to one element type."""
        if isinstance(a, TensorBase) and isinstance(b, TensorBase):
            x, y = a.array, b.array
            if x.dtype is y.dtype:
                if a.requires_grad or b.requires_grad:
                    return cls.apply(a, b)
                try:
                    out = cls.plain(x, y)
                except ValueError:  # shapes that do not fit: apply says it better
                    return cls.apply(a, b)
                return make_tensor(out if type(out) is ndarray else np.asarray(out))
        a, b = operands(a, b)
        return cls.apply(a, b)

    def forward(self, a: Array, b: Array) -> Array:
        return self.plain(a, b)
