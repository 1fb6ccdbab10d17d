"""The base of all layers and models."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence
from typing import Any, Self

from tensorlite.autograd import TensorBase
from tensorlite.errors import ConfigError, TensorliteError, UnknownNameError, close_names
from tensorlite.nn.state import State
from tensorlite.tensor import Parameter, zeros


class Module(State):
    """A layer or a model: parameters, buffers and other modules, and a ``forward`` method.

    Whatever is assigned to an attribute and is a ``Parameter``, a ``Buffer`` or a ``Module``
    belongs to the module, under the attribute's name. Lists of modules go into a ``ModuleList``.

    Attributes:
        training: Whether dropout drops and batch norm uses the batch; see ``train`` and ``eval``.

    Example:
        >>> from tensorlite import nn
        >>> import tensorlite as tl
        >>> class Twice(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.fc = nn.Linear(3, 3)
        ...     def forward(self, x):
        ...         return self.fc(self.fc(x))
        >>> Twice()(tl.zeros(2, 3)).shape == (2, 3)
        True
    """

    training: bool = True
    _frozen: bool = False

    def forward(self, *inputs: Any) -> Any:
        """Compute the output; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def extra_repr(self) -> str:
        """What stands in the brackets of the printed layer."""
        return ""

    def multiply_adds(self, inputs: tuple[Any, ...], output: Any) -> int:
        """Multiplications of this layer itself for one call, for ``tl.summary``."""
        return 0

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Run ``forward`` and the hooks; an error on the way out is told the layer's path."""
        try:
            if self._hooks is None:
                return self.forward(*inputs, **options)
            return self._hooks.run(self, inputs, options)
        except TensorliteError as error:
            self._locate(error)
            raise

    def _locate(self, error: TensorliteError) -> None:
        """Name the layer that complained by its path from here."""
        if error.module is None:
            error.module, error.op = self, error.where
        for name, module in self.named_modules():
            if module is error.module:
                kind, op = type(module).__name__, error.op
                layer = f"{kind} {name!r}" if name else kind
                own = op is None or op.replace("_", "").lower() == kind.lower()
                error.where = layer if own else f"{layer}, {op}"
                return

    # --- modes ------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Switch to training; what is frozen stays in evaluation."""
        if not isinstance(mode, bool):
            raise ConfigError(f"expected True or False, got {mode!r}.", where="train")
        self.training = mode and not self._frozen
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Switch to evaluation: dropout passes, batch norm uses its running statistics."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Say for all parameters whether they are trained."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def freeze(self, pattern: str = "*") -> list[str]:
        """Stop training what a pattern matches, running statistics included.

        Args:
            pattern: A dotted name or a pattern of names, as ``"features"`` or ``"features.*"``;
                everything below a match is frozen too.

        Returns:
            The names of the frozen parameters.

        Raises:
            UnknownNameError: If nothing matches.

        Example:
            >>> from tensorlite import nn
            >>> nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)).freeze("0")
            ['0.weight', '0.bias']
        """
        return self._freeze(pattern, True)

    def unfreeze(self, pattern: str = "*") -> list[str]:
        """Train again what a pattern matches; the counterpart of ``freeze``."""
        return self._freeze(pattern, False)

    def _freeze(self, pattern: str, frozen: bool) -> list[str]:
        def matches(name: str) -> bool:
            return fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(name, f"{pattern}.*")

        modules = [module for name, module in self.named_modules() if matches(name)]
        for module in modules:
            module._frozen = frozen
            module.training = self.training and not frozen
        parameters = {name: p for name, p in self.named_parameters() if matches(name)}
        if not modules and not parameters:
            names = [name for name, _ in self.named_modules() if name]
            raise UnknownNameError(
                f"nothing matches {pattern!r}.",
                where="freeze",
                hint=close_names(pattern, names) or f"There are: {', '.join(self._modules)}.",
            )
        for parameter in parameters.values():
            parameter.requires_grad_(not frozen)
        return list(parameters)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or keep them as zeros."""
        for p in self.parameters():
            p.grad = None if set_to_none or p.grad is None else p.grad.zero_()

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call a function with every module below and then this one, and return the module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        return self._tree([(name, repr(child)) for name, child in self._modules.items()])

    def _tree(self, children: list[tuple[str, str]]) -> str:
        """The printed form, given those of the children."""
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        if len(extra) == 1 and not children:
            return f"{self._get_name()}({extra[0]})"
        lines = extra + [f"({name}): " + text.replace("\n", "\n  ") for name, text in children]
        inside = "\n  ".join(lines)
        return f"{self._get_name()}(\n  {inside}\n)" if lines else f"{self._get_name()}()"


def new_parameter(shape: Sequence[int], device: Any = None, dtype: Any = None) -> Parameter:
    """A parameter of zeros, as layers with ``device=`` and ``dtype=`` begin."""
    values = zeros(tuple(shape)) if dtype is None else zeros(tuple(shape), dtype=dtype)
    return Parameter(values if device is None else values.to(device))


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of a module's input or output, of its first tensor if there are several."""
    if isinstance(value, TensorBase):
        return value.shape
    return shape_of(value[0]) if isinstance(value, (tuple, list)) and value else ()
