"""Adam and AdamW."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from tensorlite import kernels
from tensorlite.autograd import Array
from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Group, Optimizer, check, in_one_pass


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

    Raises:
        ConfigError: If a setting is negative or a beta is not below 1.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Adam([w], lr=0.1).step()
        >>> round(w.item(), 4)
        0.9

    Source: Kingma and Ba 2014, "Adam: A Method for Stochastic Optimization".
    """

    decoupled = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        where = type(self).__name__
        check(where, lr=lr, eps=eps, weight_decay=weight_decay)
        if not all(0 <= beta < 1 for beta in betas):
            raise ConfigError(f"expected betas from 0 to below 1, got {betas}.", where=where)
        super().__init__(params, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)

    def init(self, parameter: Array) -> dict[str, Any]:
        """No steps yet, and both means 0."""
        return {
            "step": 0,
            "exp_avg": np.zeros_like(parameter),
            "exp_avg_sq": np.zeros_like(parameter),
        }

    def update_all(
        self, parameters: list[Array], grads: list[Array], states: list[Any], group: Group
    ) -> None:
        """All in one pass, if all have taken as many steps."""
        means = [state["exp_avg"] for state in states]
        squares = [state["exp_avg_sq"] for state in states]
        steps = {state["step"] for state in states}
        if len(steps) != 1 or not in_one_pass(parameters, grads, means, squares):
            super().update_all(parameters, grads, states, group)
            return
        (beta1, beta2), step = group["betas"], steps.pop() + 1
        decay = group["weight_decay"]
        kernels.adam(parameters, grads, means, squares, [
            beta1, beta2, 0.0 if self.decoupled else decay,
            1 - group["lr"] * decay if self.decoupled else 1.0,
            group["lr"] / (1 - beta1**step), 1 / math.sqrt(1 - beta2**step), group["eps"],
        ])  # fmt: skip
        for state in states:
            state["step"] = step

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move by the mean gradient over the root of the mean square."""
        beta1, beta2 = group["betas"]
        if group["weight_decay"] and self.decoupled:
            parameter *= 1 - group["lr"] * group["weight_decay"]
        elif group["weight_decay"]:
            grad = grad + group["weight_decay"] * parameter
        state["step"] += 1
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        mean += (1 - beta1) * (grad - mean)
        square *= beta2
        square += (1 - beta2) * grad * grad
        step = group["lr"] / (1 - beta1 ** state["step"])
        root = np.sqrt(square)
        root /= math.sqrt(1 - beta2 ** state["step"])
        root += group["eps"]
        parameter -= step * mean / root


class AdamW(Adam):
    """Adam with a weight decay that does not pass through the running means.

    The rule is Adam's without weight decay, after ``p = p - lr * weight_decay * p``.

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        betas: How much of the running means is kept, 0 to 1.
        eps: Added to the root.
        weight_decay: Share of the parameter that one step at ``lr`` 1 would take away.

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

    decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)
