"""Hooks, retained gradients, and what a node shows."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import tensorlite as tl
from tensorlite.autograd.hooks import leaf_hooks
from tensorlite.errors import GraphError, ShapeError


def test_a_hook_on_a_result_sees_the_sum_and_may_replace_it() -> None:
    x = tl.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    seen: list[Any] = []
    y.register_hook(lambda grad: seen.append(grad.tolist()))
    y.register_hook(lambda grad: grad * 10)
    (y + y * 2).sum().backward()
    assert seen == [[3.0, 3.0]]
    assert x.grad.tolist() == [60.0, 60.0]


def test_a_hook_that_changes_its_gradient_in_place_spoils_no_other() -> None:
    x, z = tl.ones(2, requires_grad=True), tl.ones(2, requires_grad=True)
    y = x * 1
    y.register_hook(lambda grad: grad.zero_())
    (y + z).sum().backward()
    assert (x.grad.tolist(), z.grad.tolist()) == ([0.0, 0.0], [1.0, 1.0])


def test_a_hook_on_a_leaf_is_called_once_per_pass_until_it_is_removed() -> None:
    x = tl.ones(2, requires_grad=True)
    handle = x.register_hook(lambda grad: grad + 1)
    (x * 2 + x).sum().backward()
    assert x.grad.tolist() == [4.0, 4.0]
    (only,) = tl.autograd.grad((x * 2).sum(), x)
    assert only.tolist() == [3.0, 3.0]
    handle.remove()
    handle.remove()
    (x * 2).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


def test_a_hook_after_accumulation_sees_the_leaf_with_its_gradient() -> None:
    x = tl.ones(2, requires_grad=True)

    def step(p: Any) -> None:
        with tl.no_grad():
            p.sub_(p.grad)
        p.grad = None

    with x.register_post_accumulate_grad_hook(step):
        (x * 2).sum().backward()
    assert (x.tolist(), x.grad) == ([-1.0, -1.0], None)
    with pytest.raises(GraphError, match="leaf"):
        (x * 2).register_post_accumulate_grad_hook(step)


def test_hooks_record_under_create_graph() -> None:
    x = tl.tensor([3.0], requires_grad=True)
    x.register_hook(lambda grad: grad * grad)
    (first,) = tl.autograd.grad((x * x).sum(), x, create_graph=True)  # (2x)^2
    (second,) = tl.autograd.grad(first.sum(), x)  # 8x, and through the hook once more
    assert (first.item(), second.item()) == (36.0, 576.0)


def test_hooks_of_leaves_die_with_them() -> None:
    gc.collect()
    before = len(leaf_hooks)
    x = tl.ones(1, requires_grad=True)
    x.register_hook(lambda grad: None)
    assert len(leaf_hooks) == before + 1
    del x
    assert len(leaf_hooks) == before


def test_what_a_hook_returns_must_fit() -> None:
    x = tl.ones(2, requires_grad=True)
    x.register_hook(lambda grad: grad.sum())
    with pytest.raises(ShapeError, match=r"expected a gradient of shape \(2,\)"):
        (x * 2).sum().backward()


def test_results_keep_their_gradient_when_told() -> None:
    x = tl.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    assert (y.retains_grad, (x * 2).retains_grad) == (True, False)
    for _ in range(2):
        (y * 3).sum().backward(retain_graph=True)
    assert y.grad.tolist() == [6.0, 6.0]
    with pytest.raises(GraphError, match="needs a gradient"):
        tl.ones(1).retain_grad()


def test_nodes_show_their_names_and_where_they_lead() -> None:
    x = tl.ones(2, requires_grad=True)
    y = (x * 2).exp()
    assert x.grad_fn is None
    assert y.grad_fn.name() == "ExpBackward0"
    ((inner, _),) = y.grad_fn.next_functions
    assert inner.name() == "MulBackward0"
    assert inner.next_functions[0][0].variable is x
    assert inner.next_functions[1][0] is None
    assert y.detach_().is_leaf


def test_backward_leaves_gradients_in_the_given_tensors_only() -> None:
    x, w = tl.ones(2, requires_grad=True), tl.ones(2, requires_grad=True)
    y = x * 2
    (y * w).sum().backward(inputs=[y, w])
    assert (x.grad, y.grad.tolist(), w.grad.tolist()) == (None, [1.0, 1.0], [2.0, 2.0])


def test_several_tensors_go_back_at_once() -> None:
    x = tl.ones(2, requires_grad=True)
    tl.autograd.backward([(x * 2).sum(), x * 3], [None, tl.ones(2)])
    assert x.grad.tolist() == [5.0, 5.0]
    with pytest.raises(ShapeError, match="2 gradients"):
        tl.autograd.backward([x.sum(), x.sum()], [None])


def test_unused_inputs_may_have_zeros() -> None:
    x, y = tl.ones(2, requires_grad=True), tl.ones(3, requires_grad=True)
    assert tl.autograd.grad(x.sum(), [y], materialize_grads=True)[0].tolist() == [0.0] * 3
