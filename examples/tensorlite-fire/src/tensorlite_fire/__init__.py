"""Fire modules for small pictures.

Source: Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer 2016, "SqueezeNet: AlexNet-Level Accuracy
with 50x Fewer Parameters and <0.5MB Model Size".
"""

from pathlib import Path

import tensorlite as tl
from tensorlite import nn
from tensorlite.plugins import PluginInfo, hookimpl

HERE = Path(__file__).parent


class Fire(nn.Module):
    """A narrow 1x1 convolution, then windows of 1x1 and 3x3 side by side.

    Args:
        channels: Channels of the input.
        narrow: Maps of the narrow one.
        wide: Maps of each of the two.
    """

    def __init__(self, channels: int, narrow: int, wide: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, narrow, 1)
        self.one = nn.Conv2d(narrow, wide, 1)
        self.three = nn.Conv2d(narrow, wide, 3, padding=1)

    def forward(self, x):
        """Squeeze, then expand."""
        x = self.squeeze(x).relu()
        return tl.cat([self.one(x), self.three(x)], dim=1).relu()


def fire_mini(
    num_classes: int = 10, in_channels: int = 1, image_size: tuple[int, int] = (28, 28)
) -> nn.Module:
    """A convolution and four fire modules; each class has a map, which is averaged."""
    features = nn.Sequential(
        nn.Conv2d(in_channels, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        Fire(16, 8, 16),
        Fire(32, 8, 16),
        nn.MaxPool2d(2),
        Fire(32, 12, 24),
        Fire(48, 12, 24),
    )
    head = nn.Conv2d(48, num_classes, 1)
    parts = {"features": features, "head": head, "pool": nn.AdaptiveAvgPool2d(1)}
    return nn.Sequential({**parts, "flatten": nn.Flatten()})


@hookimpl
def plugin_info():
    """The plugin API that this was written for."""
    return PluginInfo(api=1)


@hookimpl
def register_models(register):
    """The model, as ``fire_mini``."""
    register(
        "fire_mini",
        fire_mini,
        recipe=HERE / "fire.toml",
        card=HERE / "fire_mini.md",
        features="features",
        head="head",
    )
