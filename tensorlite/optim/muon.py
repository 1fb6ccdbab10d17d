"""Muon."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.errors import ConfigError
from tensorlite.optim.optimizer import Group, Optimizer, blend, check, decayed

COEFFICIENTS = (3.4445, -4.775, 2.0315)


class Muon(Optimizer):
    """Momentum steps made orthogonal, for the matrices inside a network.

    ::

        b = momentum * b + (1 - momentum) * g
        o = orthogonal(momentum * b + (1 - momentum) * g)           (nesterov; else of b)
        p = p - lr * weight_decay * p - lr * scale(p.shape) * o

    ``orthogonal`` sends the singular values towards 1: with ``X`` the matrix over its norm, it
    repeats ``X = a * X + (b * A + c * A @ A) @ X`` where ``A = X @ X.T``. PyTorch rounds to
    bfloat16 inside; here the parameter's own type is kept.

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        weight_decay: Share of the parameter that one step at ``lr`` 1 would take away.
        momentum: How much of the mean gradient is kept.
        nesterov: Look ahead along the momentum.
        ns_coefficients: The ``a``, ``b`` and ``c`` above.
        eps: The smallest norm that is divided by.
        ns_steps: How often the rule above is repeated.
        adjust_lr_fn: ``"original"`` (the default) scales by ``sqrt(max(1, rows / columns))``,
            ``"match_rms_adamw"`` by ``0.2 * sqrt(max(rows, columns))``.

    Raises:
        ConfigError: If a setting is negative, or a parameter is not a matrix.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(2, 2, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Muon([w], lr=0.1).step()
        >>> bool(w[0, 0] < 1.0)
        True

    Source: Jordan 2024, "Muon: An optimizer for hidden layers in neural networks".
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = COEFFICIENTS,
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check("Muon", lr=lr, momentum=momentum, weight_decay=weight_decay)
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ConfigError(
                f"expected adjust_lr_fn 'original' or 'match_rms_adamw', got {adjust_lr_fn!r}.",
                where="Muon",
            )
        if not 0 <= ns_steps < 100 or len(ns_coefficients) != 3:
            raise ConfigError(
                f"expected fewer than 100 steps and 3 coefficients, got {ns_steps} and "
                f"{ns_coefficients}.",
                where="Muon",
            )
        super().__init__(
            params,
            {
                "lr": lr,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "nesterov": nesterov,
                "ns_coefficients": tuple(ns_coefficients),
                "eps": eps,
                "ns_steps": ns_steps,
                "adjust_lr_fn": adjust_lr_fn,
            },
        )

    def _check_member(self, p: Any) -> None:
        super()._check_member(p)
        if len(p.shape) != 2:
            raise ConfigError(
                f"expected matrices, got a parameter of shape {p.shape}.",
                where="Muon",
                hint="Give biases, embeddings and convolutions to AdamW.",
            )

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """The mean gradient 0."""
        return {"momentum_buffer": np.zeros_like(parameter)}

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move along the orthogonal factor of the mean gradient."""
        muon_step(parameter, grad, state, group)


def muon_step(parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
    """Move a weight, taken as a matrix with a row for each output, by the rule of ``Muon``.

    Args:
        parameter: Two dimensions or more; it is changed in place.
        grad: Its gradient.
        state: Has the mean gradient as ``"momentum_buffer"``.
        group: Settings as ``Muon`` has them.
    """
    momentum, mean = group["momentum"], state["momentum_buffer"]
    blend(mean, grad, 1 - momentum)
    step = grad + momentum * (mean - grad) if group["nesterov"] else mean
    matrix = _orthogonal(step.reshape(len(step), -1), group)
    decayed(parameter, grad, group, decoupled=True)
    rate = group["lr"] * _scale(matrix.shape, group["adjust_lr_fn"])
    parameter -= (rate * matrix).reshape(parameter.shape)


def _orthogonal(matrix: Array, group: Group) -> Array:
    a, b, c = group["ns_coefficients"]
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / max(float(np.linalg.norm(x)), group["eps"])
    for _ in range(group["ns_steps"]):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


def _scale(shape: tuple[int, ...], rule: str | None) -> float:
    rows, columns = shape
    if rule == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))
