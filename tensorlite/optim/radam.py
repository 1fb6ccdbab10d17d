"""Adam with a rectified first phase."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.optim.optimizer import (
    Group,
    Optimizer,
    blend,
    blend_square,
    check,
    check_betas,
    count,
    decayed,
)


class RAdam(Optimizer):
    """Adam that waits for a reliable variance before it divides by its root.

    ::

        rho = 2 / (1 - beta2) - 1,    rho_t = rho - 2 * t * beta2 ** t / (1 - beta2 ** t)
        r = sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t))
        m, v = running means of g and of g * g, m divided by 1 - beta1 ** t
        p = p - lr * m * r * sqrt(1 - beta2 ** t) / (sqrt(v) + eps)      if rho_t > 5
        p = p - lr * m                                                  before that

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        betas: How much of the running means is kept, 0 to 1.
        eps: Added to what is divided by.
        weight_decay: Factor of the parameter that is added to its gradient.
        decoupled_weight_decay: Take the decay from the parameter, as AdamW does.
        foreach: No effect here.
        maximize: Climb instead of descending.
        capturable: No effect here.
        differentiable: Must stay ``False``.

    Raises:
        ConfigError: If a setting is negative or a beta is not below 1.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> RAdam([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.8

    Source: Liu et al. 2019, "On the Variance of the Adaptive Learning Rate and Beyond".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        where = "RAdam"
        check(where, lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(where, betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": tuple(betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet, and both means 0."""
        return {
            "step": count(),
            "exp_avg": np.zeros_like(parameter),
            "exp_avg_sq": np.zeros_like(parameter),
        }

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move by the mean gradient, over the root of the mean square once that is known."""
        beta1, beta2 = group["betas"]
        grad = decayed(parameter, grad, group, group["decoupled_weight_decay"])
        state["step"] += 1
        step = float(state["step"])
        blend(state["exp_avg"], grad, 1 - beta1)
        blend_square(state["exp_avg_sq"], grad, beta2)
        rate = group["lr"] / (1 - beta1**step)
        final = 2 / (1 - beta2) - 1
        length = final - 2 * step * beta2**step / (1 - beta2**step)
        if length <= 5:
            parameter -= rate * state["exp_avg"]
            return
        rate *= math.sqrt(
            (length - 4) * (length - 2) * final / ((final - 4) * (final - 2) * length)
        )
        root = np.sqrt(state["exp_avg_sq"])
        root += group["eps"]
        parameter -= rate * math.sqrt(1 - beta2**step) * state["exp_avg"] / root
