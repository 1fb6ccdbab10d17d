"""Checkpoints in the graph: a part of a model keeps nothing and is run again on the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tensorlite.autograd.function import Function
from tensorlite.autograd.modes import enable_grad, is_grad_enabled
from tensorlite.autograd.op import Edge, Op, TensorBase, _numbers, make_tensor
from tensorlite.autograd.walk import walk
from tensorlite.random import default_generator


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    context_fn: Any = None,
    determinism_check: str = "default",
    debug: bool = False,
    **kwargs: Any,
) -> Any:
    """Call a function whose intermediate results are not kept but computed again when needed.

    Memory is that of the arguments in place of that of the whole part; time is one more forward
    pass. Gradients also reach what the function itself holds, such as a module's parameters.

    Args:
        function: A module or any function; called twice, so it must do the same both times.
        args: Its arguments; gradients flow to tensors among them.
        use_reentrant: Accepted; there is one way, which does what ``False`` promises.
        preserve_rng_state: Draw the same random numbers the second time.
        context_fn: Accepted.
        determinism_check: Accepted.
        debug: Accepted.

    Example:
        >>> import tensorlite as tl
        >>> x = tl.tensor([1.0, 2.0], requires_grad=True)
        >>> checkpoint(lambda x: x * x * x, x).sum().backward()
        >>> x.grad
        tensor([ 3., 12.])
    """
    if not is_grad_enabled():
        return function(*args, **kwargs)
    part, start = _Part(function, args, kwargs, preserve_rng_state), next(_numbers)
    outputs = part.run([_apart(tensor) for tensor in part.tensors])
    part.outer = _reached(_flowing(outputs), part.inputs, start)
    results = _Checkpoint.apply(part, outputs, *part.tensors, *map(_as_tensor, part.outer))
    return results if isinstance(outputs, (tuple, list)) else results[0]


def checkpoint_sequential(
    functions: Iterable[Any],
    segments: int,
    input: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Run modules one after the other, in parts of which all but the last are checkpoints.

    Args:
        functions: A ``Sequential`` or a list.
        segments: How many parts.
        input: The input of the first.
        use_reentrant: Accepted, as in ``checkpoint``.
        preserve_rng_state: Draw the same random numbers the second time.
    """
    steps = list(functions.children() if hasattr(functions, "children") else functions)
    size = max(len(steps) // segments, 1)
    starts = [size * i for i in range(segments) if size * i < len(steps)]
    for start in starts[:-1]:
        part = steps[start : start + size]
        input = checkpoint(_chain(part), input, preserve_rng_state=preserve_rng_state)
    return _chain(steps[starts[-1] :])(input)


def _chain(steps: list[Any]) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return run


class _Part:
    """A function with its arguments, which can be run again with the same random numbers."""

    def __init__(self, function: Any, args: Any, kwargs: Any, preserve: bool) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs
        self.places = [i for i, value in enumerate(args) if isinstance(value, TensorBase)]
        self.tensors = [args[i] for i in self.places]
        self.random = default_generator.get_state() if preserve else None
        self.inputs: list[Any] = []
        self.outer: list[Edge] = []

    def run(self, tensors: list[Any]) -> Any:
        args = list(self.args)
        for place, tensor in zip(self.places, tensors, strict=True):
            args[place] = tensor
        self.inputs = tensors
        with enable_grad():
            return self.function(*args, **self.kwargs)

    def rerun(self, tensors: list[Any]) -> Any:
        if self.random is None:
            return self.run(tensors)
        now = default_generator.get_state()
        default_generator.set_state(self.random)
        try:
            return self.run(tensors)
        finally:
            default_generator.set_state(now)


class _Checkpoint(Function):
    @staticmethod
    def forward(ctx: Any, part: _Part, outputs: Any, *tensors: Any) -> Any:
        ctx.part = part
        ctx.save_for_backward(*tensors)
        part.inputs = []
        return tuple(_detached(o) for o in _several(outputs))

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        part, record = ctx.part, is_grad_enabled()
        tensors = list(ctx.saved_tensors[: len(part.tensors)])
        inputs = tensors if record else [_apart(tensor) for tensor in tensors]
        outputs = part.rerun(inputs)
        part.inputs = []
        seeds = [
            (_edge(output), grad if record else grad.array)
            for output, grad in zip(_several(outputs), grads, strict=True)
            if isinstance(output, TensorBase) and output.requires_grad and grad is not None
        ]
        edges = [*map(_edge, inputs), *part.outer]
        wanted = {edge for edge in edges if edge is not None}
        found = walk(seeds, wanted, stop=True, retain=record, create_graph=record)
        # A tensor that comes in twice has received the sum of both; it is handed on once.
        return None, None, *(found.pop(edge, None) for edge in edges)


def _reached(outputs: list[Any], inputs: list[Any], start: int) -> list[Edge]:
    """Leaves and nodes older than the part, other than its inputs, that it was made of."""
    seen = {id(tensor) for tensor in inputs}
    outer: list[Edge] = []
    waiting = [_edge(output) for output in outputs]
    while waiting:
        edge = waiting.pop()
        if edge is None or id(edge) in seen:
            continue
        seen.add(id(edge))
        if isinstance(edge, Op) and edge.number > start:
            waiting.extend(edge.edges or ())
        else:
            outer.append(edge)
    return outer


def _several(outputs: Any) -> tuple[Any, ...]:
    return tuple(outputs) if isinstance(outputs, (tuple, list)) else (outputs,)


def _flowing(outputs: Any) -> list[Any]:
    return [o for o in _several(outputs) if isinstance(o, TensorBase) and o.requires_grad]


def _detached(output: Any) -> Any:
    return make_tensor(output.array) if isinstance(output, TensorBase) else output


def _apart(tensor: Any) -> Any:
    """The same numbers as a leaf of its own."""
    leaf = make_tensor(tensor.array, version=tensor.version)
    leaf.requires_grad = tensor.requires_grad
    return leaf


def _edge(tensor: Any) -> Edge:
    if not tensor.requires_grad:
        return None
    return tensor if tensor.node is None else tensor.node


def _as_tensor(edge: Edge) -> Any:
    """A tensor through which an op can be joined to this leaf or node."""
    if not isinstance(edge, Op):
        return edge
    return make_tensor(np.broadcast_to(np.zeros((), edge.result_dtype), edge.result_shape), edge)
