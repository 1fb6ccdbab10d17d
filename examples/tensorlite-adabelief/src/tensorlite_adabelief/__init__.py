"""AdaBelief: steps are long where gradients are as expected, short where they surprise.

Source: Zhuang, Tang, Ding, Tatikonda, Dvornek, Papademetris and Duncan 2020, "AdaBelief Optimizer:
Adapting Stepsizes by the Belief in Observed Gradients".
"""

import numpy as np

from tensorlite.optim import Optimizer
from tensorlite.plugins import PluginInfo, hookimpl


class AdaBelief(Optimizer):
    """Adam with the variance of gradients around their mean in place of their square.

    ``m = b1 m + (1 - b1) g``, ``s = b2 s + (1 - b2) (g - m)^2 + eps``,
    ``parameter -= lr m' / (sqrt(s') + eps)``, where m' and s' are corrected for their start at 0.

    Args:
        params: What is trained.
        lr: Length of a step.
        betas: Shares of the running means that are kept.
        eps: Keeps the division finite.
    """

    def __init__(self, params, lr: float = 1e-3, betas=(0.9, 0.999), eps: float = 1e-8) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    def init(self, parameter, group):
        """Means and steps start at zero."""
        zeros = np.zeros_like(parameter)
        return {"mean": zeros, "variance": zeros.copy(), "step": np.zeros((), np.float32)}

    def update(self, parameter, grad, state, group) -> None:
        """Move one parameter."""
        (first, second), eps = group["betas"], group["eps"]
        mean, variance, step = state["mean"], state["variance"], state["step"]
        step += 1
        mean += (1 - first) * (grad - mean)
        variance *= second
        variance += (1 - second) * (grad - mean) ** 2 + eps
        size = group["lr"] / (1 - first ** float(step))
        parameter -= size * mean / (np.sqrt(variance / (1 - second ** float(step))) + eps)


@hookimpl
def plugin_info():
    """The plugin API that this was written for."""
    return PluginInfo(api=1)


@hookimpl
def register_optimizers(register):
    """The optimizer, as ``adabelief``."""
    register("adabelief", AdaBelief)
