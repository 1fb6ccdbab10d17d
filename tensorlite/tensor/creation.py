"""Functions that make tensors out of numbers, arrays or nothing.

All take ``dtype``, ``device`` and ``requires_grad`` as PyTorch's do, and ``layout``,
``pin_memory`` and ``memory_format`` without effect.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite import ops
from tensorlite.autograd import Array, TensorBase, make_tensor
from tensorlite.devices import check_device
from tensorlite.errors import ConfigError, DTypeError
from tensorlite.ops.convert import default_float, to_array
from tensorlite.tensor.shapes import sizes
from tensorlite.tensor.tensor import Tensor

IGNORED = {"layout", "pin_memory", "memory_format", "out", "names"}


def finished(
    array: Array, device: Any = None, requires_grad: bool = False, ignored: Any = ()
) -> Tensor:
    """Wrap an array that a creating function has made, and check what else it was told."""
    if device is not None:
        check_device(device)
    for name in ignored:
        if name not in IGNORED or (name == "out" and ignored[name] is not None):
            raise TypeError(f"unexpected keyword argument {name!r}")
    made: Tensor = make_tensor(array)
    return made.requires_grad_() if requires_grad else made


# --- from data ------------------------------------------------------------------------------------


def tensor(
    data: Any,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    *,
    device: Any = None,
    pin_memory: bool = False,
) -> Tensor:
    """Make a tensor from numbers, nested lists or an array; the data are copied.

    Args:
        data: Python floats give the default type, integers int64; arrays keep their type.
        dtype: The element type.
        requires_grad: Whether gradients are wanted.
        device: ``"cpu"``; there is no other.
        pin_memory: Without effect.

    Example:
        >>> tensor([[1, 2], [3, 4]])
        tensor([[1, 2],
                [3, 4]])
    """
    return finished(np.array(to_array(data, dtype), order="C"), device, requires_grad)


def from_numpy(array: Array) -> Tensor:
    """Wrap an array without a copy; writing into it is not noticed by a graph.

    Raises:
        DTypeError: If it is no array of numbers.
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        kind = getattr(array, "dtype", type(array).__name__)
        raise DTypeError(f"expected an array of numbers, got {kind}.", where="from_numpy")
    if not array.dtype.isnative:
        raise DTypeError(
            f"expected this machine's byte order, got {array.dtype}.",
            where="from_numpy",
            hint="Use tl.tensor(array), which copies.",
        )
    return make_tensor(array)


def from_dlpack(ext_tensor: Any) -> Tensor:
    """Share the memory of another library's tensor.

    Example:
        >>> from_dlpack(np.arange(3))
        tensor([0, 1, 2])
    """
    return from_numpy(np.from_dlpack(ext_tensor))


def asarray(
    obj: Any,
    *,
    dtype: DTypeLike | None = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor, sharing memory where possible unless ``copy`` is set."""
    array = to_array(obj, dtype)
    return finished(np.array(array) if copy else array, device, requires_grad)


# --- of one value ---------------------------------------------------------------------------------


def zeros(
    *size: Any,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """A tensor of zeros."""
    shape = shape_of(size, ignored)
    return finished(np.zeros(shape, dtype or default_float()), device, requires_grad, ignored)


def ones(
    *size: Any,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """A tensor of ones."""
    shape = shape_of(size, ignored)
    return finished(np.ones(shape, dtype or default_float()), device, requires_grad, ignored)


def empty(
    *size: Any,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """A tensor to be filled; it holds zeros, so that a forgotten element repeats."""
    return zeros(*size, dtype=dtype, device=device, requires_grad=requires_grad, **ignored)


def full(
    size: Any,
    fill_value: float,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    *,
    device: Any = None,
    **ignored: Any,
) -> Tensor:
    """A tensor of one value; Python floats give the default type, integers int64.

    Example:
        >>> full((2,), 7)
        tensor([7, 7])
    """
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    one = np.asarray(value).astype(dtype or to_kind(value))  # here, so that overflow is silent
    array = np.full(sizes((size,)), one)
    return finished(array, device, requires_grad, ignored)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """A matrix of zeros with ones on its diagonal."""
    if n < 0 or (m is not None and m < 0):
        raise ConfigError(f"expected sizes of 0 or more, got {n} and {m}.", where="eye")
    return finished(np.eye(n, m, dtype=dtype or default_float()), device, requires_grad, ignored)


def zeros_like(input: Tensor, **options: Any) -> Tensor:
    """Zeros of the same shape and type."""
    return zeros(input.shape, **like(input, options))


def ones_like(input: Tensor, **options: Any) -> Tensor:
    """Ones of the same shape and type."""
    return ones(input.shape, **like(input, options))


def empty_like(input: Tensor, **options: Any) -> Tensor:
    """A tensor of the same shape and type, to be filled."""
    return zeros(input.shape, **like(input, options))


def full_like(input: Tensor, fill_value: float, **options: Any) -> Tensor:
    """One value in the same shape and type."""
    return full(input.shape, fill_value, **like(input, options))


def like(input: Tensor, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a creating function, with the type of a tensor unless another is given."""
    return {**options, "dtype": options.get("dtype") or input.array.dtype}


# --- in steps -------------------------------------------------------------------------------------


def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    *,
    device: Any = None,
    **ignored: Any,
) -> Tensor:
    """Numbers from ``start`` (0 if only one is given) up to but without ``end``.

    Raises:
        ConfigError: If no number of steps leads from one to the other.

    Example:
        >>> arange(3)
        tensor([0, 1, 2])
    """
    bounds = (0, start, step) if end is None else (start, end, step)
    first, last, by = (x.item() if isinstance(x, Tensor) else x for x in bounds)
    if not by or not math.isfinite(last - first) or (last - first) / by < 0:
        raise ConfigError(f"expected steps towards {last}, got {by} from {first}.", where="arange")
    if dtype is None:
        floats = any(to_kind(x).kind == "f" for x in (first, last, by))
        dtype = default_float() if floats else np.int64
    if np.dtype(dtype).kind in "iu":  # the bounds and the step are cut off first
        if not int(by):
            raise ConfigError(f"expected a whole step, got {by}.", where="arange")
        values = np.arange(int(first), int(last), int(by))
    else:
        values = np.arange(first, last, by)
    return finished(values.astype(dtype), device, requires_grad, ignored)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """``steps`` numbers at even distances, ``start`` and ``end`` among them.

    Example:
        >>> linspace(0, 1, 3)
        tensor([0. , 0.5, 1. ])
    """
    if np.dtype(dtype or np.float32).kind in "iu":
        start, end = int(start), int(end)
    values = _even(start, end, steps, "linspace")
    return finished(values.astype(dtype or default_float()), device, requires_grad, ignored)


def logspace(
    start: float,
    end: float,
    steps: int,
    base: float = 10.0,
    *,
    dtype: DTypeLike | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **ignored: Any,
) -> Tensor:
    """Powers of ``base`` whose exponents are at even distances."""
    if np.dtype(dtype or np.float32).kind in "iu":
        start, end = int(start), int(end)
    values = float(base) ** _even(start, end, steps, "logspace")
    return finished(values.astype(dtype or default_float()), device, requires_grad, ignored)


def _even(start: Any, end: Any, steps: int, where: str) -> Array:
    if not isinstance(steps, Integral) or steps < 0:
        raise ConfigError(f"expected a number of steps, 0 or more, got {steps!r}.", where=where)
    return np.linspace(float(start), float(end), int(steps))


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Spread vectors over a grid with one dimension for each.

    Args:
        tensors: Vectors or scalars, one by one or as one list.
        indexing: ``"ij"``: dimension i is vector i's; ``"xy"``: the first two change places.

    Raises:
        ConfigError: If ``indexing`` is neither.

    Example:
        >>> [grid.shape for grid in meshgrid(arange(2), arange(3))]
        [(2, 3), (2, 3)]
    """
    if len(tensors) == 1 and isinstance(tensors[0], Sequence):
        tensors = tuple(tensors[0])
    if indexing not in ("ij", "xy"):
        raise ConfigError(f"expected 'ij' or 'xy', got {indexing!r}.", where="meshgrid")
    count = len(tensors)
    order = list(range(count))
    if indexing == "xy":
        order[:2] = order[:2][::-1]
    shape = tuple(tensors[i].numel() for i in order)
    columns = (
        ops.reshape(x, tuple(-1 if order[d] == i else 1 for d in range(count)))
        for i, x in enumerate(tensors)
    )
    return tuple(ops.expand(column, shape) for column in columns)


# --- sizes and types ------------------------------------------------------------------------------


def shape_of(size: tuple[Any, ...], options: dict[str, Any]) -> tuple[int, ...]:
    """Sizes given one by one, as one sequence, or by the keyword ``size``."""
    return sizes((options.pop("size"),) if "size" in options else size)


def to_kind(number: float) -> np.dtype[Any]:
    """The element type that a Python number gives."""
    if isinstance(number, (bool, np.bool_)):
        return np.dtype(bool)
    return np.dtype(np.int64) if isinstance(number, Integral) else default_float()


def is_tensor(obj: Any) -> bool:
    """Whether something is a tensor."""
    return isinstance(obj, TensorBase)


def numel(input: Tensor) -> int:
    """Number of elements."""
    return input.array.size
