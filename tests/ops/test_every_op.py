"""One table of cases drives every op: values, both orders of derivatives, types, memory order."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import ops
from tensorlite.autograd import Op, TensorBase
from tensorlite.kernels import reference

Spec = tuple[int, ...] | np.ndarray


@dataclass
class OpCase:
    """A function of tensors, the same in NumPy, and inputs: shapes to draw, or arrays."""

    name: str
    function: Callable[..., Any]
    expected: Callable[..., Any]
    inputs: tuple[Spec, ...]
    ops: tuple[str, ...]
    positive: bool = False
    away_from: float | None = None  # keep clear of a kink
    empty: tuple[tuple[int, ...], ...] | None = None  # shapes with a zero to try as well
    seed: int = field(default=0)

    def arrays(self) -> list[np.ndarray]:
        rng = np.random.default_rng(self.seed)
        return [self._array(spec, rng) for spec in self.inputs]

    def _array(self, spec: Spec, rng: np.random.Generator) -> np.ndarray:
        if isinstance(spec, np.ndarray):
            return spec
        values = rng.standard_normal(spec)
        if self.positive:
            values = np.abs(values) + 0.5
        if self.away_from is not None:
            close = np.abs(values - self.away_from) < 0.05
            values = np.where(close, values + 0.2, values)
        return values


def np_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def np_batch_norm(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    mean, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    normal = (x - mean) / np.sqrt(var + 1e-5)
    return normal * w.reshape(1, -1, 1, 1) + b.reshape(1, -1, 1, 1)


LABELS = np.array([2, 0, 1])
SPREAD = np.random.default_rng(5).permutation(60).astype(float)  # no equal elements
MASK = np.array([[True, False, True], [False, True, False]])
ROWS = np.array([0, 2, 0])
CONV = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
CONV_STEPS = (CONV["stride"], CONV["padding"], CONV["dilation"], 2)
POOLED = reference.max_pool2d(SPREAD.reshape(1, 2, 5, 6), (2, 2), (2, 2), (0, 0), (1, 1), False)[1]

CASES = [
    OpCase("add", ops.add, np.add, ((2, 3), (2, 3)), ("Add",), empty=((0, 3), (0, 3))),
    OpCase("add broadcast", ops.add, np.add, ((2, 1, 3), (4, 1)), ("Add",)),
    OpCase("sub", ops.sub, np.subtract, ((2, 3), (3,)), ("Sub",)),
    OpCase("mul", ops.mul, np.multiply, ((2, 3), (2, 1)), ("Mul",), empty=((0, 3), (0, 1))),
    OpCase("square", lambda x: x * x, lambda x: x * x, ((2, 3),), ("Mul",)),
    OpCase("div", ops.div, np.divide, ((2, 3), (3,)), ("Div",), positive=True),
    OpCase("pow", ops.pow, np.power, ((2, 3), (3,)), ("Pow",), positive=True),
    OpCase("pow number", lambda x: x**3, lambda x: x**3, ((2, 3),), ("Pow",)),
    OpCase("number pow", lambda x: 2.0**x, lambda x: 2.0**x, ((2, 3),), ("Pow",)),
    OpCase("neg", ops.neg, np.negative, ((2, 3),), ("Neg",), empty=((0,),)),
    OpCase("exp", ops.exp, np.exp, ((2, 3),), ("Exp",), empty=((0,),)),
    OpCase("log", ops.log, np.log, ((2, 3),), ("Log",), positive=True),
    OpCase("sqrt", ops.sqrt, np.sqrt, ((2, 3),), ("Sqrt",), positive=True),
    OpCase("abs", ops.abs, np.abs, ((2, 3),), ("Abs",), away_from=0.0),
    OpCase("tanh", ops.tanh, np.tanh, ((2, 3),), ("Tanh",)),
    OpCase("sigmoid", ops.sigmoid, lambda x: 1 / (1 + np.exp(-x)), ((2, 3),), ("Sigmoid",)),
    OpCase(
        "relu", ops.relu, lambda x: np.maximum(x, 0), ((2, 3),), ("Relu", "ReluGrad"), away_from=0.0
    ),
    OpCase(
        "clamp",
        lambda x: ops.clamp(x, 0.2, 0.9),
        lambda x: np.clip(x, 0.2, 0.9),
        ((3, 5),),
        ("Clamp",),
        seed=1,
    ),
    OpCase("maximum", ops.maximum, np.maximum, ((2, 3), (3,)), ("Maximum",)),
    OpCase("minimum", ops.minimum, np.minimum, ((2, 3), (3,)), ("Minimum",)),
    OpCase(
        "where",
        lambda a, b: ops.where(MASK, a, b),
        lambda a, b: np.where(MASK, a, b),
        ((2, 3), (3,)),
        ("Where",),
    ),
    OpCase("clone", lambda x: x.clone(), lambda x: x, ((2, 3),), ("Clone",)),
    OpCase(
        "reshape", lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2), ((2, 3),), ("Reshape",)
    ),
    OpCase(
        "view of a permuted tensor",
        lambda x: x.T.view(6),
        lambda x: x.T.reshape(6),
        ((2, 3),),
        ("Reshape", "Permute"),
    ),
    OpCase(
        "flatten", lambda x: x.flatten(1), lambda x: x.reshape(2, 12), ((2, 3, 4),), ("Reshape",)
    ),
    OpCase("squeeze", lambda x: x.squeeze(1), lambda x: x.squeeze(1), ((2, 1, 3),), ("Reshape",)),
    OpCase("unsqueeze", lambda x: x.unsqueeze(-1), lambda x: x[..., None], ((2, 3),), ("Reshape",)),
    OpCase(
        "permute",
        lambda x: x.permute(2, 0, 1),
        lambda x: x.transpose(2, 0, 1),
        ((2, 3, 4),),
        ("Permute",),
    ),
    OpCase(
        "transpose",
        lambda x: x.transpose(0, -1),
        lambda x: x.swapaxes(0, -1),
        ((2, 3, 4),),
        ("Permute",),
    ),
    OpCase(
        "expand",
        lambda x: x.expand(4, 2, -1),
        lambda x: np.broadcast_to(x, (4, 2, 3)),
        ((1, 3),),
        ("BroadcastTo",),
    ),
    OpCase(
        "cat",
        lambda a, b: ops.cat([a, b], 1),
        lambda a, b: np.concatenate([a, b], 1),
        ((2, 3), (2, 1)),
        ("Cat",),
    ),
    OpCase(
        "stack",
        lambda a, b: ops.stack([a, b], -1),
        lambda a, b: np.stack([a, b], -1),
        ((2, 3), (2, 3)),
        ("Cat",),
    ),
    OpCase(
        "pad",
        lambda x: ops.pad(x, (1, 2, 0, 1), value=3.0),
        lambda x: np.pad(x, ((0, 1), (1, 2)), constant_values=3.0),
        ((2, 3),),
        ("Pad",),
    ),
    OpCase(
        "basic index",
        lambda x: x[1:, ::2, None],
        lambda x: x[1:, ::2, None],
        ((3, 4),),
        ("GetItem", "PutItem"),
    ),
    OpCase(
        "integer index",
        lambda x: x[..., -1],
        lambda x: x[..., -1],
        ((3, 4),),
        ("GetItem", "PutItem"),
    ),
    OpCase(
        "advanced index",
        lambda x: x[ROWS, 1],
        lambda x: x[ROWS, 1],
        ((3, 4),),
        ("GetItem", "PutItem"),
    ),
    OpCase(
        "boolean index", lambda x: x[MASK], lambda x: x[MASK], ((2, 3),), ("GetItem", "PutItem")
    ),
    OpCase("sum", lambda x: x.sum(), np.sum, ((2, 3),), ("Sum",), empty=((0, 3),)),
    OpCase(
        "sum dim",
        lambda x: x.sum((0, 2), keepdim=True),
        lambda x: x.sum((0, 2), keepdims=True),
        ((2, 3, 4),),
        ("Sum",),
    ),
    OpCase("mean", lambda x: x.mean(1), lambda x: x.mean(1), ((2, 3),), ("Sum",)),
    OpCase("var", lambda x: x.var(-1), lambda x: x.var(-1, ddof=1), ((2, 3),), ("Sum",)),
    OpCase(
        "amax", lambda x: x.amax(1), lambda x: x.max(1), (SPREAD[:12].reshape(3, 4),), ("Amax",)
    ),
    OpCase("amin", lambda x: x.amin(), np.min, (SPREAD[:12].reshape(3, 4),), ("Amax",)),
    OpCase(
        "max dim",
        lambda x: x.max(0).values,
        lambda x: x.max(0),
        (SPREAD[:12].reshape(3, 4),),
        ("GetItem",),
    ),
    OpCase(
        "min dim",
        lambda x: x.min(1, True).values,
        lambda x: x.min(1, keepdims=True),
        (SPREAD[:12].reshape(3, 4),),
        ("GetItem",),
    ),
    OpCase("matmul", ops.matmul, np.matmul, ((2, 3), (3, 4)), ("MatMul",)),
    OpCase("matmul stack", ops.matmul, np.matmul, ((5, 1, 2, 3), (2, 3, 4)), ("MatMul",)),
    OpCase("matmul row", ops.matmul, np.matmul, ((3,), (2, 3, 4)), ("MatMul",)),
    OpCase("matmul dot", ops.matmul, np.matmul, ((3,), (3,)), ("MatMul",)),
    OpCase("linear", ops.linear, lambda x, w, b: x @ w.T + b, ((5, 3), (4, 3), (4,)), ("Linear",)),
    OpCase(
        "linear stack",
        ops.linear,
        lambda x, w, b: x @ w.T + b,
        ((2, 5, 3), (4, 3), (4,)),
        ("MatMul",),
    ),
    OpCase(
        "softmax", lambda x: x.softmax(1), lambda x: np_softmax(x, 1), ((2, 3, 4),), ("Softmax",)
    ),
    OpCase(
        "log_softmax",
        lambda x: x.log_softmax(),
        lambda x: np.log(np_softmax(x, -1)),
        ((2, 3),),
        ("LogSoftmax",),
    ),
    OpCase(
        "nll_loss",
        lambda x: ops.nll_loss(x, LABELS),
        lambda x: -x[[0, 1, 2], LABELS].mean(),
        ((3, 4),),
        ("GetItem",),
    ),
    OpCase(
        "cross_entropy in one pass",
        lambda x: ops.cross_entropy(x, LABELS),
        lambda x: -np.log(np_softmax(x, 1))[[0, 1, 2], LABELS].mean(),
        ((3, 4),),
        ("CrossEntropy",),
    ),
    OpCase(
        "cross_entropy",
        lambda x: ops.cross_entropy(x, LABELS, label_smoothing=0.1),
        lambda x: (
            -(
                0.9 * np.log(np_softmax(x, 1))[[0, 1, 2], LABELS]
                + 0.1 * np.log(np_softmax(x, 1)).mean(1)
            ).mean()
        ),
        ((3, 4),),
        ("LogSoftmax",),
    ),
    OpCase(
        "mse_loss", ops.mse_loss, lambda x, y: ((x - y) ** 2).mean(), ((2, 3), (2, 3)), ("Mul",)
    ),
    OpCase(
        "conv2d with relu",
        lambda x, w, b: ops.conv2d(x, w, b, **CONV, relu=True),
        lambda x, w, b: np.maximum(reference.conv2d(x, w, *CONV_STEPS) + b.reshape(1, -1, 1, 1), 0),
        ((1, 2, 4, 7), (4, 1, 2, 3), (4,)),
        ("Conv2d", "ReluGrad"),
    ),
    OpCase(
        "conv2d",
        lambda x, w, b: ops.conv2d(x, w, b, **CONV),
        lambda x, w, b: reference.conv2d(x, w, *CONV_STEPS) + b.reshape(1, -1, 1, 1),
        ((1, 2, 4, 5), (4, 1, 3, 2), (4,)),
        ("Conv2d", "Conv2dInputGrad", "Conv2dWeightGrad"),
    ),
    OpCase(
        "max_pool2d",
        lambda x: ops.max_pool2d(x, 3, stride=2, padding=1, ceil_mode=True),
        lambda x: reference.max_pool2d(x, (3, 3), (2, 2), (1, 1), (1, 1), True)[0],
        (SPREAD.reshape(1, 2, 5, 6),),
        ("MaxPool2d", "MaxPool2dGrad"),
    ),
    OpCase(
        "max_pool2d_pick",
        lambda x: tl.ops.pool.MaxPool2dPick.apply(x, POOLED),
        lambda x: reference.max_pool2d_pick(x, POOLED),
        ((1, 2, 5, 6),),
        ("MaxPool2dPick", "MaxPool2dGrad"),
    ),
    OpCase(
        "avg_pool2d",
        lambda x: ops.avg_pool2d(
            x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False
        ),
        lambda x: reference.avg_pool2d(x, (3, 3), (2, 2), (1, 1), True, False),
        ((1, 2, 5, 6),),
        ("AvgPool2d", "AvgPool2dGrad"),
    ),
    OpCase(
        "batch_norm in training",
        lambda x, w, b: ops.batch_norm(x, None, None, w, b, training=True),
        np_batch_norm,
        ((3, 2, 2, 3), (2,), (2,)),
        ("BatchNorm",),
    ),
    OpCase(
        "batch_norm with relu",
        lambda x, w, b: ops.batch_norm(x, None, None, w, b, training=True, relu=True),
        lambda x, w, b: np.maximum(np_batch_norm(x, w, b), 0),
        ((3, 2, 2, 3), (2,), (2,)),
        ("BatchNorm",),
    ),
    OpCase(
        "batch_norm in evaluation",
        lambda x: ops.batch_norm(
            x, tl.tensor([0.5, 1.0], "float64"), tl.tensor([4.0, 1.0], "float64"), eps=0.0
        ),
        lambda x: (
            (x - np.array([0.5, 1.0]).reshape(1, 2, 1)) / np.array([2.0, 1.0]).reshape(1, 2, 1)
        ),
        ((3, 2, 2),),
        ("Mul",),
    ),
]

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def tensors(case: OpCase, dtype: str = "float64") -> list[tl.Tensor]:
    return [tl.tensor(array, dtype, requires_grad=True) for array in case.arrays()]


def all_ops() -> dict[str, type[Op]]:
    found = {}
    for module in pkgutil.iter_modules(ops.__path__):
        members = vars(importlib.import_module(f"tensorlite.ops.{module.name}")).values()
        found |= {m.__name__: m for m in members if isinstance(m, type) and issubclass(m, Op)}
    return {name: op for name, op in found.items() if op is not Op}


@every
def test_the_value_is_numpys(case: OpCase) -> None:
    result = case.function(*tensors(case))
    np.testing.assert_allclose(result.array, case.expected(*case.arrays()), rtol=1e-12, atol=1e-12)


@every
def test_the_gradient_agrees_with_central_differences(case: OpCase) -> None:
    assert tl.gradcheck(case.function, tensors(case))


@every
def test_the_gradient_agrees_along_a_random_projection(case: OpCase) -> None:
    assert tl.gradcheck(case.function, tensors(case), fast_mode=True, rtol=1e-6)


@every
def test_the_second_derivative_agrees_with_central_differences(case: OpCase) -> None:
    assert tl.gradgradcheck(case.function, tensors(case))


@every
def test_float32_stays_float32(case: OpCase) -> None:
    if case.name == "batch_norm in evaluation":
        pytest.skip("its statistics are float64 on purpose")
    inputs = tensors(case, "float32")
    result = case.function(*inputs)
    result.sum().backward()
    assert result.dtype == np.float32
    assert [x.grad.dtype for x in inputs] == [np.float32] * len(inputs)


@every
def test_inputs_are_not_modified(case: OpCase) -> None:
    inputs, before = tensors(case), case.arrays()
    case.function(*inputs).sum().backward()
    for x, original in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(x.array, original)


@every
def test_other_memory_orders_give_the_same(case: OpCase) -> None:
    expected = gradients(case, tensors(case))
    strided = []
    for x in tensors(case):
        wide = np.zeros((*x.shape, 2))
        wide[..., 0] = x.array
        strided.append(tl.from_numpy(np.asfortranarray(wide)[..., 0]).requires_grad_())
    for one, other in zip(expected, gradients(case, strided), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def gradients(case: OpCase, inputs: list[tl.Tensor]) -> list[np.ndarray]:
    result = case.function(*inputs)
    weights = np.random.default_rng(3).standard_normal(result.shape)
    (result * tl.from_numpy(weights)).sum().backward()
    return [result.array, *(x.grad.array for x in inputs)]


@pytest.mark.parametrize("case", [c for c in CASES if c.empty], ids=lambda case: case.name)
def test_empty_inputs_work(case: OpCase) -> None:
    inputs = [tl.zeros(shape, requires_grad=True) for shape in case.empty or ()]
    case.function(*inputs).sum().backward()
    assert [x.grad.shape for x in inputs] == list(case.empty or ())


def test_every_op_has_a_case() -> None:
    covered = {name for case in CASES for name in case.ops} | {"Cast"}
    assert set(all_ops()) - covered == set()


def test_casts_carry_their_gradient_back() -> None:
    x = tl.tensor([1.0, 2.0], dtype="float64", requires_grad=True)
    (first,) = tl.autograd.grad((x.float() * x.float()).sum(), x, create_graph=True)
    (second,) = tl.autograd.grad(first.sum(), x)
    assert (first.tolist(), first.dtype, second.tolist()) == ([2, 4], "float64", [2, 2])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_composed_form_is_the_same_function(case: OpCase) -> None:
    compared = []

    def compare(cls: type[Op], *inputs: Any) -> Any:
        result = original(cls, *inputs)
        if cls.composed is not None:
            fused = result[0] if isinstance(result, tuple) else result
            np.testing.assert_allclose(fused.array, cls.composed(*inputs).array, rtol=1e-10)
            compared.append(cls.__name__)
        return result

    original = Op.apply.__func__  # type: ignore[attr-defined]
    Op.apply = classmethod(compare)  # type: ignore[method-assign, assignment]
    try:
        case.function(*tensors(case))
    finally:
        Op.apply = classmethod(original)  # type: ignore[method-assign]
    fused = {name for name in case.ops if all_ops()[name].composed is not None}
    assert fused <= set(compared)


def test_every_case_runs_the_ops_it_names() -> None:
    for case in CASES:
        missing = {n for n in case.ops if n not in ran(case)}
        assert not missing, f"{case.name} does not run {missing}"


def ran(case: OpCase) -> set[str]:
    names, original = set(), Op.__new__

    def spy(cls: type[Op], *args: Any) -> Op:
        names.add(cls.__name__)
        return original(cls)

    Op.__new__ = spy  # type: ignore[method-assign, assignment]
    try:
        inputs = tensors(case)
        result = case.function(*inputs)
        tl.autograd.grad(result.sum(), inputs, create_graph=True, allow_unused=True)
    finally:
        del Op.__new__
    return names


@pytest.mark.parametrize("op", all_ops().values(), ids=all_ops())
def test_backward_keeps_to_the_rules(op: type[Op]) -> None:
    """Operators and ops only, so that the same lines run on arrays and on tensors."""
    if op.composed is not None:
        pytest.skip("second derivatives go through its composed form")
    tree = ast.parse(textwrap.dedent(inspect.getsource(op)))
    backward = next(n for n in ast.walk(tree) if getattr(n, "name", "") == "backward")
    given = {"grad"}
    for node in ast.walk(backward):
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == "self.saved":
            given |= {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    for node in ast.walk(backward):
        assert not isinstance(node, ast.AugAssign), "changes something in place"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.value.id != "np", f"calls NumPy: {ast.unparse(node)}"
            allowed = node.value.id not in given or node.attr == "shape"
            assert allowed, f"uses a method of a gradient or saved value: {ast.unparse(node)}"


def test_no_public_function_returns_an_array() -> None:
    for result in (ops.exp(np.ones(2)), ops.add(1.0, 2.0), ops.where([True], 1.0, 0.0)):
        assert isinstance(result, TensorBase)
