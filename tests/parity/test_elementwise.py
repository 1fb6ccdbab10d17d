"""Arithmetic, functions and activations beside PyTorch: values, gradients, element types."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.nn import functional as F

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(0)
ANY = RNG.standard_normal((3, 4)) * 2
KINKS = np.array([[-6.0, -3.0, -1.0, -0.5], [0.0, 0.5, 1.0, 3.0], [6.0, 20.5, -20.5, 1e-3]])
POSITIVE = RNG.uniform(0.1, 3, (3, 4))
UNIT = RNG.uniform(-0.99, 0.99, (3, 4))
CHANCE = RNG.uniform(0.05, 0.95, (3, 4))
ROW, COLUMN = RNG.standard_normal(4), RNG.standard_normal((3, 1))
SCALAR = np.array(0.7)
TIES = np.array([[1.0, 2.0, 0.0, -1.0], [0.5, 2.0, 3.0, -1.0], [0.0, 0.0, -0.0, 5.0]])
ODD = np.array([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.5, -2.5, 3.5])

UNARY = {
    "exp exp2 expm1 sin cos tan atan sinh cosh tanh asinh erf erfc sigmoid square neg": ANY,
    "log log2 log10 log1p sqrt rsqrt reciprocal": POSITIVE,
    "negative asin acos atanh erfinv arcsin arccos arctanh": UNIT,
    "abs absolute sign sgn floor ceil round trunc fix frac relu deg2rad rad2deg arctan arcsinh": (
        KINKS
    ),
    "logit": CHANCE,
    "nan_to_num": ODD,
}
BOTH = [
    *((name, lambda m, x, name=name: getattr(m, name)(x), (array,))
      for names, array in UNARY.items() for name in names.split()),
    ("acosh", lambda m, x: m.acosh(x), (POSITIVE + 1,)),
    ("erf far out", lambda m, x: m.erf(x), (np.linspace(-6, 6, 41),)),
    ("erfc far out", lambda m, x: m.erfc(x), (np.linspace(-6, 12, 41),)),
    ("erfinv at the ends", lambda m, x: m.erfinv(x), (np.array([-1 + 1e-4, 1 - 1e-5, 0.0]),)),
    ("lgamma", lambda m, x: m.lgamma(x), (ANY,)),
    ("digamma", lambda m, x: x.digamma() + m.digamma(x), (ANY,)),
    ("polygamma", lambda m, x: m.polygamma(2, x), (POSITIVE,)),
    ("logit eps", lambda m, x: m.logit(x, eps=0.2), (CHANCE,)),
    ("logit eps tensor", lambda m, x: x.logit(0.1), (CHANCE,)),
    ("round decimals", lambda m, x: m.round(x, decimals=2), (ANY,)),
    ("round tens", lambda m, x: x.round(decimals=-1), (ANY * 100,)),
    *((name, lambda m, a, b, name=name: getattr(m, name)(a, b), pair)
      for name in ("add", "sub", "mul", "div", "true_divide", "maximum", "minimum", "fmax", "fmin",
                   "atan2", "arctan2", "hypot", "copysign", "logaddexp", "multiply", "subtract")
      for pair in ((ANY, ROW), (COLUMN, ROW), (ANY, SCALAR), (SCALAR, ANY), (ANY[:0], ROW))),
    *((name, lambda m, a, b, name=name: getattr(m, name)(a, b), (TIES, TIES[::-1].copy()))
      for name in ("maximum", "minimum", "fmax", "fmin", "copysign")),
    *((name, lambda m, a, b, name=name: getattr(m, name)(a, b), pair)
      for name in ("remainder", "fmod") for pair in ((ANY, ROW), (ANY, SCALAR), (KINKS, ROW))),
    ("remainder number", lambda m, a: a % 1.5, (ANY,)),
    ("fmod number", lambda m, a: m.fmod(a, -1.5), (ANY,)),
    ("add alpha", lambda m, a, b: m.add(a, b, alpha=2.5), (ANY, ROW)),
    ("sub alpha", lambda m, a, b: a.sub(b, alpha=-3), (ANY, ROW)),
    ("rsub", lambda m, a, b: m.rsub(a, b, alpha=2), (ANY, ROW)),
    ("number minus", lambda m, a: 3 - a, (ANY,)),
    ("number over", lambda m, a: 3 / a, (POSITIVE,)),
    ("div floor", lambda m, a, b: m.div(a, b, rounding_mode="floor"), (ANY, ROW)),
    ("div trunc", lambda m, a, b: a.div(b, rounding_mode="trunc"), (ANY, ROW)),
    *((f"pow {e}", lambda m, a, e=e: a**e, (ANY,)) for e in (0, 1, 2, 3, -1, -2)),
    *((f"pow {e}", lambda m, a, e=e: m.pow(a, e), (POSITIVE,)) for e in (0.5, -0.5, 2.5, 1.0)),
    ("pow at 0", lambda m, a: a**2, (KINKS,)),
    ("pow 0 at 0", lambda m, a: a**0, (KINKS,)),
    ("pow tensors", lambda m, a, b: a**b, (POSITIVE, ROW)),
    ("pow of a number", lambda m, a: 2**a, (ANY,)),
    ("pow of a number m", lambda m, a: m.pow(0.5, a), (ANY,)),
    ("pow corners", lambda m, a, b: a**b,
     (np.array([0.0, 0.0, 0.0, 2.0]), np.array([2.0, 0.0, 1.0, 0.0]))),
    ("float_power", lambda m, a: m.float_power(a, 2), (ANY,)),
    ("lerp", lambda m, a, b: m.lerp(a, b, 0.3), (ANY, ROW)),
    ("lerp far", lambda m, a, b: a.lerp(b, 0.8), (ANY, ROW)),
    ("lerp tensor", lambda m, a, b, w: m.lerp(a, b, w), (ANY, ROW, CHANCE)),
    ("addcmul", lambda m, a, b, c: m.addcmul(a, b, c, value=0.5), (ANY, ROW, COLUMN)),
    ("addcdiv", lambda m, a, b, c: m.addcdiv(a, b, c, value=0.5), (ANY, ROW, POSITIVE)),
    ("xlogy", lambda m, a, b: m.xlogy(a, b), (TIES, POSITIVE)),
    ("xlogy number", lambda m, b: m.xlogy(2.0, b), (POSITIVE,)),
    ("clamp", lambda m, a: m.clamp(a, -0.5, 1.0), (KINKS,)),
    ("clamp min", lambda m, a: a.clamp(min=0.5), (KINKS,)),
    ("clamp max", lambda m, a: a.clamp(max=0.5), (KINKS,)),
    ("clamp turned", lambda m, a: a.clamp(1.0, -1.0), (KINKS,)),
    ("clip", lambda m, a: m.clip(a, min=-1), (KINKS,)),
    ("clamp_min", lambda m, a: m.clamp_min(a, 0.5), (KINKS,)),
    ("clamp_max", lambda m, a: a.clamp_max(0.5), (KINKS,)),
    ("clamp tensors", lambda m, a, b, c: m.clamp(a, b, c), (TIES, TIES[:1] - 0.5, TIES[1:2])),
    ("clamp equal tensors", lambda m, a, b, c: m.clamp(a, b, c), (KINKS, COLUMN, COLUMN)),
    ("clamp tensor min", lambda m, a, b: m.clamp(a, min=b), (TIES, TIES[0])),
    ("clamp tensor max", lambda m, a, b: m.clamp(a, max=b), (TIES, TIES[0])),
    ("where", lambda m, a, b: m.where(a > b, a, b), (ANY, ROW)),
    ("where number", lambda m, a: m.where(a > 0, a, 0.0), (ANY,)),
    ("where number first", lambda m, a: m.where(a > 0, 1, a), (ANY,)),
    ("where method", lambda m, a, b: a.where(a > 1, b), (ANY, ROW)),
    ("nan_to_num chosen", lambda m, a: m.nan_to_num(a, nan=1.0, posinf=2.0, neginf=-3.0), (ODD,)),
    ("heaviside", lambda m, a: m.heaviside(a.detach(), m.ones_like(a) * 0.3) + a, (KINKS,)),
]  # fmt: skip
ACTIVATIONS = {
    "relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign hardtanh hardsigmoid "
    "hardswish hardshrink softshrink tanhshrink logsigmoid rrelu": [{}],
    "leaky_relu": [{"negative_slope": 0.2}, {"negative_slope": -0.3}],
    "elu celu": [{"alpha": 0.5}, {"alpha": 2.0}],
    "gelu": [{"approximate": "tanh"}],
    "softplus": [{"beta": 2.0}, {"beta": 0.5, "threshold": 5}],
    "hardtanh": [{"min_val": -0.5, "max_val": 3.0}],
    "hardshrink softshrink": [{"lambd": 1.0}, {"lambd": 0.0}],
    "threshold": [{"threshold": 0.5, "value": 20.0}, {"threshold": -1, "value": 0}],
    "glu": [{}, {"dim": 1}, {"dim": -1}],
    "softmax log_softmax softmin": [{"dim": 1}, {"dim": 0}, {"dim": -1}],
    "normalize": [{}, {"p": 1.0}, {"p": 3, "dim": 0}, {"p": math.inf, "dim": -1}, {"dim": (0, 1)}],
}
LAYERS = [
    (f"{name} {options}", name, options, array)
    for names, variants in ACTIVATIONS.items()
    for name in names.split()
    for options in variants
    for array in (KINKS, ANY * 3)
]


def functional(module: Any) -> Any:
    return F if module is tl else torch.nn.functional


CASES = [
    *BOTH,
    *((label, lambda m, x, n=name, o=options: getattr(functional(m), n)(x, **o), (array,))
      for label, name, options, array in LAYERS),
    ("relu of odd numbers", lambda m, x: functional(m).relu(x), (ODD[1:],)),
    ("sigmoid far out", lambda m, x: m.sigmoid(x), (np.array([-800.0, -50.0, 50.0, 800.0]),)),
    ("silu far out", lambda m, x: functional(m).silu(x), (np.array([-800.0, -50.0, 50.0, 800.0]),)),
    ("gelu far out", lambda m, x: functional(m).gelu(x), (np.array([-40.0, -6.0, 6.0, 40.0]),)),
    ("mish far out", lambda m, x: functional(m).mish(x), (np.array([-80.0, -6.0, 6.0, 800.0]),)),
    ("logsigmoid far", lambda m, x: functional(m).logsigmoid(x), (np.array([-800.0, 0.0, 800.0]),)),
    ("prelu", lambda m, x, w: functional(m).prelu(x, w), (KINKS, ROW)),
    ("prelu one", lambda m, x, w: functional(m).prelu(x, w), (KINKS, ROW[:1])),
    ("prelu image", lambda m, x, w: functional(m).prelu(x, w), (ANY.reshape(1, 3, 2, 2), ROW[:3])),
    ("softmax image", lambda m, x: functional(m).softmax(x, 1), (ANY.reshape(1, 3, 2, 2),)),
    ("softmax of a scalar", lambda m, x: m.softmax(x, 0), (SCALAR,)),
    ("softmax large", lambda m, x: m.softmax(x, -1), (ANY * 1000,)),
    ("normalize image", lambda m, x: functional(m).normalize(x), (ANY.reshape(1, 3, 2, 2),)),
    ("normalize zeros", lambda m, x: functional(m).normalize(x), (np.zeros((2, 3)),)),
]  # fmt: skip


def run(module: Any, function: Any, arrays: Any, dtype: str) -> list[np.ndarray]:
    """The value, then the gradients of a weighted sum of it."""
    kind = getattr(module, dtype)
    inputs = [module.tensor(a, dtype=kind, requires_grad=True) for a in arrays]
    value = function(module, *inputs)
    weights = np.cos(np.arange(np.prod(value.shape), dtype=float)).reshape(tuple(value.shape))
    (value * module.tensor(weights, dtype=value.dtype)).sum().backward()
    return [value.detach().numpy(), *(x.grad.numpy(force=True) for x in inputs)]


@pytest.mark.parametrize(("label", "function", "arrays"), CASES, ids=[c[0] for c in CASES])
def test_float64_agrees(label: str, function: Any, arrays: Any) -> None:
    ours, theirs = run(tl, function, arrays, "float64"), run(torch, function, arrays, "float64")
    for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        rtol = 1e-6 if i else 1e-7
        np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-12, err_msg=f"output {i}")
        assert one.shape == other.shape


@pytest.mark.parametrize(("label", "function", "arrays"), CASES, ids=[c[0] for c in CASES])
def test_float32_agrees(label: str, function: Any, arrays: Any) -> None:
    ours, theirs = run(tl, function, arrays, "float32"), run(torch, function, arrays, "float32")
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1.3e-6 if one is ours[0] else 2e-5, atol=1e-5)


def test_random_slopes_lie_between_their_bounds() -> None:
    x = -tl.ones(1000)
    y = F.rrelu(x, 0.1, 0.3, training=True)
    assert -0.3 <= y.array.min() < -0.25 < -0.15 < y.array.max() <= -0.1


def test_a_hard_gumbel_softmax_is_one_hot_and_carries_a_gradient() -> None:
    logits = tl.zeros(50, 4, requires_grad=True)
    y = F.gumbel_softmax(logits, tau=0.5, hard=True)
    np.testing.assert_allclose(np.sort(y.detach().array, 1), [[0, 0, 0, 1]] * 50, atol=1e-6)
    (y * tl.randn(50, 4)).sum().backward()
    assert np.abs(logits.grad.array).max() > 0
