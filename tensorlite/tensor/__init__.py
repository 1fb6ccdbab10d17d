"""The tensor, its methods by family, and the functions that make tensors."""

from tensorlite.tensor.creation import (
    arange,
    from_numpy,
    full,
    ones,
    ones_like,
    rand,
    randn,
    tensor,
    zeros,
    zeros_like,
)
from tensorlite.tensor.tensor import Buffer, Parameter, Tensor

__all__ = [
    "Buffer",
    "Parameter",
    "Tensor",
    "arange",
    "from_numpy",
    "full",
    "ones",
    "ones_like",
    "rand",
    "randn",
    "tensor",
    "zeros",
    "zeros_like",
]
