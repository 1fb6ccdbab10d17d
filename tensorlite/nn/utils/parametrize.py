"""Parameters that are computed from others by modules, each time they are read."""

from __future__ import annotations

from typing import Any

from tensorlite.autograd import TensorBase, no_grad
from tensorlite.errors import ConfigError, ShapeError, StateError
from tensorlite.nn.containers import ModuleDict, ModuleList
from tensorlite.nn.members import BUFFERS, PARAMETER
from tensorlite.nn.module import Module
from tensorlite.tensor import Parameter, Tensor


class ParametrizationList(ModuleList):
    """The modules that compute one tensor, one after the other, and what they compute it from.

    Attributes:
        original: What the first module takes; ``original0``, ``original1`` ... if several.

    Args:
        modules: The first modules.
        original: The tensor as it was.
        unsafe: Whether shape and type may change.
    """

    def __init__(self, modules: list[Module], original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        value: Any = original
        with no_grad():
            for module in reversed(modules):
                if hasattr(module, "right_inverse"):
                    value = module.right_inverse(value)
        self.is_tensor = isinstance(value, TensorBase)
        self.ntensors = 1 if self.is_tensor else len(value)
        values = [value] if self.is_tensor else list(value)
        learned = isinstance(original, Parameter)
        for name, part in zip(self._names(), values, strict=True):
            if learned:
                kept: Any = original if part is original else Parameter(part)
                kept.requires_grad_(original.requires_grad)
                self.register_parameter(name, kept)
            else:
                self.register_buffer(name, part)

    def _names(self) -> list[str]:
        return ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]

    def right_inverse(self, value: Tensor) -> None:
        """Set the originals so that ``value`` is computed from them, or what is closest to it."""
        given: Any = value
        with no_grad():
            for module in reversed(self._list()):
                if not hasattr(module, "right_inverse"):
                    raise StateError(
                        f"{type(module).__name__} has no right_inverse, so it cannot be assigned.",
                        where="parametrize",
                    )
                given = module.right_inverse(given)
            for name, part in zip(self._names(), [given] if self.is_tensor else given, strict=True):
                own = getattr(self, name)
                own.data = part.detach().clone()

    def forward(self) -> Tensor:
        """Compute the tensor."""
        modules = self._list()
        value: Any = modules[0](*(getattr(self, name) for name in self._names()))
        for module in modules[1:]:
            value = module(value)
        return value


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let a module compute a parameter or buffer of another one, each time it is read.

    ``module.parametrizations.weight.original`` is learned afterwards, and ``module.weight`` is what
    ``parametrization`` makes of it. Several may follow each other. A ``right_inverse`` of the
    parametrization says what to start from, and makes assignment possible.

    Args:
        module: The module.
        tensor_name: Name of the parameter or buffer.
        parametrization: What computes it.
        unsafe: Whether shape and type may change.

    Returns:
        The module itself.

    Raises:
        ConfigError: If there is no such parameter or buffer.
        ShapeError: If shape or type change and may not.

    Example:
        >>> from tensorlite import nn
        >>> class Symmetric(nn.Module):
        ...     def forward(self, x):
        ...         return (x + x.T) / 2
        >>> layer = register_parametrization(nn.Linear(2, 2), "weight", Symmetric())
        >>> [name for name, _ in layer.named_parameters()]
        ['bias', 'parametrizations.weight.original']
    """
    if is_parametrized(module, tensor_name):
        parametrizations: Any = _made(module)[tensor_name]
        before = getattr(module, tensor_name)
        _check(before, parametrization(before), tensor_name, unsafe)
        parametrizations.append(parametrization)
        return module
    if module._members.get(tensor_name) not in (PARAMETER, *BUFFERS):
        raise ConfigError(
            f"expected a parameter or buffer, got {tensor_name!r}.",
            where="register_parametrization",
        )
    original = getattr(module, tensor_name)
    made = ParametrizationList([parametrization], original, unsafe)
    with no_grad():
        _check(original, made(), tensor_name, unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        _change_class(module)
        module.parametrizations = ModuleDict()
    _add_property(type(module), tensor_name)
    _made(module)[tensor_name] = made
    return module


def _check(before: Tensor, after: Tensor, name: str, unsafe: bool) -> None:
    if not unsafe and (before.shape != after.shape or before.dtype != after.dtype):
        raise ShapeError(
            f"expected {name!r} to stay {before.dtype} {before.shape}, got {after.dtype} "
            f"{after.shape}.",
            where="register_parametrization",
            hint="Pass unsafe=True.",
        )


def _change_class(module: Module) -> None:
    """Give a module a class of its own, to which properties can be added."""
    cls = type(module)
    fields = {"_parametrized_from": cls, "__doc__": cls.__doc__}
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), fields)


def _add_property(cls: type, name: str) -> None:
    def get(self: Any) -> Any:
        return self.parametrizations[name]()

    def put(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(cls, name, property(get, put))


def _made(module: Module) -> Any:
    return module.__dict__["parametrizations"]


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether something, or one tensor, of a module is computed by ``register_parametrization``."""
    found = module.__dict__.get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(
    module: Module, tensor_name: str, leave_parametrized: bool = True
) -> Module:
    """Make a plain parameter or buffer again of one that is computed.

    Args:
        module: The module.
        tensor_name: Name of the tensor.
        leave_parametrized: Whether it keeps the computed values, or gets the original ones back.

    Returns:
        The module itself.

    Raises:
        ConfigError: If it is not computed, or there is no single original to return to.
    """
    if not is_parametrized(module, tensor_name):
        raise ConfigError(f"{tensor_name!r} is not parametrized.", where="remove_parametrizations")
    made: Any = _made(module)[tensor_name]
    if not leave_parametrized and not made.is_tensor:
        raise ConfigError(
            "expected leave_parametrized=True where there are several originals.",
            where="remove_parametrizations",
        )
    originals = [getattr(made, name) for name in made._names()]
    value = getattr(module, tensor_name).detach() if leave_parametrized else originals[0]
    learned = any(isinstance(original, Parameter) for original in originals)
    del _made(module)[tensor_name]
    delattr(type(module), tensor_name)
    if learned:
        trained = any(original.requires_grad for original in originals)
        parameter = Parameter(value, requires_grad=trained)
        module.register_parameter(tensor_name, parameter)
    else:
        module.register_buffer(tensor_name, value)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module)._parametrized_from  # type: ignore[attr-defined]
    return module
