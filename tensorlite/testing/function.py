"""Whether a differentiable function is one: values, derivatives, types, what it leaves alone."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tensorlite as tl
from tensorlite.autograd import TensorBase
from tensorlite.errors import GraphError
from tensorlite.testing.directions import all_together, along_directions, several
from tensorlite.testing.failure import Claims, seeded

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]


def check_function(
    function: Function,
    *inputs: Any,
    expected: Function | None = None,
    exact: bool = True,
    second: bool = True,
    name: str | None = None,
) -> None:
    """Check a differentiable function.

    The first derivatives are compared with central differences in float64, and so are the second
    ones. Inputs and incoming gradients must stay as they are, float32 must stay float32, the
    memory order must not matter, calls must not get in each other's way, and only the default
    generator may be drawn from.

    Args:
        function: Takes tensors and returns one, or a tuple of them.
        *inputs: For each input its shape, then random numbers are drawn, or an array. Those of
            floating point get gradients.
        expected: The same function in NumPy.
        exact: Whether its gradient is the derivative; a straight-through estimator's is not.
        second: Whether it can be differentiated twice.
        name: What to call it in messages; its own name if not given.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> check_function(lambda x: x * x.sigmoid(), (2, 3))
        >>> from tensorlite.testing import CheckFailure
        >>> class Half(tl.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         return x * 0.5
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         return grad * 2
        >>> try:
        ...     check_function(Half.apply, (1,), name="half")
        ... except CheckFailure as failure:
        ...     print(str(failure).partition(" of ")[0])
        function half: gradcheck: expected a gradient
    """
    claims = Claims("function", name or function)
    arrays = [random_array(each, i) for i, each in enumerate(inputs)]
    check_derivatives(claims, function, arrays, exact and (1 + second), expected)


def check_derivatives(
    claims: Claims,
    function: Function,
    arrays: Sequence[Array],
    orders: int = 2,
    expected: Function | None = None,
) -> None:
    """Make every check of ``check_function`` on behalf of another check.

    Args:
        claims: In whose name.
        function: Takes tensors.
        arrays: What is tried; gradients are for those of floating point.
        orders: How many derivatives are compared with differences.
        expected: The same function in NumPy.
    """
    _Check(claims, seeded(function), list(arrays)).run(expected, orders)


class _Check:
    def __init__(self, claims: Claims, function: Function, arrays: list[Array]) -> None:
        self.claims, self.function, self.arrays = claims, function, arrays

    def run(self, expected: Function | None, orders: int) -> None:
        with self.claims.works("a function of tensors"):
            result = self._values(expected)
            self._is_repeatable()
            if any(y.requires_grad for y in result):
                self._gradients(orders)
            else:
                wanted = any(x.dtype.kind == "f" for x in self.arrays)
                floats = any(y.dtype.kind == "f" for y in result)
                message = "expected a result with a gradient, got one cut off from its inputs."
                self.claims.that(not (wanted and floats), message, "Use ops on tensors throughout.")

    # --- values -----------------------------------------------------------------------------------

    def _values(self, expected: Function | None) -> list[Any]:
        inputs = self._tensors()
        with self.claims.draws_nothing("the default generator", default=False):
            result = several(self.function(*inputs))
        kinds = {type(y).__name__ for y in result if not isinstance(y, TensorBase)}
        self.claims.that(not kinds, f"expected tensors as result, got {', '.join(kinds)}.")
        self._unchanged(inputs, "the function")
        if expected is not None:
            wanted = several(expected(*[x.copy() for x in self.arrays]))
            for one, other in zip(result, wanted, strict=True):
                message = (
                    f"expected {np.asarray(other).ravel()[:3]}..., got {one.array.ravel()[:3]}."
                )
                self.claims.equal(one.array, other, message, 1e-7)
        return result

    def _is_repeatable(self) -> None:
        one, other = (several(self.function(*self._tensors())) for _ in range(2))
        for first, again in zip(one, other, strict=True):
            message = "expected the same result for the same inputs and seed, got another."
            self.claims.equal(first.array, again.array, message)
        with tl.no_grad():
            free = several(self.function(*self._tensors()))
        self.claims.that(
            all(y.node is None for y in free),
            "expected no graph under no_grad, got a result that is joined to one.",
        )

    def _unchanged(self, inputs: Sequence[Any], who: str) -> None:
        for i, (x, before) in enumerate(zip(inputs, self.arrays, strict=True)):
            self.claims.equal(x.array, before, f"expected input {i} as it was, but {who} wrote it.")

    # --- derivatives ------------------------------------------------------------------------------

    def _gradients(self, orders: int) -> None:
        self._agree_with_differences(orders)
        reference = self._pulled(self._tensors())
        self._leave_everything_as_it_is(reference)
        self._follow_types()
        self._bear_other_memory_orders(reference)
        self._bear_calls_in_between(reference)
        self._are_the_same_alone(reference)
        self._frees_its_inputs()

    def _agree_with_differences(self, orders: int) -> None:
        try:
            if orders >= 1:
                few = along_directions(self.function, self._tensors())
                tl.gradcheck(*few, fast_mode=True, rtol=1e-4, atol=1e-6)
            if orders >= 2:
                few = all_together(self.function, self._tensors())
                tl.gradgradcheck(*few, rtol=1e-3, atol=1e-5)
        except GraphError as error:
            self.claims.that(False, str(error))

    def _pulled(self, inputs: list[Any], results: list[Any] | None = None) -> list[Any]:
        """Gradients of all inputs, for results that are weighed by fixed numbers."""
        floats = [x for x in inputs if x.requires_grad]
        outputs = [y for y in results or several(self.function(*inputs)) if y.requires_grad]
        given = [tl.from_numpy(_weights(y, i)) for i, y in enumerate(outputs)]
        found = tl.autograd.grad(outputs, floats, given, allow_unused=True, retain_graph=True)
        for i, (y, weights) in enumerate(zip(outputs, given, strict=True)):
            message = "expected the incoming gradient as it was, but backward wrote it."
            self.claims.equal(weights.array, _weights(y, i), message)
        return list(found)

    def _frees_its_inputs(self) -> None:
        inputs = self._tensors()
        alive = [weakref.ref(each) for x in inputs for each in (x, x.array)]
        self._pulled(inputs)
        del inputs
        if any(ref() is not None for ref in alive):
            gc.collect()
        message = "expected inputs to be freed when the result is, but something holds them."
        self.claims.that(all(ref() is None for ref in alive), message)

    def _leave_everything_as_it_is(self, reference: list[Any]) -> None:
        inputs = self._tensors()
        results = several(self.function(*inputs))
        before = [y.array.copy() for y in results]
        self._pulled(inputs, results)
        again = self._pulled(inputs, results)
        self._unchanged(inputs, "its backward")
        for y, old in zip(results, before, strict=True):
            self.claims.equal(y.array, old, "expected the result as it was, but backward wrote it.")
        self._same(reference, again, "expected the same gradient from a second backward")

    def _follow_types(self) -> None:
        inputs = self._tensors("float32")
        results = several(self.function(*inputs))
        message = "expected {} of float32 for inputs of float32, got {}."
        for y in results:
            if y.dtype.kind == "f":
                self.claims.that(y.dtype == np.float32, message.format("a result", y.dtype))
        for g in self._pulled(inputs, results):
            if g is not None:
                self.claims.that(g.dtype == np.float32, message.format("a gradient", g.dtype))

    def _bear_other_memory_orders(self, reference: list[Any]) -> None:
        strided = []
        for x in self._tensors():
            wide = np.zeros((*x.shape, 2), x.dtype)
            wide[..., 0] = x.array
            odd = tl.from_numpy(np.asfortranarray(wide)[..., 0])
            strided.append(odd.requires_grad_() if x.requires_grad else odd)
        found = self._pulled(strided)
        self._same(reference, found, "expected the same gradient in another memory order")

    def _bear_calls_in_between(self, reference: list[Any]) -> None:
        inputs = self._tensors()
        results = several(self.function(*inputs))
        others = [x.detach() * 0.5 if x.dtype.kind == "f" else x for x in inputs]
        self.function(*[x.requires_grad_() if x.dtype.kind == "f" else x for x in others])
        found = self._pulled(inputs, results)
        self._same(reference, found, "expected the same gradient after another call in between")

    def _are_the_same_alone(self, reference: list[Any]) -> None:
        places = [i for i, x in enumerate(self.arrays) if x.dtype.kind == "f"]
        for place, wanted in zip(places, reference, strict=True):
            inputs = [x.detach() for x in self._tensors()]
            inputs[place].requires_grad_()
            results = several(self.function(*inputs))
            if wanted is not None and any(y.requires_grad for y in results):
                found = self._pulled(inputs, results)
                message = f"expected the same gradient when only input {place} needs one"
                self._same([wanted], found, message)

    def _same(self, wanted: list[Any], found: list[Any], message: str) -> None:
        for one, other in zip(wanted, found, strict=True):
            first, again = (np.zeros(()) if each is None else each.array for each in (one, other))
            self.claims.equal(first, again, f"{message}, got another.", 1e-8)

    def _tensors(self, dtype: str = "float64") -> list[Any]:
        made = []
        for x in self.arrays:
            floats = x.dtype.kind == "f"
            made.append(tl.tensor(x.astype(dtype) if floats else x.copy(), requires_grad=floats))
        return made


def random_array(given: Any, number: int = 0) -> Array:
    """An array, or random numbers of a shape; none is near 0, where many functions have a kink."""
    if isinstance(given, TensorBase):
        given = given.array
    if isinstance(given, np.ndarray):
        return given.astype(np.float64) if given.dtype.kind == "f" else given
    values = np.random.default_rng([7, number]).standard_normal(given)
    return np.where(np.abs(values) < 0.05, values + 0.2, values)


def _weights(result: Any, number: int) -> Array:
    values = np.random.default_rng([3, number]).standard_normal(result.shape)
    return np.asarray(values, result.dtype)
