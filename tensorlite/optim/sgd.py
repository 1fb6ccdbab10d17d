"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array
from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Group, Optimizer, check, decayed, in_one_pass


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if wanted.

    ::

        g = grad + weight_decay * p
        v = momentum * v + (1 - dampening) * g          (v = g in the first step)
        p = p - lr * v                                  (nesterov: g + momentum * v in place of v)

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        momentum: Share of the last step that is kept, 0 to 1.
        dampening: Share of the gradient that does not enter the momentum.
        weight_decay: Factor of the parameter that is added to its gradient.
        nesterov: Look ahead along the momentum.
        maximize: Climb instead of descending.
        foreach: No effect here.
        differentiable: Must stay ``False``.
        fused: No effect here.

    Raises:
        ConfigError: If a setting is negative, or ``nesterov`` comes without momentum.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> SGD([w], lr=0.25).step()
        >>> w
        tensor([0.5], requires_grad=True)

    Source: Sutskever et al. 2013, "On the Importance of Initialization and Momentum".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check("SGD", lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ConfigError("nesterov needs a momentum above 0 and no dampening.", where="SGD")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
                "foreach": foreach,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

    def update_all(
        self, parameters: list[Array], grads: list[Array], states: list[Any], group: Group
    ) -> None:
        """All in one pass, once there are velocities."""
        velocities = [state.get("momentum_buffer") for state in states]
        if not group["momentum"] or not in_one_pass(parameters, grads, velocities):
            super().update_all(parameters, grads, states, group)
            return
        keep = 1 - group["dampening"]
        kernels.sgd(
            parameters, grads, velocities,
            group["lr"], group["momentum"], group["weight_decay"], keep, group["nesterov"],
        )  # fmt: skip

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move along the gradient."""
        momentum = group["momentum"]
        grad = decayed(parameter, grad, group)
        if momentum:
            velocity = state.get("momentum_buffer")
            if velocity is None:
                velocity = state["momentum_buffer"] = np.array(grad, order="C")  # for one pass
            else:
                velocity *= momentum
                velocity += (1 - group["dampening"]) * grad
            grad = grad + momentum * velocity if group["nesterov"] else velocity
        parameter -= group["lr"] * grad
