"""VGG: nothing but 3x3 windows, twice as many maps after each pooling.

Source: Simonyan and Zisserman 2014, "Very Deep Convolutional Networks for Large-Scale Image
Recognition".
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorlite import nn
from tensorlite.tensor import Tensor
from tensorlite.zoo.initialisation import initialise

POOL = 0  # in a list of widths: halve height and width here


class VGG(nn.Module):
    """Stages of 3x3 convolutions with pooling between, then fully connected layers.

    Args:
        widths: Maps of each convolution, and ``POOL`` where a stage ends.
        num_classes: Outputs.
        in_channels: Channels of the picture.
        grid: Side of the grid that the last maps are averaged to.
        hidden: Widths of the hidden layers.
        dropout: Share of each hidden layer that is left out in training.
        batch_norm: Normalise after each convolution, which then has no bias.

    Shape:
        - Input: ``(N, in_channels, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(
        self,
        widths: Sequence[int],
        num_classes: int,
        in_channels: int,
        *,
        grid: int,
        hidden: Sequence[int],
        dropout: float,
        batch_norm: bool,
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(*_stages(widths, in_channels, batch_norm))
        self.avgpool = nn.AdaptiveAvgPool2d(grid)
        self.flatten = nn.Flatten()
        given, layers = max(widths) * grid**2, []
        for width in hidden:
            layers += [nn.Linear(given, width), nn.ReLU(), nn.Dropout(dropout)]
            given = width
        self.classifier = nn.Sequential(*layers, nn.Linear(given, num_classes))
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Extract features, average them to the grid, classify."""
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def vgg11(
    num_classes: int = 1000,
    in_channels: int = 3,
    image_size: tuple[int, int] = (224, 224),
    dropout: float = 0.5,
) -> VGG:
    """The paper's configuration A: eleven layers with weights, names as torchvision's.

    ======== ============ ===========
    stage    3x3 windows  output
    ======== ============ ===========
    1        64           64x112x112
    2        128          128x56x56
    3        256, 256     256x28x28
    4        512, 512     512x14x14
    5        512, 512     512x7x7
    fc 6, 7               4096
    fc 8                  1000
    ======== ============ ===========

    Example:
        >>> sum(p.numel() for p in vgg11().parameters())  # doctest: +SKIP
        132863336

    Source: Simonyan and Zisserman 2014, "Very Deep Convolutional Networks".
    """
    widths = (64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL)
    return _full(widths, num_classes, in_channels, dropout)


def vgg16(
    num_classes: int = 1000,
    in_channels: int = 3,
    image_size: tuple[int, int] = (224, 224),
    dropout: float = 0.5,
) -> VGG:
    """The paper's configuration D: sixteen layers with weights, names as torchvision's.

    ======== =================== ===========
    stage    3x3 windows         output
    ======== =================== ===========
    1        64, 64              64x112x112
    2        128, 128            128x56x56
    3        256, 256, 256       256x28x28
    4        512, 512, 512       512x14x14
    5        512, 512, 512       512x7x7
    fc 6, 7                      4096
    fc 8                         1000
    ======== =================== ===========

    Example:
        >>> sum(p.numel() for p in vgg16().parameters())  # doctest: +SKIP
        138357544

    Source: Simonyan and Zisserman 2014, "Very Deep Convolutional Networks".
    """
    stages = ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3)
    widths = [width for stage in stages for width in (*stage, POOL)]
    return _full(widths, num_classes, in_channels, dropout)


def vgg_mini(
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: tuple[int, int] = (32, 32),
    dropout: float = 0.3,
) -> VGG:
    """VGG for pictures of 32x32: three stages of two, with batch norm.

    ======== ============ ==========
    stage    3x3 windows  output
    ======== ============ ==========
    1        48, 48       48x16x16
    2        96, 96       96x8x8
    3        192, 192     192x4x4
    fc 4                  128
    fc 5                  10
    ======== ============ ==========

    Example:
        >>> sum(p.numel() for p in vgg_mini().parameters())
        1040090

    Source: Simonyan and Zisserman 2014, "Very Deep Convolutional Networks".
    """
    widths = (48, 48, POOL, 96, 96, POOL, 192, 192, POOL)
    return VGG(
        widths,
        num_classes,
        in_channels,
        grid=4,
        hidden=(128,),
        dropout=dropout,
        batch_norm=True,
    )


def _full(widths: Sequence[int], num_classes: int, in_channels: int, dropout: float) -> VGG:
    return VGG(
        widths,
        num_classes,
        in_channels,
        grid=7,
        hidden=(4096, 4096),
        dropout=dropout,
        batch_norm=False,
    )


def _stages(widths: Sequence[int], given: int, batch_norm: bool) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for width in widths:
        if width == POOL:
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(given, width, 3, padding=1, bias=not batch_norm))
        layers += [nn.BatchNorm2d(width), nn.ReLU()] if batch_norm else [nn.ReLU()]
        given = width
    return layers
