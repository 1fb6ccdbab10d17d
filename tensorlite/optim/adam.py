"""Adam and AdamW."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensorlite import kernels
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
    in_one_pass,
)


class Adam(Optimizer):
    """Steps of even size, from running means of the gradient and of its square.

    ::

        g = grad + weight_decay * p
        m = beta1 * m + (1 - beta1) * g,    v = beta2 * v + (1 - beta2) * g * g
        p = p - lr * (m / (1 - beta1 ** t)) / (sqrt(v / (1 - beta2 ** t)) + eps)

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        betas: How much of the running means is kept, 0 to 1.
        eps: Added to the root.
        weight_decay: Factor of the parameter that is added to its gradient.
        amsgrad: Divide by the largest root so far.
        foreach: No effect here.
        maximize: Climb instead of descending.
        capturable: No effect here.
        differentiable: Must stay ``False``.
        fused: No effect here.
        decoupled_weight_decay: Take the decay from the parameter, as AdamW does.

    Raises:
        ConfigError: If a setting is negative or a beta is not below 1.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Adam([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.9

    Source: Kingma and Ba 2014, "Adam: A Method for Stochastic Optimization"; Reddi et al. 2018,
    "On the Convergence of Adam and Beyond", for ``amsgrad``.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        where = type(self).__name__
        check(where, lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(where, betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": tuple(betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
                "fused": fused,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet, and the means 0."""
        names = ["exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if group["amsgrad"] else [])]
        return {"step": count(), **{name: np.zeros_like(parameter) for name in names}}

    def update_all(
        self, parameters: list[Array], grads: list[Array], states: list[Any], group: Group
    ) -> None:
        """All in one pass, if all have taken as many steps."""
        means = [state["exp_avg"] for state in states]
        squares = [state["exp_avg_sq"] for state in states]
        steps = {float(state["step"]) for state in states}
        fits = len(steps) == 1 and not group["amsgrad"]
        if not fits or not in_one_pass(parameters, grads, means, squares):
            super().update_all(parameters, grads, states, group)
            return
        (beta1, beta2), step = group["betas"], steps.pop() + 1
        decay, decoupled = group["weight_decay"], group["decoupled_weight_decay"]
        kernels.adam(parameters, grads, means, squares, [
            beta1, beta2, 0.0 if decoupled else decay,
            1 - group["lr"] * decay if decoupled else 1.0,
            group["lr"] / (1 - beta1**step), 1 / math.sqrt(1 - beta2**step), group["eps"],
        ])  # fmt: skip
        for state in states:
            state["step"] += 1

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move by the mean gradient over the root of the mean square."""
        beta1, beta2 = group["betas"]
        grad = decayed(parameter, grad, group, group["decoupled_weight_decay"])
        state["step"] += 1
        step = float(state["step"])
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        blend(mean, grad, 1 - beta1)
        blend_square(square, grad, beta2)
        if group["amsgrad"]:
            square = np.maximum(state["max_exp_avg_sq"], square, out=state["max_exp_avg_sq"])
        root = np.sqrt(square)
        root /= math.sqrt(1 - beta2**step)
        root += group["eps"]
        parameter -= group["lr"] / (1 - beta1**step) * mean / root


class AdamW(Adam):
    """Adam with a weight decay that does not pass through the running means.

    The rule is Adam's without weight decay, after ``p = p - lr * weight_decay * p``.

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        betas: How much of the running means is kept, 0 to 1.
        eps: Added to the root.
        weight_decay: Share of the parameter that one step at ``lr`` 1 would take away.
        amsgrad: Divide by the largest root so far.
        maximize: Climb instead of descending.
        foreach: No effect here.
        capturable: No effect here.
        differentiable: Must stay ``False``.
        fused: No effect here.

    Raises:
        ConfigError: If a setting is negative or a beta is not below 1.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> AdamW([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.899

    Source: Loshchilov and Hutter 2017, "Decoupled Weight Decay Regularization".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad,
            foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )  # fmt: skip
