"""How the numbers of a picture ``(N, C, H, W)`` lie in memory, as ``(outer, H, W, inner)``.

Three orders occur: channels last, images last, and the planes of each image one after the other.
A kernel that treats all images and channels alike can work on any of them without a copy, and its
result has the order of its input.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Layout(NamedTuple):
    """An order of the four dimensions, and the two numbers that a kernel needs."""

    order: tuple[int, int, int, int]
    outer: int
    inner: int

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """A fresh array of shape ``(N, C, H, W)`` in this order."""
        memory = np.empty([shape[i] for i in self.order], dtype)
        return memory.transpose([self.order.index(i) for i in range(4)])

    def same(self, x: Array) -> Array:
        """The array if it lies in this order without gaps, or a copy that does."""
        if x.transpose(self.order).flags.c_contiguous:
            return x
        copy = self.empty(x.shape, x.dtype)
        copy[...] = x
        return copy


def layout_of(x: Array) -> Layout:
    """The order in which a picture lies, or the one to copy it to if it has gaps."""
    n, c = x.shape[:2]
    if x.transpose(0, 2, 3, 1).flags.c_contiguous and c > 1:
        return channels_last(x)
    if x.transpose(1, 2, 3, 0).flags.c_contiguous and n > 1:
        return Layout((1, 2, 3, 0), c, n)
    if x.flags.c_contiguous:
        return Layout((0, 1, 2, 3), n * c, 1)
    return channels_last(x)


def channels_last(x: Array) -> Layout:
    """The order in which the channels of a pixel are neighbours."""
    return Layout((0, 2, 3, 1), *x.shape[:2])


def images_last(x: Array) -> bool:
    """Whether neighbours in memory are of different images."""
    return x.shape[0] > 1 and x.strides[0] == x.itemsize


def strided(x: Array) -> Array:
    """An array whose steps are whole numbers of elements, which kernels can follow."""
    flags = x.flags
    if flags.aligned and (flags.forc or all(s >= 0 and s % x.itemsize == 0 for s in x.strides)):
        return x
    return np.ascontiguousarray(x)
