"""Layers without a file of their own beside PyTorch's: activations, padding, reshaping, tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

import tensorlite as tl  # noqa: E402
import tensorlite.nn.functional as F  # noqa: E402
from tensorlite import nn, ops  # noqa: E402
from tests.parity.layers import draw, ours, pull, same_gradients, same_layer, theirs  # noqa: E402

ONE, TWO, FOUR = (7,), (2, 5), (2, 3, 4, 4)
ACTIVATIONS: list[tuple[str, list[tuple[Any, ...]]]] = [
    ("ReLU", [(), (True,)]),
    ("ReLU6", [(), (True,)]),
    ("LeakyReLU", [(), (0.3,), (0.3, True)]),
    ("PReLU", [(), (1, 0.5)]),
    ("RReLU", [(), (0.1, 0.4)]),
    ("ELU", [(), (0.7,), (0.7, True)]),
    ("SELU", [(), (True,)]),
    ("CELU", [(), (0.7,)]),
    ("GELU", [(), ("tanh",)]),
    ("SiLU", [(), (True,)]),
    ("Mish", [()]),
    ("Sigmoid", [()]),
    ("Tanh", [()]),
    ("Softplus", [(), (2.0, 1.0)]),
    ("Softsign", [()]),
    ("Hardtanh", [(), (-0.5, 0.7), (-2, 2, True)]),
    ("Hardsigmoid", [(), (True,)]),
    ("Hardswish", [()]),
    ("Hardshrink", [(), (0.3,)]),
    ("Softshrink", [(), (0.3,)]),
    ("Tanhshrink", [()]),
    ("Threshold", [(0.1, 20), (0.1, 20, True)]),
    ("LogSigmoid", [()]),
    ("Softmax", [(0,), (-1,)]),
    ("LogSoftmax", [(0,), (-1,)]),
    ("Softmin", [(0,), (-1,)]),
]


@pytest.mark.parametrize(("name", "settings"), ACTIVATIONS, ids=lambda value: str(value))
def test_activations(name: str, settings: list[tuple[Any, ...]]) -> None:
    function = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "LogSigmoid": "logsigmoid"}
    needed = function.get(name, name.lower().replace("leakyrelu", "leaky_relu"))
    if not hasattr(ops, needed):
        pytest.skip(f"needs ops.{needed}")
    for arguments in settings:
        for shape in (ONE, TWO, FOUR):
            mine, other = getattr(nn, name)(*arguments), getattr(torch.nn, name)(*arguments)
            assert repr(mine) == repr(other)
            if getattr(other, "inplace", False):  # PyTorch cannot change a leaf in place
                continue
            same_layer(mine, other, draw(*shape) * 3)


CASES: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[int, ...]]] = [
    ("PReLU", (3,), {}, FOUR),
    ("Softmax2d", (), {}, FOUR),
    ("Softmax2d", (), {}, (3, 4, 4)),
    ("GLU", (), {}, FOUR),
    ("GLU", (0,), {}, FOUR),
    ("Identity", (3,), {"unused": 1}, TWO),
    ("Linear", (5, 3), {}, TWO),
    ("Linear", (5, 3), {"bias": False}, (5,)),
    ("Linear", (4, 3), {}, FOUR),
    ("Flatten", (), {}, FOUR),
    ("Flatten", (0, 2), {}, FOUR),
    ("Unflatten", (1, (3, 1)), {}, FOUR),
    ("Unflatten", (-1, (2, -1)), {}, FOUR),
    ("PixelShuffle", (2,), {}, (2, 8, 3, 3)),
    ("PixelUnshuffle", (2,), {}, FOUR),
    ("ChannelShuffle", (3,), {}, (2, 6, 4, 4)),
    ("Unfold", (2,), {}, FOUR),
    ("Unfold", ((2, 3),), {"padding": 1, "stride": 2, "dilation": 1}, FOUR),
    ("Fold", ((4, 5), (2, 2)), {}, (2, 12, 12)),
    ("Dropout", (), {}, TWO),
    ("Dropout", (0.2, True), {}, TWO),
    ("Dropout1d", (), {}, (2, 3, 4)),
    ("Dropout2d", (0.2,), {}, FOUR),
    ("Dropout3d", (0.2,), {}, (2, 3, 4, 4, 4)),
    ("AlphaDropout", (0.2,), {}, FOUR),
    ("FeatureAlphaDropout", (), {}, FOUR),
    ("ZeroPad1d", (2,), {}, (2, 3, 4)),
    ("ZeroPad2d", ((1, 2, 0, 1),), {}, FOUR),
    ("ZeroPad2d", (-1,), {}, FOUR),
    ("ZeroPad3d", (1,), {}, (1, 2, 3, 3, 3)),
    ("ConstantPad1d", (2, 3.5), {}, (2, 3, 4)),
    ("ConstantPad2d", ((1, 2, 0, 1), -1), {}, FOUR),
    ("ConstantPad3d", (1, 3.5), {}, (1, 2, 3, 3, 3)),
    ("ReflectionPad1d", (2,), {}, (2, 3, 4)),
    ("ReflectionPad2d", ((1, 2, 0, 1),), {}, FOUR),
    ("ReflectionPad2d", (2,), {}, (3, 4, 4)),
    ("ReflectionPad3d", (1,), {}, (1, 2, 3, 3, 3)),
    ("ReplicationPad1d", ((2, 0),), {}, (2, 3, 4)),
    ("ReplicationPad2d", (3,), {}, FOUR),
    ("ReplicationPad3d", (1,), {}, (1, 2, 3, 3, 3)),
    ("CircularPad1d", ((2, 1),), {}, (2, 3, 4)),
    ("CircularPad2d", (2,), {}, FOUR),
    ("CircularPad3d", (1,), {}, (1, 2, 3, 3, 3)),
    ("Upsample", (), {"scale_factor": 2}, FOUR),
    ("Upsample", ((3, 7),), {}, FOUR),
    ("Upsample", (), {"scale_factor": (1.5, 2), "mode": "bilinear"}, FOUR),
    ("Upsample", (), {"size": 9, "mode": "bicubic", "align_corners": True}, FOUR),
    ("Upsample", (5,), {"mode": "linear"}, (2, 3, 4)),
    ("UpsamplingNearest2d", (), {"scale_factor": 3}, FOUR),
    ("UpsamplingBilinear2d", ((7, 5),), {}, FOUR),
]
NEEDS = {"Softmax2d": "softmax", "Unflatten": "unflatten", "Upsample": "interpolate"}
NEEDS |= {"UpsamplingNearest2d": "interpolate", "UpsamplingBilinear2d": "interpolate"}


@pytest.mark.parametrize(("name", "arguments", "options", "shape"), CASES, ids=str)
def test_layers(name: str, arguments: Any, options: dict[str, Any], shape: Any) -> None:
    if not hasattr(ops, NEEDS.get(name, name.lower() if name in ("GLU", "PReLU") else "relu")):
        pytest.skip("needs an op that is not there")
    mine = getattr(nn, name)(*arguments, **options)
    other = getattr(torch.nn, name)(*arguments, **options)
    same_layer(mine, other, draw(*shape))


def test_layers_of_two_inputs() -> None:
    for arguments in ((3, 4, 5), (3, 4, 5, False)):
        for shape in ((), (2,), (2, 6)):
            mine, other = nn.Bilinear(*arguments), torch.nn.Bilinear(*arguments)
            same_layer(mine, other, draw(*shape, 3), draw(*shape, 4))
    x, y = draw(4, 5), draw(4, 5, seed=1)
    for options in ({}, {"dim": 0}, {"dim": -1, "eps": 2.0}):
        same_layer(nn.CosineSimilarity(**options), torch.nn.CosineSimilarity(**options), x, y)
    for options in ({}, {"p": 1}, {"p": 3.0, "keepdim": True}, {"p": np.inf}, {"eps": 0.1}):
        same_layer(nn.PairwiseDistance(**options), torch.nn.PairwiseDistance(**options), x, y)
    same_layer(nn.PairwiseDistance(), torch.nn.PairwiseDistance(), x[0], y[0])


def test_vectors_of_length_zero() -> None:
    x, y = draw(3, 4), draw(3, 4, seed=1)
    x[0] = 0
    for name in ("cosine_similarity", "pairwise_distance"):
        for pair in ((x, y), (x, x * 1.0), (x, y[:1])):
            a, b = ours(pair), theirs(pair)
            mine, other = getattr(F, name)(*a), getattr(torch.nn.functional, name)(*b)
            np.testing.assert_allclose(mine.detach().array, other.detach().numpy(), rtol=1e-7)
            pull(mine), pull(other)
            same_gradients(list(a), list(b))


EMBEDDINGS: list[dict[str, Any]] = [
    {},
    {"padding_idx": 1},
    {"padding_idx": -2},
    {"scale_grad_by_freq": True},
    {"scale_grad_by_freq": True, "padding_idx": 0},
    {"max_norm": 1.0},
    {"max_norm": 1.0, "norm_type": 1.0},
]


@pytest.mark.parametrize("options", EMBEDDINGS, ids=str)
def test_embedding(options: dict[str, Any]) -> None:
    for numbers in (np.array([[1, 1, 0], [3, 1, 4]]), np.array(2), np.zeros((0, 3), np.int64)):
        mine, other = nn.Embedding(5, 3, **options), torch.nn.Embedding(5, 3, **options)
        if "padding_idx" in options:
            assert not mine.weight[mine.padding_idx].detach().array.any()
        same_layer(mine, other, numbers)
        np.testing.assert_allclose(mine.weight.array, other.weight.detach().numpy(), rtol=1e-6)


def test_pretrained_embeddings() -> None:
    table = draw(4, 3)
    mine = nn.Embedding.from_pretrained(ours(table), padding_idx=1)
    other = torch.nn.Embedding.from_pretrained(torch.tensor(table), padding_idx=1)
    same_layer(mine, other, np.array([0, 1, 3]))
    assert not mine.weight.requires_grad


REFUSED: list[Any] = [
    lambda nn, tensor: nn.Embedding(4, 2)(tensor([4])),
    lambda nn, tensor: nn.Embedding(4, 2)(tensor([-1])),
    lambda nn, tensor: nn.Embedding(4, 2, padding_idx=4),
    lambda nn, tensor: nn.Linear(4, 2)(tensor([[1.0, 2.0]])),
    lambda nn, tensor: nn.Bilinear(2, 2, 2)(tensor([[1.0, 2.0]]), tensor([[1.0]])),
    lambda nn, tensor: nn.Dropout(1.5),
    lambda nn, tensor: nn.Dropout(-0.5),
    lambda nn, tensor: nn.Softmax2d()(tensor([1.0])),
    lambda nn, tensor: nn.MultiheadAttention(7, 2),
    lambda nn, tensor: nn.init.calculate_gain("swish"),
    lambda nn, tensor: nn.init.kaiming_normal_(tensor([1.0])),
    lambda nn, tensor: nn.init.kaiming_normal_(tensor([[1.0]]), mode="fan"),
    lambda nn, tensor: nn.init.eye_(tensor([1.0])),
    lambda nn, tensor: nn.init.dirac_(tensor([[1.0]])),
    lambda nn, tensor: nn.init.orthogonal_(tensor([1.0])),
    lambda nn, tensor: nn.init.sparse_(tensor([1.0]), 0.5),
]


@pytest.mark.parametrize("action", REFUSED)
def test_what_is_refused(action: Any) -> None:
    for module, tensor in ((torch.nn, torch.tensor), (nn, tl.tensor)):
        with pytest.raises((RuntimeError, ValueError, IndexError, AssertionError)):
            action(module, tensor)


# --- initial values -------------------------------------------------------------------------------

DRAWN: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("uniform_", (), {}),
    ("uniform_", (-2.0, 5.0), {}),
    ("normal_", (1.0, 3.0), {}),
    ("trunc_normal_", (), {}),
    ("trunc_normal_", (), {"mean": 1.0, "std": 2.0, "a": 0.0, "b": 1.5}),
    ("trunc_normal_", (), {"a": 3.0, "b": 4.0}),
    ("xavier_uniform_", (), {"gain": 2.0}),
    ("xavier_normal_", (), {}),
    ("kaiming_uniform_", (), {"a": 0.1, "mode": "fan_out"}),
    ("kaiming_uniform_", (), {"nonlinearity": "relu"}),
    ("kaiming_normal_", (), {"nonlinearity": "tanh"}),
    ("kaiming_normal_", (), {"mode": "fan_out", "nonlinearity": "relu"}),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "arguments", "options"), DRAWN, ids=str)
def test_drawn_values_have_the_same_distribution(
    name: str, arguments: Any, options: dict[str, Any]
) -> None:
    shape = (30, 20, 6, 5)
    one, two = tl.zeros(shape), torch.zeros(shape)
    assert getattr(nn.init, name)(one, *arguments, **options) is one
    getattr(torch.nn.init, name)(two, *arguments, **options)
    a, b = np.sort(one.array.ravel()), np.sort(two.numpy().ravel())
    scale = b.std()
    inner = slice(200, -200)
    np.testing.assert_allclose(a[inner], b[inner], atol=0.15 * scale)
    assert abs(a.mean() - b.mean()) < 0.04 * scale
    assert abs(a.std() / b.std() - 1) < 0.03
    g = tl.Generator(3), tl.Generator(3)
    values = [getattr(nn.init, name)(one, generator=source).tolist() for source in g]
    assert values[0] == values[1]


@pytest.mark.parametrize(
    "shape", [(3, 3), (3, 5), (5, 3), (4, 2, 3), (6, 2, 3, 3), (4, 2, 3, 3, 4)]
)
def test_fixed_values(shape: tuple[int, ...]) -> None:
    pairs: list[tuple[str, tuple[Any, ...]]] = [
        ("constant_", (0.3,)),
        ("ones_", ()),
        ("zeros_", ()),
    ]
    pairs += [("eye_", ())] if len(shape) == 2 else [("dirac_", ()), ("dirac_", (2,))]
    for name, arguments in pairs:
        one, two = tl.ones(shape) * 7, torch.ones(shape) * 7
        getattr(nn.init, name)(one, *arguments)
        getattr(torch.nn.init, name)(two, *arguments)
        np.testing.assert_array_equal(one.array, two.numpy())


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 2, 3)])
def test_orthogonal_values(shape: tuple[int, ...]) -> None:
    w = nn.init.orthogonal_(tl.zeros(shape), gain=2).array.reshape(shape[0], -1)
    product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-5)


def test_sparse_values() -> None:
    w = nn.init.sparse_(tl.zeros(10, 40), 0.25, std=2.0).array
    assert ((w == 0).sum(0) == 3).all()


@pytest.mark.parametrize("kind", ["conv2d", "linear", "sigmoid", "tanh", "relu", "selu"])
def test_gains(kind: str) -> None:
    assert nn.init.calculate_gain(kind) == torch.nn.init.calculate_gain(kind)
    for slope in (None, 0.2, 0):
        gain = nn.init.calculate_gain("leaky_relu", slope)
        assert gain == torch.nn.init.calculate_gain("leaky_relu", slope)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Linear", (50, 40)),
        ("Bilinear", (30, 10, 20)),
        ("LSTM", (20, 30)),
        ("GRUCell", (20, 30)),
        ("MultiheadAttention", (40, 4)),
        ("Embedding", (50, 20)),
    ],
)
def test_layers_start_with_the_same_distributions(name: str, arguments: Any) -> None:
    mine, other = getattr(nn, name)(*arguments), getattr(torch.nn, name)(*arguments)
    for (key, a), (_, b) in zip(mine.named_parameters(), other.named_parameters(), strict=True):
        one, two = a.detach().array, b.detach().numpy()
        if two.std() == 0:
            np.testing.assert_array_equal(one, two, err_msg=key)
        else:
            wide = 5 / np.sqrt(two.size)
            assert abs(one.std() / two.std() - 1) < wide, key
            assert abs(np.abs(one).max() / np.abs(two).max() - 1) < max(wide, 0.3), key
