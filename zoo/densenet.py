"""DenseNet: every layer sees the maps of all layers before it in its block.

Source: Huang, Liu, van der Maaten and Weinberger 2016, "Densely Connected Convolutional Networks".
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorlite import nn
from tensorlite.ops import cat
from tensorlite.tensor import Tensor
from tensorlite.zoo.initialisation import initialise

NARROW = 4  # the 1x1 convolution gives four times as many maps as the layer adds


class DenseLayer(nn.Sequential):
    """Batch norm, rectifier, 1x1; batch norm, rectifier, 3x3: new maps beside the given ones.

    Args:
        given: Channels of the input.
        growth: Maps that the layer adds.

    Shape:
        - Input: ``(N, given, H, W)``
        - Output: ``(N, given + growth, H, W)``
    """

    def __init__(self, given: int, growth: int) -> None:
        narrow = NARROW * growth
        super().__init__(
            {
                "norm1": nn.BatchNorm2d(given),
                "relu1": nn.ReLU(),
                "conv1": nn.Conv2d(given, narrow, 1, bias=False),
                "norm2": nn.BatchNorm2d(narrow),
                "relu2": nn.ReLU(),
                "conv2": nn.Conv2d(narrow, growth, 3, padding=1, bias=False),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        """Put the new maps beside those that were given."""
        return cat([x, super().forward(x)], dim=1)


class DenseNet(nn.Module):
    """Dense blocks, with convolutions between them that halve channels and sides.

    Args:
        conv: The first convolution; pooling follows it.
        growth: Maps that each layer adds.
        depths: Layers of each block.
        num_classes: Outputs.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(
        self, conv: nn.Conv2d, growth: int, depths: Sequence[int], num_classes: int
    ) -> None:
        super().__init__()
        channels = conv.out_channels
        parts: dict[str, nn.Module] = {
            "conv0": conv,
            "norm0": nn.BatchNorm2d(channels),
            "relu0": nn.ReLU(),
            "pool0": nn.MaxPool2d(3, 2, padding=1),
        }
        for number, depth in enumerate(depths, start=1):
            if number > 1:
                parts[f"transition{number - 1}"] = _transition(channels)
                channels //= 2
            parts[f"denseblock{number}"] = _block(channels, growth, depth)
            channels += growth * depth
        parts["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(parts)
        self.relu = nn.ReLU()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(channels, num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Extract features, average over the picture, classify."""
        return self.classifier(self.flatten(self.avgpool(self.relu(self.features(x)))))


def densenet121(
    num_classes: int = 1000, in_channels: int = 3, image_size: tuple[int, int] = (224, 224)
) -> DenseNet:
    """The paper's DenseNet-BC of 121 layers for ImageNet, names as torchvision's.

    ======== ============================= ===========
    layer    what                          output
    ======== ============================= ===========
    conv 0   64 of 7x7, stride 2; max 3x3  64x56x56
    block 1  6 layers of 32                256x56x56
    block 2  12 layers of 32               512x28x28
    block 3  24 layers of 32               1024x14x14
    block 4  16 layers of 32               1024x7x7
    fc       mean, connected               1000
    ======== ============================= ===========

    Example:
        >>> sum(p.numel() for p in densenet121().parameters())
        7978856

    Source: Huang et al. 2016, "Densely Connected Convolutional Networks".
    """
    conv = nn.Conv2d(in_channels, 64, 7, 2, 3, bias=False)
    return DenseNet(conv, 32, (6, 12, 24, 16), num_classes)


def densenet_mini(
    num_classes: int = 10, in_channels: int = 3, image_size: tuple[int, int] = (32, 32)
) -> DenseNet:
    """A DenseNet-BC for pictures of 32x32, with more layers where the maps are small.

    ======== ======================= ==========
    layer    what                    output
    ======== ======================= ==========
    conv 0   32 of 3x3               32x32x32
    pool 0   max 3x3, stride 2       32x16x16
    block 1  6 layers of 12          104x16x16
    block 2  8 layers of 12          148x8x8
    block 3  4 layers of 12          122x4x4
    fc       mean, connected         10
    ======== ======================= ==========

    Example:
        >>> sum(p.numel() for p in densenet_mini().parameters())
        188906

    Source: Huang et al. 2016, "Densely Connected Convolutional Networks".
    """
    conv = nn.Conv2d(in_channels, 32, 3, padding=1, bias=False)
    return DenseNet(conv, 12, (6, 8, 4), num_classes)


def _block(given: int, growth: int, depth: int) -> nn.Sequential:
    layers = {f"denselayer{i + 1}": DenseLayer(given + growth * i, growth) for i in range(depth)}
    return nn.Sequential(layers)


def _transition(given: int) -> nn.Sequential:
    return nn.Sequential(
        {
            "norm": nn.BatchNorm2d(given),
            "relu": nn.ReLU(),
            "conv": nn.Conv2d(given, given // 2, 1, bias=False),
            "pool": nn.AvgPool2d(2),
        }
    )
