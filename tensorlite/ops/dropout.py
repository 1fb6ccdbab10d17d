"""Ways to leave something out at random in training: elements, channels, whole samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import kernels, random
from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.kernels.passes import is_ours
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.settle import settle

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

SELU_FLOOR = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717


class Drop(Op):
    """Some elements become 0, the others are scaled; the seed says which, so no mask is kept."""

    def forward(self, x: Array, p: float, seed: tuple[int, int]) -> Array:
        self.settings = p, seed
        return kernels.drop(x, p, seed)

    def backward(self, grad: Any) -> Any:
        return Drop.apply(grad, *self.settings)


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set elements to 0 with probability ``p`` and scale the others by ``1 / (1 - p)``.

    Outside training the input is returned as it is.

    Args:
        input: Any tensor.
        p: The probability, from 0 to 1.
        training: Whether anything is done at all.
        inplace: Whether the input takes over the result; see ``settle``.

    Raises:
        ConfigError: If ``p`` is not between 0 and 1.

    Source: Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting".
    """
    x = as_tensor(input)
    check_probability(p, "dropout")
    if not training:
        return x
    return settle(input, _drop(x, p, x.shape), inplace)


def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set whole channels of signals ``(N, C, L)`` or ``(C, L)`` to 0; see ``dropout``.

    Source: Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks".
    """
    x = as_tensor(input)
    check_probability(p, "dropout1d")
    if len(x.shape) not in (2, 3):
        raise ShapeError(f"expected (N, C, L) or (C, L), got {x.shape}.", where="dropout1d")
    return (
        settle(input, _drop(x, p, _per_channel(x, len(x.shape) == 3)), inplace) if training else x
    )


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set whole channels of pictures ``(N, C, H, W)`` to 0; see ``dropout``.

    Inputs of three dimensions count as ``(N, C, L)``, as in PyTorch.

    Source: Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks".
    """
    x = as_tensor(input)
    check_probability(p, "dropout2d")
    if len(x.shape) < 2:
        raise ShapeError(f"expected (N, C, H, W), got {x.shape}.", where="dropout2d")
    if not training:
        return x
    return settle(input, _drop(x, p, _per_channel(x, True)), inplace)


def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set whole channels of volumes ``(N, C, D, H, W)`` or ``(C, D, H, W)`` to 0.

    Source: Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks".
    """
    x = as_tensor(input)
    check_probability(p, "dropout3d")
    if len(x.shape) < 2:
        raise ShapeError(f"expected (N, C, D, H, W), got {x.shape}.", where="dropout3d")
    return (
        settle(input, _drop(x, p, _per_channel(x, len(x.shape) != 4)), inplace) if training else x
    )


def alpha_dropout(
    input: Any, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Set elements to the floor of ``selu``, and keep mean 0 and variance 1.

    Source: Klambauer et al. 2017, "Self-Normalizing Neural Networks".
    """
    x = as_tensor(input)
    check_probability(p, "alpha_dropout")
    if not training:
        return x
    return settle(input, _alpha_drop(x, p, x.shape), inplace)


def feature_alpha_dropout(
    input: Any, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Set whole channels to the floor of ``selu``; see ``alpha_dropout``."""
    x = as_tensor(input)
    check_probability(p, "feature_alpha_dropout")
    if training and p > 0 and len(x.shape) < 2:
        raise ShapeError(f"expected (N, C, ...), got {x.shape}.", where="feature_alpha_dropout")
    if not training:
        return x
    return settle(input, _alpha_drop(x, p, _per_channel(x, True)), inplace)


def stochastic_depth(input: Any, p: float, mode: str, training: bool = True) -> Tensor:
    """Leave out a branch: set whole samples (``"row"``) or all (``"batch"``) to 0.

    What stays is scaled by ``1 / (1 - p)``.

    Args:
        input: The branch, ``(N, ...)``.
        p: The probability, from 0 to 1.
        mode: Whether samples are drawn one by one, or the batch as a whole.
        training: Whether anything is done at all.

    Raises:
        ConfigError: If ``p`` or ``mode`` is none of these.

    Source: Huang et al. 2016, "Deep Networks with Stochastic Depth".
    """
    x = as_tensor(input)
    check_probability(p, "stochastic_depth")
    if mode not in ("row", "batch"):
        raise ConfigError(
            f"expected mode 'row' or 'batch', got {mode!r}.", where="stochastic_depth"
        )
    first = x.shape[:1] if mode == "row" else (1,) * bool(x.shape)
    return _drop(x, p, (*first, *[1] * (len(x.shape) - 1))) if training else x


def check_probability(p: float, where: str) -> None:
    """Refuse what is no probability."""
    if not 0 <= p <= 1:
        raise ConfigError(f"expected a probability from 0 to 1, got {p}.", where=where)


def _per_channel(x: Tensor, batched: bool) -> tuple[int, ...]:
    """The shape of one number for each channel, broadcast over the rest."""
    first = x.shape[: 2 if batched else 1]
    return (*first, *[1] * (len(x.shape) - len(first)))


def _drop(x: Tensor, p: float, shape: tuple[int, ...]) -> Tensor:
    if p == 0:
        return x
    if p == 1:
        return x * 0.0
    if shape == x.shape and is_ours(x.array):
        return Drop.apply(x, p, random.default_generator.words())
    kept = random.default_generator.uniform(shape) >= p
    kind = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
    return x * make_tensor(kept.astype(kind) * kind.type(1 / (1 - p)))


def _alpha_drop(x: Tensor, p: float, shape: tuple[int, ...]) -> Tensor:
    if p == 0:
        return x
    if p == 1:
        return x * 0.0
    # Dropped elements become the floor f; the scale brings the variance back to 1, the shift the
    # mean to 0.
    scale = 1 / math.sqrt((1 + p * SELU_FLOOR**2) * (1 - p))
    kept = random.default_generator.uniform(shape) >= p
    shift = np.where(kept, -scale * SELU_FLOOR * p, scale * SELU_FLOOR * (1 - p))
    factor = kept.astype(x.dtype) * x.dtype.type(scale)
    return x * make_tensor(factor) + make_tensor(shift.astype(x.dtype))
