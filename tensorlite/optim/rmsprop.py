"""RMSprop."""

from __future__ import annotations

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
    count,
    decayed,
    in_one_pass,
)


class RMSprop(Optimizer):
    """Gradients over the root of the running mean of their squares.

    ::

        v = alpha * v + (1 - alpha) * g * g
        step = g / (sqrt(v) + eps)                  (centered: v - mean(g) ** 2 in place of v)
        b = momentum * b + step,    p = p - lr * b

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        alpha: How much of the running mean is kept.
        eps: Added to what is divided by.
        weight_decay: Factor of the parameter that is added to its gradient.
        momentum: Share of the last step that is kept.
        centered: Divide by the standard deviation instead.
        capturable: No effect here.
        foreach: No effect here.
        maximize: Climb instead of descending.
        differentiable: Must stay ``False``.

    Raises:
        ConfigError: If a setting is negative.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> RMSprop([w]).step()
        >>> round(w.item(), 4)
        0.9

    Source: Tieleman and Hinton 2012, "Lecture 6.5 - RMSProp"; Graves 2013, "Generating
    Sequences With Recurrent Neural Networks", for ``centered``.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check("RMSprop", lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "capturable": capturable,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet, and as many means as the settings need, all 0."""
        names = ["square_avg"]
        names += ["momentum_buffer"] if group["momentum"] > 0 else []
        names += ["grad_avg"] if group["centered"] else []
        return {"step": count(), **{name: np.zeros_like(parameter) for name in names}}

    def update_all(
        self, parameters: list[Array], grads: list[Array], states: list[Any], group: Group
    ) -> None:
        """All in one pass, without momentum and mean."""
        squares = [state["square_avg"] for state in states]
        plain = not group["centered"] and group["momentum"] <= 0
        if not plain or not in_one_pass(parameters, grads, squares):
            super().update_all(parameters, grads, states, group)
            return
        settings = [group["alpha"], group["weight_decay"], group["lr"], group["eps"]]
        kernels.rmsprop(parameters, grads, squares, settings)
        for state in states:
            state["step"] += 1

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move by the gradient over the root of its mean square."""
        grad = decayed(parameter, grad, group)
        state["step"] += 1
        square = state["square_avg"]
        blend_square(square, grad, group["alpha"])
        if group["centered"]:
            mean = state["grad_avg"]
            blend(mean, grad, 1 - group["alpha"])
            square = square - mean * mean
        root = np.sqrt(square)
        root += group["eps"]
        step = grad / root
        if group["momentum"] > 0:
            velocity = state["momentum_buffer"]
            velocity *= group["momentum"]
            velocity += step
            step = velocity
        parameter -= group["lr"] * step
