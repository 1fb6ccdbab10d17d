"""Adam with Nesterov momentum."""

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


class NAdam(Optimizer):
    """Adam that looks ahead along its momentum.

    ::

        mu_t = beta1 * (1 - 0.96 ** (t * momentum_decay) / 2),    M_t = mu_1 * ... * mu_t
        m, v = running means of g and of g * g, as in Adam
        step = mu_(t+1) * m / (1 - M_(t+1)) + (1 - mu_t) * g / (1 - M_t)
        p = p - lr * step / (sqrt(v / (1 - beta2 ** t)) + eps)

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        betas: How much of the running means is kept, 0 to 1.
        eps: Added to what is divided by.
        weight_decay: Factor of the parameter that is added to its gradient.
        momentum_decay: How fast the momentum approaches its final value.
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
        >>> NAdam([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.8944

    Source: Dozat 2016, "Incorporating Nesterov Momentum into Adam".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        where = "NAdam"
        check(where, lr=lr, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay)
        check_betas(where, betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": tuple(betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet, an empty product of momenta, and both means 0."""
        return {
            "step": count(),
            "mu_product": count(1.0),
            "exp_avg": np.zeros_like(parameter),
            "exp_avg_sq": np.zeros_like(parameter),
        }

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move by the gradient and by the mean gradient one step ahead."""
        (beta1, beta2), lr = group["betas"], group["lr"]
        grad = decayed(parameter, grad, group, group["decoupled_weight_decay"])
        state["step"] += 1
        step = float(state["step"])
        now, following = (
            beta1 * (1 - 0.5 * 0.96 ** (t * group["momentum_decay"])) for t in (step, step + 1)
        )
        state["mu_product"] *= now
        product = float(state["mu_product"])
        blend(state["exp_avg"], grad, 1 - beta1)
        blend_square(state["exp_avg_sq"], grad, beta2)
        root = np.sqrt(state["exp_avg_sq"])
        root /= math.sqrt(1 - beta2**step)
        root += group["eps"]
        parameter -= lr * (1 - now) / (1 - product) * grad / root
        parameter -= lr * following / (1 - product * following) * state["exp_avg"] / root
