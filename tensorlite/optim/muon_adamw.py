"""Muon for the weights of layers, AdamW for everything else."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.errors import ConfigError
from tensorlite.optim.adam import AdamW
from tensorlite.optim.muon import COEFFICIENTS, muon_step
from tensorlite.optim.optimizer import Group, check

MUON = {"nesterov": True, "ns_coefficients": COEFFICIENTS, "adjust_lr_fn": "match_rms_adamw"}


class MuonAdamW(AdamW):
    """Muon for the weights of layers, AdamW for everything else; not in PyTorch.

    A weight of more than two dimensions, such as the filters of a convolution, is taken as a matrix
    with a row for each output. Its orthogonal step is scaled to the size that AdamW's steps have,
    so that both may have the same learning rate. Vectors go by AdamW, and so do matrices of which
    both sides are long, because making them orthogonal costs more than the step is worth.

    It helps most where no norm between the layers keeps signals at their size.

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        lr: Step size.
        betas: How much of AdamW's running means is kept, 0 to 1.
        eps: Added to AdamW's root, and the smallest norm of a matrix that is divided by.
        weight_decay: Share of the parameter that one step at ``lr`` 1 would take away.
        momentum: How much of Muon's mean gradient is kept.
        ns_steps: How often the rule that makes a matrix orthogonal is repeated.
        longest: The longest that the shorter side of a matrix may be.
        adamw_share: AdamW's step size as a share of ``lr``.

    Raises:
        ConfigError: If a setting is negative, or a beta or the momentum is not below 1.

    Example:
        >>> import tensorlite as tl
        >>> layer = tl.nn.Conv2d(3, 8, 3)
        >>> optimizer = MuonAdamW(layer.parameters(), lr=0.01)
        >>> layer(tl.ones(1, 3, 5, 5)).square().mean().backward()
        >>> optimizer.step()
        >>> sorted(optimizer.state[layer.weight]), sorted(optimizer.state[layer.bias])
        (['momentum_buffer'], ['exp_avg', 'exp_avg_sq', 'step'])

    Source: Jordan 2024, "Muon: An optimizer for hidden layers in neural networks"; Liu et al.
    2025, "Muon is Scalable for LLM Training", for the size of the steps.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        *,
        momentum: float = 0.95,
        ns_steps: int = 5,
        longest: int = 256,
        adamw_share: float = 1.0,
    ) -> None:
        own: Group = {"momentum": momentum, "ns_steps": ns_steps, "longest": longest}
        own["adamw_share"] = adamw_share
        check("MuonAdamW", **own)
        if momentum >= 1:
            raise ConfigError(f"expected momentum below 1, got {momentum}.", where="MuonAdamW")
        super().__init__(params, lr, betas, eps, weight_decay)
        own |= MUON
        self.defaults |= own
        for group in self.param_groups:
            group |= {name: value for name, value in own.items() if name not in group}

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """The mean gradient 0, and what else AdamW keeps."""
        if _is_matrix(parameter, group):
            return {"momentum_buffer": np.zeros_like(parameter)}
        return super().init(parameter, group)

    def update_all(
        self, parameters: list[Array], grads: list[Array], states: list[Any], group: Group
    ) -> None:
        """The matrices one by one, the others in one pass."""
        others: list[tuple[Array, Array, Any]] = []
        for parameter, grad, state in zip(parameters, grads, states, strict=True):
            if _is_matrix(parameter, group):
                muon_step(parameter, grad, state, group)
            else:
                others.append((parameter, grad, state))
        if others:
            given, slopes, kept = map(list, zip(*others, strict=True))
            rate = group["lr"] * group["adamw_share"]
            super().update_all(given, slopes, kept, {**group, "lr": rate})


def _is_matrix(parameter: Array, group: Group) -> bool:
    if parameter.ndim < 2:
        return False
    rows = len(parameter)
    return 0 < min(rows, parameter.size // max(rows, 1)) <= group["longest"]
