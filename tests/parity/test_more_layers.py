"""Decoders, bags of rows, packed sequences and the older layers beside PyTorch's."""

from __future__ import annotations

import warnings
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
    flat,
    ours,
    pull,
    same_gradients,
    same_layer,
    same_results,
    theirs,
)

LIBRARIES = (nn, ours), (torch.nn, theirs)


def case_name(options: dict[str, Any]) -> str:
    return ",".join(f"{k}={v}" for k, v in options.items()) or "plain"


# --- decoders -------------------------------------------------------------------------------------

DECODERS: list[dict[str, Any]] = [
    {},
    {"norm_first": True, "batch_first": True},
    {"activation": "gelu"},
    {"bias": False},
]


@pytest.mark.parametrize("options", DECODERS, ids=case_name)
def test_the_decoder(options: dict[str, Any]) -> None:
    one = nn.TransformerDecoderLayer(8, 2, 16, 0.0, **options)
    two = torch.nn.TransformerDecoderLayer(8, 2, 16, 0.0, **options)
    first = "batch_first" in options
    tgt, memory = (draw(2, 3, 8), draw(2, 4, 8)) if first else (draw(3, 2, 8), draw(4, 2, 8))
    same_layer(one, two, tgt, memory, train=True)
    masks = {
        "tgt_mask": np.triu(np.ones((3, 3), bool), 1),
        "memory_mask": draw(3, 4),
        "tgt_key_padding_mask": np.array([[False, False, True], [False, False, False]]),
        "memory_key_padding_mask": np.array([[False, True, False, False], [False] * 3 + [True]]),
    }
    if not first:  # a mask of booleans beside one of numbers is deprecated in PyTorch
        masks["memory_key_padding_mask"] = np.where(masks["memory_key_padding_mask"], -np.inf, 0.0)
    for names in ("tgt_mask", "memory_mask"), ("tgt_key_padding_mask",), tuple(masks)[3:]:
        same_layer(one, two, tgt, memory, train=True, **{n: masks[n] for n in names})
    mine = nn.TransformerDecoder(one, 2, nn.LayerNorm(8))
    other = torch.nn.TransformerDecoder(two, 2, torch.nn.LayerNorm(8))
    same_layer(mine, other, tgt, memory, train=True, tgt_mask=masks["tgt_mask"])


@pytest.mark.parametrize("options", DECODERS, ids=case_name)
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_encoder_and_decoder(options: dict[str, Any]) -> None:
    sizes = 8, 2, 1, 2, 16, 0.0
    one, two = nn.Transformer(*sizes, **options), torch.nn.Transformer(*sizes, **options)
    order = (1, 0, 2) if "batch_first" in options else (0, 1, 2)
    src, tgt = draw(4, 2, 8).transpose(order), draw(3, 2, 8).transpose(order)
    mask = one.generate_square_subsequent_mask(3)
    same_results(mask, two.generate_square_subsequent_mask(3))
    mask = mask.numpy().astype(float)
    same_layer(one, two, src, tgt, train=True, tgt_mask=mask)
    same_layer(one, two, src[:, 0] if "batch_first" not in options else src[0],
               tgt[:, 0] if "batch_first" not in options else tgt[0], train=True)  # fmt: skip
    for library, wrap in LIBRARIES:
        model = library.Transformer(*sizes).double()
        for shapes in ((4, 2, 8), (3, 1, 8)), ((4, 2, 8), (3, 2, 6)), ((4, 2, 8), (3, 8)):
            with pytest.raises(RuntimeError):
                model(*(wrap(draw(*shape)) for shape in shapes))


# --- bags -----------------------------------------------------------------------------------------

NUMBERS, OFFSETS = np.array([1, 2, 4, 5, 4, 3, 2, 9, 4]), np.array([0, 4, 4, 6])
BAGS: list[dict[str, Any]] = [
    {},
    {"padding_idx": 4},
    {"padding_idx": -6},
    {"max_norm": 1.0},
    {"max_norm": 0.5, "norm_type": 1.0},
]


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("options", BAGS, ids=case_name)
def test_bags(mode: str, options: dict[str, Any]) -> None:
    last = np.append(OFFSETS, len(NUMBERS))
    for inputs, more in (
        ((NUMBERS, OFFSETS), {}),
        ((NUMBERS.reshape(3, 3),), {}),
        ((NUMBERS, last), {"include_last_offset": True}),
        ((NUMBERS.astype(np.int32), OFFSETS.astype(np.int32)), {}),
        ((NUMBERS[:4], np.array([0, 0, 4])), {}),
        ((np.array([4, 4, 1]), np.array([0, 2])), {}),
    ):
        given = {"mode": mode, **options, **more}
        same_layer(nn.EmbeddingBag(10, 3, **given), torch.nn.EmbeddingBag(10, 3, **given), *inputs)


@pytest.mark.parametrize("options", [{}, {"padding_idx": 4}], ids=str)
def test_weighted_bags(options: dict[str, Any]) -> None:
    for shape in ((9,), (3, 3)):
        table, factors = draw(10, 3), draw(*shape)
        bags = NUMBERS.reshape(shape), OFFSETS if len(shape) == 1 else None
        a, b = ours((table, factors)), theirs((table, factors))
        results = []
        for module, wrap, (weight, each) in ((F, ours, a), (torch.nn.functional, theirs, b)):
            out = module.embedding_bag(
                wrap(bags[0]), weight, wrap(bags[1]), mode="sum", per_sample_weights=each, **options
            )
            pull(out)
            results.append(out)
        same_results(*results)
        same_gradients(list(a), list(b))


def test_gradients_of_bags_are_divided_by_how_often_a_row_is_taken() -> None:
    table = tl.ones(10, 1, requires_grad=True)  # PyTorch divides by the counts of other rows here
    bags = tl.tensor(NUMBERS), table, tl.tensor(OFFSETS)
    F.embedding_bag(*bags, mode="sum", scale_grad_by_freq=True).sum().backward()
    assert table.grad.flatten().tolist() == pytest.approx([float(n in NUMBERS) for n in range(10)])


@pytest.mark.parametrize(
    ("input", "options"),
    [
        (NUMBERS, {}),
        (NUMBERS.reshape(3, 3), {"offsets": OFFSETS}),
        (NUMBERS.reshape(3, 3, 1), {}),
        (NUMBERS, {"offsets": OFFSETS + 1}),
        (NUMBERS, {"offsets": OFFSETS * 3}),
        (NUMBERS, {"offsets": OFFSETS, "mode": "prod"}),
        (NUMBERS, {"offsets": OFFSETS, "per_sample_weights": draw(9)}),
        (NUMBERS, {"offsets": OFFSETS, "per_sample_weights": draw(8), "mode": "sum"}),
        (NUMBERS, {"offsets": OFFSETS, "scale_grad_by_freq": True, "mode": "max"}),
        (NUMBERS, {"offsets": OFFSETS.reshape(2, 2)}),
        (NUMBERS + 5, {"offsets": OFFSETS}),
        (NUMBERS, {"offsets": OFFSETS, "padding_idx": 10}),
        (NUMBERS, {"offsets": OFFSETS.astype(float)}),
    ],
    ids=str,
)
def test_bags_that_are_refused(input: np.ndarray, options: dict[str, Any]) -> None:
    for module, wrap in ((F, ours), (torch.nn.functional, theirs)):
        with pytest.raises((RuntimeError, ValueError)):
            given = {k: wrap(v) for k, v in options.items()}
            module.embedding_bag(wrap(input), wrap(draw(10, 3)), **given)


def test_bags_of_a_table_that_is_there() -> None:
    table = draw(5, 2)
    one = nn.EmbeddingBag.from_pretrained(tl.tensor(table), mode="sum")
    two = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(table), mode="sum")
    assert not one.weight.requires_grad
    same_layer(one, two, np.array([[0, 4], [2, 2]]))
    assert nn.EmbeddingBag(4, 2, padding_idx=1).weight[1].tolist() == [0, 0]


# --- packed sequences -----------------------------------------------------------------------------

LENGTHS = [[5, 3, 3, 1], [5, 5, 5, 5], [4, 2, 1, 1], [2, 4, 1, 3]]


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("first", [True, False])
def test_packing(lengths: list[int], first: bool) -> None:
    sorted_ = lengths == sorted(lengths, reverse=True)
    array = draw(4, 5, 2) if first else draw(5, 4, 2)
    results, inputs = [], []
    for library, wrap in LIBRARIES:
        rnn, x = library.utils.rnn, wrap(array)
        packed = rnn.pack_padded_sequence(x, lengths, first, enforce_sorted=sorted_)
        padded = rnn.pad_packed_sequence(packed, first, -2.0, total_length=7)
        other = rnn.pad_packed_sequence(packed, batch_first=not first)
        again = rnn.pack_sequence(rnn.unpack_sequence(packed), enforce_sorted=sorted_)
        parts = [*packed, *padded, *other, *again]
        pull([padded[0], other[0], again.data, packed.data])
        inputs.append([x])
        results.append(parts)
    same_results(*results)
    same_gradients(*inputs)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize(
    "options", [{}, {"bidirectional": True, "num_layers": 2}, {"batch_first": True}], ids=case_name
)
@pytest.mark.parametrize("started", [True, False])
def test_packed_recurrent_layers(
    kind: str, lengths: list[int], options: dict[str, Any], started: bool
) -> None:
    count = 4 if options.get("bidirectional") else 1
    results, inputs, weights = [], [], {}
    for library, wrap in reversed(LIBRARIES):
        layer = getattr(library, kind)(2, 3, **options).double()
        weights = weights or {k: v.numpy() for k, v in layer.state_dict().items()}
        if library is nn:
            layer.load_state_dict(weights)
        x, hx = wrap(draw(5, 4, 2)), wrap(draw(count, 4, 3))
        packed = library.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        assert type(packed).__name__ == "PackedSequence"
        state = (hx, hx * 0.5) if kind == "LSTM" else hx
        out, end = layer(packed, state) if started else layer(packed)
        assert isinstance(out, library.utils.rnn.PackedSequence)
        results.append([*out, end])
        pull([out.data, end])
        inputs.append([x, *([hx] if started else []), *layer.parameters()])
    same_results(*reversed(results))
    same_gradients(*reversed(inputs))


def test_projected_packed_memory() -> None:
    results, weights = [], {}
    for library, wrap in reversed(LIBRARIES):
        layer = library.LSTM(2, 4, proj_size=3, bidirectional=True).double()
        weights = weights or {k: v.numpy() for k, v in layer.state_dict().items()}
        layer.load_state_dict(weights) if library is nn else None
        packed = library.utils.rnn.pack_padded_sequence(wrap(draw(5, 4, 2)), LENGTHS[0])
        results.append(layer(packed))
    same_results(*(flat(tuple(out)) + flat(end) for out, end in reversed(results)))


@pytest.mark.parametrize("lengths", [[3, 5, 1, 1], [3, 2, 1], [3, 2, 1, 0], [6, 2, 1, 1]], ids=str)
def test_lengths_that_are_refused(lengths: list[int]) -> None:
    for library, wrap in LIBRARIES:
        with pytest.raises(RuntimeError):
            packed = library.utils.rnn.pack_padded_sequence(wrap(draw(5, 4, 2)), lengths)
            if max(lengths) > 5:  # PyTorch notices nothing
                raise RuntimeError(packed)
        rnn = library.utils.rnn
        with pytest.raises(ValueError):
            packed = rnn.pack_padded_sequence(wrap(draw(5, 4, 2)), LENGTHS[0])
            rnn.pad_packed_sequence(packed, total_length=4)


def test_packed_sequences_are_cast() -> None:
    for library, wrap in LIBRARIES:
        rnn = library.utils.rnn
        packed = rnn.pack_padded_sequence(wrap(draw(5, 4, 2)), LENGTHS[3], enforce_sorted=False)
        assert str(packed.float().data.dtype).endswith("float32")
        assert packed.double() is packed.cpu() is packed
        assert not packed.is_cuda
        assert packed._replace(data=packed.data).unsorted_indices is packed.unsorted_indices
        made = rnn.PackedSequence(packed.data, packed.batch_sizes, packed.sorted_indices)
        assert made.unsorted_indices.tolist() == packed.unsorted_indices.tolist()


# --- older layers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9])
def test_neighbours_across_maps(size: int) -> None:
    settings = {"alpha": 0.3, "beta": 0.6, "k": 2}
    one, two = nn.CrossMapLRN2d(size, **settings), torch.nn.CrossMapLRN2d(size, **settings)
    same_results(one(ours(draw(2, 6, 3, 4))), two(theirs(draw(2, 6, 3, 4))))
    assert repr(one) == repr(two)
    for layer, wrap in ((one, ours), (two, theirs)):
        with pytest.raises(ValueError):
            layer(wrap(draw(6, 3, 4)))


def test_old_names() -> None:
    scores, classes = draw(2, 3, 4, 5), np.random.default_rng(0).integers(0, 3, (2, 4, 5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same_layer(nn.NLLLoss2d(), torch.nn.NLLLoss2d(), scores, classes)
    with pytest.warns(FutureWarning):
        nn.NLLLoss2d()
    assert issubclass(nn.GRUCell, nn.RNNCellBase)


def test_bfloat16_is_refused() -> None:
    with pytest.raises(tl.errors.DTypeError, match="float32"):
        nn.Linear(1, 1).bfloat16()


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_pooling_with_places(dims: int) -> None:
    x = draw(2, 3, *(6,) * dims)
    for name, given in ((f"max_pool{dims}d", (3, 2, 1)), (f"adaptive_max_pool{dims}d", (4,))):
        mine = getattr(F, f"{name}_with_indices")(ours(x), *given)
        other = getattr(torch.nn.functional, f"{name}_with_indices")(theirs(x), *given)
        same_results(mine, other)
