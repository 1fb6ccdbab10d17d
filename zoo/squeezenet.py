"""SqueezeNet: AlexNet's accuracy with a fiftieth of its parameters.

Source: Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer 2016, "SqueezeNet: AlexNet-Level Accuracy
with 50x Fewer Parameters and <0.5MB Model Size".
"""

from __future__ import annotations

from tensorlite import nn
from tensorlite.ops import cat
from tensorlite.tensor import Tensor
from tensorlite.zoo.initialisation import initialise


class Fire(nn.Module):
    """A narrow 1x1 convolution, then 1x1 and 3x3 windows side by side.

    Args:
        given: Channels of the input.
        squeeze: Maps of the narrow one.
        expand: Maps of each of the two.

    Shape:
        - Input: ``(N, given, H, W)``
        - Output: ``(N, 2 * expand, H, W)``
    """

    def __init__(self, given: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(given, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Squeeze, then expand."""
        x = self.squeeze(x, relu=True)
        return cat([self.expand1x1(x, relu=True), self.expand3x3(x, relu=True)], dim=1)


class SqueezeNet(nn.Module):
    """Eight fire modules between two convolutions; the last gives a map for each class.

    Args:
        num_classes: Outputs.
        in_channels: Channels of the picture.
        dropout: Share of the last features that is left out in training.

    Shape:
        - Input: ``(N, in_channels, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(self, num_classes: int, in_channels: int, dropout: float) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 96, 7, stride=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            Fire(96, 16, 64),
            Fire(128, 16, 64),
            Fire(128, 32, 128),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            Fire(256, 32, 128),
            Fire(256, 48, 192),
            Fire(384, 48, 192),
            Fire(384, 64, 256),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            Fire(512, 64, 256),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Conv2d(512, num_classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1)
        )
        self.flatten = nn.Flatten()
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Make a map for each class, and average each."""
        return self.flatten(self.classifier(self.features(x)))


def squeezenet(
    num_classes: int = 1000,
    in_channels: int = 3,
    image_size: tuple[int, int] = (224, 224),
    dropout: float = 0.5,
) -> SqueezeNet:
    """SqueezeNet 1.0, names and shapes as torchvision's ``squeezenet1_0``.

    ========== ======================== ===========
    layer      what                     output
    ========== ======================== ===========
    conv 1     96 of 7x7, stride 2      96x109x109
    pool 1     max 3x3, stride 2        96x54x54
    fire 2-4   128, 128, 256            256x54x54
    pool 4     max 3x3, stride 2        256x27x27
    fire 5-8   256, 384, 384, 512       512x27x27
    pool 8     max 3x3, stride 2        512x13x13
    fire 9     512                      512x13x13
    conv 10    1000 of 1x1, mean        1000
    ========== ======================== ===========

    Example:
        >>> sum(p.numel() for p in squeezenet().parameters())
        1248424

    Source: Iandola et al. 2016, "SqueezeNet".
    """
    return SqueezeNet(num_classes, in_channels, dropout)
