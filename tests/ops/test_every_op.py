"""One table of cases drives every op: values, both orders of derivatives, types, memory order."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import ops
from tensorlite.autograd import Op, TensorBase
from tests.ops.case import OpCase

CASES = [
    case
    for file in sorted(Path(__file__).parent.glob("cases_*.py"))
    for case in importlib.import_module(f"tests.ops.{file.stem}").CASES
]

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def tensors(case: OpCase, dtype: str = "float64") -> list[tl.Tensor]:
    return [tl.tensor(array, dtype, requires_grad=True) for array in case.arrays()]


def all_ops() -> dict[str, type[Op]]:
    found = {}
    for module in pkgutil.iter_modules(ops.__path__):
        members = vars(importlib.import_module(f"tensorlite.ops.{module.name}")).values()
        found |= {m.__name__: m for m in members if isinstance(m, type) and issubclass(m, Op)}
    return {n: op for n, op in found.items() if op.backward is not Op.backward}  # no bases


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
