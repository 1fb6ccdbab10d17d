"""Recurrent and attention layers: shapes, derivatives, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import ConfigError, ShapeError


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_derivatives_agree_with_differences(kind: Any) -> None:
    layer = kind(2, 3, num_layers=2, bidirectional=True).double()
    x = tl.randn(3, 2, 2, dtype="float64", requires_grad=True)
    assert tl.gradcheck(lambda x: layer(x)[0], [x])
    assert tl.gradgradcheck(lambda x: layer(x)[0], [x])


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_a_single_sequence_is_a_batch_of_one(kind: Any) -> None:
    layer, x = kind(2, 3, batch_first=True), tl.randn(4, 2)
    out, _ = layer(x)
    batched, _ = layer(x.reshape(1, 4, 2))
    assert out.tolist() == batched[0].tolist()


@pytest.mark.parametrize(
    ("layer", "cell"), [(nn.RNN, nn.RNNCell), (nn.LSTM, nn.LSTMCell), (nn.GRU, nn.GRUCell)]
)
def test_a_layer_is_its_cell_step_by_step(layer: Any, cell: Any) -> None:
    whole, one, x = layer(2, 3), cell(2, 3), tl.randn(4, 5, 2)
    one.load_state_dict({k.removesuffix("_l0"): v for k, v in whole.state_dict().items()})
    state = None
    for t in range(4):
        state = one(x[t], state)
    last = state[0] if isinstance(state, tuple) else state
    np.testing.assert_allclose(whole(x)[0][3].tolist(), last.tolist(), rtol=1e-5)


def test_names_are_pytorchs() -> None:
    layer = nn.LSTM(2, 3, bidirectional=True, proj_size=2)
    assert list(layer.state_dict())[5:] == [
        "weight_ih_l0_reverse",
        "weight_hh_l0_reverse",
        "bias_ih_l0_reverse",
        "bias_hh_l0_reverse",
        "weight_hr_l0_reverse",
    ]
    assert repr(layer) == "LSTM(2, 3, proj_size=2, bidirectional=True)"


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"GRU: expected input \(T, N, 2\) or \(T, 2\)"):
        nn.GRU(2, 3)(tl.zeros(4, 5, 6))
    with pytest.raises(ShapeError, match=r"expected a state \(1, 5, 3\)"):
        nn.GRU(2, 3)(tl.zeros(4, 5, 2), tl.zeros(1, 4, 3))
    with pytest.raises(ConfigError, match="'tanh' or 'relu', got 'elu'"):
        nn.RNN(2, 3, nonlinearity="elu")
    with pytest.raises(ConfigError, match="divides 8, got 3"):
        nn.MultiheadAttention(8, 3)


def test_attention_looks_only_where_it_may() -> None:
    layer, x = nn.MultiheadAttention(4, 2, batch_first=True), tl.randn(2, 3, 4)
    hidden = tl.tensor(np.triu(np.ones((3, 3), bool), 1))
    _, weights = layer(x, x, x, attn_mask=hidden)
    assert not weights.array[:, np.triu(np.ones((3, 3), bool), 1)].any()
    np.testing.assert_allclose(weights.array.sum(-1), 1, rtol=1e-6)


def test_a_query_that_may_look_nowhere_gets_zeros() -> None:
    q, mask = tl.randn(2, 4, requires_grad=True), tl.tensor([[True, True], [False, False]])
    out = nn.functional.scaled_dot_product_attention(q, q, q, mask)
    out.sum().backward()
    assert out[1].tolist() == [0.0] * 4
    assert np.isfinite(q.grad.array).all()


def test_an_error_names_the_layer_once() -> None:
    with pytest.raises(ShapeError, match=r"^LSTM: expected input"):
        nn.LSTM(3, 4)(tl.ones(2, 5))
