"""Methods that concern the graph: who needs a gradient, where it goes, and what sees it pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tensorlite import autograd
from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.errors import DTypeError, GraphError
from tensorlite.ops.convert import to_array

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor


class Gradients(TensorBase):
    """What a tensor has to do with the graph."""

    __slots__ = ()

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded op made this tensor."""
        return self.node is None

    @property
    def grad_fn(self) -> Any:
        """The op that made this tensor, with ``name()`` and ``next_functions``; None for a leaf."""
        return self.node

    @property
    def data(self) -> Tensor:
        """The same numbers outside the graph; assigning replaces them."""
        return self.detach()

    @data.setter
    def data(self, value: Any) -> None:
        self.array = to_array(value)
        self.version[0] += 1

    @property
    def _version(self) -> int:
        """How often the numbers were changed in place."""
        return self.version[0]

    def detach(self) -> Tensor:
        """The same numbers in the same memory, outside the graph."""
        return make_tensor(self.array, version=self.version)

    def detach_(self) -> Tensor:
        """Take the tensor itself out of the graph."""
        self.node, self.requires_grad = None, False
        return self  # type: ignore[return-value]

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Say whether gradients are wanted, and return the tensor itself.

        Raises:
            DTypeError: If the tensor holds integers or booleans.
            GraphError: If the tensor is a result: its gradient follows from its inputs.
        """
        if requires_grad and self.dtype.kind != "f":
            raise DTypeError(
                f"expected floating point numbers to need a gradient, got {self.dtype}.",
                where="requires_grad_",
                hint="Write 1.0 in place of 1, or use x.float().",
            )
        if not requires_grad and self.node is not None:
            raise GraphError(
                "expected a leaf, got the result of an op.",
                where="requires_grad_",
                hint="Use x.detach().",
            )
        self.requires_grad = requires_grad or self.node is not None
        return self  # type: ignore[return-value]

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """See ``tensorlite.autograd.backward``."""
        autograd.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def retain_grad(self) -> None:
        """Keep the gradient of this result in ``.grad`` as well.

        Raises:
            GraphError: If the tensor needs no gradient.

        Example:
            >>> import tensorlite as tl
            >>> y = tl.ones(2, requires_grad=True) * 3.0
            >>> y.retain_grad()
            >>> (y * y).sum().backward()
            >>> y.grad
            tensor([6., 6.])
        """
        autograd.retain_grad(self)

    @property
    def retains_grad(self) -> bool:
        """Whether this is a result whose gradient will be kept."""
        return self.node is not None and self.node.keeps_grad_of(self)

    def register_hook(self, hook: Callable[[Any], Any]) -> autograd.RemovableHandle:
        """Call ``hook(grad)`` when the gradient of this tensor is known; its result replaces it.

        Raises:
            GraphError: If the tensor needs no gradient.

        Example:
            >>> import tensorlite as tl
            >>> x = tl.ones(2, requires_grad=True)
            >>> handle = x.register_hook(lambda grad: grad * 10)
            >>> x.sum().backward()
            >>> handle.remove()
            >>> x.grad
            tensor([10., 10.])
        """
        return autograd.register_hook(self, hook)

    def register_post_accumulate_grad_hook(
        self, hook: Callable[[Any], None]
    ) -> autograd.RemovableHandle:
        """Call ``hook(tensor)`` when ``backward`` has left a gradient in ``.grad`` of this leaf.

        Raises:
            GraphError: If it is no leaf, or needs no gradient.
        """
        return autograd.register_post_accumulate_grad_hook(self, hook)
