"""Adam with the largest gradient in place of the mean square."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.optim.optimizer import Group, Optimizer, blend, check, check_betas, count, decayed


class Adamax(Optimizer):
    """Adam with a decaying maximum of the gradients in place of their mean square.

    ::

        m = beta1 * m + (1 - beta1) * g,    u = max(beta2 * u, abs(g) + eps)
        p = p - lr / (1 - beta1 ** t) * m / u

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        betas: How much of the running means is kept, 0 to 1.
        eps: Added to what is divided by.
        weight_decay: Factor of the parameter that is added to its gradient.
        foreach: No effect here.
        maximize: Climb instead of descending.
        differentiable: Must stay ``False``.
        capturable: No effect here.

    Raises:
        ConfigError: If a setting is negative or a beta is not below 1.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Adamax([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.9

    Source: Kingma and Ba 2014, "Adam: A Method for Stochastic Optimization", section 7.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        where = "Adamax"
        check(where, lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(where, betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": tuple(betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet, mean and maximum 0."""
        return {
            "step": count(),
            "exp_avg": np.zeros_like(parameter),
            "exp_inf": np.zeros_like(parameter),
        }

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move by the mean gradient over the largest one."""
        beta1, beta2 = group["betas"]
        grad = decayed(parameter, grad, group)
        state["step"] += 1
        largest = state["exp_inf"]
        blend(state["exp_avg"], grad, 1 - beta1)
        largest *= beta2
        np.maximum(largest, np.abs(grad) + group["eps"], out=largest)
        rate = group["lr"] / (1 - beta1 ** float(state["step"]))
        parameter -= rate * state["exp_avg"] / largest
