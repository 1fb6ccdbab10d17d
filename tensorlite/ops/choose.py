"""Ops that choose between values: by a condition, by size, within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.errors import ConfigError, DTypeError
from tensorlite.ops.convert import as_tensor, cast, clone, floating, operands

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def select(condition: Array, a: Any, b: Any) -> Array:
    """``np.where``, by bits where it pays: its branch at each element takes ten times as long.

    Example:
        >>> select(np.array([True, False]), np.ones(2), 0.0)
        array([1., 0.])
    """
    size = np.size(condition)
    like: Any = a if isinstance(a, np.ndarray) and a.size == size else b
    if size < 4096 or not isinstance(like, np.ndarray) or like.shape != condition.shape:
        return np.where(condition, a, b)
    kind = like.dtype
    other = np.asarray(b if like is a else a)
    if kind.kind != "f" or condition.dtype.kind != "b" or kind.itemsize < 4:
        return np.where(condition, a, b)
    if other.dtype != kind:
        if other.shape:
            return np.where(condition, a, b)
        other = other.astype(kind)
    bits = np.int32 if kind.itemsize == 4 else np.int64
    mask: Array = np.subtract(0, condition.view(np.int8), dtype=bits)  # all bits, or none
    if like is b:
        np.invert(mask, out=mask)
    mask &= like.view(bits) ^ other.view(bits)
    mask ^= other.view(bits)
    return mask.view(kind)


class Where(Op):
    """Elements of ``a`` where the condition holds, of ``b`` elsewhere."""

    def forward(self, condition: Array, a: Array, b: Array) -> Array:
        self.save_inputs(0)
        return select(condition, a, b)

    def backward(self, grad: Any) -> Any:
        (condition,) = self.saved
        return (
            None,
            Where.apply(condition, grad, 0.0) if self.needs[1] else None,
            Where.apply(condition, 0.0, grad) if self.needs[2] else None,
        )


class Maximum(Op):
    """The larger of two inputs; equal ones share the gradient."""

    def forward(self, a: Array, b: Array) -> Array:
        self.first, self.equal = np.greater(a, b), np.equal(a, b)
        return np.maximum(a, b)

    def backward(self, grad: Any) -> Any:
        return _to_chosen(grad, self.first, self.equal, self.needs)


class Minimum(Op):
    """The smaller of two inputs; equal ones share the gradient."""

    def forward(self, a: Array, b: Array) -> Array:
        self.first, self.equal = np.less(a, b), np.equal(a, b)
        return np.minimum(a, b)

    def backward(self, grad: Any) -> Any:
        return _to_chosen(grad, self.first, self.equal, self.needs)


def _to_chosen(grad: Any, first: Array, equal: Array, needs: Any) -> tuple[Any, Any]:
    """The gradients of two inputs of which one was chosen, or of which each was half."""
    shared = Where.apply(equal, grad * 0.5, grad)
    return (
        Where.apply(first | equal, shared, 0.0) if needs[0] else None,
        Where.apply(first, 0.0, shared) if needs[1] else None,
    )


class Fmax(Op):
    """The larger of two inputs, or the one that is a number; of equal ones the first."""

    def forward(self, a: Array, b: Array) -> Array:
        self.first = np.greater_equal(a, b) | np.isnan(b)
        return np.fmax(a, b)

    def backward(self, grad: Any) -> Any:
        return Where.apply(self.first, grad, 0.0), Where.apply(self.first, 0.0, grad)


class Fmin(Op):
    """The smaller of two inputs, or the one that is a number; of equal ones the first."""

    def forward(self, a: Array, b: Array) -> Array:
        self.first = np.less_equal(a, b) | np.isnan(b)
        return np.fmin(a, b)

    def backward(self, grad: Any) -> Any:
        return Where.apply(self.first, grad, 0.0), Where.apply(self.first, 0.0, grad)


class Clamp(Op):
    """Limit to a range; the gradient passes where nothing was cut off, the borders included."""

    def forward(self, x: Array, low: Any, high: Any) -> Array:
        if self.needs[0]:
            above = True if low is None else x >= low
            below = True if high is None else x <= high
            self.inside = above & below
        if self.needs[1] or self.needs[2]:
            both = low is not None and high is not None
            if low is not None:  # of two bounds in the wrong order, the upper one counts
                self.under = (x < low) & (low < high if both else True)
            if high is not None:
                self.over = (x > high) | (low > high if both else False)
        return np.clip(x, low, high)

    def backward(self, grad: Any) -> Any:
        return (  # not products: grad may be infinite outside
            Where.apply(self.inside, grad, 0.0) if self.needs[0] else None,
            Where.apply(self.under, grad, 0.0) if self.needs[1] else None,
            Where.apply(self.over, grad, 0.0) if self.needs[2] else None,
        )


class NanToNum(Op):
    """Numbers in place of what is none; no gradient passes there."""

    def forward(self, x: Array, nan: float, high: float | None, low: float | None) -> Array:
        self.finite = np.isfinite(x)
        return np.nan_to_num(x, nan=nan, posinf=high, neginf=low)

    def backward(self, grad: Any) -> Any:
        return Where.apply(self.finite, grad, 0.0)


class Copysign(Op):
    """The size of one input with the sign of another."""

    def forward(self, a: Array, b: Array) -> Array:
        self.turn = np.copysign(np.sign(a), b) * np.sign(a)
        return np.copysign(a, b)

    def backward(self, grad: Any) -> Any:
        return grad * self.turn, (grad * 0.0 if self.needs[1] else None)


# --- functions ------------------------------------------------------------------------------------


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Choose elements of ``input`` where the condition holds, of ``other`` elsewhere.

    With the condition alone, return where it holds: one tensor of positions per dimension.

    Example:
        >>> where([True, False], [1.0, 2.0], 0.0)
        tensor([1., 0.])
    """
    chosen = as_tensor(condition)
    if input is None and other is None:
        return tuple(make_tensor(positions) for positions in np.nonzero(chosen.array))
    if chosen.array.dtype == np.uint8:
        chosen = cast(chosen, bool)
    if chosen.array.dtype.kind != "b":
        raise DTypeError(
            f"expected a boolean condition, got {chosen.dtype}.",
            where="where",
            hint="Write a comparison, such as x != 0.",
        )
    return Where.apply(chosen, *operands(input, other))


def maximum(input: Any, other: Any) -> Tensor:
    """Take the larger of two elements; equal ones share the gradient."""
    return Maximum.apply(*operands(input, other))


def minimum(input: Any, other: Any) -> Tensor:
    """Take the smaller of two elements; equal ones share the gradient."""
    return Minimum.apply(*operands(input, other))


def fmax(input: Any, other: Any) -> Tensor:
    """Take the larger of two elements, and the other one where one is not a number."""
    return Fmax.apply(*operands(input, other))


def fmin(input: Any, other: Any) -> Tensor:
    """Take the smaller of two elements, and the other one where one is not a number."""
    return Fmin.apply(*operands(input, other))


def clamp(input: Any, min: Any = None, max: Any = None) -> Tensor:
    """Limit each element to the range from ``min`` to ``max``, numbers or tensors.

    Raises:
        ConfigError: If neither bound is given.

    Example:
        >>> clamp([-1.0, 0.5, 2.0], 0.0, 1.0)
        tensor([0. , 0.5, 1. ])
    """
    if min is None and max is None:
        raise ConfigError("expected a bound, got none.", where="clamp", hint="Pass min= or max=.")
    x = as_tensor(input)
    if min is not None:
        x, min = operands(x, min)
    if max is not None:
        x, max = operands(x, max)
        if isinstance(min, TensorBase):
            min = cast(min, x.array.dtype)
    return Clamp.apply(x, min, max)


clip = clamp


def clamp_min(input: Any, min: Any) -> Tensor:
    """Raise each element to at least ``min``."""
    return clamp(input, min=min)


def clamp_max(input: Any, max: Any) -> Tensor:
    """Lower each element to at most ``max``."""
    return clamp(input, max=max)


def nan_to_num(
    input: Any, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Replace what is not a number, and infinities by the limits of the type unless told.

    Example:
        >>> nan_to_num([float("nan"), float("inf"), 1.0], posinf=9.0)
        tensor([0., 9., 1.])
    """
    x = as_tensor(input)
    if x.array.dtype.kind != "f":
        return clone(x)
    return NanToNum.apply(x, nan or 0.0, posinf, neginf)


def copysign(input: Any, other: Any) -> Tensor:
    """Give each element the sign of another."""
    a, b = operands(floating(input), other)
    return Copysign.apply(a, b)


def heaviside(input: Any, values: Any) -> Tensor:
    """Step: 0 below 0, 1 above it, ``values`` at 0; without gradient."""
    x, at = as_tensor(input).array, as_tensor(values).array
    if x.dtype != at.dtype:
        raise DTypeError(f"expected values of type {x.dtype}, got {at.dtype}.", where="heaviside")
    return make_tensor(np.asarray(np.where(x == 0, at, (x > 0).astype(x.dtype))))
