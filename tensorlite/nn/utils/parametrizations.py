"""Weight norm and spectral norm as parametrizations: the weight is computed when it is read."""

from __future__ import annotations

from typing import TypeVar

from tensorlite import ops
from tensorlite.errors import ConfigError
from tensorlite.nn.module import Module
from tensorlite.nn.utils.parametrize import register_parametrization
from tensorlite.nn.utils.spectral_norm import as_matrix, largest, random_unit, unit, usual_dim
from tensorlite.nn.utils.weight_norm import lengths, scaled
from tensorlite.ops.distance import length
from tensorlite.tensor import Tensor

M = TypeVar("M", bound=Module)


class _WeightNorm(Module):
    """A length times a direction."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """Compute the weight."""
        return scaled(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """The lengths, and the weight as it is for the direction."""
        return lengths(weight, self.dim), weight


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """Learn a weight as a length and a direction: ``weight = g * v / |v|``.

    ``g`` is ``parametrizations.weight.original0``, ``v`` is ``parametrizations.weight.original1``.

    Args:
        module: A layer.
        name: The parameter.
        dim: The dimension along which lengths are kept apart; one length for all if ``None``.

    Returns:
        The module itself.

    Source: Salimans and Kingma 2016, "Weight Normalization".
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)
    return module


class _SpectralNorm(Module):
    """A weight over its largest singular value."""

    _u: Tensor
    _v: Tensor

    def __init__(
        self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        super().__init__()
        self.n_power_iterations, self.eps = n_power_iterations, eps
        self.dim = dim % len(weight.shape)
        if len(weight.shape) > 1:
            matrix = as_matrix(weight.detach(), self.dim)
            rows, columns = matrix.shape
            self.register_buffer("_u", random_unit(rows, weight.dtype, eps))
            self.register_buffer("_v", random_unit(columns, weight.dtype, eps))
            self._iterate(matrix, 15)

    def _iterate(self, matrix: Tensor, times: int) -> None:
        for _ in range(times):
            self._u.copy_(unit(matrix.array @ self._v.array, self.eps))
            self._v.copy_(unit(matrix.array.T @ self._u.array, self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        """Compute the weight."""
        if len(weight.shape) == 1:
            return weight / ops.clamp(length(weight, 2, 0), self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        return weight / largest(matrix, self._u, self._v)

    def right_inverse(self, value: Tensor) -> Tensor:
        """The weight as it is."""
        return value


def spectral_norm(
    module: M,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> M:
    """Divide a weight by its largest singular value each time it is read.

    Args:
        module: A layer.
        name: The parameter.
        n_power_iterations: Steps of power iteration at each reading in training.
        eps: The smallest length that is divided by.
        dim: The dimension of the outputs; 0 if ``None``, 1 for transposed convolutions.

    Returns:
        The module itself.

    Raises:
        ConfigError: If there are no steps.

    Source: Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks".
    """
    if n_power_iterations <= 0:
        raise ConfigError(
            f"expected n_power_iterations above 0, got {n_power_iterations}.", where="spectral_norm"
        )
    along = usual_dim(module, dim)
    made = _SpectralNorm(getattr(module, name), n_power_iterations, along, eps)
    register_parametrization(module, name, made)
    return module
