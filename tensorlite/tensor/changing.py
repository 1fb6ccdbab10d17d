"""How a tensor changes in place, outside a graph and inside one.

Outside a graph the array is written and the version goes up. Inside one the tensor is bound to the
result of the ordinary op instead, which nobody can tell apart as long as no other tensor shares its
memory; what earlier ops saved stays as it was.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from tensorlite import ops
from tensorlite.autograd import TensorBase, is_grad_enabled, no_grad, retain_grad
from tensorlite.errors import DTypeError, GraphError, ShapeError

_WIDTH = {"b": 0, "u": 1, "i": 1, "f": 2}  # a result may go into a type of its kind or above


def in_place(name: str, ufunc: Any = None) -> Callable[..., Any]:
    """The method that does ``name`` in place; a ufunc of NumPy does it without a copy."""

    def method(self: Any, *args: Any, **options: Any) -> Any:
        if ufunc is not None and _directly(self, ufunc, args, options):
            return self
        return change(self, lambda: getattr(self, name)(*args, **options), name + "_")

    method.__name__, method.__qualname__ = name + "_", f"Tensor.{name}_"
    method.__doc__ = f"``{name}`` in place; see there."
    return method


def in_place_operator(sign: str, function: Callable[[Any, Any], Any], ufunc: Any = None) -> Any:
    """An augmented assignment; where memory is shared inside a graph, it makes a new tensor."""

    def method(self: Any, other: Any) -> Any:
        if ufunc is not None and _directly(self, ufunc, (other,), {}):
            return self
        if joins(self, other) and self.node is not None and not _alone(self):
            return _fitted(self, function(self, other), sign)
        return change(self, lambda: function(self, other), f"x {sign} y")

    return method


def reshaping_itself(name: str) -> Callable[..., Any]:
    """The method that gives the tensor itself another shape."""

    def method(self: Any, *args: Any, **options: Any) -> Any:
        if is_grad_enabled() and self.requires_grad and self.node is None:
            refuse_leaf(name + "_")
        result = getattr(self, name)(*args, **options)
        self.array, self.node = result.array, result.node
        return self

    method.__name__, method.__qualname__ = name + "_", f"Tensor.{name}_"
    method.__doc__ = f"``{name}`` of the tensor itself, without a copy; see there."
    return method


def change(tensor: Any, compute: Callable[[], Any], where: str) -> Any:
    """Give a tensor the result of an ordinary function as its new content, and return it."""
    if not is_grad_enabled():
        _write(tensor, compute(), where)
        return tensor
    if tensor.requires_grad and tensor.node is None:
        refuse_leaf(where)
    result = compute()
    if tensor.requires_grad or result.requires_grad:
        bind(tensor, result, where)
    else:
        _write(tensor, result, where)
    return tensor


def bind(tensor: Any, result: Any, where: str) -> None:
    """Make a tensor inside a graph the result of an op on it.

    Raises:
        GraphError: If another tensor shares its memory: that one would not change.
    """
    result = _fitted(tensor, result, where)
    if result is tensor:
        return
    if not _alone(tensor):
        raise GraphError(
            f"expected a tensor of its own inside a graph, got one of shape {tensor.shape} whose "
            "memory another tensor shares (a view or detach()).",
            where=where,
            hint="Use x = x.clone() first, or build a new tensor with tl.where or tl.cat.",
        )
    if result.node is None or result.node.view:
        result = result.clone()  # memory of its own
    if retained := tensor.retains_grad:
        retain_grad(tensor, keep=False)
    version = tensor.version[0]
    tensor.array, tensor.node = result.array, result.node
    tensor.requires_grad, tensor.version = result.requires_grad, result.version
    result.version[0] = version + 1
    if result.node is not None and result.node._keep_output:
        result.node._output = result.array, result.version, version + 1
    if retained:
        retain_grad(tensor)


def _directly(tensor: Any, ufunc: Any, args: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Let NumPy write the result into the array, where that is all there is to do."""
    if len(args) != 1 or options.keys() - {"alpha"} or not tensor.array.flags.writeable:
        return False
    (other,) = args
    kind = tensor.array.dtype
    if kind.kind != "f":
        return False
    if isinstance(other, TensorBase):
        if other.array.dtype != kind or joins(tensor, other):
            return False
        other = other.array
    elif type(other) not in (int, float) or (tensor.requires_grad and is_grad_enabled()):
        return False
    if (alpha := options.get("alpha", 1)) != 1:
        other = other * alpha
    try:
        ufunc(tensor.array, other, out=tensor.array)
    except ValueError:
        return False  # the long way round says what does not fit
    tensor.version[0] += 1
    return True


def joins(tensor: Any, other: Any) -> bool:
    """Whether a change with this value is part of a graph."""
    return is_grad_enabled() and (tensor.requires_grad or getattr(other, "requires_grad", False))


def _write(tensor: Any, result: Any, where: str) -> None:
    with no_grad():
        fitted = _fitted(tensor, result, where)
    if not tensor.array.flags.writeable:
        raise ShapeError(
            "expected memory of its own, got a broadcast view.",
            where=where,
            hint="Use x.clone() first.",
        )
    np.copyto(tensor.array, fitted.array)
    tensor.version[0] += 1


def _fitted(tensor: Any, result: Any, where: str) -> Any:
    """The result in the tensor's element type; shape and kind must be the tensor's."""
    if result.shape != tensor.shape:
        raise ShapeError(
            f"expected a result of shape {tensor.shape}, got {result.shape}.", where=where
        )
    if _WIDTH.get(result.dtype.kind, 3) > _WIDTH.get(tensor.dtype.kind, 3):
        raise DTypeError(
            f"expected a result of type {tensor.dtype}, got {result.dtype}.",
            where=where,
            hint="Write x = x + y, or cast with x.float().",
        )
    return ops.cast(result, tensor.dtype)


def become(tensor: Any, result: Any) -> Any:
    """Take over a result without a copy where nobody else sees the memory; else as ``settle``."""
    if result is tensor or result.array is tensor.array:
        return tensor
    if result.array.dtype != tensor.array.dtype:
        return result
    if not is_grad_enabled() or not (tensor.requires_grad or result.requires_grad):
        if not tensor.array.flags.writeable:
            return result
        if tensor.array.base is None and sys.getrefcount(tensor.array) <= 2 and _unshared(tensor):
            tensor.array = result.array  # nobody else looks at the old one
            tensor.version[0] += 1
        else:
            _write(tensor, result, "inplace=True")
        return tensor
    if tensor.node is None or not _unshared(tensor):
        return result
    bind(tensor, result, "inplace=True")
    return tensor


def _unshared(tensor: Any) -> bool:
    """Whether nobody but the tensor and its op can hold its version, at a glance."""
    saved = tensor.node is not None and tensor.node._keep_output
    return sys.getrefcount(tensor.version) <= 2 + saved  # the tensor and the call


def _alone(tensor: Any) -> bool:
    """Whether no other tensor shares the memory: views and ``detach()`` share the version cell."""
    cell = tensor.version
    saved = tensor.node is not None and tensor.node._keep_output
    if sys.getrefcount(cell) <= 3 + saved:  # the tensor, the name above, and the call
        return True
    # Ops that saved the tensor hold the cell too; who it is takes a search, and is rarely asked.
    return not any(
        isinstance(owner, TensorBase) and owner is not tensor for owner in gc.get_referrers(cell)
    )


def refuse_leaf(where: str) -> NoReturn:
    """Say that a leaf which needs a gradient is not changed while ops are recorded."""
    raise GraphError(
        "expected a tensor outside the graph, got a leaf that needs a gradient.",
        where=where,
        hint="Change leaves inside `with tl.no_grad():`, or build a new tensor with tl.where.",
    )
