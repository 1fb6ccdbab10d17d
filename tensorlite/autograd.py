"""Reverse-mode automatic differentiation: the op, which is also the graph's node, and the walk.

Running an op on tensors that need a gradient leaves a trail. The result points at the op that made
it (``result.node``), the op points at the ops that made its inputs (``edges``), or at the tensors
themselves where those are leaves::

    y = (w * x).sum()      y ──node──> Sum ──edges──> Mul ──edges──> w (a leaf), None (for x)

``y.backward()`` walks that trail from the youngest op to the oldest and hands each op the gradient
of its result. Every op carries a creation number, and whoever uses a result is younger than its
maker; so a heap that always yields the largest number meets an op only when its gradient is
complete. Nothing is searched, nothing recurses, and a chain of a million ops works.

References run one way, from tensors to ops to older ops to leaves. There are no cycles, so
reference counting frees a graph the moment nobody can use it any more.
"""

from __future__ import annotations

import contextlib
import heapq
import inspect
import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy import ndarray
from numpy.typing import NDArray

from tensorlite.errors import GraphError, ShapeError, TensorliteError

Array = NDArray[Any]
Edge = Any  # an Op, a leaf tensor, or None


class TensorBase:
    """What autograd knows of a tensor; ``tensorlite.Tensor`` adds the methods.

    Attributes:
        array: The numbers.
        node: The op that made this tensor, or ``None`` for a leaf.
        requires_grad: Whether gradients flow through this tensor.
        grad: The gradient that ``backward`` left here, a tensor, or ``None``.
        version: One number in a list, raised by each change in place; views share the list.
    """

    __slots__ = ("__weakref__", "array", "grad", "node", "requires_grad", "version")
    __array_ufunc__ = None  # NumPy's operators leave the work to ours

    array: Array
    node: Op | None
    requires_grad: bool
    grad: Any
    version: list[int]

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes, one per dimension."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy element type."""
        return self.array.dtype


_tensor_type: type[TensorBase] = TensorBase
_new = object.__new__  # no tensor has work to do before its fields are set


def set_tensor_type(cls: type[TensorBase]) -> None:
    """Say which class results are made of; ``tensorlite.tensor`` calls this when it is imported."""
    global _tensor_type
    _tensor_type = cls


def make_tensor(array: Array, node: Op | None = None, version: list[int] | None = None) -> Any:
    """Wrap an array without a copy or a check."""
    tensor: Any = _new(_tensor_type)
    tensor.array = array
    tensor.node = node
    tensor.requires_grad = node is not None
    tensor.grad = None
    tensor.version = [0] if version is None else version
    return tensor


class _Mode(threading.local):
    recording = True


_mode = _Mode()
_numbers = itertools.count()
_FACTORS = (0, 1)  # this very object: each is kept where the other needs a gradient
_FACTORS_OF = ((), (0, None)), ((None, 1), (0, 1))  # by needs[0], needs[1]


class Op:
    """A differentiable operation; each call makes an instance, and that is the graph's node.

    A subclass writes two methods. ``forward`` takes arrays and plain values and returns an array
    (or a tuple: the differentiable result, then plain arrays), and says by position which inputs
    ``backward`` will read. ``backward`` takes the gradient of the result and returns one gradient
    per input, in order, ``None`` where ``not self.needs[i]``; trailing ones may be left out. It
    uses operators and other ops only, because under ``create_graph=True`` the same lines run on
    tensors and build the graph of the derivative. It never writes into what it was given.

    Other attributes of ``self`` are constants (masks, sizes). The engine's own are those below,
    ``edges``, ``number``, ``result_shape`` and ``result_dtype``, and what begins with ``_``.

    Attributes:
        needs: ``needs[i]`` says whether input ``i`` needs a gradient; set before ``forward``.
        view: Set on a class whose result shares memory with input 0.
        composed: The same function written with plain ops, where ``backward`` reads more than
            inputs and output. Second derivatives go through it.
        once: Set on a class that has no second derivative.

    Example:
        >>> class Cube(Op):
        ...     def forward(self, x):
        ...         self.save_inputs(0)
        ...         return x * x * x
        ...     def backward(self, grad):
        ...         (x,) = self.saved
        ...         return grad * 3.0 * x * x
        >>> import tensorlite as tl
        >>> x = tl.tensor([2.0], requires_grad=True)
        >>> Cube.apply(x).backward()
        >>> x.grad
        tensor([12.])
    """

    view = False
    composed: Callable[..., Any] | None = None
    once = False

    needs: Sequence[bool] = (False,) * 64  # where nothing is recorded
    edges: list[Edge] | None = None  # None also after release
    number = -1
    result_shape: tuple[int, ...] = ()
    result_dtype: Any = None

    _keep: Sequence[int | None] = ()
    _keep_output = False
    _lifted = False  # True while backward runs on tensors
    _kept: list[Any]  # per place of _keep: value, version cell, version then
    _output: tuple[Array, list[int], int]

    def forward(self, *inputs: Any) -> Any:
        """Compute the result from arrays."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, grad: Any) -> Any:
        """Compute the gradients of the inputs from the gradient of the result."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def save_inputs(self, *positions: int | None) -> None:
        """Keep these inputs for ``backward``; called from ``forward``.

        ``None`` stands for an input that no wanted gradient reads; ``saved`` has ``None`` there.
        """
        self._keep = positions

    def save_factors(self) -> None:
        """Keep inputs 0 and 1 of a product: the gradient of each reads the other."""
        self._keep = _FACTORS

    def save_output(self) -> None:
        """Keep the result for ``backward``; called from ``forward``."""
        self._keep_output = True

    @property
    def saved(self) -> tuple[Any, ...]:
        """What was kept: inputs in the order of their positions, then the output."""
        places = range(len(self._keep)) if self.composed is None else self._keep
        values = [None if place is None else self._read(place) for place in places]
        if self._keep_output:
            array, cell, version = self._output
            if cell[0] != version:
                raise self._changed("its result", array)
            values.append(make_tensor(array, self, cell) if self._lifted else array)
        return tuple(values)

    @classmethod
    def apply(cls, *inputs: Any) -> Any:
        """Run the op; on tensors the result is a tensor, on arrays alone it is an array."""
        arrays = []
        any_tensor = record = False
        for value in inputs:
            if isinstance(value, TensorBase):
                any_tensor = True
                record = record or value.requires_grad
                value = value.array
            arrays.append(value)
        node = cls()
        if record and (record := _mode.recording):
            node.edges = edges = []
            node.needs = needs = []
            for value in inputs:
                wanted = isinstance(value, TensorBase) and value.requires_grad
                edges.append((value.node or value) if wanted else None)
                needs.append(wanted)
        try:
            if len(arrays) == 2:  # a starred call is slower, and this line is every op's
                out = node.forward(arrays[0], arrays[1])
            else:
                out = node.forward(*arrays)
        except ValueError as error:
            if isinstance(error, TensorliteError):
                raise
            raise node._misfit(arrays, error) from error
        if not any_tensor:
            return out
        rest = None
        if type(out) is not ndarray:
            out, rest = (out[0], out[1:]) if type(out) is tuple else (out, None)
            out = np.asarray(out)
        result: Any = _new(_tensor_type)  # make_tensor, written out
        result.array = out
        result.node = node if record else None
        result.requires_grad = record
        result.grad = None
        result.version = [0]
        if cls.view and _shares(out, arrays[0]):
            result.version = inputs[0].version
        if record:
            node._record(inputs, arrays, result)
        return result if rest is None else (result, *rest)

    def _record(self, inputs: Any, arrays: Sequence[Any], result: Any) -> None:
        """Keep what ``backward`` will read, with the versions that it has now."""
        self.number = next(_numbers)
        array = result.array
        self.result_shape = array.shape
        self.result_dtype = array.dtype
        keep = self._keep if self.composed is None else range(len(arrays))
        if keep is _FACTORS:
            keep = self._keep = _FACTORS_OF[self.needs[0]][self.needs[1]]
        if keep:
            self._kept = kept = []
            for i in keep:
                if i is None:
                    kept.append(None)
                elif isinstance(value := inputs[i], TensorBase):
                    cell = value.version
                    kept.append((arrays[i], cell, cell[0]))
                else:
                    kept.append((value, None, 0))
        if self._keep_output:
            self._output = array, result.version, result.version[0]

    def _read(self, place: int) -> Any:
        """What was kept at this place, joined to the graph where backward runs on tensors."""
        position = self._keep[place] if self.composed is None else place
        if position is None:
            return None
        value, cell, version = self._kept[place]
        if cell is not None and cell[0] != version:
            name = list(inspect.signature(type(self).forward).parameters)[1:][position]
            raise self._changed(f"its input '{name}'", value)
        edge = self.edges[position] if self.edges is not None else None
        if not self._lifted or edge is None:
            return value
        return edge if isinstance(edge, TensorBase) else make_tensor(value, edge, cell)

    def _gradients(self, grad: Any, create_graph: bool) -> tuple[Any, ...]:
        """The gradients of the inputs; as tensors joined to the graph under ``create_graph``."""
        if not create_graph:
            grads = self.backward(grad)
        elif self.once:
            raise GraphError("has no second derivative.", where=type(self).__name__)
        else:
            self._lifted = True
            try:
                grads = self.backward(grad) if self.composed is None else self._through(grad)
            finally:
                self._lifted = False
        return grads if isinstance(grads, tuple) else (grads,)

    def _through(self, grad: Any) -> tuple[Any, ...]:
        """Differentiate the composed form instead, up to this op's inputs and no further."""
        edges = self.edges or []
        inputs = [self._read(place) for place in range(len(edges))]
        result: Any = self.composed(*inputs) if self.composed is not None else None
        wanted = {edge for edge in edges if edge is not None}
        found = _walk([(result.node, grad)], wanted, stop=True, retain=True, create_graph=True)
        # An input that came in twice has received the sum of both; it is handed on once.
        return tuple(found.pop(edge, None) for edge in edges)

    def _release(self) -> None:
        self.__dict__.clear()

    def _changed(self, what: str, array: Array) -> GraphError:
        return GraphError(
            f"{what} of shape {array.shape} was changed in place after the forward pass, "
            "and the backward pass needs it as it was.",
            where=type(self).__name__,
            hint="Change it after backward(), or use x = x + y in place of x += y.",
        )

    def _misfit(self, arrays: list[Any], error: ValueError) -> ShapeError:
        shapes = ", ".join(str(a.shape) for a in arrays if isinstance(a, np.ndarray))
        return ShapeError(f"cannot work on shapes {shapes}: {error}.", where=type(self).__name__)


def _shares(out: Array, source: Array) -> bool:
    owner = source if source.base is None else source.base
    return out is source or out.base is source or out.base is owner


# --- the walk -------------------------------------------------------------------------------------


def _walk(
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
            pending[edge] = np.asarray(pending[edge] + grad)
            ours.add(edge)

    with enable_grad() if create_graph else no_grad():
        for edge, grad in roots:
            send(edge, grad, False)
        while heap:
            node = heapq.heappop(heap)[1]
            grad = pending.pop(node)
            ours.discard(node)
            if node in wanted:
                found[node] = grad
                if stop:
                    continue
            if node.edges is None:
                raise GraphError(
                    "this graph was already used by a backward pass and freed.",
                    where="backward",
                    hint="Pass retain_graph=True to the first pass, or run the forward pass again.",
                )
            grads = node._gradients(grad, create_graph)
            if len(grads) < len(node.edges) and any(
                e is not None for e in node.edges[len(grads) :]
            ):
                raise GraphError(
                    f"backward returned {len(grads)} gradients for {len(node.edges)} inputs.",
                    where=type(node).__name__,
                )
            for edge, given in zip(node.edges, grads, strict=False):
                if edge is not None and given is not None:
                    fitted = _fit(given, edge, node)
                    leaf = not isinstance(edge, Op)
                    send(edge, fitted, leaf and _is_fresh(fitted, grad, grads))
            if not retain:
                node._release()
            del node, grad, grads
    for leaf, grad in pending.items():
        found[leaf] = grad if create_graph or leaf in ours else _owned(grad)
    return found


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
                where=type(node).__name__,
            )
        grad = grad.sum(axis=(*added, *stretched)).reshape(shape)
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


# --- what users call ------------------------------------------------------------------------------


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
    return (output if output.node is None else output.node), gradient


def backward(
    tensor: TensorBase,
    gradient: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
) -> None:
    """Add the gradient of ``tensor`` to the ``.grad`` of every leaf that it was made of.

    Args:
        tensor: A scalar, or any tensor together with ``gradient``.
        gradient: The gradient of the tensor itself, of the same shape; 1 for a scalar.
        retain_graph: Keep the graph for another pass; the default is ``create_graph``.
        create_graph: Record the pass itself, so that gradients can be differentiated again.

    Raises:
        GraphError: If no gradient is needed, the tensor is not a scalar, or the graph is gone.
    """
    retain = create_graph if retain_graph is None else retain_graph
    seed = _seed(tensor, gradient, create_graph)
    for leaf, grad in _walk([seed], retain=retain, create_graph=create_graph).items():
        _accumulate(leaf, grad)


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
    allow_unused: bool = False,
) -> tuple[Any, ...]:
    """Return the gradients of ``outputs`` with respect to ``inputs``; no ``.grad`` is touched.

    Args:
        outputs: A tensor or several; their gradients add up.
        inputs: A tensor or several, leaves or results.
        grad_outputs: One gradient per output; 1 for scalars.
        retain_graph: Keep the graph for another pass; the default is ``create_graph``.
        create_graph: Record the pass, so that the returned gradients can be differentiated.
        allow_unused: Return ``None`` for an input that the outputs do not depend on.

    Raises:
        GraphError: If an input plays no part and ``allow_unused`` is not set.

    Example:
        >>> import tensorlite as tl
        >>> x = tl.tensor(3.0, requires_grad=True)
        >>> (first,) = grad(x * x * x, x, create_graph=True)
        >>> (second,) = grad(first, x)
        >>> first.item(), second.item()
        (27.0, 18.0)
    """
    sources = _as_list(outputs)
    targets = _as_list(inputs)
    for i, target in enumerate(targets):
        if not target.requires_grad:
            raise GraphError(
                f"input {i} of shape {target.shape} does not need a gradient.",
                where="grad",
                hint="Set requires_grad=True before the forward pass.",
            )
    given = [None] * len(sources) if grad_outputs is None else _as_list(grad_outputs)
    seeds = [_seed(t, g, create_graph) for t, g in zip(sources, given, strict=True)]
    edges = [t if t.node is None else t.node for t in targets]
    retain = create_graph if retain_graph is None else retain_graph
    found = _walk(seeds, set(edges), retain=retain, create_graph=create_graph)
    results = []
    for i, edge in enumerate(edges):
        value = found.get(edge)
        if value is None and not allow_unused:
            raise GraphError(
                f"input {i} of shape {targets[i].shape} plays no part in the outputs.",
                where="grad",
                hint="Pass allow_unused=True to get None for it.",
            )
        if value is not None and not isinstance(value, TensorBase):
            value = make_tensor(np.asarray(value))
        results.append(value)
    return tuple(results)


def _as_list(value: Any) -> Sequence[Any]:
    return [value] if isinstance(value, TensorBase) else list(value)


class _Recording(contextlib.ContextDecorator):
    """Switch recording on or off in this thread, for a block or a decorated function."""

    mode = True

    def __enter__(self) -> None:
        self._before = _mode.recording
        _mode.recording = self.mode

    def __exit__(self, *error: object) -> None:
        _mode.recording = self._before

    def _recreate_cm(self) -> Self:
        return type(self)()  # each call of a decorated function has its own


class no_grad(_Recording):  # noqa: N801 - PyTorch's name
    """Record nothing inside: results need no gradient and keep nothing alive.

    Example:
        >>> import tensorlite as tl
        >>> x = tl.ones(2, requires_grad=True)
        >>> with no_grad():
        ...     (x * 2).requires_grad
        False
    """

    mode = False


class enable_grad(_Recording):  # noqa: N801 - PyTorch's name
    """Record again inside a ``no_grad`` block."""


def is_grad_enabled() -> bool:
    """Whether ops on tensors that need a gradient are recorded in this thread."""
    return _mode.recording
