"""What ``inplace=True`` of an activation does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorlite.autograd import TensorBase

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def settle(input: Any, result: Tensor, inplace: bool) -> Tensor:
    """The result; with ``inplace`` it is the input, which takes over its numbers.

    The input stays as it was, and the result is a new tensor, where it is a leaf that needs a
    gradient, and inside a graph where another tensor shares its memory or an op has saved it.
    """
    if inplace and isinstance(input, TensorBase):
        taken: Any = input
        return taken._become(result)
    return result
