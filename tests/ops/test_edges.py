"""Types, odd inputs and messages of the ops, beyond the table of cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.errors import DTypeError, ShapeError, TensorliteError
from tensorlite.nn import functional as F
from tensorlite.ops import batch_norm, conv2d


@pytest.mark.parametrize(
    ("result", "dtype"),
    [
        (lambda: tl.ones(2) * 2, "float32"),
        (lambda: tl.ones(2) * np.float64(2), "float32"),
        (lambda: tl.ones(2) * tl.tensor(2.0, "float64"), "float32"),
        (lambda: tl.ones(2) * tl.ones(2, dtype="float64"), "float64"),
        (lambda: tl.ones(2) * tl.arange(2), "float32"),
        (lambda: tl.arange(2) * 1.5, "float32"),
        (lambda: tl.arange(2) / 2, "float32"),
        (lambda: tl.arange(2) * 2, "int64"),
        (lambda: tl.tensor([True]) + 1, "int64"),
        (lambda: tl.tensor([True]) * True, "bool"),
        (lambda: tl.tensor([True]) * 1.0, "float32"),
        (lambda: tl.tensor(np.ones(2, np.uint8)).sum(), "int64"),
        (lambda: tl.clamp(tl.arange(3), 0.5, 1.5), "float32"),
        (lambda: tl.tensor([np.ones(2), np.ones(2)]), "float64"),
        (lambda: tl.full((2,), np.float32(1)), "float32"),
        (lambda: tl.tensor([1.0]), "float32"),
        (lambda: tl.tensor(np.ones(1)), "float64"),
    ],
)
def test_element_types_follow_pytorch(result: Any, dtype: str) -> None:
    assert result().dtype == dtype


def test_the_mean_of_ones_is_one() -> None:
    assert all(tl.ones(n).mean().item() == 1 for n in range(1, 300))


def test_softmax_does_not_overflow() -> None:
    x = tl.tensor([[1000.0, 0.0]])
    assert x.softmax(1).tolist() == [[1.0, 0.0]]
    assert x.log_softmax(1).tolist() == [[0.0, -1000.0]]
    assert F.cross_entropy(x, [1]).item() == 1000.0


def test_powers_at_zero_have_the_gradients_of_pytorch() -> None:
    x, p = (tl.tensor(v, "float64", True) for v in ([0.0, 0.0, 2.0], [2.0, 0.0, 3.0]))
    (x**p).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 12.0]
    np.testing.assert_allclose(p.grad.array, [0.0, 0.0, 8 * np.log(2)])


@pytest.mark.parametrize("function", [tl.maximum, tl.minimum])
def test_equal_elements_share_the_gradient(function: Any) -> None:
    a, b = tl.ones(2, requires_grad=True), tl.ones(2, requires_grad=True)
    function(a, b).sum().backward()
    assert a.grad.tolist() == b.grad.tolist() == [0.5, 0.5]
    c = tl.tensor([[3.0, 3.0, 1.0]], requires_grad=True)
    (c.max() if function is tl.maximum else (-c).min()).backward()
    assert np.abs(c.grad.array).tolist() == [[0.5, 0.5, 0.0]]


def test_tensors_as_bounds_get_their_gradient() -> None:
    low = tl.zeros(2, requires_grad=True)
    tl.clamp(tl.tensor([-1.0, 1.0]), min=low).sum().backward()
    assert low.grad.tolist() == [1.0, 0.0]


def test_averages_of_infinity_are_infinite() -> None:
    assert F.avg_pool2d(tl.tensor([[[[np.inf, 1.0], [1.0, 1.0]]]]), 2).item() == np.inf


def test_pooling_steps_by_its_window_unless_told_otherwise() -> None:
    assert F.avg_pool2d(tl.ones(1, 1, 6, 6), 3).shape == F.max_pool2d(tl.ones(1, 1, 6, 6), 3).shape
    assert F.avg_pool2d(tl.ones(1, 1, 6, 6), 3).shape == (1, 1, 2, 2)


def test_an_ignored_row_counts_for_nothing_whatever_it_holds() -> None:
    assert F.nll_loss([[-np.inf, 0.0], [-1.0, -2.0]], [-100, 1]).item() == 2.0
    weight = tl.ones(3)
    x = tl.randn(2, 3)
    loss = F.cross_entropy(x, [0, 255], weight, ignore_index=255, label_smoothing=0.1)
    assert loss.item() == pytest.approx(F.cross_entropy(x[:1], [0], label_smoothing=0.1).item())


def test_batch_statistics_serve_evaluation_where_no_others_are_kept() -> None:
    layer = tl.nn.BatchNorm2d(2, track_running_stats=False).eval()
    out = layer(tl.randn(4, 2, 3, 3)).detach().array
    np.testing.assert_allclose(out.mean((0, 2, 3)), 0, atol=1e-6)


def test_running_statistics_that_a_graph_needs_are_watched() -> None:
    layer, x = tl.nn.BatchNorm2d(2), tl.ones(2, requires_grad=True)
    loss = (x * layer.running_mean).sum()
    layer(tl.randn(4, 2, 3, 3))
    with pytest.raises(tl.errors.GraphError, match="changed in place"):
        loss.backward()


@pytest.mark.parametrize("size", [np.int64(3), 3])
def test_numpys_integers_are_sizes(size: Any) -> None:
    assert tl.zeros(size).shape == (3,)
    assert tl.nn.Linear(4, size).weight.shape == (size, 4)
    assert tl.nn.Conv2d(1, 1, size).weight.shape == (1, 1, 3, 3)
    assert tl.ones(2, 3).sum(np.int64(0)).shape == (size,)


def test_a_scalar_counts_as_having_one_dimension() -> None:
    assert tl.tensor(2.0).sum(0).item() == tl.tensor(2.0).max(-1).values.item() == 2.0


MISTAKES = [
    (lambda: tl.ones(2) == tl.ones(3), r"equal: cannot compare shapes \(2,\) and \(3,\)"),
    (lambda: -tl.tensor([True]), "neg: expected numbers, got booleans"),
    (lambda: tl.tensor([True]) - tl.tensor([True]), "Use a != b"),
    (lambda: tl.ones(2, 2).max((0, 1)), "expected one dimension"),
    (lambda: tl.ones(2, 2).sum((0, 0)), "each dimension once"),
    (lambda: tl.ones(2, 2).sum(2), "dimension from -2 to 1, got 2"),
    (lambda: tl.ones(2).size(5), "dimension from -1 to 0, got 5"),
    (lambda: tl.ones(2).to("cuda"), "got the device 'cuda'"),
    (lambda: tl.ones(2, 3) @ tl.ones(2, 3), r"\(2, 3\) and \(2, 3\)"),
    (lambda: tl.ones(2, 3).reshape(4), "6 elements"),
    (lambda: tl.cat([]), "at least one tensor"),
    (lambda: tl.ones(3)[5], "out of bounds"),
    (lambda: tl.tensor([[1], [1, 2]]), "numbers in a rectangle"),
    (lambda: tl.tensor(["a"]), "real numbers or booleans"),
    (lambda: tl.tensor([1], requires_grad=True), "floating point"),
    (lambda: tl.where(tl.ones(1), 1.0, 0.0), "boolean condition"),
    (lambda: tl.arange(3).mean(), "floating point"),
    (lambda: tl.arange(3) ** -1, "negative power"),
    (lambda: F.max_pool2d(tl.ones(1, 1, 4, 4), 2, padding=2), "at most half the window"),
    (lambda: F.max_pool2d(tl.ones(4, 4), 2), r"\(N, C, H, W\)"),
    (lambda: F.conv2d(tl.ones(1, 1, 4, 4), tl.ones(1, 1, 3, 3), stride=0), "1 or more"),
    (lambda: F.conv2d(tl.ones(1, 1, 2, 2), tl.ones(1, 1, 3, 3)), "at least as large as the window"),
    (lambda: F.conv2d(tl.arange(4).reshape(1, 1, 2, 2), tl.ones(1, 1, 1, 1).long()), "float32"),
    (lambda: F.cross_entropy(tl.ones(2, 3), [0, 1], tl.ones(2)), "weight for each of 3 classes"),
    (lambda: F.pad(tl.ones(2), (1, 0, 1)), "pairs of widths"),
    (lambda: F.linear(tl.ones(2, 3), tl.ones(4, 5)), "5 features"),
    (lambda: F.mse_loss(tl.ones(2), tl.ones(3)), "target of shape"),
    (lambda: F.batch_norm(tl.ones(1, 2), None, None, training=True), "more than one value"),
    (lambda: tl.nn.Conv2d(1, 1, (3, 3, 3)), "pair of numbers"),
    (lambda: tl.nn.Sequential([tl.nn.ReLU()]), r"nn.Sequential\(\*layers\)"),
    (lambda: tl.nn.Sequential(tl.relu), "expected modules, got function"),
    (lambda: setattr(tl.nn.Linear(1, 1), "weight", tl.ones(1, 1)), "Parameter or None"),
    (lambda: bool(tl.ones(2)), "one element to decide on"),
    (lambda: len(tl.tensor(1.0)), "at least one dimension"),
    (lambda: tl.ones(2, requires_grad=True).numpy(), r"x.detach\(\).numpy\(\)"),
    (lambda: tl.ones(2).item(), "one element"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "words"), MISTAKES)
def test_mistakes_get_a_sentence(mistake: Any, words: str) -> None:
    with pytest.raises(TensorliteError, match=words):
        mistake()


def test_in_place_on_a_view_that_repeats_says_clone() -> None:
    x = tl.ones(1).expand(3)
    with pytest.raises(ShapeError, match=r"x.clone\(\)"):
        x += 1.0
    y = tl.arange(3)
    with pytest.raises(DTypeError, match="expected a result of type int64"):
        y += 0.5


def test_numbers_are_formatted_as_numbers() -> None:
    assert f"{tl.tensor(1.23456):.2f}" == "1.23"
    assert f"{tl.arange(2)}" == "tensor([0, 1])"


def test_members_of_a_sequence_can_be_replaced() -> None:
    net = tl.nn.Sequential(tl.nn.Linear(2, 2), tl.nn.ReLU(inplace=True))
    net[0] = tl.nn.Linear(2, 5)
    assert net(tl.ones(1, 2)).shape == (1, 5)
    assert list(net.state_dict()) == ["0.weight", "0.bias"]


def test_freezing_all_of_a_layer_reaches_the_layer_itself() -> None:
    layer = tl.nn.BatchNorm2d(1)
    layer.freeze()
    layer.train()
    layer(tl.randn(4, 1, 2, 2))
    assert layer.running_mean.item() == 0
    net = tl.nn.Sequential(tl.nn.Dropout())
    net.freeze("0")
    net.unfreeze("0")
    assert net[0].training


def test_parameters_of_a_block_itself_are_in_the_summary() -> None:
    class Scaled(tl.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = tl.nn.Parameter(np.ones(7, np.float32))
            self.fc = tl.nn.Linear(7, 7)

        def forward(self, x: tl.Tensor) -> tl.Tensor:
            return self.fc(x) * self.scale

    table = tl.summary(tl.nn.Sequential(Scaled()), (7,))
    assert sum(row.parameters for row in table.rows) == table.parameters == 63


def test_a_relu_without_channels_still_keeps_what_is_positive_of_the_bias() -> None:
    found = conv2d(tl.zeros(1, 0, 4, 4), tl.zeros(2, 0, 3, 3), tl.tensor([-1.0, 1.0]), relu=True)
    assert found.amin((2, 3)).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("shape", "pool", "why"),
    [
        ((4, 3, 8), (2, 2, 0, 1, False), "pictures"),
        ((4, 3), (2, 2, 0, 1, False), "pictures"),
        ((4, 3, 8, 8), (2, 2), "size, stride"),
        ((4, 3, 8, 8), 2, "size, stride"),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_pooling_after_batch_norm_says_what_it_expects(
    shape: Any, pool: Any, why: str, training: bool
) -> None:
    moments = tl.zeros(3), tl.ones(3)
    with pytest.raises(tl.errors.TensorliteError, match=why):
        batch_norm(tl.randn(*shape), *moments, training=training, relu=True, pool=pool)


def test_a_leaky_relu_in_place_writes_over_the_result_of_a_convolution() -> None:
    x, w = tl.randn(2, 2, 4, 4), tl.randn(3, 2, 3, 3, requires_grad=True)
    y = conv2d(x, w)
    before = y.detach().clone()
    assert F.leaky_relu(y, 0.1, inplace=True) is y
    assert y.tolist() == F.leaky_relu(before, 0.1).tolist()
    y.sum().backward()
    again = w.detach().clone().requires_grad_()
    F.leaky_relu(conv2d(x, again), 0.1).sum().backward()
    assert w.grad.tolist() == again.grad.tolist()
