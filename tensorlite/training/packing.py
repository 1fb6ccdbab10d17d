"""Weights in fewer bytes, for files that many people download.

Half precision changes no answer that is not a toss-up. Eight bits hold a weight of a layer as a
whole number from -127 to 127 and, for each of its outputs, the number that a step of one stands
for; vectors, which are small and count more, stay in half precision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.errors import ConfigError

STEP = ".step"  # added to the name of a weight in eight bits, for what one step of it stands for
MOST = 127

Arrays = Mapping[str, NDArray[Any]]


def pack(arrays: Arrays, bits: int = 16) -> dict[str, NDArray[Any]]:
    """Return the same weights in 16 or 8 bits each; what is not float32 stays as it is.

    Raises:
        ConfigError: If bits is neither.

    Example:
        >>> small = pack({"weight": np.array([[0.5, -1.27]], np.float32)}, bits=8)
        >>> small["weight"].tolist()
        [[50, -127]]
        >>> np.allclose(unpack(small)["weight"], [[0.5, -1.27]])
        True
    """
    if bits not in (8, 16):
        raise ConfigError(f"expected 8 or 16 bits, got {bits}.", where="pack")
    packed: dict[str, NDArray[Any]] = {}
    for name, array in arrays.items():
        if array.dtype != np.float32:
            packed[name] = array
        elif bits == 8 and array.ndim > 1:
            rows = tuple(range(1, array.ndim))
            step = np.abs(array).max(axis=rows, keepdims=True) / MOST
            packed[name] = np.rint(array / np.where(step, step, 1)).astype(np.int8)
            packed[name + STEP] = step
        else:
            packed[name] = array.astype(np.float16)
    return packed


def unpack(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """Return weights as they are computed with, whether they were packed or not."""
    return {
        name: _whole(name, array, arrays)
        for name, array in arrays.items()
        if name.removesuffix(STEP) == name or name.removesuffix(STEP) not in arrays
    }


def _whole(name: str, array: NDArray[Any], arrays: Arrays) -> NDArray[Any]:
    step = arrays.get(name + STEP)
    if array.dtype == np.int8 and step is not None:
        return (array * step).astype(np.float32)
    return array.astype(np.float32) if array.dtype == np.float16 else array
