"""Adadelta."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Group, Optimizer, blend_square, check, count, decayed


class Adadelta(Optimizer):
    """Steps in the unit of the parameter, from the size of the last ones.

    ::

        v = rho * v + (1 - rho) * g * g
        step = sqrt(u + eps) / sqrt(v + eps) * g,    u = rho * u + (1 - rho) * step * step
        p = p - lr * step

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        rho: How much of the running means of squares is kept, 0 to 1.
        eps: Added to what is divided by.
        weight_decay: Factor of the parameter that is added to its gradient.
        foreach: No effect here.
        capturable: No effect here.
        maximize: Climb instead of descending.
        differentiable: Must stay ``False``.

    Raises:
        ConfigError: If a setting is negative or ``rho`` is above 1.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Adadelta([w]).step()
        >>> round(w.item(), 4)
        0.9968

    Source: Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check("Adadelta", lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)
        if rho > 1:
            raise ConfigError(f"expected rho from 0 to 1, got {rho}.", where="Adadelta")
        super().__init__(
            params,
            {
                "lr": lr,
                "rho": rho,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "capturable": capturable,
                "foreach": foreach,
                "differentiable": differentiable,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet, and both means 0."""
        return {
            "step": count(),
            "square_avg": np.zeros_like(parameter),
            "acc_delta": np.zeros_like(parameter),
        }

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move by the gradient times the root of the mean squared step over its own."""
        rho, eps = group["rho"], group["eps"]
        grad = decayed(parameter, grad, group)
        state["step"] += 1
        blend_square(state["square_avg"], grad, rho)
        step = np.sqrt((state["acc_delta"] + eps) / (state["square_avg"] + eps))
        step *= grad
        blend_square(state["acc_delta"], step, rho)
        parameter -= group["lr"] * step
