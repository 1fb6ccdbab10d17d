"""Recurrent and attention layers beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

import tensorlite as tl  # noqa: E402
import tensorlite.nn.functional as F  # noqa: E402
from tensorlite import nn  # noqa: E402
from tests.parity.layers import (  # noqa: E402
    draw,
    ours,
    pull,
    same_gradients,
    same_layer,
    same_results,
    theirs,
)

OPTIONS: list[dict[str, Any]] = [
    {},
    {"num_layers": 2},
    {"bidirectional": True},
    {"num_layers": 3, "bidirectional": True, "batch_first": True},
    {"bias": False},
    {"dropout": 0.3, "num_layers": 2},
]


def case_name(options: dict[str, Any]) -> str:
    return ",".join(f"{k}={v}" for k, v in options.items()) or "plain"


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("options", OPTIONS, ids=case_name)
@pytest.mark.parametrize("batched", [True, False])
def test_recurrent_layers(kind: str, options: dict[str, Any], batched: bool) -> None:
    mine, other = getattr(nn, kind)(3, 4, **options), getattr(torch.nn, kind)(3, 4, **options)
    shape = (5, 2, 3) if batched else (5, 3)
    same_layer(mine, other, draw(*shape))
    count = options.get("num_layers", 1) * (1 + options.get("bidirectional", False))
    batch = 5 if options.get("batch_first") else 2
    state = draw(*((count, batch, 4) if batched else (count, 4)))
    hx = (state, state * 0.5) if kind == "LSTM" else state
    mine, other = getattr(nn, kind)(3, 4, **options), getattr(torch.nn, kind)(3, 4, **options)
    same_layer(mine, other, draw(*shape), hx)


def test_other_recurrent_settings() -> None:
    x = draw(5, 2, 3)
    same_layer(nn.RNN(3, 4, nonlinearity="relu"), torch.nn.RNN(3, 4, nonlinearity="relu"), x)
    options = {"proj_size": 2, "num_layers": 2, "bidirectional": True}
    same_layer(nn.LSTM(3, 4, **options), torch.nn.LSTM(3, 4, **options), x)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("options", [{}, {"bias": False}], ids=case_name)
def test_cells(kind: str, options: dict[str, Any]) -> None:
    for shape in ((2,), ()):
        state: Any = draw(*shape, 4)
        state = (state, state * 0.5) if kind == "LSTMCell" else state
        for given in ((), (state,)):
            mine = getattr(nn, kind)(3, 4, **options)
            other = getattr(torch.nn, kind)(3, 4, **options)
            same_layer(mine, other, draw(*shape, 3), *given)


@pytest.mark.parametrize(
    ("arguments", "inputs"),
    [
        ((3, 4), ((5, 2, 4),)),
        ((3, 4), ((5, 3), (2, 4))),
        ((3, 4), ((5, 2, 3), (1, 3, 4))),
        ((0, 4), ((5, 2, 3),)),
    ],
)
@pytest.mark.parametrize("kind", ["RNN", "GRU"])
def test_what_recurrent_layers_refuse(kind: str, arguments: Any, inputs: Any) -> None:
    arrays = [draw(*shape) for shape in inputs]
    for library, wrap in ((torch.nn, theirs), (nn, ours)):
        with pytest.raises((RuntimeError, ValueError)):
            layer = getattr(library, kind)(*arguments if arguments[0] else (3, 0)).double()
            layer(*(wrap(a) for a in arrays))


ATTENTION: list[dict[str, Any]] = [
    {},
    {"batch_first": True},
    {"bias": False},
    {"kdim": 3, "vdim": 5},
    {"add_bias_kv": True},
    {"add_zero_attn": True},
    {"add_bias_kv": True, "add_zero_attn": True, "batch_first": True},
]


@pytest.mark.parametrize("options", ATTENTION, ids=case_name)
def test_multi_head_attention(options: dict[str, Any]) -> None:
    kdim, vdim = options.get("kdim", 8), options.get("vdim", 8)
    batch, steps, keys = 2, 3, 4
    first = options.get("batch_first", False)

    def shaped(n: int, width: int) -> np.ndarray:
        return draw(batch, n, width) if first else draw(n, batch, width)

    padding = np.array([[False, False, True, False], [True, False, False, False]])
    mask = np.triu(np.ones((steps, keys), bool), 2)
    many = np.broadcast_to(mask, (batch * 2, steps, keys)).copy()
    for extra in (
        {},
        {"need_weights": False},
        {"average_attn_weights": False},
        {"key_padding_mask": padding},
        {"attn_mask": mask},
        {"attn_mask": many},
        {"attn_mask": draw(steps, keys)},
        {"attn_mask": mask, "key_padding_mask": padding},
    ):
        mine = nn.MultiheadAttention(8, 2, **options)
        other = torch.nn.MultiheadAttention(8, 2, **options)
        inputs = shaped(steps, 8), shaped(keys, kdim), shaped(keys, vdim)
        same_layer(mine, other, *inputs, train=True, **extra)


def test_attention_without_a_batch() -> None:
    mine, other = nn.MultiheadAttention(8, 2), torch.nn.MultiheadAttention(8, 2)
    same_layer(mine, other, draw(3, 8), draw(4, 8), draw(4, 8), train=True)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"is_causal": True},
        {"scale": 0.3},
        {"attn_mask": np.array([[True, False, True, True, False]] * 3)},
        {"attn_mask": np.array([[False] * 5, [True] * 5, [False, True] * 2 + [True]])},
        {"attn_mask": draw(3, 5)},
        {"attn_mask": draw(4, 1, 3, 5)},
    ],
    ids=str,
)
def test_scaled_dot_product_attention(options: dict[str, Any]) -> None:
    inputs = draw(4, 2, 3, 6), draw(4, 2, 5, 6, seed=1), draw(4, 2, 5, 7, seed=2)
    a, b = ours(inputs), theirs(inputs)
    mine = F.scaled_dot_product_attention(*a, **{k: ours(v) for k, v in options.items()})
    plain = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    other = torch.nn.functional.scaled_dot_product_attention(*b, **plain)
    same_results(mine, other)
    pull(mine), pull(other)
    same_gradients(list(a), list(b))


def test_grouped_queries() -> None:
    inputs = draw(2, 6, 3, 4), draw(2, 2, 5, 4), draw(2, 2, 5, 4, seed=1)
    mine = F.scaled_dot_product_attention(*ours(inputs), enable_gqa=True)
    other = torch.nn.functional.scaled_dot_product_attention(*theirs(inputs), enable_gqa=True)
    same_results(mine, other)


@pytest.mark.skipif(not hasattr(nn, "LayerNorm"), reason="needs LayerNorm")
@pytest.mark.parametrize(
    "options",
    [{}, {"norm_first": True, "batch_first": True}, {"activation": "gelu"}, {"bias": False}],
    ids=case_name,
)
def test_the_encoder(options: dict[str, Any]) -> None:
    one = nn.TransformerEncoderLayer(8, 2, 16, 0.0, **options)
    two = torch.nn.TransformerEncoderLayer(8, 2, 16, 0.0, **options)
    same_layer(one, two, draw(3, 2, 8), train=True)
    mask = np.triu(np.ones((2 if "batch_first" in options else 3,) * 2, bool), 1)
    mine = nn.TransformerEncoder(one, 2, nn.LayerNorm(8))
    other = torch.nn.TransformerEncoder(two, 2, torch.nn.LayerNorm(8), enable_nested_tensor=False)
    same_layer(mine, other, draw(3, 2, 8), mask, train=True)
    assert tl.is_grad_enabled()
