"""Adagrad."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.optim.optimizer import Group, Optimizer, check, count, decayed


class Adagrad(Optimizer):
    """Steps that shrink where gradients have been large.

    ::

        s = s + g * g
        p = p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        lr_decay: How fast the step size falls.
        weight_decay: Factor of the parameter that is added to its gradient.
        initial_accumulator_value: Sum of squares before the first step.
        eps: Added to what is divided by.
        foreach: No effect here.
        maximize: Climb instead of descending.
        differentiable: Must stay ``False``.
        fused: No effect here.

    Raises:
        ConfigError: If a setting is negative.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Adagrad([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.9

    Source: Duchi et al. 2011, "Adaptive Subgradient Methods for Online Learning".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check(
            "Adagrad",
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """No steps yet, and the sum of squares as it begins."""
        start = group["initial_accumulator_value"]
        return {"step": count(), "sum": np.full_like(parameter, start)}

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move by the gradient over the root of the sum of all squares."""
        grad = decayed(parameter, grad, group)
        state["step"] += 1
        total = state["sum"]
        total += grad * grad
        root = np.sqrt(total)
        root += group["eps"]
        rate = group["lr"] / (1 + (float(state["step"]) - 1) * group["lr_decay"])
        parameter -= rate * grad / root
