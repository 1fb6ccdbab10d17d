"""Local response normalisation in one pass beside the same from plain ops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import ops
from tensorlite.ops.local_response_norm import LocalResponse, SumOfNeighbours

SETTINGS: Any = 4, 0.7, 0.75, 1.5


def plain(x: Any) -> Any:
    size, alpha, beta, k = SETTINGS
    squares = SumOfNeighbours.apply(x * x, size // 2, (size - 1) // 2)
    return x / (squares * (alpha / size) + k) ** beta


@pytest.mark.parametrize("shape", [(4, 12, 16, 16), (3, 5, 1200), (2, 3, 8, 16, 16)])
def test_large_inputs_give_what_plain_ops_give(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x, y = (tl.tensor(rng.standard_normal(shape), requires_grad=True) for _ in range(2))
    y.data = x.data
    weight = tl.tensor(rng.standard_normal(shape))
    (ops.local_response_norm(x, *SETTINGS) * weight).sum().backward()
    (plain(y) * weight).sum().backward()
    assert x.grad is not None
    assert y.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_first_and_second_derivatives_are_right() -> None:
    x = tl.tensor(np.random.default_rng(0).standard_normal((2, 6, 2, 2)), requires_grad=True)
    assert tl.autograd.gradcheck(lambda x: LocalResponse.apply(x, *SETTINGS), (x,))
    assert tl.autograd.gradgradcheck(lambda x: LocalResponse.apply(x, *SETTINGS), (x,))
