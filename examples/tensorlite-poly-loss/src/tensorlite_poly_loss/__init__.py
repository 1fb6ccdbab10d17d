"""Cross entropy with a larger first term.

Source: Leng, Tan, Liu, Cubuk, Shi, Cheng and Anguelov 2022, "PolyLoss: A Polynomial Expansion
Perspective of Classification Loss Functions".
"""

from tensorlite import nn
from tensorlite.errors import ConfigError
from tensorlite.nn import functional as F
from tensorlite.plugins import PluginInfo, hookimpl


class PolyLoss(nn.Module):
    """``-log(p) + epsilon * (1 - p)``, where p is the probability of the right class.

    Args:
        epsilon: Added to the first coefficient of the expansion of ``-log(p)`` in ``1 - p``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Raises:
        ConfigError: If there is no such reduction.
    """

    def __init__(self, epsilon: float = 1.0, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            message = f"expected reduction 'mean', 'sum' or 'none', got {reduction!r}."
            raise ConfigError(message, where="PolyLoss")
        self.epsilon, self.reduction = epsilon, reduction

    def forward(self, prediction, target):
        """Compare scores (N, C) with classes (N,)."""
        each = F.cross_entropy(prediction, target, reduction="none")
        each = each + self.epsilon * (1 - (-each).exp())
        return each if self.reduction == "none" else getattr(each, self.reduction)()


@hookimpl
def plugin_info():
    """The plugin API that this was written for."""
    return PluginInfo(api=1)


@hookimpl
def register_losses(register):
    """The loss, as ``poly_loss``."""
    register("poly_loss", PolyLoss)
