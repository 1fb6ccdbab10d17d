"""Lion."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.optim.optimizer import Group, Optimizer, blend, check, check_betas, decayed


class Lion(Optimizer):
    """Steps of one size for all numbers, along the sign of a mean gradient; not in PyTorch.

    ::

        p = p - lr * weight_decay * p - lr * sign(beta1 * m + (1 - beta1) * g)
        m = beta2 * m + (1 - beta2) * g

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        betas: How much of the mean is kept for the step, and for the next one.
        weight_decay: Share of the parameter that one step at ``lr`` 1 would take away.
        maximize: Climb instead of descending.

    Raises:
        ConfigError: If a setting is negative or a beta is not below 1.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Lion([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.9

    Source: Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0,
        *,
        maximize: bool = False,
    ) -> None:
        check("Lion", lr=lr, weight_decay=weight_decay)
        check_betas("Lion", betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": tuple(betas),
                "weight_decay": weight_decay,
                "maximize": maximize,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """The mean 0."""
        return {"exp_avg": np.zeros_like(parameter)}

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move against the sign of the mean gradient."""
        beta1, beta2 = group["betas"]
        mean = state["exp_avg"]
        decayed(parameter, grad, group, decoupled=True)
        parameter -= group["lr"] * np.sign(beta1 * mean + (1 - beta1) * grad)
        blend(mean, grad, 1 - beta2)
