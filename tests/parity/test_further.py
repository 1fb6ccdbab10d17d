"""What is rarer in scripts, beside PyTorch: values, gradients, element types, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.nn import functional as F

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(7)
ANY, OTHER = RNG.standard_normal((4, 5)), RNG.standard_normal((4, 5))
CUBE, SQUARE = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((2, 3, 3))
UNIT = RNG.uniform(0.05, 0.95, (3, 4))
HOLES = np.where(RNG.random((4, 5)) < 0.3, np.nan, ANY)
SYMMETRIC = SQUARE + SQUARE.swapaxes(1, 2)

CASES = [
    *((name, lambda m, x, name=name: getattr(m.special, name)(x), (ANY * 3,)) for name in
      ("i0", "i0e", "i1", "i1e", "ndtr", "log_ndtr", "erfcx", "sinc", "expit", "gammaln", "psi")),
    *((name, lambda m, x, name=name: getattr(m.special, name)(x), (UNIT,))
      for name in ("entr", "ndtri", "logit", "erfinv")),
    ("xlog1py", lambda m, x, y: m.special.xlog1py(x, y), (UNIT, UNIT[:1])),
    ("mvlgamma", lambda m, x: x.mvlgamma(3), (UNIT + 2,)),
    ("sinc", lambda m, x: m.sinc(x) + x.sinc(), (np.array([0.0, 0.5, -1.0, 2.25]),)),
    ("logaddexp2", lambda m, x, y: m.logaddexp2(x, y), (ANY, OTHER[0])),
    ("ldexp", lambda m, x: m.ldexp(x, m.tensor([1, 2, 0, 3, 1])), (ANY,)),
    ("frexp", lambda m, x: m.frexp(x).mantissa, (ANY * 9,)),
    ("select_scatter", lambda m, x, y: x.select_scatter(y[0], 0, 2), (ANY, OTHER)),
    ("slice_scatter", lambda m, x, y: m.slice_scatter(x, y[:, :2], 1, 1, 5, 2), (ANY, OTHER)),
    ("diagonal_scatter", lambda m, x, y: m.diagonal_scatter(x, y[0, :4], 1), (ANY, OTHER)),
    ("diagonal_scatter dims", lambda m, x, y: x.diagonal_scatter(y[:3, :2], -1, 2, 0),
     (CUBE, OTHER)),
    ("diagflat", lambda m, x: m.diagflat(x, -1), (ANY[:2, :2],)),
    ("dsplit", lambda m, x: x.dsplit([1, 3])[1], (CUBE,)),
    ("hsplit", lambda m, x: x.hsplit(3)[1] * x.vsplit(2)[0][0, 0, 0], (CUBE,)),
    ("narrow_copy", lambda m, x: x.narrow_copy(1, 1, 2), (ANY,)),
    ("sum_to_size", lambda m, x: x.sum_to_size(3, 1), (CUBE,)),
    ("renorm", lambda m, x: m.renorm(x, 2, 0, 1.5), (ANY,)),
    ("as_strided", lambda m, x: m.as_strided(x, (3, 2), (2, 1), 1), (ANY,)),
    ("cov", lambda m, x: m.cov(x), (ANY,)),
    ("cov of one row", lambda m, x: m.cov(x[:1], correction=0), (ANY,)),
    ("corrcoef", lambda m, x: x.corrcoef(), (ANY,)),
    *((f"cdist {p}", lambda m, x, y, p=p: m.cdist(x, y, p), (ANY, OTHER[:3]))
      for p in (1.0, 2.0, 3.0, float("inf"))),
    ("pdist", lambda m, x: m.pdist(x), (ANY,)),
    ("nanquantile", lambda m, x: m.nanquantile(x.nan_to_num(0.5), 0.3, 1), (ANY,)),
    ("quantiles", lambda m, x: m.quantile(x, m.tensor([0.1, 0.8], dtype=x.dtype), 0, True), (ANY,)),
    ("trapezoid", lambda m, x: m.trapezoid(x, dx=0.5, dim=0), (ANY,)),
    ("trapezoid x", lambda m, x, y: m.trapezoid(x, y), (ANY, OTHER)),
    ("cumulative_trapezoid", lambda m, x: m.cumulative_trapezoid(x, dim=1), (ANY,)),
    ("det", lambda m, x: x.det() + m.logdet(x @ x.mT), (SQUARE,)),
    ("matrix_power", lambda m, x: x.matrix_power(5), (SQUARE,)),
    ("matrix_power negative", lambda m, x: m.linalg.matrix_power(x, -2), (SQUARE,)),
    ("matrix_exp", lambda m, x: m.matrix_exp(x), (SQUARE,)),
    ("pinv", lambda m, x: m.linalg.pinv(x), (CUBE,)),
    ("svdvals", lambda m, x: m.linalg.svdvals(x), (CUBE,)),
    ("svd", lambda m, x: (lambda u, s, v: (u * s.sqrt().unsqueeze(-2)) @ v)(
        *m.linalg.svd(x, full_matrices=False)), (CUBE,)),
    ("eigh", lambda m, x: m.linalg.eigh(x).eigenvectors.abs(), (SYMMETRIC,)),
    ("eigvalsh", lambda m, x: m.linalg.eigvalsh(x), (SYMMETRIC,)),
    ("qr", lambda m, x: m.linalg.qr(x)[0] @ m.linalg.qr(x)[1] ** 2, (SQUARE,)),
    ("solve_triangular", lambda m, x, y: m.linalg.solve_triangular(x, y, upper=True),
     (SQUARE + 3 * np.eye(3), SQUARE)),
    *((f"matrix norm {p}", lambda m, x, p=p: m.linalg.matrix_norm(x, p), (CUBE,))
      for p in ("nuc", 2, -2, "fro", 1)),
    ("vecdot", lambda m, x, y: m.linalg.vecdot(x, y), (ANY, OTHER)),
    ("index_fill repeated", lambda m, x, y: x.index_fill(0, m.tensor([1, 1]), y[0, 0]),
     (ANY, OTHER)),
    ("cosine_similarity of one row", lambda m, x, y: m.cosine_similarity(x, y, dim=-2),
     (CUBE[:1, :1], CUBE)),
    ("logsumexp of a scalar", lambda m, x: m.logsumexp(x, 0, keepdim=True), (np.array(1.5),)),
    ("scatter_reduce of a scalar", lambda m, x, y: x.scatter_reduce(0, m.tensor(0), y, "amax"),
     (np.array(1.5), np.array(2.5))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "function", "arrays"), CASES, ids=[c[0] for c in CASES])
def test_values_and_gradients(name: str, function: Any, arrays: tuple[np.ndarray, ...]) -> None:
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    ours = [tl.tensor(a, requires_grad=True) for a in arrays]
    wanted, got = function(torch, *theirs), function(tl, *ours)
    assert tuple(wanted.shape) == got.shape
    np.testing.assert_allclose(got.array, wanted.detach().numpy(), rtol=1e-7, atol=1e-10)
    weights = np.random.default_rng(0).standard_normal(got.shape)
    wanted.backward(torch.tensor(weights))
    got.backward(tl.tensor(weights))
    for mine, other in zip(ours, theirs, strict=True):
        if other.grad is not None:
            np.testing.assert_allclose(mine.grad.array, other.grad, rtol=1e-6, atol=1e-8)


PLAIN = {
    "gcd": lambda m: m.gcd(m.tensor([12, -18]), m.tensor([8, 27])),
    "lcm": lambda m: m.tensor([4, 6]).lcm(m.tensor([6, 8])),
    "frexp": lambda m: m.frexp(m.tensor([8.0, -0.3, 0.0])).exponent,
    "nextafter": lambda m: m.nextafter(m.tensor([1.0]), m.tensor([2.0])),
    "angle": lambda m: m.angle(m.tensor([1.0, -1.0])),
    "isreal": lambda m: m.isreal(m.tensor([1.0])),
    "nanquantile": lambda m: m.tensor(HOLES).nanquantile(0.4, dim=1),
    "unravel_index": lambda m: m.stack(m.unravel_index(m.tensor([3, 7]), (2, 4))),
    "hann": lambda m: m.hann_window(6),
    "hamming": lambda m: m.hamming_window(6, periodic=False),
    "blackman": lambda m: m.blackman_window(7),
    "bartlett": lambda m: m.bartlett_window(7, False),
    "vander": lambda m: m.vander(m.tensor([1.0, 2.0, 3.0])),
    "histogram": lambda m: m.histogram(m.tensor([1.0, 2.0, 1.0]), 4, range=(0.0, 3.0))[0],
    "matrix_rank": lambda m: m.linalg.matrix_rank(m.tensor([[1.0, 2.0], [2.0, 4.0]])),
    "arange of ints": lambda m: m.arange(0.5, 5.2, 1.5, dtype=m.int64),
    "linspace of ints": lambda m: m.linspace(4.3, 50, 7, dtype=m.int64),
    "cumsum uint8": lambda m: m.tensor([200, 100]).cumsum(0, dtype=m.uint8),
    "prod uint8": lambda m: m.tensor([20, 100]).prod(dtype=m.uint8),
    "addmm of ints": lambda m: m.addmm(m.ones(2, 2).long(), m.ones(2, 2).long(), m.eye(2).long(),
                                       beta=2),
    "relu_": lambda m: m.relu_(m.tensor([-1.0, 2.0])),
    "circular": lambda m: (F if m is tl else torch.nn.functional).pad(
        m.arange(8.0).reshape(1, 2, 4), (-1, 1), "circular"),
    "elu_": lambda m: (F if m is tl else torch.nn.functional).elu_(m.tensor([-1.0, 2.0])),
    "unique_consecutive": lambda m: m.unique_consecutive(m.tensor(3.0)),
    "diff": lambda m: m.diff(m.tensor([1.0, 2.0]), 0, prepend=m.tensor([0.0])),
}  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_plain_results(name: str) -> None:
    wanted, got = PLAIN[name](torch), PLAIN[name](tl)
    assert (str(wanted.dtype), tuple(wanted.shape)) == (f"torch.{got.dtype}", got.shape)
    np.testing.assert_allclose(got.array, wanted.numpy(), rtol=1e-6, atol=1e-7)


REFUSED = {
    "flipud": lambda m: m.flipud(m.tensor(1.0)),
    "diff": lambda m: m.diff(m.ones(3), -1),
    "linspace": lambda m: m.linspace(0, 1, -1),
    "eye": lambda m: m.eye(-1),
    "isclose": lambda m: m.isclose(m.ones(1), m.ones(1), rtol=-1.0),
    "rot90": lambda m: m.rot90(m.ones(2, 2), 1, [0]),
    "gcd": lambda m: m.gcd(m.ones(1), m.ones(1)),
    "cdist": lambda m: m.cdist(m.ones(2, 3), m.ones(2, 4)),
    "select_scatter": lambda m: m.ones(2, 3).select_scatter(m.ones(2), 0, 0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    with pytest.raises((RuntimeError, IndexError, TypeError)):
        REFUSED[name](torch)
    with pytest.raises(tl.errors.TensorliteError):
        REFUSED[name](tl)
