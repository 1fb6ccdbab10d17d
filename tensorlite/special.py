"""Special functions, under the names of ``torch.special``."""

import math
from typing import TYPE_CHECKING, Any

from tensorlite.ops import (
    digamma,
    erf,
    erfc,
    erfinv,
    exp2,
    expm1,
    log1p,
    log_softmax,
    logit,
    logsumexp,
    polygamma,
    round,
    sinc,
    softmax,
    xlogy,
)
from tensorlite.ops import digamma as psi
from tensorlite.ops import lgamma as gammaln
from tensorlite.ops import sigmoid as expit
from tensorlite.ops.bessel import i0, i0e, i1, i1e
from tensorlite.ops.choose import Where
from tensorlite.ops.convert import floating, operands
from tensorlite.ops.gamma import multigammaln
from tensorlite.ops.special import erfcx

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def entr(input: Any) -> "Tensor":
    """The entropy ``-x * log(x)`` of each element: 0 at 0, minus infinity below."""
    x = floating(input)
    return Where.apply(x.array < 0, -math.inf, -xlogy(x, x))


def xlog1py(input: Any, other: Any) -> "Tensor":
    """``input * log1p(other)``, and 0 where ``input`` is 0."""
    a, b = operands(input, other)
    a, b = floating(a), floating(b)
    zero = (a.array == 0) & (b.array == b.array)
    return Where.apply(zero, a * 0.0, a * log1p(Where.apply(zero & (b.array <= -1), 0.0, b)))


def ndtr(input: Any) -> "Tensor":
    """The share of the normal distribution below each element."""
    return erfc(floating(input) * -math.sqrt(0.5)) * 0.5


def ndtri(input: Any) -> "Tensor":
    """The number below which that share of the normal distribution lies."""
    return erfinv(floating(input) * 2.0 - 1.0) * math.sqrt(2)


def log_ndtr(input: Any) -> "Tensor":
    """The logarithm of ``ndtr``, exact far below 0 too."""
    x = floating(input)
    low = x.array < -1
    below = Where.apply(low, x, -1.0)
    far = (erfcx(below * -math.sqrt(0.5)) * 0.5).log() - below * below * 0.5
    near = log1p(erfc(Where.apply(low, 0.0, x) * math.sqrt(0.5)) * -0.5)
    return Where.apply(low, far, near)


__all__ = [
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlog1py",
    "xlogy",
]
