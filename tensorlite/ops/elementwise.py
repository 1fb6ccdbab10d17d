"""Ops that work on each element by itself, sorted from the simplest to the hardest.

Binary ops broadcast as NumPy does; the engine sums their gradients back to each input's shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from tensorlite import kernels
from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor, bool_, cast, float32, operands

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

# --- arithmetic -----------------------------------------------------------------------------------


class Unary(Op):
    """An op on one input that is one NumPy function, ``plain``.

    Where nothing is recorded, ``of`` calls it and makes no node: on small tensors the engine's own
    steps are what takes the time.
    """

    plain: Callable[[Array], Array]

    @classmethod
    def of(cls, x: Any) -> Any:
        """Apply the op to a tensor of numbers that it takes."""
        if x.requires_grad:
            return cls.apply(x)
        out = cls.plain(x.array)
        return make_tensor(out if type(out) is ndarray else np.asarray(out))

    def forward(self, x: Array) -> Array:
        return self.plain(x)


class Binary(Op):
    """An op on two operands that is one NumPy function, ``plain``; see ``Unary``."""

    plain: Callable[[Array, Array], Array]

    @classmethod
    def of(cls, a: Any, b: Any) -> Any:
        """Apply the op to two operands brought to one element type."""
        if isinstance(a, TensorBase) and isinstance(b, TensorBase):
            x, y = a.array, b.array
            if x.dtype is y.dtype:
                if a.requires_grad or b.requires_grad:
                    return cls.apply(a, b)
                try:
                    out = cls.plain(x, y)
                except ValueError:  # shapes that do not fit: apply says it better
                    return cls.apply(a, b)
                return make_tensor(out if type(out) is ndarray else np.asarray(out))
        a, b = operands(a, b)
        return cls.apply(a, b)

    def forward(self, a: Array, b: Array) -> Array:
        return self.plain(a, b)


class Add(Binary):
    """Sum of two inputs."""

    plain = np.add

    def backward(self, grad: Any) -> Any:
        return grad, grad


class Neg(Unary):
    """Negation."""

    plain = np.negative

    def backward(self, grad: Any) -> Any:
        return -grad


class Sub(Binary):
    """Difference of two inputs."""

    plain = np.subtract

    def backward(self, grad: Any) -> Any:
        return grad, (-grad if self.needs[1] else None)


class Mul(Binary):
    """Product of two inputs."""

    plain = np.multiply

    def forward(self, a: Array, b: Array) -> Array:
        self.save_factors()
        return a * b

    def backward(self, grad: Any) -> Any:
        a, b = self.saved
        return (grad * b if self.needs[0] else None), (grad * a if self.needs[1] else None)


class Div(Binary):
    """Quotient of two inputs."""

    plain = np.true_divide

    def forward(self, a: Array, b: Array) -> Array:
        self.save_inputs(0 if self.needs[1] else None, 1)
        return a / b

    def backward(self, grad: Any) -> Any:
        a, b = self.saved
        return (
            grad / b if self.needs[0] else None,
            -grad * a / (b * b) if self.needs[1] else None,
        )


class Pow(Op):
    """Power of two inputs, ``a ** b``."""

    def forward(self, a: Array, b: Array) -> Array:
        self.save_inputs(0, 1)
        return a**b

    def backward(self, grad: Any) -> Any:
        a, b = self.saved
        for_a = for_b = None
        if self.needs[0] and type(b) in (int, float):  # 0 ** -1 is not wanted where b is 0
            for_a = grad * (b * a ** (b - 1)) if b else grad * 0.0
        elif self.needs[0]:
            for_a = grad * b * Pow.apply(a, Where.apply(b == 0, 1.0, b - 1))
        if self.needs[1]:  # a ** b * log(a) tends to 0 with a
            for_b = grad * Pow.apply(a, b) * Log.apply(Where.apply(a == 0, 1.0, a))
        return for_a, for_b


# --- functions of one input -----------------------------------------------------------------------


class Exp(Unary):
    """``e ** x``."""

    plain = np.exp

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * y


class Log(Unary):
    """Natural logarithm."""

    plain = np.log

    def forward(self, x: Array) -> Array:
        self.save_inputs(0)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return grad / x


class Sqrt(Unary):
    """Square root."""

    plain = np.sqrt

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * 0.5 / y


class Abs(Unary):
    """Absolute value; the gradient at 0 is 0."""

    plain = np.abs

    def forward(self, x: Array) -> Array:
        self.sign = np.sign(x)
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        return grad * self.sign


class Tanh(Unary):
    """Hyperbolic tangent."""

    plain = np.tanh

    def forward(self, x: Array) -> Array:
        self.save_output()
        return self.plain(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (1 - y * y)


class Sigmoid(Op):
    """``1 / (1 + e ** -x)``."""

    def forward(self, x: Array) -> Array:
        self.save_output()
        small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
        return np.where(x >= 0, 1, small) / (1 + small)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return grad * (y * (1 - y))


class Relu(Op):
    """The positive part; the gradient at 0 is 0."""

    def forward(self, x: Array) -> Array:
        self.save_output()  # the sign of y tells what the sign of x would
        return kernels.relu(x)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return ReluGrad.apply(grad, y)


class ReluGrad(Op):
    """A gradient where a result was positive, 0 elsewhere."""

    def forward(self, grad: Array, y: Array) -> Array:
        self.save_inputs(1)
        return kernels.relu_grad(grad, y)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return ReluGrad.apply(grad, y), None


class Clamp(Op):
    """Limit to a range; the gradient passes where nothing was cut off, the borders included."""

    def forward(self, x: Array, low: float | None, high: float | None) -> Array:
        self.inside = np.ones(x.shape, bool)
        if low is not None:
            self.inside &= x >= low
        if high is not None:
            self.inside &= x <= high
        return np.clip(x, low, high)

    def backward(self, grad: Any) -> Any:
        return Where.apply(self.inside, grad, 0.0)  # not a product: grad may be infinite outside


# --- choosing -------------------------------------------------------------------------------------


class Where(Op):
    """Elements of ``a`` where the condition holds, of ``b`` elsewhere."""

    def forward(self, condition: Array, a: Array, b: Array) -> Array:
        self.save_inputs(0)
        return np.where(condition, a, b)

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


# --- functions ------------------------------------------------------------------------------------


def _floating(input: Any) -> Tensor:
    tensor = input if isinstance(input, TensorBase) else as_tensor(input)
    return tensor if tensor.dtype.kind == "f" else cast(tensor, float32)


def _number(input: Any, where: str) -> Tensor:
    tensor = as_tensor(input)
    if tensor.dtype == bool_:
        raise DTypeError("expected numbers, got booleans.", where=where, hint="Use x.long().")
    return tensor


def add(input: Any, other: Any) -> Tensor:
    """Add elementwise: ``input + other``."""
    return Add.of(input, other)


def sub(input: Any, other: Any) -> Tensor:
    """Subtract elementwise: ``input - other``."""
    a, b = operands(input, other)
    if (a if isinstance(a, TensorBase) else b).array.dtype is bool_:
        raise DTypeError("expected numbers, got booleans.", where="sub", hint="Use a != b.")
    return Sub.of(a, b)


def mul(input: Any, other: Any) -> Tensor:
    """Multiply elementwise: ``input * other``."""
    return Mul.of(input, other)


def div(input: Any, other: Any) -> Tensor:
    """Divide elementwise: ``input / other``; integers give float32."""
    a, b = operands(input, other)
    if (a if isinstance(a, TensorBase) else b).array.dtype.kind != "f":
        a = cast(as_tensor(a), float32)
        b = cast(as_tensor(b), float32)
    return Div.of(a, b)


def pow(input: Any, exponent: Any) -> Tensor:
    """Raise elementwise to a power: ``input ** exponent``.

    Raises:
        DTypeError: If integers are raised to a negative integer power.
    """
    a, b = operands(input, exponent)
    if getattr(a, "dtype", float32).kind != "f" and np.any(np.asarray(getattr(b, "array", b)) < 0):
        raise DTypeError("expected floats for a negative power, got integers.", where="pow")
    return Pow.apply(a, b)


def neg(input: Any) -> Tensor:
    """Negate elementwise."""
    return Neg.of(_number(input, "neg"))


def exp(input: Any) -> Tensor:
    """Raise e to each element."""
    return Exp.of(_floating(input))


def log(input: Any) -> Tensor:
    """Take the natural logarithm of each element."""
    return Log.of(_floating(input))


def sqrt(input: Any) -> Tensor:
    """Take the square root of each element."""
    return Sqrt.of(_floating(input))


def abs(input: Any) -> Tensor:
    """Take the absolute value of each element."""
    return Abs.of(_number(input, "abs"))


def tanh(input: Any) -> Tensor:
    """Take the hyperbolic tangent of each element."""
    return Tanh.of(_floating(input))


def sigmoid(input: Any) -> Tensor:
    """Squash each element into 0..1: ``1 / (1 + exp(-x))``."""
    return Sigmoid.apply(_floating(input))


def relu(input: Any, inplace: bool = False) -> Tensor:
    """Keep the positive part of each element: ``max(x, 0)``, always in a new tensor.

    Source: Nair and Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """
    return Relu.apply(as_tensor(input))


def clamp(input: Any, min: Any = None, max: Any = None) -> Tensor:
    """Limit each element to the range from ``min`` to ``max``, numbers or tensors.

    Example:
        >>> clamp([-1.0, 0.5, 2.0], 0.0, 1.0)
        tensor([0. , 0.5, 1. ])
    """
    x = as_tensor(input)
    if isinstance(min, TensorBase) or isinstance(max, TensorBase):
        x = x if min is None else maximum(x, min)
        return x if max is None else minimum(x, max)
    if x.dtype.kind != "f" and float in (type(min), type(max)):
        x = cast(x, float32)
    return Clamp.apply(x, min, max)


clip = clamp


def where(condition: Any, input: Any, other: Any) -> Tensor:
    """Choose elements of ``input`` where the condition holds, of ``other`` elsewhere.

    Example:
        >>> where([True, False], [1.0, 2.0], 0.0)
        tensor([1., 0.])
    """
    chosen = as_tensor(condition)
    if chosen.dtype != bool_:
        raise DTypeError(
            f"expected a boolean condition, got {chosen.dtype}.",
            where="where",
            hint="Write a comparison, such as x != 0.",
        )
    return Where.apply(chosen, *operands(input, other))


def maximum(input: Any, other: Any) -> Tensor:
    """Take the larger of two elements; equal ones share the gradient."""
    a, b = operands(input, other)
    return Maximum.apply(a, b)


def minimum(input: Any, other: Any) -> Tensor:
    """Take the smaller of two elements; equal ones share the gradient."""
    a, b = operands(input, other)
    return Minimum.apply(a, b)


# --- comparisons: booleans, without gradient ------------------------------------------------------


def _compare(function: Any, input: Any, other: Any) -> Tensor:
    a, b = (getattr(x, "array", x) for x in operands(input, other))
    try:
        return make_tensor(np.asarray(function(a, b)))
    except ValueError:
        shapes = f"{np.shape(a)} and {np.shape(b)}"
        raise ShapeError(f"cannot compare shapes {shapes}.", where=function.__name__) from None


def eq(input: Any, other: Any) -> Tensor:
    """Tell where ``input == other``."""
    return _compare(np.equal, input, other)


def ne(input: Any, other: Any) -> Tensor:
    """Tell where ``input != other``."""
    return _compare(np.not_equal, input, other)


def lt(input: Any, other: Any) -> Tensor:
    """Tell where ``input < other``."""
    return _compare(np.less, input, other)


def le(input: Any, other: Any) -> Tensor:
    """Tell where ``input <= other``."""
    return _compare(np.less_equal, input, other)


def gt(input: Any, other: Any) -> Tensor:
    """Tell where ``input > other``."""
    return _compare(np.greater, input, other)


def ge(input: Any, other: Any) -> Tensor:
    """Tell where ``input >= other``."""
    return _compare(np.greater_equal, input, other)
