"""Ops that give the same numbers another shape or order; most results share the input's memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.names import numpy_names
from tensorlite.ops.placing import Cat as Cat
from tensorlite.ops.placing import GetItem as GetItem
from tensorlite.ops.placing import Pad as Pad
from tensorlite.ops.placing import PutItem as PutItem

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Dims = int | Sequence[int]


class RangeError(ShapeError, IndexError):
    """A dimension or an index that does not exist."""


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
        self.inverse = tuple(sorted(range(len(dims)), key=dims.__getitem__))
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


# --- dimensions -----------------------------------------------------------------------------------


def dim_index(dim: int, dims: int, where: str) -> int:
    """Check a dimension number and count negative ones from the end.

    Raises:
        RangeError: If there is no such dimension.
    """
    dims = max(dims, 1)  # a scalar counts as having one
    if not isinstance(dim, Integral):
        dim = _whole(dim, where)
    if not -dims <= dim < dims:
        raise RangeError(
            f"expected a dimension from {-dims} to {dims - 1}, got {dim}.", where=where
        )
    return int(dim % dims)


def _whole(dim: Any, where: str) -> int:
    try:
        return int(dim.__index__())
    except AttributeError:
        raise DTypeError(f"expected a dimension number, got {dim!r}.", where=where) from None


def dim_indices(dims: Dims, count: int, where: str) -> tuple[int, ...]:
    """Check dimension numbers, one or several, each of them once.

    Raises:
        ShapeError: If there is no such dimension, or one comes twice.
    """
    chosen: Any = (dims,) if isinstance(dims, Integral) or not hasattr(dims, "__len__") else dims
    found = tuple(dim_index(dim, count, where) for dim in chosen)
    if len(set(found)) < len(found):
        raise ShapeError(f"expected each dimension once, got {tuple(chosen)}.", where=where)
    return found


# --- functions ------------------------------------------------------------------------------------


def reshape(input: Any, shape: Sequence[int]) -> Tensor:
    """Give the elements another shape; one size may be -1 and is inferred.

    Raises:
        ShapeError: If the number of elements does not fit.

    Example:
        >>> reshape([1, 2, 3, 4], (2, -1)).shape
        (2, 2)
    """
    x = as_tensor(input)
    given: Any = (shape,) if isinstance(shape, Integral) else shape
    target = tuple(int(n) for n in given)
    known = math.prod(n for n in target if n != -1)
    holes = target.count(-1)
    if (
        holes > 1
        or any(n < -1 for n in target)
        or (x.array.size != known if not holes else not known or x.array.size % known)
    ):
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


def ravel(input: Any) -> Tensor:
    """Join all dimensions into one."""
    return flatten(input)


def unflatten(input: Any, dim: int, sizes: Sequence[int]) -> Tensor:
    """Take one dimension apart into several; one size may be -1 and is inferred.

    Example:
        >>> import tensorlite as tl
        >>> unflatten(tl.zeros(2, 12), 1, (3, -1)).shape
        (2, 3, 4)
    """
    x = as_tensor(input)
    at = dim_index(dim, len(x.shape), "unflatten")
    parts = [int(n) for n in sizes]
    known = math.prod(n for n in parts if n != -1)
    if parts.count(-1) == 1 and known and not x.shape[at] % known:
        parts[parts.index(-1)] = x.shape[at] // known
    if not parts or math.prod(parts) != x.shape[at] or -1 in parts:
        raise ShapeError(
            f"expected sizes whose product is {x.shape[at]}, got {tuple(sizes)}.", where="unflatten"
        )
    return Reshape.apply(x, (*x.shape[:at], *parts, *x.shape[at + 1 :]))


@numpy_names
def squeeze(input: Any, dim: Dims | None = None) -> Tensor:
    """Drop dimensions of size 1: all of them, or those of ``dim`` that have size 1."""
    x = as_tensor(input)
    dims = range(len(x.shape)) if dim is None else dim_indices(dim, len(x.shape), "squeeze")
    kept = tuple(n for i, n in enumerate(x.shape) if n != 1 or i not in dims)
    return x if kept == x.shape else Reshape.apply(x, kept)


@numpy_names
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
    order = dim_indices(dims, len(x.shape), "permute")
    if len(order) != len(x.shape):
        raise ShapeError(
            f"expected each of {len(x.shape)} dimensions once, got {tuple(dims)}.", where="permute"
        )
    return Permute.apply(x, order)


def transpose(input: Any, dim0: int, dim1: int) -> Tensor:
    """Exchange two dimensions."""
    x = as_tensor(input)
    order = list(range(len(x.shape)))
    a, b = (dim_index(dim, len(order), "transpose") for dim in (dim0, dim1))
    if a == b:
        return x
    order[a], order[b] = b, a
    return Permute.apply(x, tuple(order))


def swapaxes(input: Any, axis0: int, axis1: int) -> Tensor:
    """Exchange two dimensions."""
    return transpose(input, axis0, axis1)


def swapdims(input: Any, dim0: int, dim1: int) -> Tensor:
    """Exchange two dimensions."""
    return transpose(input, dim0, dim1)


def t(input: Any) -> Tensor:
    """Transpose a matrix; vectors and scalars stay as they are.

    Raises:
        ShapeError: If there are more than two dimensions.
    """
    x = as_tensor(input)
    if len(x.shape) > 2:
        hint = "Use x.transpose(-1, -2) or x.mT."
        raise ShapeError(f"expected at most 2 dimensions, got {x.shape}.", where="t", hint=hint)
    return x if len(x.shape) < 2 else Permute.apply(x, (1, 0))


def movedim(input: Any, source: Dims, destination: Dims) -> Tensor:
    """Move dimensions to other places; the others keep their order.

    Example:
        >>> import tensorlite as tl
        >>> movedim(tl.zeros(2, 3, 4), 0, -1).shape
        (3, 4, 2)
    """
    x = as_tensor(input)
    count = len(x.shape)
    taken, places = (dim_indices(d, count, "movedim") for d in (source, destination))
    if len(taken) != len(places):
        raise ShapeError(f"expected as many places, got {source}, {destination}.", where="movedim")
    if not x.shape:
        return x
    order = [i for i in range(count) if i not in taken]
    for place, dim in sorted(zip(places, taken, strict=True)):
        order.insert(place, dim)
    return Permute.apply(x, tuple(order))


moveaxis = movedim


def broadcast_to(input: Any, size: Sequence[int]) -> Tensor:
    """Repeat along dimensions of size 1, without a copy; -1 keeps a size.

    Raises:
        ShapeError: If a size other than 1 would have to change.
    """
    x = as_tensor(input)
    given: Any = (size,) if isinstance(size, Integral) else size
    extra = len(given) - len(x.shape)
    target = tuple(
        x.shape[i - extra] if n == -1 and i >= extra else int(n) for i, n in enumerate(given)
    )
    return BroadcastTo.apply(x, target)


expand = broadcast_to


def broadcast_shapes(*shapes: Any) -> tuple[int, ...]:
    """The shape that tensors of these shapes broadcast to.

    Example:
        >>> broadcast_shapes((2, 1), (3,))
        (2, 3)
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise ShapeError(f"{error}.", where="broadcast_shapes") from None


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """Give tensors the shape that they broadcast to, without a copy."""
    parts = [as_tensor(tensor) for tensor in tensors]
    shape = broadcast_shapes(*(part.shape for part in parts))
    return tuple(BroadcastTo.apply(part, shape) for part in parts)


def atleast_1d(*tensors: Any) -> Any:
    """Give scalars a dimension; several tensors give a tuple."""
    return _each(tensors, lambda x: x if x.shape else Reshape.apply(x, (1,)))


def atleast_2d(*tensors: Any) -> Any:
    """Give tensors at least two dimensions; a vector becomes a row."""
    return _each(
        tensors,
        lambda x: x if len(x.shape) > 1 else Reshape.apply(x, (1,) * (2 - len(x.shape)) + x.shape),
    )


def atleast_3d(*tensors: Any) -> Any:
    """Give tensors at least three dimensions; a matrix gets a last one, a vector is a row."""

    def deepen(x: Any) -> Any:
        if len(x.shape) > 2:
            return x
        return Reshape.apply(x, (*x.shape, 1) if len(x.shape) == 2 else (1, *(x.shape or (1,)), 1))

    return _each(tensors, deepen)


def _each(tensors: Any, change: Any) -> Any:
    if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
        return change(as_tensor(tensors[0]))
    several = tensors[0] if len(tensors) == 1 else tensors
    return tuple(change(as_tensor(tensor)) for tensor in several)
