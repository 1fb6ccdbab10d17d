"""Weights as a length times a direction, computed before each forward."""

from __future__ import annotations

from typing import Any, TypeVar

from tensorlite import ops
from tensorlite.errors import ConfigError
from tensorlite.nn.module import Module
from tensorlite.ops.distance import length
from tensorlite.tensor import Parameter, Tensor

M = TypeVar("M", bound=Module)


def lengths(v: Tensor, dim: int | None) -> Tensor:
    """The lengths of the parts of a weight along ``dim``, or of all of it."""
    if dim is None or dim == -1:  # PyTorch takes -1 for all of it
        return length(v, 2, None)
    rest = tuple(i for i in range(len(v.shape)) if i != dim % len(v.shape))
    return length(v, 2, rest, keepdim=True) if rest else ops.abs(v)


def scaled(v: Tensor, g: Tensor, dim: int | None) -> Tensor:
    """The direction of ``v`` with the lengths ``g``."""
    return v * (g / lengths(v, dim))


class _WeightNorm:
    """The hook that computes a weight."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name, self.dim = name, dim

    def compute(self, module: Module) -> Tensor:
        g, v = getattr(module, f"{self.name}_g"), getattr(module, f"{self.name}_v")
        return scaled(v, g, self.dim)

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute(module))


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """Learn a weight as a length and a direction: ``weight = g * v / |v|``.

    The module has parameters ``weight_g`` and ``weight_v`` afterwards, and computes the weight
    before each forward.

    Args:
        module: A layer.
        name: The parameter.
        dim: The dimension along which lengths are kept apart; one length for all if ``None``.

    Returns:
        The module itself.

    Raises:
        ConfigError: If that has been done already.

    Source: Salimans and Kingma 2016, "Weight Normalization".
    """
    if _found(module, name) is not None:
        raise ConfigError(f"{name!r} is normalised already.", where="weight_norm")
    weight = getattr(module, name)
    hook = _WeightNorm(name, dim)
    delattr(module, name)
    module.register_parameter(f"{name}_g", Parameter(lengths(weight.detach(), dim)))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    setattr(module, name, hook.compute(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: M, name: str = "weight") -> M:
    """Make a plain parameter again of a weight that ``weight_norm`` has split.

    Raises:
        ConfigError: If it has not.
    """
    found = _found(module, name)
    if found is None:
        raise ConfigError(f"{name!r} is not normalised.", where="remove_weight_norm")
    number, hook = found
    weight = hook.compute(module).detach()
    for gone in (name, f"{name}_g", f"{name}_v"):
        delattr(module, gone)
    setattr(module, name, Parameter(weight))
    del module._forward_pre_hooks[number]
    return module


def _found(module: Module, name: str) -> tuple[int, _WeightNorm] | None:
    for number, hook in module._forward_pre_hooks.items():
        if isinstance(hook, _WeightNorm) and hook.name == name:
            return number, hook
    return None
