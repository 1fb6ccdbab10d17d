"""Limits on gradients, between the backward pass and the optimizer's step."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.errors import GraphError
from tensorlite.tensor import Tensor

Tensors = Tensor | Iterable[Tensor]


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients down together, in place, so that their norm is at most ``max_norm``.

    Args:
        parameters: Parameters; those without a gradient are left out.
        max_norm: The largest norm.
        norm_type: Which norm; ``inf`` for the largest element.
        error_if_nonfinite: Whether a norm that is infinite or not a number is an error.
        foreach: Accepted and not used.

    Returns:
        The norm of all gradients as one vector, as it was.

    Raises:
        GraphError: If the norm is not finite and that is an error.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.tensor([0.0, 0.0], requires_grad=True)
        >>> w.grad = tl.tensor([3.0, 4.0])
        >>> clip_grad_norm_(w, 2.5), [round(g, 5) for g in w.grad.tolist()]
        (tensor(5.), [1.5, 2.0])

    Source: Pascanu et al. 2013, "On the Difficulty of Training Recurrent Neural Networks".
    """
    chosen = _listed(parameters)
    grads = [p.grad for p in chosen if p.grad is not None]
    total = get_total_norm(grads, norm_type, error_if_nonfinite)
    clip_grads_with_norm_(chosen, max_norm, total)
    return total


def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale all gradients down, in place, given their norm; see ``clip_grad_norm_``."""
    factor = float(max_norm) / (total_norm.array + 1e-6)
    factor = np.minimum(factor, 1.0)  # NaN stays, and spreads, as in PyTorch
    for parameter in _listed(parameters):
        if parameter.grad is not None:
            _write(parameter.grad, parameter.grad.array * factor.astype(parameter.grad.dtype))


def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Limit each element of the gradients, in place, to ``-clip_value`` to ``clip_value``."""
    limit = float(clip_value)
    for parameter in _listed(parameters):
        if parameter.grad is not None:
            _write(parameter.grad, np.clip(parameter.grad.array, -limit, limit))


def get_total_norm(
    tensors: Tensors,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of several tensors as if they were one vector.

    Raises:
        GraphError: If it is not finite and ``error_if_nonfinite`` is set.
    """
    arrays = [tensor.array for tensor in _listed(tensors)]
    if not arrays:
        return make_tensor(np.zeros((), np.float32))
    kind = np.result_type(*arrays)
    norms = np.array([np.linalg.norm(array.ravel(), float(norm_type)) for array in arrays], kind)
    total = np.asarray(np.linalg.norm(norms, float(norm_type)), kind)
    if error_if_nonfinite and not math.isfinite(total):
        raise GraphError(
            f"expected gradients of a finite norm, got {total}.",
            where="clip_grad_norm_",
            hint="Lower the learning rate, or pass error_if_nonfinite=False.",
        )
    return make_tensor(total)


def _listed(tensors: Any) -> list[Any]:
    return [tensors] if isinstance(tensors, TensorBase) else list(tensors)


def _write(tensor: TensorBase, values: Any) -> None:
    tensor.array[...] = values
    tensor.version[0] += 1
