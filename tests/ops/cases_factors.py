"""Factors of matrices, Bessel functions and the scaled error function."""

import math

import numpy as np

from tensorlite import ops
from tensorlite.ops import bessel, factors, special
from tests.ops.case import OpCase

RNG = np.random.default_rng(5)
TALL, WIDE = RNG.standard_normal((4, 3)), RNG.standard_normal((2, 4))
SQUARE = RNG.standard_normal((3, 3))
X = (np.array([-2.5, -0.3, 0.2, 0.7, 4.5]),)
TURNS = (np.arange(2000) + 0.5) * np.pi / 2000


def integral(order: int, x: np.ndarray) -> np.ndarray:
    return np.mean(np.exp(x[:, None] * np.cos(TURNS)) * np.cos(order * TURNS), axis=1)


def put_together(parts: tuple) -> object:
    u, s, v = parts
    return ops.matmul(u * s**2, v)


def squared(a: np.ndarray) -> np.ndarray:
    u, s, v = np.linalg.svd(a, full_matrices=False)
    return (u * s**2) @ v


CASES = [
    OpCase("svd", lambda a: put_together(factors.linalg_svd(a, False)), squared, (TALL,), ("Svd",)),
    OpCase("svd wide", lambda a: put_together(factors.linalg_svd(a, False)), squared, (WIDE,), ()),
    OpCase("singular values", factors.svdvals, lambda a: np.linalg.svd(a)[1], (TALL,), ("Svd",)),
    OpCase(
        "eigenvectors",
        lambda a: factors.eigh(a + a.T).eigenvectors ** 2,
        lambda a: np.linalg.eigh(a + a.T)[1] ** 2,
        (SQUARE,),
        ("Eigh",),
    ),
    OpCase(
        "qr",
        lambda a: ops.cat(tuple(factors.qr(a))),
        lambda a: np.concatenate(np.linalg.qr(a)),
        (TALL,),
        ("Qr",),
    ),
    OpCase("pinv", factors.pinv, np.linalg.pinv, (TALL,), ("Pinv",)),
    OpCase("pinv wide", factors.pinv, np.linalg.pinv, (WIDE,), ("Pinv",)),
    OpCase("i0", bessel.i0, lambda x: integral(0, x), X, ("Bessel",)),
    OpCase("i1", bessel.i1, lambda x: integral(1, x), X, ("Bessel",)),
    OpCase("i1e", bessel.i1e, lambda x: integral(1, x) * np.exp(-np.abs(x)), X, ("Bessel",)),
    OpCase(
        "erfcx",
        special.erfcx,
        np.vectorize(lambda x: math.erfc(x) * math.exp(x * x)),
        X,
        ("Erfcx",),
    ),
]
