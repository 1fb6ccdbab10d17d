"""Averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.optim.optimizer import Group, Optimizer, check, count, decayed


class ASGD(Optimizer):
    """Stochastic gradient descent whose parameters are also averaged over the steps.

    ::

        p = p * (1 - lambd * eta) - eta * g,    eta = lr / (1 + lambd * lr * t) ** alpha
        ax = ax + mu * (p - ax),                mu = 1 / max(1, t - t0)

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        lambd: How fast the parameters and the step size fall.
        alpha: Power with which the step size falls.
        t0: Step after which the average begins.
        weight_decay: Factor of the parameter that is added to its gradient.
        foreach: No effect here.
        maximize: Climb instead of descending.
        differentiable: Must stay ``False``.
        capturable: No effect here.

    Raises:
        ConfigError: If a setting is negative.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> ASGD([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.8

    Source: Polyak and Juditsky 1992, "Acceleration of Stochastic Approximation by Averaging".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check("ASGD", lr=lr, weight_decay=weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "lambd": lambd,
                "alpha": alpha,
                "t0": t0,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet; the average ``ax`` is the parameter itself until ``t0``."""
        return {
            "step": count(),
            "eta": count(group["lr"]),
            "mu": count(1.0),
            "ax": np.zeros_like(parameter),
        }

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move along the gradient, and the average towards the parameter."""
        lambd, lr = group["lambd"], group["lr"]
        grad = decayed(parameter, grad, group)
        state["step"] += 1
        step, eta, mu = float(state["step"]), float(state["eta"]), float(state["mu"])
        parameter *= 1 - lambd * eta
        parameter -= eta * grad
        mean = state["ax"]
        mean += mu * (parameter - mean)
        state["eta"][...] = np.float32(lr / (1 + lambd * lr * step) ** group["alpha"])
        state["mu"][...] = np.float32(1 / max(1, step - group["t0"]))
