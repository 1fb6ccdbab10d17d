"""Weights divided by their largest singular value, which is followed by power iteration."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from tensorlite import ops, random
from tensorlite.autograd import Array, make_tensor
from tensorlite.errors import ConfigError
from tensorlite.nn.module import Module
from tensorlite.tensor import Parameter, Tensor

M = TypeVar("M", bound=Module)


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """A weight as (its size along ``dim``, all others)."""
    if dim:
        order = (dim, *(i for i in range(len(weight.shape)) if i != dim))
        weight = ops.permute(weight, order)
    return ops.reshape(weight, (weight.shape[0], -1))


def unit(values: Array, eps: float) -> Array:
    """A vector over its length."""
    found: Array = values / max(float(np.linalg.norm(values)), eps)
    return found


def random_unit(size: int, dtype: Any, eps: float) -> Tensor:
    """A random direction."""
    drawn = random.default_generator.normal((size,), np.float32)
    return make_tensor(unit(drawn, eps).astype(dtype))


def usual_dim(module: Module, dim: int | None) -> int:
    """The dimension of a weight's outputs: 1 for transposed convolutions, 0 for others."""
    if dim is not None:
        return dim
    return int(type(module).__name__.startswith("ConvTranspose"))


def largest(matrix: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """The largest singular value, given its vectors."""
    return ops.sum(u.clone() * ops.matmul(matrix, v.clone()))


class _SpectralNorm:
    """The hook that computes a weight."""

    def __init__(self, name: str, times: int, dim: int, eps: float) -> None:
        self.name, self.n_power_iterations, self.dim, self.eps = name, times, dim, eps

    def compute(self, module: Module, iterate: bool) -> Tensor:
        weight = getattr(module, f"{self.name}_orig")
        u, v = getattr(module, f"{self.name}_u"), getattr(module, f"{self.name}_v")
        matrix = as_matrix(weight, self.dim)
        for _ in range(self.n_power_iterations if iterate else 0):
            v.copy_(unit(matrix.array.T @ u.array, self.eps))
            u.copy_(unit(matrix.array @ v.array, self.eps))
        return weight / largest(matrix, u, v)

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute(module, module.training))


def spectral_norm(
    module: M,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> M:
    """Divide a weight by its largest singular value before each forward.

    The module has a parameter ``weight_orig`` and buffers ``weight_u`` and ``weight_v`` afterwards.

    Args:
        module: A layer.
        name: The parameter.
        n_power_iterations: Steps of power iteration before each forward in training.
        eps: The smallest length that is divided by.
        dim: The dimension of the outputs; 0 if ``None``, 1 for transposed convolutions.

    Returns:
        The module itself.

    Raises:
        ConfigError: If that has been done already, or there are no steps.

    Source: Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks".
    """
    if _found(module, name) is not None:
        raise ConfigError(f"{name!r} is normalised already.", where="spectral_norm")
    if n_power_iterations <= 0:
        raise ConfigError(
            f"expected n_power_iterations above 0, got {n_power_iterations}.", where="spectral_norm"
        )
    hook = _SpectralNorm(name, n_power_iterations, usual_dim(module, dim), eps)
    weight = getattr(module, name)
    rows, columns = as_matrix(weight.detach(), hook.dim).shape
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(f"{name}_u", random_unit(rows, weight.dtype, eps))
    module.register_buffer(f"{name}_v", random_unit(columns, weight.dtype, eps))
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: M, name: str = "weight") -> M:
    """Make a plain parameter again of a weight that ``spectral_norm`` divides.

    Raises:
        ConfigError: If it does not.
    """
    found = _found(module, name)
    if found is None:
        raise ConfigError(f"{name!r} is not normalised.", where="remove_spectral_norm")
    number, hook = found
    weight = hook.compute(module, False).detach()
    for ending in ("", "_orig", "_u", "_v"):
        delattr(module, name + ending)
    setattr(module, name, Parameter(weight))
    del module._forward_pre_hooks[number]
    return module


def _found(module: Module, name: str) -> tuple[int, _SpectralNorm] | None:
    for number, hook in module._forward_pre_hooks.items():
        if isinstance(hook, _SpectralNorm) and hook.name == name:
            return number, hook
    return None
