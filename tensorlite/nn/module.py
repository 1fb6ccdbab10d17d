"""The base of all layers and models."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.autograd import TensorBase
from tensorlite.errors import StateError, TensorliteError, UnknownNameError, close_names
from tensorlite.ops.convert import to_array
from tensorlite.tensor import Buffer, Parameter, Tensor

Hook = Callable[["Module", tuple[Any, ...], Any], Any]


class LoadResult(NamedTuple):
    """The names that ``load_state_dict`` did not find, and those it had no use for."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Hooked:
    """A registered hook; ``remove()`` takes it off again."""

    def __init__(self, hooks: list[Hook], hook: Hook) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook off."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)


class Module:
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
        >>> Twice()(tl.zeros(2, 3)).shape
        (2, 3)
    """

    training: bool = True
    _frozen: bool = False
    _forward_hooks: list[Hook] | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        before = self.__dict__.get(name)
        if isinstance(before, Parameter) and not (value is None or isinstance(value, Parameter)):
            raise StateError(
                f"expected a Parameter or None for {name!r}, got {type(value).__name__}.",
                where=type(self).__name__,
                hint=f"Write nn.Parameter(...), or change it in place with {name}.data.copy_().",
            )
        object.__setattr__(self, name, value)

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
        """Run ``forward``; an error on the way out is told the layer's path."""
        try:
            output = self.forward(*inputs, **options)
        except TensorliteError as error:
            self._locate(error)
            raise
        for hook in self._forward_hooks or ():
            changed = hook(self, inputs, output)
            output = output if changed is None else changed
        return output

    def _locate(self, error: TensorliteError) -> None:
        """Name the layer that complained by its path from here."""
        if error.module is None:
            error.module, error.op = self, error.where
        for name, module in self.named_modules():
            if module is error.module:
                kind, op = type(module).__name__, error.op
                layer = f"{kind} {name!r}" if name else kind
                own = op is None or op.replace("_", "") == kind.lower()
                error.where = layer if own else f"{layer}, {op}"
                return

    # --- what belongs to it -----------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules assigned to attributes, with their names."""
        return ((name, m) for name, m in list(vars(self).items()) if isinstance(m, Module))

    def children(self) -> Iterator[Module]:
        """The modules assigned to attributes."""
        return (module for _, module in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and all below it, each once, with dotted names; its own is ``prefix``."""
        seen: set[int] = set()
        stack = [(prefix, self)]
        while stack:
            path, module = stack.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield path, module
                below = [(_join(path, name), child) for name, child in module.named_children()]
                stack.extend(reversed(below))

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def _named(self, kind: type[Tensor]) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in self.named_modules():
            for name, value in list(vars(module).items()):
                if isinstance(value, kind) and id(value) not in seen:
                    seen.add(id(value))
                    yield _join(path, name), value

    def _all_named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """As ``named_modules``, but a module that is used twice comes twice."""
        yield prefix, self
        for name, child in self.named_children():
            yield from child._all_named_modules(_join(prefix, name))

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """All parameters, each once, with dotted names."""
        return self._named(Parameter)

    def parameters(self) -> Iterator[Parameter]:
        """All parameters, each once."""
        return (parameter for _, parameter in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Buffer]]:
        """All buffers, each once, with dotted names."""
        return self._named(Buffer)

    def buffers(self) -> Iterator[Buffer]:
        """All buffers, each once."""
        return (buffer for _, buffer in self.named_buffers())

    def register_buffer(self, name: str, tensor: Any) -> None:
        """Make a tensor part of the state under this name; ``self.name = Buffer(tensor)``."""
        setattr(self, name, None if tensor is None else Buffer(tensor))

    def get_submodule(self, path: str) -> Module:
        """The module under a dotted name.

        Raises:
            UnknownNameError: If there is none; says which names are close.
        """
        found = dict(self.named_modules())
        if path not in found:
            raise UnknownNameError(
                f"there is no module {path!r}.",
                where=type(self).__name__,
                hint=close_names(path, found) or f"There are: {', '.join(filter(None, found))}.",
            )
        return found[path]

    # --- state ------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Tensor]:
        """All parameters and buffers by dotted name; they share the module's memory."""
        state: dict[str, Tensor] = {}
        for path, module in self._all_named_modules():
            for kind in (Parameter, Buffer):
                for name, value in vars(module).items():
                    if isinstance(value, kind):
                        state[_join(path, name)] = value.detach()
        return state

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> LoadResult:
        """Take over parameters and buffers, in place.

        Everything is compared before anything is written.

        Args:
            state: Tensors or arrays by dotted name.
            strict: Whether missing and unexpected names are errors.

        Returns:
            The missing and the unexpected names.

        Raises:
            StateError: If names (with ``strict``) or shapes differ; lists all of them.
        """
        own = self.state_dict()
        missing = [name for name in own if name not in state]
        unexpected = [name for name in state if name not in own]
        arrays = {name: to_array(state[name]) for name in own if name in state}
        wrong = [
            f"{name} has shape {own[name].shape}, the state {array.shape}"
            for name, array in arrays.items()
            if array.shape != own[name].shape
        ]
        faults = list(wrong)
        if strict:
            faults += [f"missing: {', '.join(missing)}"] if missing else []
            faults += [f"unexpected: {', '.join(unexpected)}"] if unexpected else []
        if faults:
            raise StateError(
                f"the state does not fit: {'; '.join(faults)}.", where=type(self).__name__
            )
        for name, array in arrays.items():
            own[name].copy_(array)
        return LoadResult(missing, unexpected)

    def to(self, dtype: DTypeLike) -> Self:
        """Cast all floating point parameters and buffers, and return the module."""
        for _, tensor in [*self._named(Parameter), *self._named(Buffer)]:
            if tensor.dtype.kind == "f":
                tensor.array = tensor.array.astype(np.dtype(dtype), copy=False)
                tensor.version[0] += 1
                tensor.grad = None
        return self

    def float(self) -> Self:
        """Cast to float32."""
        return self.to(np.float32)

    def double(self) -> Self:
        """Cast to float64."""
        return self.to(np.float64)

    # --- modes ------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Switch to training; what is frozen stays in evaluation."""
        for module in self.modules():
            module.training = mode and not module._frozen
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
                hint=close_names(pattern, names) or f"There are: {', '.join(names)}.",
            )
        for parameter in parameters.values():
            parameter.requires_grad_(not frozen)
        return list(parameters)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or keep them as zeros."""
        for p in self.parameters():
            p.grad = None if set_to_none or p.grad is None else p.grad.zero_()

    def apply(self, function: Callable[[Module], Any]) -> Self:
        """Call a function with every module below and this one, and return the module."""
        for module in reversed(list(self.modules())):
            function(module)
        return self

    def register_forward_hook(self, hook: Hook) -> Hooked:
        """Call ``hook(module, inputs, output)`` after each forward; its result is the output."""
        if self._forward_hooks is None:
            self._forward_hooks = []
        self._forward_hooks.append(hook)
        return Hooked(self._forward_hooks, hook)

    def __repr__(self) -> str:
        lines = [
            f"({name}): " + repr(child).replace("\n", "\n  ")
            for name, child in self.named_children()
        ]
        extra = self.extra_repr()
        if not lines:
            return f"{type(self).__name__}({extra})"
        inside = "\n  ".join([extra, *lines] if extra else lines)
        return f"{type(self).__name__}(\n  {inside}\n)"


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of a module's input or output, of its first tensor if there are several."""
    if isinstance(value, TensorBase):
        return value.shape
    return shape_of(value[0]) if isinstance(value, (tuple, list)) and value else ()
