"""From a list of items to one batch: numbers, arrays and tensors are stacked, containers kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tensorlite.errors import DTypeError, ShapeError


def default_collate(batch: Sequence[Any]) -> Any:
    """Join items to a batch.

    Tensors and arrays are stacked along a new first dimension and numbers become a tensor (floats
    of float64, as in PyTorch). Tuples, lists and dicts are joined field by field; text stays a
    list.

    Raises:
        ShapeError: If the items differ in shape or length.
        DTypeError: If an item is of another kind.

    Example:
        >>> default_collate([{"x": 1, "name": "a"}, {"x": 2, "name": "b"}])
        {'x': tensor([1, 2]), 'name': ['a', 'b']}
    """
    from tensorlite.autograd import TensorBase

    ops, first = _ops(), batch[0]
    if isinstance(first, TensorBase):
        _same([item.shape for item in batch])
        return ops.stack(batch)
    if isinstance(first, (np.ndarray, np.generic)) and first.dtype.kind in "fiub":
        _same([item.shape for item in batch])
        return ops.as_tensor(np.stack(batch))
    if isinstance(first, (bool, int, float)):
        return ops.as_tensor(np.array(batch))
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, Mapping):
        return _rebuilt(first, {key: default_collate([d[key] for d in batch]) for key in first})
    if isinstance(first, Sequence):
        _same([len(item) for item in batch])
        fields = [default_collate(list(field)) for field in zip(*batch, strict=True)]
        return type(first)(*fields) if hasattr(first, "_fields") else fields
    raise _unknown(first)


def default_convert(data: Any) -> Any:
    """What ``default_collate`` does, for one item that is not batched: arrays become tensors."""
    if isinstance(data, (np.ndarray, np.generic)) and data.dtype.kind in "fiub":
        return _ops().as_tensor(np.asarray(data))
    if isinstance(data, Mapping):
        return _rebuilt(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, (tuple, list)):
        return [default_convert(value) for value in data]
    return data


def _ops() -> Any:
    import tensorlite.tensor  # noqa: F401 - it says of which class the results of ops are
    from tensorlite import ops

    return ops


def _rebuilt(like: Mapping[Any, Any], values: dict[Any, Any]) -> Any:
    """The values in a mapping of the same kind, where that can be made of a dict."""
    try:
        return type(like)(values)  # type: ignore[call-arg]
    except TypeError:
        return values


def _same(forms: list[Any]) -> None:
    if any(form != forms[0] for form in forms):
        different = next(form for form in forms if form != forms[0])
        raise ShapeError(
            f"expected items of one shape, got {forms[0]} and {different}.",
            where="default_collate",
            hint="Pass collate_fn= to the DataLoader.",
        )


def _unknown(item: Any) -> DTypeError:
    return DTypeError(
        f"expected tensors, arrays, numbers, text, or dicts, tuples and lists of them, "
        f"got {type(item).__name__}.",
        where="default_collate",
        hint="Pass collate_fn= to the DataLoader.",
    )
