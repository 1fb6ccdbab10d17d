"""Compare derivatives with finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from tensorlite.autograd.op import Array, TensorBase, make_tensor
from tensorlite.autograd.passes import grad
from tensorlite.errors import DTypeError, GraphError


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Check the gradients of a function against central differences.

    Args:
        func: Takes the inputs and returns a tensor, or several.
        inputs: A tensor or several; those of float64 that need a gradient are checked.
        eps: Step of the differences.
        atol: Absolute tolerance.
        rtol: Relative tolerance.
        raise_exception: Raise where a gradient is wrong, in place of returning ``False``.
        nondet_tol: Accepted, as are the ``check_`` arguments and ``masked``.
        fast_mode: Compare one random projection of the results instead of each result.

    Returns:
        ``True``.

    Raises:
        GraphError: If a gradient is wrong; says which input, which element and both values.

    Example:
        >>> import tensorlite as tl
        >>> x = tl.tensor([0.5, 1.0], dtype="float64", requires_grad=True)
        >>> gradcheck(lambda x: (x * x).sum(), x)
        True
    """
    tensors = [inputs] if isinstance(inputs, TensorBase) else list(inputs)
    checked = _checked(tensors)
    try:
        for position in range(len(_several(func(*tensors)))):
            one = partial(_output, func, position)
            if one(*tensors).requires_grad:
                _check(one, tensors, checked, eps, atol, rtol, fast_mode)
    except GraphError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = True,
    masked: bool = False,
) -> bool:
    """Check the second derivatives: ``gradcheck`` of the gradients, as a function of the inputs.

    The arguments and errors are those of ``gradcheck``; ``grad_outputs`` are the gradients of the
    results, random ones if not given.
    """
    tensors = [inputs] if isinstance(inputs, TensorBase) else list(inputs)
    checked = _checked(tensors)
    seeds = [None] if grad_outputs is None else _several(grad_outputs)
    try:
        for position, result in enumerate(_several(func(*tensors))):
            one = partial(_output, func, position)
            if not result.requires_grad:
                continue
            given = seeds[position] if grad_outputs is not None else None
            array = np.random.default_rng(0).standard_normal(result.shape)
            seed = make_tensor(array if given is None else given.array)
            _check_second(one, tensors, checked, seed, eps, atol, rtol, fast_mode)
    except GraphError:
        if raise_exception:
            raise
        return False
    return True


def _several(result: Any) -> Sequence[Any]:
    return result if isinstance(result, (tuple, list)) else (result,)


def _output(func: Callable[..., Any], position: int, *inputs: Any) -> Any:
    return _several(func(*inputs))[position]


def _check(
    function: Callable[..., Any],
    tensors: list[Any],
    checked: list[int],
    eps: float,
    atol: float,
    rtol: float,
    fast: bool,
) -> None:
    result = function(*tensors)
    for projection in _projections(result.array, fast):
        exact = grad(
            result,
            [tensors[i] for i in checked],
            make_tensor(projection),
            retain_graph=True,
            allow_unused=True,
        )
        for i, analytic in zip(checked, exact, strict=True):
            numeric = _numeric(function, tensors, i, projection, eps)
            found = np.zeros_like(numeric) if analytic is None else analytic.array
            _compare(i, found, numeric, atol, rtol)


def _check_second(
    function: Callable[..., Any],
    tensors: list[Any],
    checked: list[int],
    seed: Any,
    eps: float,
    atol: float,
    rtol: float,
    fast: bool,
) -> None:
    _compare_orders(function, tensors, checked, seed, atol, rtol)
    seed.requires_grad = True
    for position in range(len(checked)):

        def first_order(*values: Any, position: int = position) -> Any:
            *values_in, given = values
            wanted = [values_in[i] for i in checked]
            found = grad(function(*values_in), wanted, given, create_graph=True, allow_unused=True)[
                position
            ]
            return given.sum() * 0 if found is None else found

        every = [*tensors, seed]
        _check(first_order, every, _checked(every), eps, atol, rtol, fast)


def _compare_orders(
    function: Callable[..., Any],
    tensors: list[Any],
    checked: list[int],
    seed: Any,
    atol: float,
    rtol: float,
) -> None:
    """The gradients that are recorded, through composed forms, must be the ordinary ones."""
    wanted = [tensors[i] for i in checked]
    plain = grad(function(*tensors), wanted, seed, allow_unused=True)
    recorded = grad(function(*tensors), wanted, seed, create_graph=True, allow_unused=True)
    for i, one, other in zip(checked, plain, recorded, strict=True):
        zero = np.zeros(tensors[i].shape)
        first, second = (zero if grad is None else grad.array for grad in (other, one))
        _compare(i, first, second, atol, rtol, "in an ordinary backward pass")


def _checked(tensors: Sequence[Any]) -> list[int]:
    checked = [i for i, t in enumerate(tensors) if getattr(t, "requires_grad", False)]
    if not checked or any(tensors[i].dtype != np.float64 for i in checked):
        raise DTypeError(
            "expected at least one float64 input that needs a gradient.", where="gradcheck"
        )
    return checked


def _projections(result: Array, fast: bool) -> list[Array]:
    if fast:
        return [np.random.default_rng(0).standard_normal(result.shape)]
    return list(np.eye(result.size).reshape(result.size, *result.shape))


def _numeric(
    function: Callable[..., Any], tensors: list[Any], i: int, projection: Array, eps: float
) -> Array:
    """The derivative of the projected result by each element of input ``i``."""
    original = tensors[i].array
    slopes = np.zeros(original.shape)
    for at in np.ndindex(original.shape):
        values = []
        for step in (eps, -eps):
            moved = original.copy()
            moved[at] += step
            shifted = make_tensor(moved)
            shifted.requires_grad = True
            values.append(function(*tensors[:i], shifted, *tensors[i + 1 :]).array)
        slopes[at] = ((values[0] - values[1]) / (2 * eps) * projection).sum()
    return slopes


def _compare(
    i: int,
    found: Array,
    numeric: Array,
    atol: float,
    rtol: float,
    by: str = "by central differences",
) -> None:
    if np.allclose(found, numeric, rtol=rtol, atol=atol):
        return
    worst = np.unravel_index(np.argmax(np.abs(found - numeric)), numeric.shape)
    at = tuple(int(n) for n in worst)
    raise GraphError(
        f"expected a gradient of {numeric[at]:.6g} for input {i} at {at} ({by}), "
        f"got {found[at]:.6g}.",
        where="gradcheck",
    )
