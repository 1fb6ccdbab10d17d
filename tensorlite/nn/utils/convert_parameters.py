"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.errors import DTypeError, ShapeError
from tensorlite.tensor import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Join parameters, each flattened, into one vector; gradients flow through.

    Example:
        >>> from tensorlite import nn
        >>> parameters_to_vector(nn.Linear(3, 2).parameters()).shape == (8,)
        True
    """
    return ops.cat([ops.reshape(parameter, (-1,)) for parameter in parameters])


def vector_to_parameters(vec: Any, parameters: Iterable[Tensor]) -> None:
    """Write the parts of a vector into parameters, in their order.

    Raises:
        DTypeError: If it is no tensor.
        ShapeError: If it is too short.
    """
    if not isinstance(vec, TensorBase):
        raise DTypeError(
            f"expected a tensor, got {type(vec).__name__}.", where="vector_to_parameters"
        )
    start = 0
    for parameter in parameters:
        end = start + parameter.array.size
        if end > vec.array.size:
            raise ShapeError(
                f"expected at least {end} numbers, got {vec.shape}.", where="vector_to_parameters"
            )
        parameter.detach().copy_(vec.array[start:end].reshape(parameter.shape))
        start = end
