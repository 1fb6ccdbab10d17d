"""Where the weights of the zoo's networks begin."""

from __future__ import annotations

from tensorlite import nn
from tensorlite.nn import init


def initialise(model: nn.Module, mode: str = "fan_in") -> None:
    """Draw weights whose signals neither fade nor grow through rectifiers, and clear the biases.

    The last layer begins small, so that no class is preferred at first. Batch norm begins as the
    identity, which it is anyway.

    Args:
        model: Its convolutions and linear layers are drawn anew.
        mode: ``"fan_in"`` keeps the size of activations, ``"fan_out"`` that of gradients.

    Source: He et al. 2015, "Delving Deep into Rectifiers".
    """
    layers = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    for layer in layers:
        init.kaiming_normal_(layer.weight, mode=mode, nonlinearity="relu")
        if layer.bias is not None:
            init.zeros_(layer.bias)
    if layers and isinstance(layers[-1], nn.Linear):
        init.normal_(layers[-1].weight, std=0.01)
