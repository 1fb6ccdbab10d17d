"""Network in network: after each window, a small network at every pixel, and no full connections.

Source: Lin, Chen and Yan 2013, "Network In Network".
"""

from __future__ import annotations

from tensorlite import nn
from tensorlite.tensor import Tensor
from tensorlite.zoo.initialisation import initialise

Widths = tuple[int, int, int]


class NiN(nn.Module):
    """Three blocks of a window and two 1x1 convolutions; the last gives a map for each class.

    Args:
        num_classes: Outputs.
        in_channels: Channels of the picture.
        widths: Maps of the three convolutions in each of the first two blocks, and of the first
            two in the last.
        dropout: Share of the maps' pixels that is left out between blocks in training.

    Shape:
        - Input: ``(N, in_channels, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        widths: tuple[Widths, Widths, tuple[int, int]],
        dropout: float,
    ) -> None:
        super().__init__()
        first, second, third = widths
        self.features = nn.Sequential(
            *_block(in_channels, first, 5),
            nn.MaxPool2d(3, 2, padding=1),
            nn.Dropout(dropout),
            *_block(first[-1], second, 5),
            nn.AvgPool2d(3, 2, padding=1),
            nn.Dropout(dropout),
            *_block(second[-1], third, 3),
        )
        self.classifier = nn.Conv2d(third[-1], num_classes, 1)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Make a map for each class, and average each."""
        return self.flatten(self.avgpool(self.classifier(self.features(x))))


def nin(
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: tuple[int, int] = (32, 32),
    dropout: float = 0.5,
) -> NiN:
    """Network in network for CIFAR-10, as published.

    ======== ============================ ==========
    layer    what                         output
    ======== ============================ ==========
    block 1  192 of 5x5, 160 and 96 of 1  96x32x32
    pool 1   max 3x3, stride 2, dropout   96x16x16
    block 2  192 of 5x5, 192, 192 of 1    192x16x16
    pool 2   mean 3x3, stride 2, dropout  192x8x8
    block 3  192 of 3x3, 192 of 1         192x8x8
    classes  10 of 1x1, mean of each      10
    ======== ============================ ==========

    A rectifier follows every convolution but the last.

    Example:
        >>> sum(p.numel() for p in nin().parameters())
        966986

    Source: Lin et al. 2013, "Network In Network".
    """
    widths = ((192, 160, 96), (192, 192, 192), (192, 192))
    return NiN(num_classes, in_channels, widths, dropout)


def nin_mini(
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: tuple[int, int] = (32, 32),
    dropout: float = 0.2,
) -> NiN:
    """Network in network at half the width, a quarter of the parameters.

    ======== ============================ ==========
    layer    what                         output
    ======== ============================ ==========
    block 1  96 of 5x5, 80 and 48 of 1    48x32x32
    pool 1   max 3x3, stride 2, dropout   48x16x16
    block 2  96 of 5x5, 96 and 96 of 1    96x16x16
    pool 2   mean 3x3, stride 2, dropout  96x8x8
    block 3  96 of 3x3, 96 of 1           96x8x8
    classes  10 of 1x1, mean of each      10
    ======== ============================ ==========

    Example:
        >>> sum(p.numel() for p in nin_mini().parameters())
        246186

    Source: Lin et al. 2013, "Network In Network".
    """
    widths = ((96, 80, 48), (96, 96, 96), (96, 96))
    return NiN(num_classes, in_channels, widths, dropout)


def _block(given: int, widths: tuple[int, ...], window: int) -> list[nn.Module]:
    """A window, then 1x1 convolutions: a small network that looks at every pixel alike."""
    layers: list[nn.Module] = []
    for width in widths:
        layers += [nn.Conv2d(given, width, window, padding=window // 2), nn.ReLU()]
        given, window = width, 1
    return layers
