"""Swish with a slope that each channel learns.

Source: Ramachandran, Zoph and Le 2017, "Searching for Activation Functions".
"""

import tensorlite as tl
from tensorlite import nn
from tensorlite.plugins import PluginInfo, hookimpl


class LearnedSwish(nn.Module):
    """``x * sigmoid(slope * x)``, with one slope for each channel.

    Args:
        channels: Channels of the input.
        slope: What each slope starts with.

    Shape:
        - Input: ``(N, C, ...)``
        - Output: the same
    """

    def __init__(self, channels: int, slope: float = 1.0) -> None:
        super().__init__()
        self.slope = nn.Parameter(tl.full((channels,), slope))

    def forward(self, x):
        """Gate each number by itself."""
        slope = self.slope.reshape(1, -1, *[1] * (x.ndim - 2))
        return x * (slope * x).sigmoid()


@hookimpl
def plugin_info():
    """The plugin API that this was written for."""
    return PluginInfo(api=1)


@hookimpl
def register_layers(register):
    """The layer, as ``learned_swish``."""
    register("learned_swish", LearnedSwish)
