"""Normalisation of each pixel by its neighbours in other channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorlite import kernels
from tensorlite.autograd import Array, Op
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.kernels.maps import LARGE
from tensorlite.kernels.passes import is_ours
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.elementwise import Pow
from tensorlite.ops.windows import check_floating

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class SumOfNeighbours(Op):
    """For each channel the sum of itself, ``before`` channels before it and ``after`` after it."""

    def forward(self, x: Array, before: int, after: int) -> Array:
        self.reach = before, after
        y, channels = x.copy(order="K"), x.shape[1]
        for shift in range(1, min(before, channels - 1) + 1):
            y[:, shift:] += x[:, :-shift]
        for shift in range(1, min(after, channels - 1) + 1):
            y[:, :-shift] += x[:, shift:]
        return y

    def backward(self, grad: Any) -> Any:
        before, after = self.reach
        return SumOfNeighbours.apply(grad, after, before)


def _composed(x: Any, size: int, alpha: float, beta: float, k: float) -> Any:
    """Local response normalisation from plain ops."""
    squares = SumOfNeighbours.apply(x * x, size // 2, (size - 1) // 2)
    return x / Pow.apply(squares * (alpha / size) + k, beta)


class LocalResponse(Op):
    """The same in one pass over memory, and its gradient in another."""

    composed = staticmethod(_composed)

    def forward(self, x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
        self.save_inputs(0)
        self.settings = size, alpha, beta, k
        return kernels.local_response_norm(x, *self.settings)

    def backward(self, grad: Any) -> Any:
        (x,) = self.saved
        return kernels.local_response_norm_grad(x, grad, *self.settings)


def local_response_norm(
    input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Divide by ``(k + alpha * mean of squares) ** beta`` over ``size`` neighbouring channels.

    The mean counts channels that are not there as zeros. The paper has a sum; its ``alpha`` is
    ``alpha / size`` here, as in PyTorch.

    Shape:
        - Input and output: ``(N, C, ...)`` with at least three dimensions

    Raises:
        ShapeError: If the input has fewer dimensions.

    Example:
        >>> import tensorlite as tl
        >>> local_response_norm(tl.ones(1, 3, 1), 3, alpha=3.0, beta=1.0).tolist()
        [[[0.3333333432674408], [0.25], [0.3333333432674408]]]

    Source: Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural
    Networks".
    """
    x = as_tensor(input)
    check_floating(x, "local_response_norm")
    if len(x.shape) < 3:
        raise ShapeError(
            f"expected input (N, C, ...) of three dimensions or more, got {x.shape}.",
            where="local_response_norm",
        )
    if size < 1:
        raise ConfigError(f"expected a size of 1 or more, got {size}.", where="local_response_norm")
    if not x.array.size:
        return x
    fast = x.array.size >= LARGE and is_ours(x.array)
    return (LocalResponse.apply if fast else _composed)(x, size, alpha, beta, k)
