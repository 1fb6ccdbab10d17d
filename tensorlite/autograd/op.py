"""The op, which is also the graph's node, and what autograd knows of a tensor.

Running an op on tensors that need a gradient leaves a trail. The result points at the op that made
it (``result.node``), the op points at the ops that made its inputs (``edges``), or at the tensors
themselves where those are leaves::

    y = (w * x).sum()      y ──node──> Sum ──edges──> Mul ──edges──> w (a leaf), None (for x)

``y.backward()`` walks that trail back from the youngest op to the oldest, see ``walk``. References
run one way, from tensors to ops to older ops to leaves. There are no cycles, so reference counting
frees a graph the moment nobody can use it any more.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import NDArray

from tensorlite.autograd.modes import mode as _mode
from tensorlite.autograd.node import Node
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


_numbers = itertools.count()
_FACTORS = (0, 1)  # this very object: each is kept where the other needs a gradient
_FACTORS_OF = ((None, None), (0, None)), ((None, 1), (0, 1))  # by needs[0], needs[1]


class Op(Node):
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
            kept: list[Any] = []
            self._kept = kept
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
        if str(error).startswith("operands could not be broadcast together with shapes"):
            message = f"expected shapes that broadcast with each other, got {shapes}."
        else:
            message = f"cannot work on shapes {shapes}: {error}."
        return ShapeError(message, where=type(self).__name__)


def _shares(out: Array, source: Array) -> bool:
    owner = source if source.base is None else source.base
    return out is source or out.base is source or out.base is owner
