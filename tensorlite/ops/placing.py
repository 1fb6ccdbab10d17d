"""Ops that read and write chosen elements, join, frame and turn: copies and their ways back."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array, Op


class GetItem(Op):
    """``x[index]``, where the index is as NumPy understands it."""

    view = True

    def forward(self, x: Array, index: Any) -> Array:
        self.index, self.input_shape = index, x.shape
        return x[index]

    def backward(self, grad: Any) -> Any:
        return PutItem.apply(grad, self.index, self.input_shape)


class PutItem(Op):
    """Zeros with the input added at ``index``; what ``GetItem`` does, backwards."""

    def forward(self, values: Array, index: Any, shape: tuple[int, ...]) -> Array:
        self.index = index
        out = np.zeros(shape, values.dtype)
        if _may_repeat(index):
            _add_at(out, index, values)
        else:
            out[index] = values
        return out

    def backward(self, grad: Any) -> Any:
        return GetItem.apply(grad, self.index)


class SetItem(Op):
    """A copy with other values at ``index``."""

    def forward(self, x: Array, values: Any, index: Any) -> Array:
        self.index = index
        out = x.copy(order="K")
        out[index] = values
        return out

    def backward(self, grad: Any) -> Any:
        return (
            SetItem.apply(grad, 0, self.index) if self.needs[0] else None,
            GetItem.apply(grad, self.index) if self.needs[1] else None,
        )


class IndexSelect(Op):
    """Chosen slices along one dimension; the order in memory stays."""

    def forward(self, x: Array, dim: int, index: Array) -> Array:
        self.dim, self.index, self.count = dim, index, x.shape[dim]
        order, back = memory_order(x)
        return x.transpose(order).take(index, order.index(dim)).transpose(back)

    def backward(self, grad: Any) -> Any:
        return IndexAdd.apply(grad, self.dim, self.index, self.count)


class IndexAdd(Op):
    """Slices added up where they came from; what ``IndexSelect`` does, backwards."""

    def forward(self, x: Array, dim: int, index: Array, count: int) -> Array:
        self.dim, self.index = dim, index
        order, back = memory_order(x)
        wide = x.transpose(order)
        at = order.index(dim)
        out = np.zeros((*wide.shape[:at], count, *wide.shape[at + 1 :]), x.dtype)
        before = (slice(None),) * at
        ends = [*(np.flatnonzero(np.diff(index) != 1) + 1).tolist(), len(index)]
        if len(ends) > 32:
            _add_at(out, (*before, index), wide)
            return out.transpose(back)
        start = 0  # a few runs of neighbours, as in frames: one sum each
        for end in ends if len(index) else ():
            first = int(index[start])
            out[(*before, slice(first, first + end - start))] += wide[(*before, slice(start, end))]
            start = end
        return out.transpose(back)

    def backward(self, grad: Any) -> Any:
        return IndexSelect.apply(grad, self.dim, self.index)


class Cat(Op):
    """Several inputs one after the other along a dimension."""

    def forward(self, dim: int, *parts: Array) -> Array:
        self.dim = dim
        self.ends = np.cumsum([part.shape[dim] for part in parts]).tolist()
        return np.concatenate(parts, axis=dim)

    def backward(self, grad: Any) -> Any:
        before = (slice(None),) * self.dim
        starts = [0, *self.ends[:-1]]
        spans = zip(starts, self.ends, self.needs[1:], strict=True)
        return None, *(
            GetItem.apply(grad, (*before, slice(a, b))) if needed else None
            for a, b, needed in spans
        )


class Pad(Op):
    """A frame of one value around the input, in its order in memory."""

    def forward(self, x: Array, widths: tuple[tuple[int, int], ...], value: float) -> Array:
        self.inside = tuple(slice(a, a + n) for (a, _), n in zip(widths, x.shape, strict=True))
        shape = tuple(a + n + b for (a, b), n in zip(widths, x.shape, strict=True))
        order, back = memory_order(x)
        out = np.full([shape[i] for i in order], value, x.dtype).transpose(back)
        out[self.inside] = x
        return out

    def backward(self, grad: Any) -> Any:
        return GetItem.apply(grad, self.inside)


class Flip(Op):
    """The opposite order along dimensions."""

    def forward(self, x: Array, dims: tuple[int, ...]) -> Array:
        self.dims = dims
        return np.flip(x, dims).copy(order="K")

    def backward(self, grad: Any) -> Any:
        return Flip.apply(grad, self.dims)


class Roll(Op):
    """Elements moved along dimensions; what leaves at one end comes in at the other."""

    def forward(self, x: Array, shifts: tuple[int, ...], dims: tuple[int, ...]) -> Array:
        self.shifts, self.dims = shifts, dims
        return np.roll(x, shifts, dims)

    def backward(self, grad: Any) -> Any:
        return Roll.apply(grad, tuple(-n for n in self.shifts), self.dims)


def memory_order(x: Array) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The dimensions from the farthest step in memory to the nearest, and the way back."""
    strides = x.strides
    order = tuple(sorted(range(x.ndim), key=lambda i: -abs(strides[i])))
    return order, tuple(sorted(range(x.ndim), key=order.__getitem__))


def _may_repeat(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, (np.ndarray, list)) for part in parts) and not any(
        isinstance(part, np.ndarray) and part.dtype == bool for part in parts
    )


def _add_at(out: Array, index: Any, values: Array) -> None:
    """Add at places that may repeat; flat indices take NumPy's fast path (6 times faster)."""
    if not out.size or not values.size:
        return
    places = np.arange(out.size).reshape(out.shape)[index]
    np.add.at(
        out.reshape(-1), places.reshape(-1), np.broadcast_to(values, places.shape).reshape(-1)
    )
