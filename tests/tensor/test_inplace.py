"""Changes in place, outside a graph and inside one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.errors import DTypeError, GraphError, ShapeError
from tensorlite.tensor.inplace import InPlace

OWN = {"zero_", "fill_", "copy_", "fill_diagonal_"}


def leaf(*values: float) -> Any:
    return tl.tensor(list(values), dtype="float64", requires_grad=True)


# --- outside a graph ------------------------------------------------------------------------------


def test_a_method_writes_into_the_memory_and_raises_the_version() -> None:
    x = tl.tensor([1.0, 4.0])
    memory, before = x.array, x._version
    assert x.sqrt_() is x
    x.add_(1, alpha=2).mul_(tl.tensor([1.0, 2.0])).sub_(1).div_(2)
    assert x.array is memory
    assert x.tolist() == [1.0, 3.5]
    assert x._version == before + 5


def test_a_view_sees_what_its_base_became() -> None:
    x = tl.zeros(2, 3)
    row = x[0]
    x.fill_(2.0)
    row += 1
    assert x.tolist() == [[3.0] * 3, [2.0] * 3]


def test_integers_stay_integers() -> None:
    x = tl.tensor([1, 2])
    x += 1
    x.clamp_(max=2)
    assert (x.tolist(), x.dtype) == ([2, 2], np.int64)
    with pytest.raises(DTypeError, match="int64"):
        x += 0.5
    with pytest.raises(DTypeError, match="int64"):
        x.div_(2)


def test_float32_stays_float32() -> None:
    x = tl.ones(2)
    x += tl.ones(2, dtype="float64")
    x *= 0.5
    assert (x.dtype, x.tolist()) == (np.float32, [1.0, 1.0])


def test_the_result_must_have_the_shape_of_the_tensor() -> None:
    x = tl.ones(2)
    for wrong in (lambda: x.add_(tl.ones(3, 2)), lambda: x.mul_(tl.ones(3))):
        with pytest.raises(ShapeError):
            wrong()
    with pytest.raises(ShapeError, match="broadcast"):
        tl.ones(1).expand(3).add_(1)


def test_shapes_change_in_place_without_a_copy() -> None:
    x = tl.arange(6).reshape(2, 3)
    memory = x.array
    x.unsqueeze_(0).squeeze_(0).transpose_(0, 1)
    assert x.shape == (3, 2)
    assert np.shares_memory(x.array, memory)


# --- inside a graph -------------------------------------------------------------------------------


def test_a_leaf_that_needs_a_gradient_is_not_changed_while_recording() -> None:
    w = leaf(1.0, 2.0)
    changes: list[Callable[[], Any]] = [
        lambda: w.add_(1), lambda: w.zero_(), lambda: w.__setitem__(0, 1.0),
        lambda: w.unsqueeze_(0),
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(GraphError, match="no_grad"):
            change()
    with tl.no_grad():
        w.add_(1).mul_(2)
    assert w.tolist() == [4.0, 6.0]
    assert w.is_leaf


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda y: y.add_(1), 2.0),
        (lambda y: y.mul_(y), 16.0),
        (lambda y: y.exp_(), 2 * np.exp(4.0)),
        (lambda y: y.relu_().neg_(), -2.0),
        (lambda y: y.clamp_(max=3), 0.0),
        (lambda y: y.zero_(), 0.0),
        (lambda y: y.unsqueeze_(0), 2.0),
    ],
)
def test_a_result_is_bound_to_the_result_of_the_op(
    function: Callable[[Any], Any], slope: float
) -> None:
    x = leaf(2.0)
    y = x * 2
    assert function(y) is y
    y.sum().backward()
    assert x.grad.tolist() == pytest.approx([slope])


def test_a_value_that_needs_a_gradient_makes_a_plain_tensor_part_of_the_graph() -> None:
    x = leaf(1.0, 2.0)
    out = tl.zeros(4, dtype="float64")
    out[1:3] = x * 3
    out[0] = 7.0
    out[3:] += x[:1]
    assert out.tolist() == [7.0, 3.0, 6.0, 1.0]
    (out * tl.tensor([1.0, 2.0, 3.0, 4.0])).sum().backward()
    assert x.grad.tolist() == [10.0, 9.0]


def test_what_is_overwritten_gets_no_gradient() -> None:
    x, v = leaf(1.0, 2.0, 3.0), leaf(5.0)
    y = x * 2
    y[1] = v[0]
    (y * y).sum().backward()
    assert x.grad.tolist() == [8.0, 0.0, 24.0]
    assert v.grad.tolist() == [10.0]


@pytest.mark.parametrize("index", [np.array([2, 0]), [True, False, True], (..., None)])
def test_assignment_has_both_derivatives(index: Any) -> None:
    x = tl.randn(3, dtype="float64", requires_grad=True)
    v = tl.randn(*tl.zeros(3)[index].shape, dtype="float64", requires_grad=True)

    def function(x: Any, v: Any) -> Any:
        y = x * x
        y[index] = v * v
        return y.exp()

    assert tl.gradcheck(function, [x, v])
    assert tl.gradgradcheck(function, [x, v])


def test_what_earlier_ops_saved_stays_as_it_was() -> None:
    x = leaf(2.0)
    y = x * 3
    z = y * y
    y += 1
    (z + y).sum().backward()
    assert x.grad.tolist() == [2 * 6.0 * 3 + 3]


def test_memory_that_is_shared_inside_a_graph_is_not_changed() -> None:
    y = leaf(1.0, 2.0) * 2
    for shared in (y[0], y.detach()):
        with pytest.raises(GraphError, match="clone"):
            y.mul_(2)
        with pytest.raises(GraphError, match="clone"):
            y[1] = 0.0
        del shared
    y.mul_(2)
    with pytest.raises(GraphError, match="clone"):
        y[0].mul_(2)


def test_the_version_goes_up_inside_a_graph_too_and_is_watched() -> None:
    x = leaf(1.0)
    y = x * 2
    y.exp_()
    assert y._version == 1
    z = y.sum()
    with tl.no_grad():
        y.zero_()
    with pytest.raises(GraphError, match="Exp: its result"):
        z.backward()


def test_copy_takes_the_gradient_along() -> None:
    x = leaf(1.0, 2.0)
    out = tl.zeros(2, 2, dtype="float64")
    out.copy_(x)
    out.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_retained_gradient_is_that_of_the_changed_tensor() -> None:
    x = leaf(1.0)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    (y * y).sum().backward()
    assert y.grad.tolist() == [12.0]


def test_every_method_has_an_ordinary_form() -> None:
    made = [name for name in vars(InPlace) if name.endswith("_") and not name.startswith("_")]
    missing = [n for n in made if n not in OWN and not hasattr(tl.Tensor, n[:-1])]
    assert missing == []
