"""What a node of the graph shows to those who look at it, and the hooks that hang on it."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

_handles = itertools.count()


class RemovableHandle:
    """A registered hook; ``remove()`` takes it off again, as does leaving a ``with`` block."""

    def __init__(self, hooks: dict[int, Any], hook: Callable[..., Any]) -> None:
        self.id = next(_handles)
        self._hooks = hooks
        hooks[self.id] = hook

    def remove(self) -> None:
        """Take the hook off."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


class Hooks:
    """What is called when a gradient is complete.

    Attributes:
        before: Called with the gradient; what a hook returns takes its place.
        after: For a leaf, called with the leaf when its ``.grad`` is there.
        keeper: The result whose ``.grad`` is to be kept, by weak reference.
        leaf: The leaf, by weak reference.
    """

    def __init__(self) -> None:
        self.before: dict[int, Callable[[Any], Any]] = {}
        self.after: dict[int, Callable[[Any], None]] = {}
        self.keeper: weakref.ref[Any] | None = None
        self.leaf: weakref.ref[Any] | None = None


class Node:
    """The outside of an op in the graph; PyTorch calls it ``grad_fn``."""

    hooks: Hooks | None = None
    edges: Any = None

    def name(self) -> str:
        """The name under which PyTorch's tools print a node."""
        return f"{type(self).__name__}Backward0"

    @property
    def title(self) -> str:
        """The name under which errors speak of it."""
        return type(self).__name__

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """Where the gradients of the inputs go: nodes, ``AccumulateGrad`` for leaves, or None."""
        return tuple(
            (edge if edge is None or isinstance(edge, Node) else AccumulateGrad(edge), 0)
            for edge in self.edges or ()
        )

    def keeps_grad_of(self, tensor: Any) -> bool:
        """Whether ``retain_grad`` was called on this result."""
        keeper = self.hooks.keeper if self.hooks is not None else None
        return keeper is not None and keeper() is tensor


class AccumulateGrad(Node):
    """The end of a path: a leaf.

    Attributes:
        variable: The leaf.
    """

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    def name(self) -> str:
        """The name under which PyTorch's tools print it."""
        return "torch::autograd::AccumulateGrad"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccumulateGrad) and other.variable is self.variable

    def __hash__(self) -> int:
        return id(self.variable)
