"""Softmax and its relatives, and vectors of length 1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels, random
from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.errors import DTypeError
from tensorlite.ops.choose import clamp
from tensorlite.ops.convert import as_tensor, cast, floating
from tensorlite.ops.elementwise import pow
from tensorlite.ops.extreme import amax
from tensorlite.ops.functions import Exp, Sqrt, abs
from tensorlite.ops.reduce import Sum, sum
from tensorlite.ops.shape import dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class LogSoftmax(Op):
    """Logarithm of the softmax, shifted by the maximum so that nothing overflows."""

    def forward(self, x: Array, dim: int) -> Array:
        self.dim = dim
        self.save_output()
        if not x.size:
            return x.copy()
        if kernels.along_rows(x, dim):
            return kernels.softmax(x, logarithm=True)
        out = np.asarray(x - np.maximum.reduce(x, axis=dim, keepdims=True))
        out -= np.log(np.add.reduce(np.exp(out), axis=dim, keepdims=True))
        return out

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return SoftmaxGrad.apply(grad, y, self.dim, True)


class Softmax(Op):
    """Exponentials divided by their sum."""

    def forward(self, x: Array, dim: int) -> Array:
        self.dim = dim
        self.save_output()
        if not x.size:
            return x.copy()
        if kernels.along_rows(x, dim):
            return kernels.softmax(x)
        out = np.asarray(x - np.maximum.reduce(x, axis=dim, keepdims=True))
        np.exp(out, out=out)
        out /= np.add.reduce(out, axis=dim, keepdims=True)
        return out

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        return SoftmaxGrad.apply(grad, y, self.dim, False)


class SoftmaxGrad(Op):
    """The gradient of a softmax, or of its logarithm, from its result ``y``."""

    def forward(self, grad: Array, y: Array, dim: int, logarithm: bool) -> Array:
        self.dims, self.logarithm = (dim,), logarithm
        self.save_inputs(0, 1)
        if kernels.along_rows(y, dim) and grad.dtype == y.dtype:
            return kernels.softmax_grad(grad, y, logarithm)
        factor = np.exp(y) if logarithm else y
        total = np.add.reduce(grad if logarithm else grad * y, axis=dim, keepdims=True)
        return np.asarray(grad - factor * total if logarithm else y * (grad - total))

    def backward(self, grad: Any) -> Any:
        given, y = self.saved
        if self.logarithm:
            share = grad * Exp.apply(y)
            inner = Sum.apply(share, self.dims, True)
            return grad - inner, -share * Sum.apply(given, self.dims, True)
        inner = Sum.apply(grad * y, self.dims, True)
        total = Sum.apply(given * y, self.dims, True)
        return y * (grad - inner), grad * (given - total) - given * inner


def log_softmax(
    input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Take the logarithm of the softmax along a dimension, without overflow.

    Args:
        input: Scores.
        dim: The dimension; without it 0 for tensors of 0, 1 or 3 dimensions and 1 for others.
        dtype: The type that the scores are cast to first.
    """
    return _along(LogSoftmax, input, dim, dtype, "log_softmax")


def softmax(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Turn scores into probabilities along a dimension: ``exp(x) / sum(exp(x))``.

    Args:
        input: Scores.
        dim: The dimension; without it 0 for tensors of 0, 1 or 3 dimensions and 1 for others.
        dtype: The type that the scores are cast to first.

    Example:
        >>> softmax([0.0, 0.0])
        tensor([0.5, 0.5])
    """
    return _along(Softmax, input, dim, dtype, "softmax")


def softmin(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Take the softmax of the scores negated."""
    return _along(Softmax, -as_tensor(input), dim, dtype, "softmin")


def _along(op: type[Op], input: Any, dim: int | None, dtype: Any, where: str) -> Tensor:
    x = as_tensor(input) if dtype is None else cast(as_tensor(input), dtype)
    if x.array.dtype.kind != "f":
        raise DTypeError(
            f"expected floating point scores, got {x.dtype}.", where=where, hint="Use x.float()."
        )
    if not x.shape:
        return op.apply(x.reshape(1), 0).reshape(())
    if dim is None:
        dim = 0 if len(x.shape) in (1, 3) else 1
    return op.apply(x, dim_index(dim, len(x.shape), where))


def gumbel_softmax(
    logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """Draw from a categorical distribution in a way that gradients can pass.

    Args:
        logits: Scores, or logarithms of probabilities.
        tau: The temperature; the lower, the closer to one-hot.
        hard: Return one-hot vectors, with the gradient of the soft ones.
        eps: Without effect, as in PyTorch.
        dim: The dimension of the classes.

    Source: Jang et al. 2017, "Categorical Reparameterization with Gumbel-Softmax".
    """
    x = floating(logits)
    drawn = random.default_generator.numpy.standard_exponential(x.shape)
    noise = make_tensor(np.asarray(-np.log(drawn)).astype(x.array.dtype))
    soft = softmax((x + noise) / tau, dim)
    if not hard:
        return soft
    best = soft.array == soft.array.max(axis=dim, keepdims=True)
    return make_tensor(best.astype(x.array.dtype)) - soft.detach() + soft


def normalize(
    input: Any, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: None = None
) -> Tensor:
    """Divide vectors along a dimension by their length, or by ``eps`` where that is larger.

    Args:
        input: A floating point tensor.
        p: The exponent of the length; ``inf`` means the largest size.
        dim: The dimension, or several.
        eps: The smallest length to divide by.
    """
    x = floating(input)
    if p == math.inf:
        return x / clamp(amax(abs(x), dim, True), eps)
    if p == 2:  # the bound is inside the root, whose slope at 0 is infinite
        return x / Sqrt.apply(clamp(sum(x * x, dim, True), eps * eps))
    sizes = abs(x) if p == 1 else pow(abs(x), p)
    return x / pow(clamp(sum(sizes, dim, True), eps**p), 1 / p)
