"""Reference counting alone frees a graph: the garbage collector is off in these tests."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.autograd import Op, TensorBase


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def living() -> tuple[int, int]:
    """The numbers of tensors and of graph nodes in this process."""
    objects = gc.get_objects()  # isinstance would ask objects of other packages for __class__
    return (
        sum(issubclass(type(o), TensorBase) for o in objects),
        sum(issubclass(type(o), Op) for o in objects),
    )


def network() -> tuple[nn.Module, tl.Tensor, tl.Tensor]:
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.2),
        nn.Flatten(), nn.Linear(2 * 3 * 3, 4),
    )  # fmt: skip
    return model, tl.randn(2, 1, 8, 8), tl.tensor([0, 3])


def test_tensors_are_seen_by_the_counting() -> None:
    before = living()[0]
    kept = tl.ones(1)
    assert living()[0] == before + 1
    del kept


def test_nothing_is_left_after_forward() -> None:
    model, x, target = network()
    before = living()
    model(x)
    assert living() == before


def test_nothing_is_left_after_the_loss_is_dropped() -> None:
    model, x, target = network()
    before = living()
    loss = nn.functional.cross_entropy(model(x), target)
    assert living()[1] > before[1]
    del loss
    assert living() == before


def test_only_gradients_are_left_after_backward() -> None:
    model, x, target = network()
    tensors, ops = living()
    loss = nn.functional.cross_entropy(model(x), target)
    loss.backward()
    parameters = len(list(model.parameters()))
    assert living() == (tensors + parameters + 1, ops + 1)  # the gradients, the loss and its op
    del loss
    model.zero_grad()
    assert living() == (tensors, ops)


def test_intermediate_results_die_while_the_loss_lives() -> None:
    x = tl.ones(2, requires_grad=True)
    before = living()[0]
    y = x + 1.0
    for _ in range(5):
        y = y + 1.0
    assert living()[0] == before + 1


@pytest.mark.parametrize("where", ["forward", "backward"])
def test_nothing_is_left_after_an_exception(where: str) -> None:
    class Broken(Op):
        def forward(self, x):  # type: ignore[no-untyped-def]
            if where == "forward":
                raise ZeroDivisionError
            return x * 2

        def backward(self, grad):  # type: ignore[no-untyped-def]
            raise ZeroDivisionError

    def fail() -> None:
        y = (x * x).exp()
        Broken.apply(y).sum().backward()

    x = tl.ones(3, requires_grad=True)
    before = living()
    raised(fail)
    assert living() == before


def raised(function: Callable[[], None]) -> None:
    try:
        function()
    except ZeroDivisionError:
        return
    raise AssertionError("nothing was raised")


def test_nothing_is_left_after_a_shape_error() -> None:
    model, _, _ = network()
    before = living()
    try:
        model(tl.zeros(1, 3, 8, 8))
    except tl.errors.ShapeError:
        pass
    assert living() == before


def test_second_derivatives_leave_nothing() -> None:
    x = tl.ones(3, requires_grad=True)
    before = living()
    (first,) = tl.autograd.grad((x * x * x).sum(), x, create_graph=True)
    (second,) = tl.autograd.grad(first.sum(), x)
    del first, second
    assert living() == before


def test_training_does_not_grow() -> None:
    model, x, target = network()
    optimizer = tl.optim.Adam(model.parameters())
    counts = []
    for _ in range(4):
        loss = nn.functional.cross_entropy(model(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        counts.append(living())
    assert counts[1:] == counts[1:2] * 3
