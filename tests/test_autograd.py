"""The walk: order, sums, freeing, second order, changes in place."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.autograd import Op, grad
from tensorlite.errors import GraphError, ShapeError


def test_a_chain_of_a_hundred_thousand_additions_runs_backward() -> None:
    x = tl.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + 1.0
    y.backward()
    assert x.grad.item() == 1.0


def test_a_long_chain_can_be_dropped_without_a_backward_pass() -> None:
    y = tl.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = y + 1.0
    del y


def test_a_diamond_counts_every_path_once() -> None:
    x = tl.tensor(3.0, requires_grad=True)
    a = x * 2.0
    b = a * a
    (b + a * 5.0 + b).backward()  # 8 x^2 + 10 x
    assert x.grad.item() == 16 * 3.0 + 10


def test_gradients_add_up_over_passes() -> None:
    x = tl.tensor([1.0, 2.0], requires_grad=True)
    (x * 3.0).sum().backward()
    (x * 4.0).sum().backward()
    assert x.grad.tolist() == [7.0, 7.0]


def test_a_leaf_owns_its_gradient() -> None:
    x, y = tl.ones(3, requires_grad=True), tl.ones(3, requires_grad=True)
    seed = tl.tensor([1.0, 2.0, 3.0])
    (x + y).backward(seed)
    x.grad.array[0] = 100
    assert y.grad.tolist() == [1.0, 2.0, 3.0]
    assert seed.tolist() == [1.0, 2.0, 3.0]


def test_a_gradient_that_is_a_broadcast_view_becomes_writable() -> None:
    x = tl.ones(3, requires_grad=True)
    x.sum().backward()
    x.grad += 1.0
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_many_uses_of_one_tensor_do_not_write_into_anothers_gradient() -> None:
    x, y = tl.ones(2, requires_grad=True), tl.ones(2, requires_grad=True)
    z = x + y
    (z + z * 2.0 + z * 3.0 + x).sum().backward()
    assert x.grad.tolist() == [7.0, 7.0]
    assert y.grad.tolist() == [6.0, 6.0]


def test_nothing_is_recorded_where_nothing_needs_a_gradient() -> None:
    assert (tl.ones(2) * 2.0).node is None
    x = tl.ones(2, requires_grad=True)
    with tl.no_grad():
        assert (x * 2.0).node is None
        with tl.enable_grad():
            assert (x * 2.0).node is not None


def test_no_grad_decorates_functions_that_call_themselves() -> None:
    @tl.no_grad()
    def down(n: int) -> bool:
        return tl.is_grad_enabled() if n == 0 else down(n - 1)

    assert not down(3)
    assert tl.is_grad_enabled()


def test_no_grad_belongs_to_its_thread() -> None:
    seen = []
    with tl.no_grad():
        thread = threading.Thread(target=lambda: seen.append(tl.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_a_second_pass_says_what_to_do() -> None:
    loss = (tl.ones(2, requires_grad=True) * 2.0).sum()
    loss.backward()
    with pytest.raises(GraphError, match="retain_graph=True"):
        loss.backward()


def test_a_retained_graph_can_be_walked_again() -> None:
    x = tl.ones(2, requires_grad=True)
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    assert x.grad.tolist() == [4.0, 4.0]


def test_a_part_of_a_freed_graph_is_freed_too() -> None:
    x = tl.ones(2, requires_grad=True)
    shared = x * 2.0
    shared.sum().backward()
    with pytest.raises(GraphError, match="freed"):
        (shared * 3.0).sum().backward()


def test_a_tensor_that_is_no_scalar_wants_a_gradient() -> None:
    with pytest.raises(GraphError, match=r"expected a scalar, got a tensor of shape \(2,\)"):
        (tl.ones(2, requires_grad=True) * 2.0).backward()
    with pytest.raises(ShapeError, match=r"expected a gradient of shape \(2,\), got \(3,\)"):
        (tl.ones(2, requires_grad=True) * 2.0).backward(tl.ones(3))


def test_a_tensor_without_gradient_says_so() -> None:
    with pytest.raises(GraphError, match="requires_grad=True"):
        tl.ones(1).backward()


def test_grad_touches_no_grad_attribute_and_reaches_results() -> None:
    x = tl.tensor(2.0, requires_grad=True)
    y = x * x
    by_x, by_y = grad(y * 3.0, [x, y])
    assert (by_x.item(), by_y.item(), x.grad) == (12.0, 3.0, None)


def test_grad_of_an_input_that_plays_no_part() -> None:
    x, y = tl.tensor(2.0, requires_grad=True), tl.tensor(1.0, requires_grad=True)
    with pytest.raises(GraphError, match="allow_unused"):
        grad(x * x, y)
    assert grad(x * x, [y], allow_unused=True) == (None,)


def test_detach_stops_both_orders() -> None:
    x = tl.tensor([1.0, 2.0, 3.0], dtype="float64", requires_grad=True)
    (first,) = grad((x * x.detach()).sum(), x, create_graph=True)
    assert first.tolist() == x.tolist()
    assert not first.requires_grad
    (third,) = grad((x * x.detach() * x).sum(), x, create_graph=True)  # 2 c x
    (second,) = grad(third.sum(), x)
    np.testing.assert_allclose(second.array, 2 * x.array)


def test_x_times_its_frozen_twin_passes_both_checks() -> None:
    x = tl.tensor([1.0, 2.0, 3.0], dtype="float64", requires_grad=True)
    frozen = x.detach()
    assert tl.gradcheck(lambda x: x * frozen * x, x)
    assert tl.gradgradcheck(lambda x: x * frozen * x, x)


def test_backward_can_be_differentiated_through_grad_attributes() -> None:
    x = tl.tensor(3.0, requires_grad=True)
    (x * x * x).backward(create_graph=True)
    first = x.grad
    x.grad = None
    first.backward()
    assert x.grad.item() == 18.0


def test_a_composed_op_of_a_result_differentiates_twice() -> None:
    w, b = (tl.rand(2, dtype="float64", requires_grad=True) for _ in range(2))
    x = tl.randn(4, 2, 3, dtype="float64", requires_grad=True)

    def function(x: tl.Tensor, w: tl.Tensor, b: tl.Tensor) -> tl.Tensor:
        return tl.ops.batch_norm(x * x, None, None, w * b, b, training=True)

    assert tl.gradgradcheck(function, [x, w, b])


def test_a_composed_op_that_gets_one_tensor_twice_counts_it_once_each() -> None:
    class Product(Op):
        composed = staticmethod(lambda a, b: a * b)

        def forward(self, a, b):  # type: ignore[no-untyped-def]
            self.factors = a, b
            return a * b

        def backward(self, grad):  # type: ignore[no-untyped-def]
            a, b = self.factors
            return grad * b, grad * a

    x = tl.tensor(3.0, dtype="float64", requires_grad=True)
    assert tl.gradgradcheck(lambda x: Product.apply(x, x), x)


def test_an_op_without_second_derivative_says_so() -> None:
    class Once(Op):
        once = True

        def forward(self, x):  # type: ignore[no-untyped-def]
            return x * 2

        def backward(self, grad):  # type: ignore[no-untyped-def]
            return grad * 2.0

    x = tl.ones(1, requires_grad=True)
    Once.apply(x).backward()
    with pytest.raises(GraphError, match="Once: has no second derivative"):
        Once.apply(x).backward(create_graph=True)


def test_a_wrong_gradient_shape_names_the_op() -> None:
    class Wrong(Op):
        def forward(self, x):  # type: ignore[no-untyped-def]
            return x * 2

        def backward(self, grad):  # type: ignore[no-untyped-def]
            return np.ones(5)

    with pytest.raises(GraphError, match=r"Wrong: backward returned a gradient of shape \(5,\)"):
        Wrong.apply(tl.ones(2, requires_grad=True)).sum().backward()


def test_a_failing_backward_leaves_the_recording_as_it_was() -> None:
    class Broken(Op):
        def forward(self, x):  # type: ignore[no-untyped-def]
            return x * 2

        def backward(self, grad):  # type: ignore[no-untyped-def]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Broken.apply(tl.ones(1, requires_grad=True)).backward()
    assert tl.is_grad_enabled()


def test_a_gradient_of_the_wrong_shape_names_the_function_of_the_user() -> None:
    class Short(tl.autograd.Function):
        @staticmethod
        def forward(ctx, x):  # type: ignore[no-untyped-def]
            return x * 2

        @staticmethod
        def backward(ctx, grad):  # type: ignore[no-untyped-def]
            return grad[:2]

    with pytest.raises(GraphError, match=r"^Short: backward returned a gradient of shape \(2,\)"):
        Short.apply(tl.ones(5, requires_grad=True)).sum().backward()


def test_shapes_that_do_not_fit_name_the_op_and_both_shapes() -> None:
    with pytest.raises(ShapeError, match=r"^Add: expected shapes .* got \(2,\), \(3,\)\.$"):
        tl.ones(2) + tl.ones(3)


# --- changes in place -----------------------------------------------------------------------------


def test_a_weight_changed_between_forward_and_backward_raises() -> None:
    x, w = tl.ones(3, requires_grad=True), tl.ones(3, requires_grad=True)
    loss = (x * w).sum()
    with tl.no_grad():
        w -= 0.1
    with pytest.raises(GraphError, match=r"Mul: its input 'b' of shape \(3,\) was changed"):
        loss.backward()


def test_a_change_through_a_view_is_noticed() -> None:
    layer = tl.nn.Linear(3, 2)
    loss = layer(tl.ones(1, 3, requires_grad=True)).sum()
    with tl.no_grad():
        layer.weight.T[0] += 1.0
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


@pytest.mark.parametrize("alias", ["detach", "data"])
def test_a_change_through_detach_and_data_is_noticed(alias: str) -> None:
    w = tl.ones(2, requires_grad=True)
    loss = (w * w).sum()
    other = w.detach() if alias == "detach" else w.data
    other += 1.0
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


def test_an_assigned_element_is_noticed() -> None:
    w = tl.ones(2, requires_grad=True)
    loss = (w * w).sum()
    with tl.no_grad():
        w[0] = 5.0
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


def test_a_changed_result_is_noticed() -> None:
    x = tl.ones(2, requires_grad=True)
    y = x.exp()
    loss = y.sum()
    with tl.no_grad():
        y.zero_()
    with pytest.raises(GraphError, match="Exp: its result"):
        loss.backward()


def test_a_step_of_the_optimizer_is_noticed() -> None:
    w = tl.ones(2, requires_grad=True)
    sgd = tl.optim.SGD([w], lr=0.1)
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    sgd.step()
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


def test_what_no_rule_reads_may_change() -> None:
    x = tl.ones(2, requires_grad=True)
    loss = (x + 1.0).sum()
    with tl.no_grad():
        x += 1.0
    loss.backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_a_leaf_cannot_be_changed_while_recording() -> None:
    w = tl.ones(2, requires_grad=True)
    with pytest.raises(GraphError, match=r"no_grad"):
        w -= 0.1
    with pytest.raises(GraphError, match=r"tl\.where"):
        w[0] = 1.0


def test_an_augmented_assignment_inside_a_graph_changes_the_tensor_itself() -> None:
    x = tl.ones(2, requires_grad=True)
    y = x * 2.0
    first = y
    y += x
    assert first is y
    y.sum().backward()
    assert (first.tolist(), x.grad.tolist()) == ([3.0, 3.0], [3.0, 3.0])


def test_a_shortcut_added_in_place_works_as_in_residual_networks() -> None:
    x = tl.ones(2, requires_grad=True)
    out = tl.zeros(2)
    out += x
    out.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


# --- what a fresh pair of eyes found --------------------------------------------------------------


def test_gradients_of_scalars_are_arrays_that_can_change_in_place() -> None:
    x = tl.tensor(3.0, requires_grad=True)
    (x + x + x * x).backward()
    assert type(x.grad.array) is np.ndarray
    x.grad *= 0.5
    assert x.grad.item() == 4.0


def test_scalars_are_trained_with_momentum() -> None:
    x = tl.tensor(3.0, requires_grad=True)
    sgd = tl.optim.SGD([x], lr=0.1, momentum=0.9, weight_decay=0.0)
    for _ in range(3):
        sgd.zero_grad()
        (x + x).backward()
        sgd.step()
    assert x.item() == pytest.approx(3 - 0.2 * (1 + 1.9 + 2.71))


def test_a_recorded_gradient_belongs_to_its_leaf_alone() -> None:
    x, y, seed = tl.ones(2, requires_grad=True), tl.ones(2, requires_grad=True), tl.ones(2)
    (x + y).backward(seed, create_graph=True)
    assert x.grad is not y.grad
    x.grad = y.grad = None
    x.sum().backward(create_graph=True)
    x.grad.zero_()


def test_what_is_cut_off_gets_no_gradient_even_from_an_infinite_one() -> None:
    for cut in (tl.relu, lambda x: tl.clamp(x, min=0.0), lambda x: tl.maximum(x, 0.0)):
        x = tl.tensor([-1.0, 4.0], requires_grad=True)
        with np.errstate(divide="ignore"):
            cut(x).sqrt().sum().backward()
        assert x.grad.tolist() == [0.0, 0.25]


def test_parameters_share_the_version_of_the_tensor_they_were_made_of() -> None:
    source = tl.ones(2)
    p = tl.nn.Parameter(source)
    loss = (p * p).sum()
    source += 5.0
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


def test_a_changed_condition_is_noticed_and_a_changed_index_does_not_matter() -> None:
    x, mask, index = (
        tl.ones(3, requires_grad=True),
        tl.tensor([True, False, True]),
        tl.tensor([0, 1]),
    )
    loss = tl.where(mask, x, 0.0).sum()
    mask[0] = False
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()
    loss = x[index].sum()
    index[0] = 2
    loss.backward()
    assert x.grad.tolist() == [1.0, 1.0, 0.0]


def test_an_op_keeps_only_what_a_wanted_gradient_reads() -> None:
    w, layer = tl.ones(2, requires_grad=True), tl.nn.Linear(2, 1)
    losses = [(w * 2.0).sum(), layer(tl.ones(1, 2)).sum()]
    with tl.no_grad():
        w -= 0.1
        layer.weight.zero_()
    for loss in losses:
        loss.backward()
    assert w.grad.tolist() == [2.0, 2.0]


def test_a_decorated_function_keeps_the_modes_of_threads_apart() -> None:
    inside, leave = threading.Event(), threading.Event()
    seen = []

    @tl.no_grad()
    def wait() -> None:
        inside.set()
        leave.wait()

    def run() -> None:
        wait()
        seen.append(tl.is_grad_enabled())

    first = threading.Thread(target=run)
    first.start()
    inside.wait()
    with tl.no_grad():
        tl.no_grad()(leave.set)()
        first.join()
        assert not tl.is_grad_enabled()
    assert seen == [True]


def test_a_gradient_returned_twice_or_read_only_is_copied_into_the_leaves() -> None:
    class Twice(Op):
        def forward(self, a, b):  # type: ignore[no-untyped-def]
            return a + b

        def backward(self, grad):  # type: ignore[no-untyped-def]
            both = grad * 1.0
            return both, both

    class Frozen(Op):
        def forward(self, x):  # type: ignore[no-untyped-def]
            return x + 0.0

        def backward(self, grad):  # type: ignore[no-untyped-def]
            result = grad * 1.0
            result.flags.writeable = False
            return result

    x, y = tl.ones(2, requires_grad=True), tl.ones(2, requires_grad=True)
    Twice.apply(x, y).sum().backward()
    x.grad += 1.0
    assert y.grad.tolist() == [1.0, 1.0]
    z = tl.ones(2, requires_grad=True)
    Frozen.apply(z).sum().backward()
    z.grad += 1.0
    assert z.grad.tolist() == [2.0, 2.0]


def test_a_missing_gradient_is_an_error_of_the_op() -> None:
    class Short(Op):
        def forward(self, a, b):  # type: ignore[no-untyped-def]
            return a + b

        def backward(self, grad):  # type: ignore[no-untyped-def]
            return grad

    with pytest.raises(GraphError, match="Short: backward returned 1 gradients for 2 inputs"):
        Short.apply(tl.ones(1, requires_grad=True), tl.ones(1, requires_grad=True)).backward()


def test_a_wrong_composed_form_is_found() -> None:
    class Wrong(Op):
        composed = staticmethod(lambda x: x * x * 3.0)

        def forward(self, x):  # type: ignore[no-untyped-def]
            self.twice = 2 * x
            return x * x

        def backward(self, grad):  # type: ignore[no-untyped-def]
            return grad * self.twice

    with pytest.raises(GraphError, match="in an ordinary backward pass"):
        tl.gradgradcheck(Wrong.apply, tl.ones(2, dtype="float64", requires_grad=True))


def test_results_are_added_to_a_gradient_that_needs_one_itself() -> None:
    x = tl.tensor(3.0, requires_grad=True)
    (x * x).backward(create_graph=True)
    (x * 1.0).backward()
    assert x.grad.item() == 7.0
