"""Ops that rearrange: the same numbers under another shape, order or frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.errors import ShapeError
from tensorlite.ops.convert import as_tensor, operands

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

# --- ops ------------------------------------------------------------------------------------------


class Reshape(Op):
    """The same elements in C order under another shape."""

    view = True

    def forward(self, x: Array, shape: tuple[int, ...]) -> Array:
        self.input_shape = x.shape
        return x.reshape(shape)

    def backward(self, grad: Any) -> Any:
        return Reshape.apply(grad, self.input_shape)


class Permute(Op):
    """Dimensions in another order."""

    view = True

    def forward(self, x: Array, dims: tuple[int, ...]) -> Array:
        self.inverse = tuple(int(i) for i in np.argsort(dims))
        return x.transpose(dims)

    def backward(self, grad: Any) -> Any:
        return Permute.apply(grad, self.inverse)


class BroadcastTo(Op):
    """Repetition along dimensions of size 1, without a copy; the engine sums the gradient back."""

    view = True

    def forward(self, x: Array, shape: tuple[int, ...]) -> Array:
        return np.broadcast_to(x, shape)

    def backward(self, grad: Any) -> Any:
        return grad


class Cat(Op):
    """Several inputs one after the other along a dimension."""

    def forward(self, dim: int, *parts: Array) -> Array:
        self.dim = dim
        self.ends = np.cumsum([part.shape[dim] for part in parts]).tolist()
        return np.concatenate(parts, axis=dim)

    def backward(self, grad: Any) -> Any:
        before = (slice(None),) * self.dim
        starts = [0, *self.ends[:-1]]
        spans = zip(starts, self.ends, strict=True)
        return None, *(GetItem.apply(grad, (*before, slice(a, b))) for a, b in spans)


class Pad(Op):
    """A frame of one value around the input."""

    def forward(self, x: Array, widths: tuple[tuple[int, int], ...], value: float) -> Array:
        self.inside = tuple(slice(a, a + n) for (a, _), n in zip(widths, x.shape, strict=True))
        shape = tuple(a + n + b for (a, b), n in zip(widths, x.shape, strict=True))
        out = np.full(shape, value, x.dtype)
        out[self.inside] = x
        return out

    def backward(self, grad: Any) -> Any:
        return GetItem.apply(grad, self.inside)


class GetItem(Op):
    """``x[index]``."""

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
            np.add.at(out, index, values)
        else:
            out[index] = values
        return out

    def backward(self, grad: Any) -> Any:
        return GetItem.apply(grad, self.index)


def _may_repeat(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, (np.ndarray, list)) for part in parts) and not any(
        isinstance(part, np.ndarray) and part.dtype == bool for part in parts
    )


# --- functions ------------------------------------------------------------------------------------


def dim_index(dim: int, dims: int, where: str) -> int:
    """Check a dimension number and count negative ones from the end.

    Raises:
        ShapeError: If there is no such dimension.
    """
    dims = max(dims, 1)  # a scalar counts as having one
    if not -dims <= dim < dims:
        raise ShapeError(
            f"expected a dimension from {-dims} to {dims - 1}, got {dim}.", where=where
        )
    return dim % dims


def reshape(input: Any, shape: Sequence[int]) -> Tensor:
    """Give the elements another shape; one size may be -1 and is inferred.

    Raises:
        ShapeError: If the number of elements does not fit.

    Example:
        >>> reshape([1, 2, 3, 4], (2, -1)).shape
        (2, 2)
    """
    x = as_tensor(input)
    target = tuple(int(n) for n in shape)
    known = math.prod(n for n in target if n != -1)
    holes = target.count(-1)
    if holes > 1 or (x.array.size != known if not holes else not known or x.array.size % known):
        raise ShapeError(
            f"expected a shape of {x.array.size} elements for an input of shape {x.shape}, "
            f"got {target}.",
            where="reshape",
        )
    return Reshape.apply(x, target)


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Join the dimensions from ``start_dim`` to ``end_dim`` into one.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: ``(N, C * H * W)`` for ``start_dim=1``
    """
    x = as_tensor(input)
    if not x.shape:
        return reshape(x, (1,))
    first = dim_index(start_dim, len(x.shape), "flatten")
    last = dim_index(end_dim, len(x.shape), "flatten")
    if first > last:
        raise ShapeError(f"expected start_dim <= end_dim, got {first} and {last}.", where="flatten")
    joined = math.prod(x.shape[first : last + 1])
    return Reshape.apply(x, (*x.shape[:first], joined, *x.shape[last + 1 :]))


def squeeze(input: Any, dim: int | None = None) -> Tensor:
    """Drop dimensions of size 1: all of them, or ``dim`` if it has size 1."""
    x = as_tensor(input)
    if dim is None:
        return Reshape.apply(x, tuple(n for n in x.shape if n != 1))
    at = dim_index(dim, len(x.shape), "squeeze")
    return x if x.shape[at] != 1 else Reshape.apply(x, (*x.shape[:at], *x.shape[at + 1 :]))


def unsqueeze(input: Any, dim: int) -> Tensor:
    """Insert a dimension of size 1 at ``dim``."""
    x = as_tensor(input)
    at = dim_index(dim, len(x.shape) + 1, "unsqueeze")
    return Reshape.apply(x, (*x.shape[:at], 1, *x.shape[at:]))


def permute(input: Any, dims: Sequence[int]) -> Tensor:
    """Put the dimensions into another order.

    Example:
        >>> import tensorlite as tl
        >>> permute(tl.zeros(2, 3, 4), (2, 0, 1)).shape
        (4, 2, 3)
    """
    x = as_tensor(input)
    order = tuple(dim_index(dim, len(x.shape), "permute") for dim in dims)
    if sorted(order) != list(range(len(x.shape))):
        raise ShapeError(
            f"expected each of {len(x.shape)} dimensions once, got {tuple(dims)}.", where="permute"
        )
    return Permute.apply(x, order)


def transpose(input: Any, dim0: int, dim1: int) -> Tensor:
    """Exchange two dimensions."""
    x = as_tensor(input)
    order = list(range(len(x.shape)))
    a, b = (dim_index(dim, len(order), "transpose") for dim in (dim0, dim1))
    order[a], order[b] = b, a
    return Permute.apply(x, tuple(order))


def broadcast_to(input: Any, shape: Sequence[int]) -> Tensor:
    """Repeat along dimensions of size 1, without a copy; -1 keeps a size.

    Raises:
        ShapeError: If a size other than 1 would have to change.
    """
    x = as_tensor(input)
    extra = len(shape) - len(x.shape)
    target = tuple(
        x.shape[i - extra] if n == -1 and i >= extra else int(n) for i, n in enumerate(shape)
    )
    return BroadcastTo.apply(x, target)


expand = broadcast_to


def cat(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Join tensors along a dimension that they have.

    Raises:
        ShapeError: If there is none, or the other sizes differ.

    Example:
        >>> cat([[1.0, 2.0], [3.0]])
        tensor([1., 2., 3.])
    """
    parts = _of_one_type(tensors, "cat")
    return Cat.apply(dim_index(dim, len(parts[0].shape), "cat"), *parts)


def stack(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new dimension.

    Example:
        >>> stack([[1.0, 2.0], [3.0, 4.0]], dim=1)
        tensor([[1., 3.],
                [2., 4.]])
    """
    parts = [unsqueeze(tensor, dim) for tensor in _of_one_type(tensors, "stack")]
    return Cat.apply(dim_index(dim, len(parts[0].shape), "stack"), *parts)


def _of_one_type(tensors: Sequence[Any], where: str) -> list[Any]:
    parts = [as_tensor(tensor) for tensor in tensors]
    if not parts:
        raise ShapeError("expected at least one tensor, got none.", where=where)
    widest = parts[0]
    for part in parts[1:]:
        widest = operands(widest, part)[0] if widest.dtype != part.dtype else widest
    return [operands(part, widest)[0] if part.dtype != widest.dtype else part for part in parts]


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """Frame the last dimensions, as ``(left, right, top, bottom, ...)``.

    Args:
        input: Any tensor.
        pad: Two widths in elements per dimension, the last dimension first.
        mode: Only ``"constant"``.
        value: What the frame is filled with.

    Raises:
        ShapeError: If a width is negative or there are more widths than dimensions.

    Example:
        >>> pad([1.0, 2.0], (1, 0))
        tensor([0., 1., 2.])
    """
    x = as_tensor(input)
    if mode != "constant":
        raise ShapeError(f"expected mode 'constant', got {mode!r}.", where="pad")
    if len(pad) % 2 or len(pad) > 2 * len(x.shape) or any(width < 0 for width in pad):
        raise ShapeError(
            f"expected at most {len(x.shape)} pairs of widths of 0 or more, got {tuple(pad)}.",
            where="pad",
        )
    pairs = [(int(pad[i]), int(pad[i + 1])) for i in range(0, len(pad), 2)]
    untouched = [(0, 0)] * (len(x.shape) - len(pairs))
    return Pad.apply(x, (*untouched, *reversed(pairs)), value)


def getitem(input: Any, index: Any) -> Tensor:
    """Take elements as NumPy does: slices, integers, ``None``, ``...``, integer or boolean arrays.

    Raises:
        ShapeError: If the index lies outside.
    """
    x = as_tensor(input)
    try:
        return GetItem.apply(x, plain_index(index))
    except IndexError as error:
        raise ShapeError(f"{error} (input of shape {x.shape}).", where="getitem") from None


def plain_index(index: Any) -> Any:
    """An index in which tensors are replaced by their arrays; nobody else can change it."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    index = getattr(index, "array", index)
    if not isinstance(index, (np.ndarray, list)):
        return index
    numbers = np.array(index)
    return numbers.astype(np.int64) if numbers.dtype.kind == "u" or not numbers.size else numbers
