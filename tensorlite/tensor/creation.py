"""Functions that make tensors out of numbers, arrays or nothing."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite import random
from tensorlite.autograd import Array, make_tensor
from tensorlite.errors import DTypeError
from tensorlite.tensor.shapes import sizes
from tensorlite.tensor.tensor import Tensor


def tensor(data: Any, dtype: DTypeLike | None = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor from numbers, nested lists or an array; the data are copied.

    Args:
        data: Python floats give float32, integers int64; arrays keep their type.
        dtype: The NumPy element type.
        requires_grad: Whether gradients are wanted.

    Example:
        >>> tensor([[1, 2], [3, 4]])
        tensor([[1, 2],
                [3, 4]])
    """
    return Tensor(data, dtype, requires_grad)


def from_numpy(array: Array) -> Tensor:
    """Wrap an array without a copy; writing into it is not noticed by a graph.

    Raises:
        DTypeError: If it is no array of numbers.
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        kind = getattr(array, "dtype", type(array).__name__)
        raise DTypeError(f"expected an array of numbers, got {kind}.", where="from_numpy")
    return make_tensor(array)


def zeros(*shape: Any, dtype: DTypeLike = np.float32, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros."""
    return _wrap(np.zeros(sizes(shape), dtype), requires_grad)


def ones(*shape: Any, dtype: DTypeLike = np.float32, requires_grad: bool = False) -> Tensor:
    """A tensor of ones."""
    return _wrap(np.ones(sizes(shape), dtype), requires_grad)


def full(
    shape: Any, fill_value: float, dtype: DTypeLike | None = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of one value; Python floats give float32, integers int64."""
    kind = to_kind(fill_value) if dtype is None else dtype
    return _wrap(np.full(sizes((shape,)), fill_value, kind), requires_grad)


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from ``start`` (0 if only one is given) up to but without ``end``.

    Example:
        >>> arange(3)
        tensor([0, 1, 2])
    """
    first, last = (0, start) if end is None else (start, end)
    if dtype is None:
        dtype = np.float32 if np.float32 in map(to_kind, (first, last, step)) else np.int64
    return _wrap(np.arange(first, last, step).astype(dtype), requires_grad)


def rand(*shape: Any, dtype: DTypeLike = np.float32, requires_grad: bool = False) -> Tensor:
    """Numbers drawn evenly from 0 to 1."""
    return _wrap(random.default_generator.uniform(sizes(shape), dtype), requires_grad)


def randn(*shape: Any, dtype: DTypeLike = np.float32, requires_grad: bool = False) -> Tensor:
    """Numbers from the normal distribution with mean 0 and deviation 1."""
    return _wrap(random.default_generator.normal(sizes(shape), dtype), requires_grad)


def zeros_like(
    input: Tensor, dtype: DTypeLike | None = None, requires_grad: bool = False
) -> Tensor:
    """Zeros of the same shape and type."""
    return _wrap(np.zeros(input.shape, dtype or input.dtype), requires_grad)


def ones_like(input: Tensor, dtype: DTypeLike | None = None, requires_grad: bool = False) -> Tensor:
    """Ones of the same shape and type."""
    return _wrap(np.ones(input.shape, dtype or input.dtype), requires_grad)


def to_kind(number: float) -> type:
    """The element type that a Python number gives."""
    if isinstance(number, (bool, np.bool_)):
        return np.bool_
    return np.int64 if isinstance(number, Integral) else np.float32


def _wrap(array: Array, requires_grad: bool) -> Tensor:
    made: Tensor = make_tensor(array)
    return made.requires_grad_() if requires_grad else made
