"""Resilient propagation."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Group, Optimizer, check, count


class Rprop(Optimizer):
    """Steps whose size follows the signs of the gradients, for training on all data at once.

    ::

        size = size * etas[1] where g has kept its sign, size * etas[0] where it has changed
        p = p - sign(g) * size,    g = 0 for this and the next comparison where it has changed

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        etas: Factors of the size after a change of sign and without one.
        step_sizes: The smallest and the largest size.
        capturable: No effect here.
        foreach: No effect here.
        maximize: Climb instead of descending.
        differentiable: Must stay ``False``.

    Raises:
        ConfigError: If ``lr`` is negative or ``etas`` are not on both sides of 1.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Rprop([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.9

    Source: Riedmiller and Braun 1993, "A Direct Adaptive Method for Faster
    Backpropagation Learning: The RPROP Algorithm".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check("Rprop", lr=lr)
        if not 0 < etas[0] < 1 < etas[1]:
            raise ConfigError(f"expected etas below and above 1, got {etas}.", where="Rprop")
        super().__init__(
            params,
            {
                "lr": lr,
                "etas": tuple(etas),
                "step_sizes": tuple(step_sizes),
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet, no gradient, and all sizes those of ``lr``."""
        return {
            "step": count(),
            "prev": np.zeros_like(parameter),
            "step_size": np.full_like(parameter, group["lr"]),
        }

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move each number by its own size, against the sign of its gradient."""
        state["step"] += 1
        before, size = state["prev"], state["step_size"]
        agreement = grad * before
        turned = agreement < 0
        size *= np.where(turned, *(size.dtype.type(eta) for eta in (group["etas"][0], 1)))
        size[agreement > 0] *= group["etas"][1]
        np.clip(size, *group["step_sizes"], out=size)
        before[...] = grad
        before[turned] = 0
        parameter -= np.sign(before) * size
