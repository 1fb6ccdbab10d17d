"""What users call: ``backward`` and ``grad``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorlite.autograd.hooks import leaf_hooks
from tensorlite.autograd.op import Edge, TensorBase, make_tensor
from tensorlite.autograd.walk import walk
from tensorlite.errors import ConfigError, GraphError, ShapeError


def _seed(output: TensorBase, gradient: Any, create_graph: bool) -> tuple[Edge, Any]:
    if not output.requires_grad:
        raise GraphError(
            f"expected a tensor that needs a gradient, got one of shape {output.shape} that "
            "was made without any.",
            where="backward",
            hint="Set requires_grad=True on a tensor it is made of, and leave no_grad().",
        )
    if gradient is None:
        if output.array.size != 1:
            raise GraphError(
                f"expected a scalar, got a tensor of shape {output.shape}.",
                where="backward",
                hint="Reduce it with .sum() or .mean(), or pass gradient= of the same shape.",
            )
        gradient = np.ones_like(output.array)
    elif not isinstance(gradient, TensorBase):
        gradient = np.asarray(gradient, output.dtype)
    elif not create_graph:
        gradient = gradient.array
    if gradient.shape != output.shape:
        raise ShapeError(
            f"expected a gradient of shape {output.shape}, got {gradient.shape}.", where="backward"
        )
    if create_graph and not isinstance(gradient, TensorBase):
        gradient = make_tensor(gradient)
    return _edge(output), gradient


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Add the gradient of the tensors to the ``.grad`` of every leaf that they were made of.

    Args:
        tensors: A scalar, or any tensors together with ``grad_tensors``.
        grad_tensors: The gradients of the tensors themselves, of their shapes; 1 for scalars.
        retain_graph: Keep the graph for another pass; the default is ``create_graph``.
        create_graph: Record the pass itself, so that gradients can be differentiated again.
        grad_variables: An older name of ``grad_tensors``.
        inputs: Leave gradients in these tensors only, leaves or results.

    Raises:
        GraphError: If no gradient is needed, a tensor is not a scalar, or the graph is gone.
    """
    sources = _as_list(tensors)
    seeds = _seeds(sources, grad_variables if grad_tensors is None else grad_tensors, create_graph)
    retain = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        found = walk(seeds, retain=retain, create_graph=create_graph)
        targets = [(leaf, grad) for leaf, grad in found.items()]
    else:
        chosen = _as_list(inputs)
        if not chosen:
            raise GraphError("expected at least one tensor as inputs, got none.", where="backward")
        edges = [_edge(tensor) for tensor in chosen]
        found = walk(seeds, set(edges), retain=retain, create_graph=create_graph)
        targets = [(t, found[e]) for t, e in zip(chosen, edges, strict=True) if e in found]
    for tensor, grad in targets:
        _accumulate(tensor, grad)
        if leaf_hooks and id(tensor) in leaf_hooks:
            for hook in list(leaf_hooks[id(tensor)].after.values()):
                hook(tensor)


def _accumulate(leaf: Any, grad: Any) -> None:
    if not isinstance(grad, np.ndarray):
        # Nobody else's tensor, and writable: the sum may be the seed itself, or a broadcast view.
        leaf.grad = grad + 0.0 if leaf.grad is None else leaf.grad + grad
    elif leaf.grad is None:
        leaf.grad = make_tensor(grad)
    elif leaf.grad.requires_grad:
        leaf.grad = make_tensor(np.asarray(leaf.grad.array + grad))
    else:
        leaf.grad.array += grad
        leaf.grad.version[0] += 1


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """Return the gradients of ``outputs`` with respect to ``inputs``; no ``.grad`` is touched.

    Args:
        outputs: A tensor or several; their gradients add up.
        inputs: A tensor or several, leaves or results.
        grad_outputs: One gradient per output; 1 for scalars.
        retain_graph: Keep the graph for another pass; the default is ``create_graph``.
        create_graph: Record the pass, so that the returned gradients can be differentiated.
        only_inputs: Accepted; no other gradient is ever touched.
        allow_unused: Return ``None`` for an input that the outputs do not depend on.
        is_grads_batched: Refused; call it once per gradient.
        materialize_grads: Return zeros for such an input.

    Raises:
        GraphError: If an input plays no part and ``allow_unused`` is not set.
        ConfigError: If ``is_grads_batched`` is set.

    Example:
        >>> import tensorlite as tl
        >>> x = tl.tensor(3.0, requires_grad=True)
        >>> (first,) = grad(x * x * x, x, create_graph=True)
        >>> (second,) = grad(first, x)
        >>> first.item(), second.item()
        (27.0, 18.0)
    """
    if is_grads_batched:
        raise ConfigError(
            "expected is_grads_batched=False.", where="grad", hint="Call grad once per gradient."
        )
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    sources = _as_list(outputs)
    targets = _as_list(inputs)
    for i, target in enumerate(targets):
        if not target.requires_grad:
            raise GraphError(
                f"input {i} of shape {target.shape} does not need a gradient.",
                where="grad",
                hint="Set requires_grad=True before the forward pass.",
            )
    seeds = _seeds(sources, grad_outputs, create_graph)
    edges = [_edge(tensor) for tensor in targets]
    retain = create_graph if retain_graph is None else retain_graph
    found = walk(seeds, set(edges), retain=retain, create_graph=create_graph)
    return tuple(
        _returned(i, target, found.get(edge), allow_unused, materialize_grads)
        for i, (target, edge) in enumerate(zip(targets, edges, strict=True))
    )


def _returned(i: int, target: TensorBase, value: Any, allow_unused: bool, zeros: bool) -> Any:
    if value is None and zeros:
        value = np.zeros_like(target.array)
    if value is None:
        if not allow_unused:
            raise GraphError(
                f"input {i} of shape {target.shape} plays no part in the outputs.",
                where="grad",
                hint="Pass allow_unused=True to get None for it.",
            )
        return None
    return value if isinstance(value, TensorBase) else make_tensor(np.asarray(value))


def _edge(tensor: TensorBase) -> Edge:
    return tensor if tensor.node is None else tensor.node


def _seeds(sources: Sequence[Any], given: Any, create_graph: bool) -> list[tuple[Edge, Any]]:
    gradients = [None] * len(sources) if given is None else _as_list(given)
    if len(gradients) != len(sources):
        raise ShapeError(
            f"expected {len(sources)} gradients, one per tensor, got {len(gradients)}.",
            where="backward",
        )
    return [_seed(t, g, create_graph) for t, g in zip(sources, gradients, strict=True)]


def _as_list(value: Any) -> Sequence[Any]:
    return list(value) if isinstance(value, (tuple, list)) else [value]
