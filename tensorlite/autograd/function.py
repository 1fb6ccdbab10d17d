"""Ops in PyTorch's form: static ``forward`` and ``backward`` that work on tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tensorlite.autograd.modes import is_grad_enabled, no_grad
from tensorlite.autograd.op import Array, Op, TensorBase, make_tensor
from tensorlite.errors import GraphError


class FunctionCtx:
    """What ``forward`` leaves for ``backward``; further attributes may be set.

    Attributes:
        needs_input_grad: For each argument whether it needs a gradient.
    """

    needs_input_grad: tuple[bool, ...] = ()
    _saved: tuple[Any, ...] = ()
    _versions: tuple[int, ...] = ()
    _constant: tuple[Any, ...] = ()
    _dirty: tuple[Any, ...] = ()
    _materialize = True
    _outputs: tuple[Any, ...] = ()
    _joined: tuple[Any, ...] = ()  # the outputs as part of the graph, while backward records

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep inputs, outputs or other tensors; a later change in place is noticed."""
        self._saved = tensors
        self._versions = tuple(0 if t is None else t.version[0] for t in tensors)

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What ``save_for_backward`` kept."""
        for tensor, version in zip(self._saved, self._versions, strict=True):
            if tensor is not None and tensor.version[0] != version:
                raise GraphError(
                    f"a saved tensor of shape {tensor.shape} was changed in place after the "
                    "forward pass.",
                    where="saved_tensors",
                    hint="Use x = x + y in place of x += y.",
                )
        return tuple(self._rejoined(tensor) for tensor in self._saved)

    def _rejoined(self, tensor: Any) -> Any:
        for output, joined in zip(self._outputs, self._joined, strict=False):
            if output is tensor:
                return joined
        return tensor

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Say which outputs carry no gradient."""
        self._constant = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """Say which inputs ``forward`` changed in place; it must return them."""
        self._dirty = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether an output that nobody used gets a gradient of zeros (the default) or None."""
        self._materialize = value


class Function:
    """The base of ops with a ``backward`` of their own.

    A subclass has a static ``forward(ctx, ...)``, or ``forward(...)`` and
    ``setup_context(ctx, inputs, output)``, and a static ``backward(ctx, ...)`` that takes one
    gradient per output and returns one per argument. What ``backward`` does on tensors can be
    differentiated again.

    Example:
        >>> import tensorlite as tl
        >>> class Double(Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         return x * 2
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         return grad * 2
        >>> x = tl.ones(2, requires_grad=True)
        >>> Double.apply(x).sum().backward()
        >>> x.grad
        tensor([2., 2.])
    """

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; nothing in it is recorded."""
        raise NotImplementedError("a Function needs a static forward method")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Leave for ``backward`` what it needs, where ``forward`` has no ``ctx``."""
        raise NotImplementedError("this Function has no setup_context")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute the gradients of the arguments."""
        raise NotImplementedError("a Function needs a static backward method")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Call the function and make it part of the graph."""
        ctx = FunctionCtx()
        ctx.needs_input_grad = tuple(isinstance(a, TensorBase) and a.requires_grad for a in args)
        with no_grad():
            if cls.setup_context is Function.setup_context:
                outputs = cls.forward(ctx, *args, **kwargs)
            else:
                outputs = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, outputs)
        if not (is_grad_enabled() and any(ctx.needs_input_grad)):
            return _apart(outputs, args, ctx)
        several = isinstance(outputs, (tuple, list))
        joined = _join(cls, ctx, tuple(outputs) if several else (outputs,), args)
        return joined if several else joined[0]


class NestedIOFunction(Function):
    """Not there: arguments and outputs in nested containers."""

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Refuse."""
        raise GraphError("nested inputs are not there.", where=cls.__name__, hint="Use Function.")


def once_differentiable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Say that a ``backward`` cannot be differentiated: doing so raises an error."""

    @functools.wraps(function)
    def once(ctx: Any, *grads: Any) -> Any:
        recording = is_grad_enabled()
        with no_grad():
            found = function(ctx, *grads)
        if not recording or not any(getattr(g, "requires_grad", False) for g in grads):
            return found
        several = isinstance(found, tuple)
        marked = [
            g if g is None else _Final.apply(make_tensor(g.array), *grads)
            for g in (found if several else (found,))
        ]
        return tuple(marked) if several else marked[0]

    return once


def Variable(data: Any, requires_grad: bool = False, volatile: bool = False) -> Any:  # noqa: N802
    """Return the tensor itself; PyTorch's scripts of old wrap tensors in it."""
    return data.requires_grad_() if requires_grad else data


class _Call(Op):
    """The node of a call: one flat result, of which the outputs are pieces if they are several."""

    def forward(self, function: Any, ctx: FunctionCtx, flat: Array, *args: Any) -> Array:
        self.function, self.ctx = function, ctx
        self.used: set[int] = set()
        return flat

    def backward(self, grad: Any) -> Any:
        lifted = isinstance(grad, TensorBase)
        ctx = self.ctx
        pieces = [o for o in ctx._outputs if _flows(o, ctx)]
        if lifted:
            flat = _flat([o.array for o in pieces])
            parts = iter(self._pieces(make_tensor(flat, self), pieces))
            ctx._joined = tuple(next(parts) if _flows(o, ctx) else o for o in ctx._outputs)
        try:
            grads = iter(self._pieces(grad if lifted else make_tensor(grad), pieces))
            given = [
                self._for_output(next(grads) if _flows(o, ctx) else None, i, o)
                for i, o in enumerate(ctx._outputs)
            ]
            found = self.function.backward(ctx, *given)
        finally:
            ctx._joined = ()
        return None, None, None, *self._checked(found, lifted)

    def _pieces(self, flat: Any, outputs: list[Any]) -> tuple[Any, ...]:
        if len(outputs) == 1:
            return (flat,)
        cut, start = [], 0
        for output in outputs:
            cut.append(_Piece.apply(flat, start, output.shape, None, 0))
            start += output.array.size
        return tuple(cut)

    def _for_output(self, grad: Any, i: int, output: Any) -> Any:
        unused = grad is None or (self.used and i not in self.used)
        if not unused:
            return grad
        if not self.ctx._materialize or not isinstance(output, TensorBase):
            return None
        return make_tensor(np.zeros_like(output.array))

    def _checked(self, found: Any, lifted: bool) -> tuple[Any, ...]:
        grads = found if isinstance(found, tuple) else (found,)
        count = len(self.ctx.needs_input_grad)
        if len(grads) < count or any(g is not None for g in grads[count:]):
            raise GraphError(
                f"backward returned {len(grads)} gradients for {count} arguments.",
                where=self.function.__name__,
                hint="Return one per argument of forward, None where there is none.",
            )
        return tuple(
            g if g is None or lifted or not isinstance(g, TensorBase) else g.array
            for g in grads[:count]
        )

    def name(self) -> str:
        """The name under which PyTorch's tools print a node."""
        return f"{self.function.__name__}Backward"

    @property
    def title(self) -> str:
        """The name of the user's class."""
        return str(self.function.__name__)


class _Piece(Op):
    """One of several outputs, cut out of the flat result."""

    view = True

    def forward(
        self, flat: Array, start: int, shape: tuple[int, ...], used: set[int] | None, i: int
    ) -> Array:
        self.place, self.used, self.i = (start, flat.shape), used, i
        return flat[start : start + int(np.prod(shape))].reshape(shape)

    def backward(self, grad: Any) -> Any:
        if self.used is not None:
            self.used.add(self.i)
        return _Placed.apply(grad, *self.place)


class _Placed(Op):
    """A piece in its place, zeros around it."""

    def forward(self, piece: Array, start: int, shape: tuple[int, ...]) -> Array:
        self.start, self.piece_shape = start, piece.shape
        flat = np.zeros(shape, piece.dtype)
        flat[start : start + piece.size] = piece.ravel()
        return flat

    def backward(self, grad: Any) -> Any:
        return _Piece.apply(grad, self.start, self.piece_shape, None, 0)


class _Final(Op):
    """A gradient that cannot be differentiated again."""

    def forward(self, grad: Array, *sources: Array) -> Array:
        return grad

    def backward(self, grad: Any) -> Any:
        raise GraphError(
            "this backward is marked once_differentiable.", where="once_differentiable"
        )


def _flows(output: Any, ctx: FunctionCtx) -> bool:
    """Whether gradients flow through an output."""
    return (
        isinstance(output, TensorBase)
        and output.dtype.kind == "f"
        and not any(output is constant for constant in ctx._constant)
    )


def _flat(arrays: list[Array]) -> Array:
    return arrays[0] if len(arrays) == 1 else np.concatenate([a.ravel() for a in arrays])


def _join(cls: type[Function], ctx: FunctionCtx, outputs: tuple[Any, ...], args: Any) -> Any:
    """The outputs as results of one node."""
    # Raw tensors, joined to nothing: the node may hold them without holding itself.
    ctx._outputs = tuple(make_tensor(o.array) if any(o is a for a in args) else o for o in outputs)
    pieces = [o for o in ctx._outputs if _flows(o, ctx)]
    if not pieces:
        return outputs
    result = _Call.apply(cls, ctx, _flat([o.array for o in pieces]), *args)
    if len(pieces) == 1:
        result.version = pieces[0].version  # one memory
    cut = iter([result] if len(pieces) == 1 else _cut(result, pieces, ctx))
    joined = [next(cut) if _flows(o, ctx) else o for o in ctx._outputs]
    for i, output in enumerate(outputs):
        if any(output is dirty for dirty in ctx._dirty):
            joined[i] = _rebound(output, joined[i])
    return tuple(joined)


def _cut(result: Any, pieces: list[Any], ctx: FunctionCtx) -> list[Any]:
    cut, start = [], 0
    numbers = [i for i, o in enumerate(ctx._outputs) if any(o is p for p in pieces)]
    for i, piece in zip(numbers, pieces, strict=True):
        made = _Piece.apply(result, start, piece.shape, result.node.used, i)
        made.array, made.version = piece.array, piece.version
        cut.append(made)
        start += piece.array.size
    return cut


def _rebound(tensor: Any, result: Any) -> Any:
    if tensor.requires_grad and tensor.node is None:
        raise GraphError(
            "expected a tensor outside the graph, got a leaf that needs a gradient.",
            where="mark_dirty",
        )
    tensor.array, tensor.node, tensor.requires_grad = result.array, result.node, True
    return tensor


def _apart(outputs: Any, args: Any, ctx: FunctionCtx) -> Any:
    """Outputs of a call that is not recorded: an input that comes out is another tensor."""

    def apart(output: Any) -> Any:
        given = any(output is a for a in args) and not any(output is d for d in ctx._dirty)
        return output.detach() if given and isinstance(output, TensorBase) else output  # type: ignore[attr-defined]

    if isinstance(outputs, (tuple, list)):
        return tuple(map(apart, outputs))
    return apart(outputs)
