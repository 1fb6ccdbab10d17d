"""The same program, with PyTorch and with tensorlite under its name, gives the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")
pytest.importorskip("torch.utils.checkpoint")

pytestmark = pytest.mark.parity
Program = Callable[[Any], Any]
PROGRAMS: dict[str, Program] = {}
REFUSED: dict[str, Program] = {}


def program(function: Program) -> Program:
    PROGRAMS[function.__name__] = function
    return function


def refused(function: Program) -> Program:
    REFUSED[function.__name__] = function
    return function


def leaf(t: Any, *shape: int, seed: int = 0) -> Any:
    values = np.random.default_rng(seed).standard_normal(shape)
    return t.tensor(values, dtype=t.float64, requires_grad=True)


def plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value.detach().numpy() if hasattr(value, "detach") else value


# --- passes ---------------------------------------------------------------------------------------


@program
def backward_with_gradient_twice(t: Any) -> Any:
    x = leaf(t, 3)
    y = x.exp() * x
    y.backward(t.ones_like(y), retain_graph=True)
    y.backward(t.full_like(y, 2.0))
    return x.grad, x.is_leaf, y.is_leaf


@program
def grad_of_results_and_unused(t: Any) -> Any:
    x, w = leaf(t, 3), leaf(t, 3, seed=1)
    y = x * x
    return t.autograd.grad((y * 2).sum(), [x, y, w], allow_unused=True)


@program
def grad_materialized(t: Any) -> Any:
    x, w = leaf(t, 3), leaf(t, 2, seed=1)
    return t.autograd.grad((x * 2).sum(), (x, w), materialize_grads=True)


@program
def grad_of_several_outputs(t: Any) -> Any:
    x = leaf(t, 3)
    return t.autograd.grad([x.sum(), x * x], x, [t.tensor(2.0, dtype=t.float64), x.detach()])


@program
def third_derivative(t: Any) -> Any:
    x = leaf(t, 3)
    y = (x**4).sum()
    for _ in range(3):
        (g,) = t.autograd.grad(y, x, create_graph=True)
        y = g.sum()
    return g


@program
def gradient_penalty(t: Any) -> Any:
    x, w = leaf(t, 4, 3), leaf(t, 3, 1, seed=1)
    out = (x @ w).tanh()
    (g,) = t.autograd.grad(out, x, t.ones_like(out), create_graph=True, retain_graph=True)
    penalty = (((g * g).sum(1).sqrt() - 1) ** 2).mean()
    (out.mean() + 10 * penalty).backward()
    return w.grad, x.grad


@program
def backward_into_inputs(t: Any) -> Any:
    x, w = leaf(t, 3), leaf(t, 3, seed=1)
    y = x * w
    (y * y).sum().backward(inputs=[x])
    return x.grad, w.grad is None


@program
def retained(t: Any) -> Any:
    x = leaf(t, 3)
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()
    return y.grad, y.retains_grad, x.retains_grad


@program
def hooks(t: Any) -> Any:
    x, seen = leaf(t, 3), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.clone()))
    handle = y.register_hook(lambda g: g * 3)
    x.register_hook(lambda g: g + 1)
    (y * y).sum().backward(retain_graph=True)
    handle.remove()
    (y * y).sum().backward()
    return x.grad, seen


# --- changes in place -----------------------------------------------------------------------------


@program
def shortcut(t: Any) -> Any:
    x = leaf(t, 2, 3)
    out = x.clamp(min=0) * 2
    out += x
    out *= x
    out.add_(1.0).sub_(x, alpha=2)
    out.sum().backward()
    return out, x.grad


@program
def filled_in(t: Any) -> Any:
    x = leaf(t, 2, 3)
    out = t.zeros(4, 4, dtype=t.float64)
    out[1:3, 1:] = x
    out[0] = x[0, 0]
    out[:, 0] += x.sum()
    out[out > 1] = 0
    (out * out).sum().backward()
    return out, x.grad


@program
def overwritten(t: Any) -> Any:
    x = leaf(t, 4)
    y = x * 2
    y[1:3] = y[:2].clone() * 3
    y[-1] = 5
    (y * y).sum().backward()
    return y, x.grad


@program
def accumulated_in_a_loop(t: Any) -> Any:
    x = leaf(t, 3)
    total = t.zeros(3, dtype=t.float64)
    for i in range(4):
        total += x**i
    total.sum().backward()
    return total, x.grad


@program
def data_and_detach(t: Any) -> Any:
    x = leaf(t, 3)
    x.data.mul_(2)
    x.detach().add_(1)
    with t.no_grad():
        x += 1
        x[0] = 0
    x.data = x.data * 2
    (x * x).sum().backward()
    return x, x.grad, x.requires_grad


@program
def detached_in_place(t: Any) -> Any:
    x = leaf(t, 3)
    y = x * 2
    y.detach_()
    return y.requires_grad, y.is_leaf, (y * x).sum().requires_grad


@program
def shapes_in_place(t: Any) -> Any:
    x = leaf(t, 2, 3)
    y = x * 2
    y.unsqueeze_(1).transpose_(0, 2).squeeze_(1)
    (y * t.tensor([1.0, 2.0], dtype=t.float64)).sum().backward()
    return y, x.grad


@refused
def leaf_in_place(t: Any) -> Any:
    leaf(t, 3).add_(1)


@refused
def leaf_assigned(t: Any) -> Any:
    leaf(t, 3)[0] = 1.0


@refused
def float_into_integers(t: Any) -> Any:
    t.tensor([1, 2]).add_(0.5)


@refused
def wider_than_itself(t: Any) -> Any:
    t.ones(3).add_(t.ones(2, 3))


@refused
def no_scalar(t: Any) -> Any:
    leaf(t, 3).exp().backward()


@refused
def nothing_to_differentiate(t: Any) -> Any:
    t.ones(1).backward()


@refused
def freed(t: Any) -> Any:
    y = leaf(t, 3).exp().sum()
    y.backward()
    y.backward()


@refused
def changed_before_backward(t: Any) -> Any:
    x = leaf(t, 3)
    y = x.exp()
    z = y.sum()
    y.detach().zero_()
    z.backward()


@refused
def unused(t: Any) -> Any:
    t.autograd.grad(leaf(t, 3).sum(), leaf(t, 2))


@refused
def integers_with_gradients(t: Any) -> Any:
    t.tensor([1, 2], requires_grad=True)


# --- modes ----------------------------------------------------------------------------------------


@program
def modes(t: Any) -> Any:
    seen = [t.is_grad_enabled()]
    with t.set_grad_enabled(False):
        seen.append(t.is_grad_enabled())
    t.set_grad_enabled(False)
    seen.append(t.is_grad_enabled())
    with t.enable_grad():
        seen.append(t.is_grad_enabled())
    seen.append(t.is_grad_enabled())
    t.set_grad_enabled(True)
    with t.inference_mode():
        seen += [t.is_grad_enabled(), t.is_inference_mode_enabled()]
    with t.inference_mode(False):
        seen += [t.is_grad_enabled(), t.is_inference_mode_enabled()]
    return seen, t.is_grad_enabled(), t.is_inference_mode_enabled()


@program
def decorators(t: Any) -> Any:
    @t.no_grad
    def plain() -> bool:
        return t.is_grad_enabled()

    @t.no_grad()
    def called() -> bool:
        return t.is_grad_enabled()

    @t.set_grad_enabled(False)
    def switched() -> bool:
        return t.is_grad_enabled()

    @t.inference_mode
    def inferred() -> bool:
        return t.is_grad_enabled()

    @t.no_grad()
    def generated() -> Any:
        for _ in range(2):
            got = yield t.is_grad_enabled()
        return got

    stream = generated()
    steps = [next(stream), t.is_grad_enabled(), stream.send(1), t.is_grad_enabled()]
    return [plain(), called(), switched(), inferred(), *steps, t.is_grad_enabled()]


# --- Function -------------------------------------------------------------------------------------


@program
def function_with_saved_tensors(t: Any) -> Any:
    class Cube(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, scale: float) -> Any:
            ctx.save_for_backward(x)
            ctx.scale = scale
            return x**3 * scale

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            (x,) = ctx.saved_tensors
            assert ctx.needs_input_grad == (True, False)
            return grad * 3 * x**2 * ctx.scale, None

    x = leaf(t, 3)
    y = Cube.apply(x, 2.0)
    (first,) = t.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = t.autograd.grad(first.sum(), x)
    return y, first, second, t.autograd.gradcheck(lambda x: Cube.apply(x, 2.0), (x,))


@program
def function_with_saved_output(t: Any) -> Any:
    class Exp(t.autograd.Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return x.exp()

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_backward(output)

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * ctx.saved_tensors[0]

    x = leaf(t, 3)
    y = Exp.apply(x)
    (first,) = t.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = t.autograd.grad((first * first).sum(), x)
    return y, first, second


@program
def function_with_several_outputs(t: Any) -> Any:
    class Both(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            ctx.save_for_backward(x, y)
            best = x.argmax()
            ctx.mark_non_differentiable(best)
            return x * y, best, (x + y).sum()

        @staticmethod
        def backward(ctx: Any, for_product: Any, for_best: Any, for_sum: Any) -> Any:
            x, y = ctx.saved_tensors
            return for_product * y + for_sum, for_product * x + for_sum

    x, y = leaf(t, 2, 3), leaf(t, 2, 3, seed=1)
    product, best, total = Both.apply(x, y)
    results = []
    for loss in (product.sum(), total, (product * product).sum() * total):
        first = t.autograd.grad(loss, [x, y], create_graph=True)
        second = t.autograd.grad(first[0].sum(), [x, y], allow_unused=True, retain_graph=True)
        results += [first, [g for g in second if g is not None]]
    return product, best.requires_grad, results


@program
def function_that_sees_what_is_unused(t: Any) -> Any:
    seen = []

    class Two(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, a: Any, b: Any) -> Any:
            seen.append([a is None, b is None])
            return (0 if a is None else a * 2) + (0 if b is None else b * 3)

    x = leaf(t, 3)
    Two.apply(x)[1].sum().backward()
    return x.grad, seen


@program
def gradient_reversal(t: Any) -> Any:
    class Reverse(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, weight: float) -> Any:
            ctx.weight = weight
            return x.view_as(x)

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad.neg() * ctx.weight, None

    x = leaf(t, 3)
    Reverse.apply(x * 2, 0.5).sum().backward()
    return x.grad


@program
def straight_through(t: Any) -> Any:
    class Sign(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x.sign()

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            (x,) = ctx.saved_tensors
            grad = grad.clone()
            grad[x.abs() > 1] = 0
            return grad

    x = leaf(t, 6)
    (Sign.apply(x) * x.detach()).sum().backward()
    return x.grad


@program
def dirty(t: Any) -> Any:
    class AddOne(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            x.add_(1)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * 5

    x = leaf(t, 3)
    y = x * 2
    z = AddOne.apply(y)
    (z * z).sum().backward()
    return z, x.grad, y is z


@refused
def once_differentiable(t: Any) -> Any:
    from tensorlite.autograd.function import once_differentiable as ours

    once = ours if t is tl else torch.autograd.function.once_differentiable

    class Square(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * 2 * ctx.saved_tensors[0]

    x = leaf(t, 3)
    (first,) = t.autograd.grad(Square.apply(x).sum(), x, create_graph=True)
    first.sum().backward()


@refused
def too_few_gradients(t: Any) -> Any:
    class Add(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            return x + y

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad

    Add.apply(leaf(t, 3), leaf(t, 3)).sum().backward()


@refused
def not_a_number(t: Any) -> Any:
    with t.autograd.detect_anomaly():
        x = t.zeros(1, requires_grad=True)
        (x.sqrt() * 0.0).sum().backward()


# --- functional and checkpoint --------------------------------------------------------------------


def two(x: Any, y: Any) -> Any:
    return (x * y).sum(1), x.exp()


def scalar(x: Any, y: Any) -> Any:
    return (x**3 * y).sum()


@program
def products_with_vectors(t: Any) -> Any:
    f = t.autograd.functional
    x, y, v = leaf(t, 2, 3).detach(), leaf(t, 3, seed=1).detach(), leaf(t, 2, 3, seed=2).detach()
    return [
        f.vjp(two, (x, y), (v[:, 0], v)),
        f.jvp(two, (x, y), (v, y)),
        f.jvp(lambda x: x.exp(), x, v),
        f.vhp(scalar, (x, y), (v, y)),
        f.hvp(scalar, (x, y), (v, y)),
    ]


@program
def jacobians(t: Any) -> Any:
    f = t.autograd.functional
    x, y = leaf(t, 2, 3).detach(), leaf(t, 3, seed=1).detach()
    one = f.jacobian(lambda x: x.exp(), x, create_graph=True)
    return [
        f.jacobian(two, (x, y)), f.jacobian(lambda x: x.sum(0), x), f.jacobian(lambda x: x, y),
        f.hessian(scalar, (x, y)), f.hessian(lambda y: (y**3).sum(), y), one,
    ]  # fmt: skip


@program
def jacobian_in_a_graph(t: Any) -> Any:
    x = leaf(t, 3)
    rows = t.autograd.functional.jacobian(lambda x: x**3, x, create_graph=True)
    (rows * rows).sum().backward()
    return x.grad


@program
def checkpointed(t: Any) -> Any:
    x, w = leaf(t, 3), leaf(t, 3, seed=1)
    outer = w * 2

    def part(a: Any, b: Any, scale: float) -> Any:
        return (a * w).exp() * scale + outer, a * b

    one, other = t.utils.checkpoint.checkpoint(part, x, x * 2, 3.0, use_reentrant=False)
    (one.sum() + (other * one).sum()).backward()
    return one, other, x.grad, w.grad


@program
def checkpointed_layers(t: Any) -> Any:
    net = t.nn.Sequential(*(t.nn.Linear(3, 3) for _ in range(4)), t.nn.Tanh()).double()
    for i, p in enumerate(net.parameters()):
        p.data = leaf(t, *p.shape, seed=i).detach()
    x = leaf(t, 2, 3)
    y = t.utils.checkpoint.checkpoint_sequential(net, 2, x, use_reentrant=False)
    y.sum().backward()
    return y, x.grad, [p.grad for p in net.parameters()]


@program
def variables(t: Any) -> Any:
    x = t.autograd.Variable(t.ones(2), requires_grad=True)
    (x * 3).sum().backward()
    return x.grad


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_both_give_the_same(name: str) -> None:
    compare(plain(PROGRAMS[name](tl)), plain(PROGRAMS[name](torch)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse(name: str) -> None:
    for t in (torch, tl):
        with pytest.raises((RuntimeError, TypeError, ValueError)):
            REFUSED[name](t)


def compare(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            compare(a, b)
    elif isinstance(theirs, np.ndarray):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-12)
    else:
        assert ours == theirs
