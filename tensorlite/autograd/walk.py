"""The walk: gradients are carried from the results back to the leaves.

Every op carries a creation number, and whoever uses a result is younger than its maker; so a heap
that always yields the largest number meets an op only when its gradient is complete. Nothing is
searched, nothing recurses, and a chain of a million ops works.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd.hooks import leaf_hooks, seen
from tensorlite.autograd.modes import enable_grad, no_grad
from tensorlite.autograd.op import Array, Edge, Op, TensorBase
from tensorlite.errors import GraphError

watch: Callable[[Op, tuple[Any, ...]], None] | None = None  # set by anomaly mode


def walk(
    roots: Iterable[tuple[Edge, Any]],
    wanted: set[Edge] | None = None,
    *,
    stop: bool = False,
    retain: bool = False,
    create_graph: bool = False,
) -> dict[Edge, Any]:
    """Carry gradients from the roots back through the graph.

    Returns the gradients of the leaves that were reached and of the wanted nodes. With ``stop``
    the walk does not go past a wanted node.
    """
    pending: dict[Edge, Any] = {}  # complete when its node is popped
    ours: set[Edge] = set()  # sums that this walk allocated and may add to in place
    heap: list[tuple[int, Op]] = []
    found: dict[Edge, Any] = {}
    wanted = wanted or set()

    def send(edge: Edge, grad: Any, fresh: bool) -> None:
        # The first gradient is kept by reference, the second allocates, later ones add in place.
        if edge not in pending:
            pending[edge] = grad
            if fresh:
                ours.add(edge)
            if isinstance(edge, Op):
                heapq.heappush(heap, (-edge.number, edge))
        elif create_graph:
            pending[edge] = pending[edge] + grad
        elif edge in ours:
            pending[edge] += grad
        else:  # NumPy makes a scalar of the sum of two 0-d arrays, and that cannot change in place
            pending[edge] = np.asarray(kernels.add(pending[edge], grad))
            ours.add(edge)

    with enable_grad() if create_graph else no_grad():
        for edge, grad in roots:
            send(edge, grad, False)
        while heap:
            node = heapq.heappop(heap)[1]
            grad = pending.pop(node)
            ours.discard(node)
            if node in wanted and stop:
                found[node] = grad
                continue
            if node.hooks is not None:
                grad = seen(node.hooks, grad)
            if node in wanted:
                found[node] = grad
            if node.edges is None:
                raise GraphError(
                    "this graph was already used by a backward pass and freed.",
                    where="backward",
                    hint="Pass retain_graph=True to the first pass, or run the forward pass again.",
                )
            grads = _gradients(node, grad, create_graph)
            if watch is not None:
                watch(node, grads)
            if len(grads) < len(node.edges) and any(
                e is not None for e in node.edges[len(grads) :]
            ):
                raise GraphError(
                    f"backward returned {len(grads)} gradients for {len(node.edges)} inputs.",
                    where=node.title,
                )
            for edge, given in zip(node.edges, grads, strict=False):
                if edge is not None and given is not None:
                    fitted = _fit(given, edge, node)
                    leaf = not isinstance(edge, Op)
                    send(edge, fitted, leaf and _is_fresh(fitted, grad, grads))
            if not retain:
                hooks = node.hooks
                node._release()
                if hooks is not None:  # who holds the result may ask for them
                    node.hooks = hooks
            del node, grad, grads
    for leaf, grad in pending.items():
        if leaf_hooks and not stop and id(leaf) in leaf_hooks:
            grad = seen(leaf_hooks[id(leaf)], grad)
        found[leaf] = grad if create_graph or leaf in ours else _owned(grad)
    return found


def _gradients(node: Op, grad: Any, create_graph: bool) -> tuple[Any, ...]:
    """The gradients of a node's inputs; as tensors joined to the graph under ``create_graph``."""
    if not create_graph:
        grads = node.backward(grad)
    elif node.once:
        raise GraphError("has no second derivative.", where=node.title)
    else:
        node._lifted = True
        try:
            grads = node.backward(grad) if node.composed is None else _through(node, grad)
        finally:
            node._lifted = False
    return grads if isinstance(grads, tuple) else (grads,)


def _through(node: Op, grad: Any) -> tuple[Any, ...]:
    """Differentiate the composed form instead, up to the node's inputs and no further."""
    edges = node.edges or []
    inputs = [node._read(place) for place in range(len(edges))]
    result: Any = node.composed(*inputs) if node.composed is not None else None
    wanted = {edge for edge in edges if edge is not None}
    found = walk([(result.node, grad)], wanted, stop=True, retain=True, create_graph=True)
    # An input that came in twice has received the sum of both; it is handed on once.
    return tuple(found.pop(edge, None) for edge in edges)


def _fit(grad: Any, edge: Edge, node: Op) -> Any:
    """Sum over the dimensions that broadcasting added, and cast to the input's element type."""
    if not isinstance(grad, (np.ndarray, TensorBase)):
        grad = np.asarray(grad)
    is_op = isinstance(edge, Op)
    shape = edge.result_shape if is_op else edge.array.shape
    if grad.shape != shape:
        extra = len(grad.shape) - len(shape)
        added = range(extra)
        stretched = (extra + i for i, n in enumerate(shape) if n == 1)
        if extra < 0 or any(n not in (1, grad.shape[extra + i]) for i, n in enumerate(shape)):
            raise GraphError(
                f"backward returned a gradient of shape {grad.shape} for an input of {shape}.",
                where=node.title,
            )
        axes = (*added, *stretched)
        if isinstance(grad, TensorBase):
            grad = grad.sum(axis=axes).reshape(shape)  # type: ignore[attr-defined]
        else:  # grad.sum() would warn where infinities meet
            grad = np.add.reduce(grad, axis=axes).reshape(shape)
    dtype = edge.result_dtype if is_op else edge.array.dtype
    if grad.dtype != dtype:
        grad = getattr(grad, "to" if isinstance(grad, TensorBase) else "astype")(dtype)
    return grad


def _is_fresh(result: Any, grad: Any, grads: tuple[Any, ...]) -> bool:
    """Whether an array belongs to nobody else, so that a leaf may keep it as its gradient."""
    return (
        isinstance(result, np.ndarray)
        and result is not grad
        and result.base is None
        and result.flags.writeable
        and sum(result is other for other in grads) < 2
    )


def _owned(grad: Any) -> Array:
    return np.array(grad, order="K")
