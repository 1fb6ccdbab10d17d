"""ResNet: every block learns what to add to its input, so that depth does no harm.

Source: He, Zhang, Ren and Sun 2015, "Deep Residual Learning for Image Recognition".
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorlite import nn
from tensorlite.nn import init
from tensorlite.tensor import Tensor
from tensorlite.zoo.initialisation import initialise


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut.

    Args:
        given: Channels of the input.
        width: Channels of the output.
        stride: Step of the first convolution.

    Shape:
        - Input: ``(N, given, H, W)``
        - Output: ``(N, width, H / stride, W / stride)``
    """

    expansion = 1

    def __init__(self, given: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(given, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _projection(given, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Add what the convolutions make to the input."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.bn1(self.conv1(x), relu=True)
        return self.bn2(self.conv2(x), relu=True, add=shortcut)


class Bottleneck(nn.Module):
    """A 3x3 convolution between two of 1x1 that make it narrow and wide again.

    Args:
        given: Channels of the input.
        width: Channels of the 3x3 convolution; the output has four times as many.
        stride: Step of the 3x3 convolution.

    Shape:
        - Input: ``(N, given, H, W)``
        - Output: ``(N, 4 * width, H / stride, W / stride)``
    """

    expansion = 4

    def __init__(self, given: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(given, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = _projection(given, 4 * width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Add what the convolutions make to the input."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.bn1(self.conv1(x), relu=True)
        x = self.bn2(self.conv2(x), relu=True)
        return self.bn3(self.conv3(x), relu=True, add=shortcut)


Block = type[BasicBlock] | type[Bottleneck]


class _Stages(nn.Module):
    """What all ResNets have after their first convolution; each block begins as the identity."""

    layer1: nn.Sequential
    layer2: nn.Sequential
    layer3: nn.Sequential
    layer4: nn.Sequential

    def _add_stages(
        self, block: Block, given: int, widths: Sequence[int], depths: Sequence[int], outputs: int
    ) -> None:
        for number, (width, depth) in enumerate(zip(widths, depths, strict=True), start=1):
            blocks = []
            for at in range(depth):
                blocks.append(block(given, width, 2 if number > 1 and at == 0 else 1))
                given = width * block.expansion
            setattr(self, f"layer{number}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(given, outputs)
        initialise(self, mode="fan_out")
        for module in self.modules():
            if isinstance(module, (BasicBlock, Bottleneck)):
                gain = _last_norm(module).weight
                if gain is not None:
                    init.zeros_(gain)


class ResNet(_Stages):
    """The ResNet for large pictures: a 7x7 window and pooling, then four stages.

    Args:
        block: ``BasicBlock`` or ``Bottleneck``.
        depths: Blocks of each stage.
        num_classes: Outputs.
        in_channels: Channels of the picture.

    Shape:
        - Input: ``(N, in_channels, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(
        self, block: Block, depths: Sequence[int], num_classes: int, in_channels: int
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        self._add_stages(block, 64, (64, 128, 256, 512), depths, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Extract features, average over the picture, classify."""
        x = self.maxpool(self.bn1(self.conv1(x), relu=True))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.flatten(self.avgpool(x)))


class SmallResNet(_Stages):
    """The paper's ResNet for CIFAR: a 3x3 window and three stages of 16, 32 and 64 maps.

    Args:
        depth: Blocks of each stage.
        num_classes: Outputs.
        in_channels: Channels of the picture.

    Shape:
        - Input: ``(N, in_channels, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(self, depth: int, num_classes: int, in_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU()
        self._add_stages(BasicBlock, 16, (16, 32, 64), (depth,) * 3, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Extract features, average over the picture, classify."""
        x = self.bn1(self.conv1(x), relu=True)
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(self.flatten(self.avgpool(x)))


def resnet8(
    num_classes: int = 10, in_channels: int = 3, image_size: tuple[int, int] = (32, 32)
) -> SmallResNet:
    """The smallest ResNet for CIFAR: one block in each stage.

    ======== ==================== ==========
    layer    what                 output
    ======== ==================== ==========
    conv 1   16 of 3x3            16x32x32
    layer 1  1 block of 16        16x32x32
    layer 2  1 block of 32        32x16x16
    layer 3  1 block of 64        64x8x8
    fc       mean, connected      10
    ======== ==================== ==========

    Example:
        >>> sum(p.numel() for p in resnet8().parameters())
        78042

    Source: He et al. 2015, "Deep Residual Learning for Image Recognition".
    """
    return SmallResNet(1, num_classes, in_channels)


def resnet20(
    num_classes: int = 10, in_channels: int = 3, image_size: tuple[int, int] = (32, 32)
) -> SmallResNet:
    """The paper's ResNet of 20 layers for CIFAR.

    ======== ==================== ==========
    layer    what                 output
    ======== ==================== ==========
    conv 1   16 of 3x3            16x32x32
    layer 1  3 blocks of 16       16x32x32
    layer 2  3 blocks of 32       32x16x16
    layer 3  3 blocks of 64       64x8x8
    fc       mean, connected      10
    ======== ==================== ==========

    Shortcuts that change the shape are 1x1 convolutions (the paper's option B; on CIFAR it padded
    with zeros).

    Example:
        >>> sum(p.numel() for p in resnet20().parameters())
        272474

    Source: He et al. 2015, "Deep Residual Learning for Image Recognition".
    """
    return SmallResNet(3, num_classes, in_channels)


def resnet18(
    num_classes: int = 1000, in_channels: int = 3, image_size: tuple[int, int] = (224, 224)
) -> ResNet:
    """The paper's ResNet of 18 layers for ImageNet, names as torchvision's.

    ======== ======================= ===========
    layer    what                    output
    ======== ======================= ===========
    conv 1   64 of 7x7, stride 2     64x112x112
    pool     max 3x3, stride 2       64x56x56
    layer 1  2 blocks of 64          64x56x56
    layer 2  2 blocks of 128         128x28x28
    layer 3  2 blocks of 256         256x14x14
    layer 4  2 blocks of 512         512x7x7
    fc       mean, connected         1000
    ======== ======================= ===========

    Example:
        >>> sum(p.numel() for p in resnet18().parameters())
        11689512

    Source: He et al. 2015, "Deep Residual Learning for Image Recognition".
    """
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, in_channels)


def resnet50(
    num_classes: int = 1000, in_channels: int = 3, image_size: tuple[int, int] = (224, 224)
) -> ResNet:
    """The paper's ResNet of 50 layers for ImageNet, names as torchvision's.

    ======== ======================= ===========
    layer    what                    output
    ======== ======================= ===========
    conv 1   64 of 7x7, stride 2     64x112x112
    pool     max 3x3, stride 2       64x56x56
    layer 1  3 bottlenecks of 64     256x56x56
    layer 2  4 bottlenecks of 128    512x28x28
    layer 3  6 bottlenecks of 256    1024x14x14
    layer 4  3 bottlenecks of 512    2048x7x7
    fc       mean, connected         1000
    ======== ======================= ===========

    The step of two is in the 3x3 convolution, as in torchvision; the paper's was in the first 1x1.

    Example:
        >>> sum(p.numel() for p in resnet50().parameters())
        25557032

    Source: He et al. 2015, "Deep Residual Learning for Image Recognition".
    """
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, in_channels)


def _projection(given: int, width: int, stride: int) -> nn.Sequential | None:
    """The shortcut where the shape changes."""
    if stride == 1 and given == width:
        return None
    return nn.Sequential(
        nn.Conv2d(given, width, 1, stride, bias=False),
        nn.BatchNorm2d(width),
    )


def _last_norm(block: BasicBlock | Bottleneck) -> nn.BatchNorm2d:
    return block.bn3 if isinstance(block, Bottleneck) else block.bn2
