"""Tensors out of numbers, sizes and chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.errors import TensorliteError


@pytest.mark.parametrize(
    ("made", "values", "dtype"),
    [
        (lambda: tl.zeros(2), [0, 0], "float32"),
        (lambda: tl.ones(size=(2,), dtype=tl.int64), [1, 1], "int64"),
        (lambda: tl.empty(2), [0, 0], "float32"),
        (lambda: tl.full((2,), True), [True, True], "bool"),
        (lambda: tl.full((1,), tl.tensor(2)), [2], "int64"),
        (lambda: tl.full_like(tl.arange(2), 7.9), [7, 7], "int64"),
        (lambda: tl.empty_like(tl.ones(1), dtype=tl.float64), [0], "float64"),
        (lambda: tl.eye(2), [[1, 0], [0, 1]], "float32"),
        (lambda: tl.arange(5, 0, -2), [5, 3, 1], "int64"),
        (lambda: tl.arange(tl.tensor(1.5)), [0, 1], "float32"),
        (lambda: tl.linspace(0, 10, 5, dtype=tl.int64), [0, 2, 5, 7, 10], "int64"),
        (lambda: tl.logspace(0, 2, 3, base=2), [1, 2, 4], "float32"),
        (lambda: tl.meshgrid(tl.arange(2), tl.arange(1), indexing="xy")[0], [[0, 1]], "int64"),
        (lambda: tl.Tensor([1, 2]), [1, 2], "float32"),
        (lambda: tl.LongTensor(2), [0, 0], "int64"),
        (lambda: tl.asarray([1, 2], dtype=tl.uint8, copy=True), [1, 2], "uint8"),
        (lambda: tl.tensor(np.ones(1, ">f8")), [1], "float64"),
        (lambda: tl.randint(4, 5, (2,)), [4, 4], "int64"),
        (lambda: tl.randint_like(tl.ones(2), 1), [0, 0], "float32"),
        (lambda: tl.bernoulli(tl.tensor([0.0, 1.0])), [0, 1], "float32"),
        (lambda: tl.normal(tl.arange(2).float(), 0.0), [0, 1], "float32"),
        (lambda: tl.multinomial([[0.0, 1.0], [2.0, 0.0]], 2, replacement=True),
         [[1, 1], [0, 0]], "int64"),
        (lambda: tl.ones(2).long().new_full((1,), 3), [3], "int64"),
        (lambda: tl.zeros(2).uniform_(to=1.0, **{"from": 1.0}), [1, 1], "float32"),
        (lambda: tl.zeros(2, dtype=tl.bool).random_(), None, "bool"),
        (lambda: tl.zeros(2).random_(), None, "float32"),
        (lambda: tl.zeros(2).bernoulli_(tl.tensor([0.0, 1.0])), [0, 1], "float32"),
    ],
)  # fmt: skip
def test_creation(made: Any, values: Any, dtype: str) -> None:
    result = made()
    assert result.dtype == dtype
    assert values is None or result.tolist() == values


def test_draws_have_the_distribution_they_say() -> None:
    tl.manual_seed(1)
    assert tl.normal(3.0, 2.0, (20_000,)).mean().item() == pytest.approx(3, abs=0.1)
    assert tl.zeros(20_000).exponential_(2.0).mean().item() == pytest.approx(0.5, abs=0.02)
    assert tl.zeros(20_000).uniform_(-1, 3).mean().item() == pytest.approx(1, abs=0.1)
    drawn = tl.multinomial(tl.tensor([1.0, 3.0]), 20_000, replacement=True)
    assert drawn.float().mean().item() == pytest.approx(0.75, abs=0.02)
    firsts = [tl.multinomial([1.0, 3.0, 0.0], 2).tolist()[0] for _ in range(2000)]
    assert np.mean(firsts) == pytest.approx(0.75, abs=0.05)


def test_a_state_brings_the_same_numbers_back() -> None:
    state = tl.get_rng_state()
    first = tl.rand(3)
    tl.set_rng_state(state)
    assert tl.equal(first, tl.rand(3))
    own = tl.Generator(device="cpu").manual_seed(-5)
    assert own.initial_seed() == -5
    assert tl.equal(tl.randperm(9, generator=own), tl.randperm(9, generator=own.manual_seed(-5)))
    assert own.seed() == own.initial_seed()


def test_the_default_type_is_what_numbers_get() -> None:
    tl.set_default_dtype(tl.float64)
    try:
        made = [tl.ones(1), tl.tensor(1.0), tl.arange(2) / 2, tl.rand(1), tl.Tensor([1])]
        assert {x.dtype for x in made} == {tl.get_default_dtype()} == {tl.float64}
    finally:
        tl.set_default_dtype(tl.float32)
    assert tl.ones(1).dtype is tl.float32


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda: tl.zeros(2, device="cuda"), "expected the device 'cpu', got the device 'cuda'"),
        (lambda: tl.device("mps"), "leave the device out"),
        (lambda: tl.ones(1).cuda(), "cuda: expected the device"),
        (lambda: tl.arange(0, 5, -1), "steps towards 5"),
        (lambda: tl.randint(3, 3, (1,)), "low < high"),
        (lambda: tl.multinomial([1.0, 0.0], 2), "at most 1 samples, got 2"),
        (lambda: tl.bernoulli([1.5]), "probabilities from 0 to 1"),
        (lambda: tl.normal(0.0, -1.0, (1,)), "deviation of 0 or more"),
        (lambda: tl.meshgrid(tl.ones(1), indexing="no"), "'ij' or 'xy'"),
        (lambda: tl.from_numpy(np.ones(1, ">f4")), "byte order"),
        (lambda: tl.ones(1, requires_grad=True).normal_(), "outside the graph"),
        (lambda: tl.set_default_dtype("int64"), "floating point type, got int64"),
        (lambda: tl.arange(2) // 0, "floor_divide: expected integers other than 0"),
        (lambda: tl.ones(1) & True, "Use x.long"),
        (lambda: tl.clamp(tl.ones(1)), "Pass min= or max="),
    ],
)
def test_mistakes_get_a_sentence(mistake: Any, words: str) -> None:
    with pytest.raises(TensorliteError, match=words):
        mistake()


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="'colour'"):
        tl.zeros(1, colour=1)
