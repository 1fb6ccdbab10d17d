"""Jacobians, Hessians and their products with vectors, of functions of tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensorlite.autograd.modes import enable_grad
from tensorlite.autograd.op import Array, Op, TensorBase, make_tensor
from tensorlite.autograd.passes import grad
from tensorlite.errors import GraphError, ShapeError

Function = Callable[..., Any]


def vjp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the outputs, and the product of a vector with the Jacobian.

    Args:
        func: Takes the inputs and returns a tensor or a tuple of them.
        inputs: A tensor or a tuple of them.
        v: One vector per output, of its shape; not needed for a scalar.
        create_graph: Record it, so that the results can be differentiated.
        strict: Raise if the outputs do not depend on an input, in place of returning zeros.

    Example:
        >>> import tensorlite as tl
        >>> vjp(lambda x: x * x, tl.tensor([1.0, 3.0]), tl.ones(2))[1]
        tensor([2., 6.])
    """
    with enable_grad():
        given = _inputs(inputs, create_graph)
        outputs = _outputs(func(*given), "vjp")
        found = _pull(outputs, given, _vectors(v, outputs, "vjp"), create_graph, strict)
    return _result(outputs, create_graph), _packed(found, inputs, create_graph)


def jvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the outputs, and the product of the Jacobian with a vector.

    The arguments are those of ``vjp``, with one vector per input.

    Example:
        >>> import tensorlite as tl
        >>> jvp(lambda x: x * x, tl.tensor([1.0, 3.0]), tl.tensor([1.0, 10.0]))[1]
        tensor([ 2., 60.])
    """
    with enable_grad():
        given = _inputs(inputs, create_graph)
        vectors = _vectors(v, given, "jvp")
        outputs = _outputs(func(*given), "jvp")
        # What a vector v is multiplied by in vjp is linear in it: its derivative is the product.
        seeds = tuple(_leaf(np.zeros_like(o.array)) for o in outputs)
        pulled = _pull(outputs, given, seeds, True, strict)
        found = _pull(pulled, seeds, vectors, create_graph, strict)
    packed = found if len(outputs) > 1 else found[0]
    return _result(outputs, create_graph), packed if create_graph else _apart(packed)


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Return the derivative of every output by every input.

    Args:
        func: Takes the inputs and returns a tensor or a tuple of them.
        inputs: A tensor or a tuple of them.
        create_graph: Record it, so that the result can be differentiated.
        strict: Raise if an output does not depend on an input.
        vectorize: Accepted; rows are computed one by one.
        strategy: Accepted; rows are always computed backwards.

    Shape:
        - Result: ``(*output, *input)``; for tuples, a tuple per output of a tuple per input

    Example:
        >>> import tensorlite as tl
        >>> jacobian(lambda x: x * x, tl.tensor([1.0, 3.0]))
        tensor([[2., 0.],
                [0., 6.]])
    """
    with enable_grad():
        given = _inputs(inputs, create_graph)
        result = func(*given)
        outputs = _outputs(result, "jacobian")
        rows = tuple(_rows(output, given, create_graph, strict) for output in outputs)
    if isinstance(inputs, TensorBase):
        rows = tuple(row[0] for row in rows)
    found: Any = rows[0] if isinstance(result, TensorBase) else rows
    return found if create_graph else _apart(found)


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Return the second derivatives of a scalar function; the arguments are ``jacobian``'s.

    Example:
        >>> import tensorlite as tl
        >>> hessian(lambda x: (x * x * x).sum(), tl.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """

    def gradient(*given: Any) -> Any:
        (output,) = _scalar(func(*given), "hessian")
        found = _pull((output,), given, (None,), True, strict)
        return found if not isinstance(inputs, TensorBase) else found[0]

    return jacobian(gradient, inputs, create_graph, strict)


def vhp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the output of a scalar function, and the product of a vector with its Hessian.

    Example:
        >>> import tensorlite as tl
        >>> vhp(lambda x: (x * x * x).sum(), tl.tensor([1.0, 2.0]), tl.ones(2))[1]
        tensor([ 6., 12.])
    """
    with enable_grad():
        given = _inputs(inputs, create_graph)
        vectors = _vectors(v, given, "vhp")
        outputs = _scalar(func(*given), "vhp")
        first = _pull(outputs, given, (None,), True, strict)
        found = _pull(first, given, vectors, create_graph, strict)
    return _result(outputs, create_graph), _packed(found, inputs, create_graph)


def hvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the output of a scalar function, and the product of its Hessian with a vector.

    The Hessian is symmetric, so this is ``vhp``.
    """
    return vhp(func, inputs, v, create_graph, strict)


class _Stack(Op):
    """Rows of one shape as one array."""

    def forward(self, *rows: Array) -> Array:
        return np.stack(rows)

    def backward(self, grad: Any) -> Any:
        return tuple(grad[i] for i in range(len(self.needs)))


def _rows(output: Any, inputs: Any, create_graph: bool, strict: bool) -> tuple[Any, ...]:
    """The derivatives of one output by each input, an element of the output at a time."""
    rows = []
    for at in np.ndindex(output.shape):
        seed = np.zeros_like(output.array)
        seed[at] = 1
        rows.append(_pull((output,), inputs, (make_tensor(seed),), create_graph, strict))
    if not rows:
        return tuple(make_tensor(np.zeros((*output.shape, *x.shape), x.dtype)) for x in inputs)
    return tuple(
        _Stack.apply(*(row[i] for row in rows)).reshape((*output.shape, *inputs[i].shape))
        for i in range(len(inputs))
    )


def _pull(
    outputs: Any, inputs: Any, vectors: Any, create_graph: bool, strict: bool
) -> tuple[Any, ...]:
    """The gradients of all inputs, zeros where there is none."""
    flowing = [(o, v) for o, v in zip(outputs, vectors, strict=True) if o.requires_grad]
    if strict and len(flowing) < len(outputs):
        raise GraphError("an output does not depend on the inputs.", where="strict")
    if not flowing:
        return tuple(make_tensor(np.zeros_like(x.array)) for x in inputs)
    found = grad(
        [o for o, _ in flowing],
        inputs,
        [v for _, v in flowing],
        True,
        create_graph,
        allow_unused=True,
    )
    if strict and any(g is None for g in found):
        raise GraphError("an input plays no part in the outputs.", where="strict")
    return tuple(
        make_tensor(np.zeros_like(x.array)) if g is None else g
        for x, g in zip(inputs, found, strict=True)
    )


def _inputs(inputs: Any, create_graph: bool) -> tuple[Any, ...]:
    """Tensors to differentiate by, which leave those of the caller as they are."""
    tensors = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    if create_graph:
        return tuple(t.view_as(t) if t.requires_grad else _leaf(t.array) for t in tensors)
    return tuple(_leaf(tensor.array) for tensor in tensors)


def _leaf(array: Array) -> Any:
    leaf = make_tensor(array)
    leaf.requires_grad = True
    return leaf


def _outputs(result: Any, where: str) -> tuple[Any, ...]:
    outputs = tuple(result) if isinstance(result, (tuple, list)) else (result,)
    if not all(isinstance(output, TensorBase) for output in outputs):
        raise GraphError("expected a function that returns tensors.", where=where)
    return outputs


def _scalar(result: Any, where: str) -> tuple[Any, ...]:
    outputs = _outputs(result, where)
    if len(outputs) != 1 or outputs[0].array.size != 1:
        raise ShapeError(
            f"expected a function with one scalar as result, got {outputs[0].shape}.", where=where
        )
    return outputs


def _vectors(v: Any, like: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if v is None:
        if len(like) != 1 or like[0].array.size != 1:
            raise ShapeError(
                f"expected v, a vector of shape {like[0].shape}, got None.", where=where
            )
        return (make_tensor(np.ones_like(like[0].array)),)
    vectors = tuple(v) if isinstance(v, (tuple, list)) else (v,)
    if [x.shape for x in vectors] != [x.shape for x in like]:
        raise ShapeError(
            f"expected vectors of shapes {[x.shape for x in like]}, "
            f"got {[x.shape for x in vectors]}.",
            where=where,
        )
    return vectors


def _result(outputs: tuple[Any, ...], create_graph: bool) -> Any:
    packed = outputs if len(outputs) > 1 else outputs[0]
    return packed if create_graph else _apart(packed)


def _packed(found: tuple[Any, ...], inputs: Any, create_graph: bool) -> Any:
    packed = found if isinstance(inputs, (tuple, list)) else found[0]
    return packed if create_graph else _apart(packed)


def _apart(value: Any) -> Any:
    """The same without a graph."""
    return tuple(map(_apart, value)) if isinstance(value, tuple) else value.detach()
