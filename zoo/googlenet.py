"""GoogLeNet: windows of several sizes side by side, with 1x1 convolutions that keep them cheap.

Source: Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke and Rabinovich 2014, "Going
Deeper with Convolutions".
"""

from __future__ import annotations

from tensorlite import nn
from tensorlite.ops import cat
from tensorlite.tensor import Tensor
from tensorlite.zoo.initialisation import initialise

Six = tuple[int, int, int, int, int, int]


class BasicConv2d(nn.Sequential):
    """A convolution, batch norm and a rectifier.

    Args:
        given: Channels of the input.
        width: Channels of the output.
        window: Height and width of the window.
        stride: Its step.
        padding: Zeros around the input.

    Shape:
        - Input: ``(N, given, H, W)``
        - Output: ``(N, width, Ho, Wo)``
    """

    def __init__(
        self, given: int, width: int, window: int, stride: int = 1, padding: int = 0
    ) -> None:
        conv = nn.Conv2d(given, width, window, stride, padding, bias=False)
        norm = nn.BatchNorm2d(width, eps=0.001)
        super().__init__({"conv": conv, "bn": norm, "relu": nn.ReLU()})


class Inception(nn.Module):
    """Four branches over the same input, their maps put side by side.

    Args:
        given: Channels of the input.
        widths: Maps of the 1x1 branch; of the second branch's 1x1 and 3x3; of the third branch's
            1x1 and window; of the 1x1 after pooling.

    Shape:
        - Input: ``(N, given, H, W)``
        - Output: ``(N, a + c + e + f, H, W)`` for widths ``(a, b, c, d, e, f)``
    """

    def __init__(self, given: int, widths: Six) -> None:
        super().__init__()
        one, narrow3, three, narrow5, five, pooled = widths
        self.branch1 = BasicConv2d(given, one, 1)
        self.branch2 = nn.Sequential(
            BasicConv2d(given, narrow3, 1), BasicConv2d(narrow3, three, 3, padding=1)
        )
        self.branch3 = nn.Sequential(
            BasicConv2d(given, narrow5, 1), BasicConv2d(narrow5, five, 3, padding=1)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, 1, padding=1, ceil_mode=True), BasicConv2d(given, pooled, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Run the branches and put their maps side by side."""
        return cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], dim=1)


class InceptionAux(nn.Module):
    """A classifier at half the depth, which brings gradients to the early layers.

    Args:
        given: Channels of the input.
        num_classes: Outputs.
        dropout: Share of the hidden layer that is left out in training.

    Shape:
        - Input: ``(N, given, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(self, given: int, num_classes: int, dropout: float = 0.7) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(4)
        self.conv = BasicConv2d(given, 128, 1)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(2048, 1024)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(1024, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Average to a grid of 4x4 and classify."""
        x = self.flatten(self.conv(self.avgpool(x)))
        return self.fc2(self.dropout(self.relu(self.fc1(x))))


# 3a to 5b of the paper's table: see Inception for the six numbers.
MODULES: dict[str, Six] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


class GoogLeNet(nn.Module):
    """The paper's 22 layers, with batch norm and the names of torchvision's weights.

    Args:
        num_classes: Outputs.
        in_channels: Channels of the picture.
        dropout: Share of the last features that is left out in training.
        aux_logits: Build the two classifiers at half the depth, ``aux1`` and ``aux2``, which
            ``auxiliary`` runs and ``forward`` does not.

    Shape:
        - Input: ``(N, in_channels, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    inception3a: Inception
    inception3b: Inception
    inception4a: Inception
    inception4b: Inception
    inception4c: Inception
    inception4d: Inception
    inception4e: Inception
    inception5a: Inception
    inception5b: Inception

    def __init__(
        self, num_classes: int, in_channels: int, dropout: float, aux_logits: bool
    ) -> None:
        super().__init__()
        self.conv1 = BasicConv2d(in_channels, 64, 7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, 1)
        self.conv3 = BasicConv2d(64, 192, 3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        given = self._add(192, "3a", "3b")
        self.maxpool3 = nn.MaxPool2d(3, 2, ceil_mode=True)
        given = self._add(given, "4a", "4b", "4c", "4d", "4e")
        self.maxpool4 = nn.MaxPool2d(2, 2, ceil_mode=True)
        given = self._add(given, "5a", "5b")
        if aux_logits:
            self.aux1 = InceptionAux(512, num_classes)
            self.aux2 = InceptionAux(528, num_classes)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(given, num_classes)
        initialise(self)

    def _add(self, given: int, *names: str) -> int:
        for name in names:
            setattr(self, f"inception{name}", Inception(given, MODULES[name]))
            a, _, c, _, e, f = MODULES[name]
            given = a + c + e + f
        return given

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the last classifier."""
        return self._classify(self._maps(x)[-1])

    def auxiliary(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the scores of the last classifier and of both at half the depth.

        The paper's loss is that of the last plus 0.3 of each other. Needs ``aux_logits``.
        """
        first, second, last = self._maps(x)
        return self._classify(last), self.aux1(first), self.aux2(second)

    def _maps(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the three classifiers look at."""
        x = self.maxpool2(self.conv3(self.conv2(self.maxpool1(self.conv1(x)))))
        first = self.inception4a(self.maxpool3(self.inception3b(self.inception3a(x))))
        second = self.inception4d(self.inception4c(self.inception4b(first)))
        x = self.inception5a(self.maxpool4(self.inception4e(second)))
        return first, second, self.inception5b(x)

    def _classify(self, maps: Tensor) -> Tensor:
        return self.fc(self.dropout(self.flatten(self.avgpool(maps))))


def googlenet(
    num_classes: int = 1000,
    in_channels: int = 3,
    image_size: tuple[int, int] = (224, 224),
    dropout: float = 0.2,
    aux_logits: bool = True,
) -> GoogLeNet:
    """GoogLeNet with batch norm, names and shapes as torchvision's.

    ============ ============================= ===========
    layer        what                          output
    ============ ============================= ===========
    conv 1       64 of 7x7, stride 2; max 3x3  64x56x56
    conv 2, 3    64 of 1x1, 192 of 3x3; max    192x28x28
    inception 3  two modules; max 3x3          480x14x14
    inception 4  five modules; max 2x2         832x7x7
    inception 5  two modules; mean             1024
    fc           fully connected               1000
    ============ ============================= ===========

    The branch that was 5x5 in the paper is 3x3, as in torchvision.

    Example:
        >>> sum(p.numel() for p in googlenet().parameters())
        13004888

    Source: Szegedy et al. 2014, "Going Deeper with Convolutions".
    """
    return GoogLeNet(num_classes, in_channels, dropout, aux_logits)


class GoogLeNetMini(nn.Module):
    """Inception modules for pictures of 32x32.

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
            BasicConv2d(in_channels, 32, 3, padding=1),
            nn.MaxPool2d(3, 2, padding=1),
            BasicConv2d(32, 64, 3, padding=1),
            Inception(64, (32, 40, 64, 12, 24, 24)),
            Inception(144, (48, 48, 80, 16, 32, 32)),
            nn.MaxPool2d(3, 2, padding=1),
            Inception(192, (64, 64, 112, 16, 40, 40)),
            Inception(256, (80, 80, 128, 24, 48, 48)),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(304, num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Extract features, average over the picture, classify."""
        return self.fc(self.dropout(self.flatten(self.avgpool(self.features(x)))))


def googlenet_mini(
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: tuple[int, int] = (32, 32),
    dropout: float = 0.2,
) -> GoogLeNetMini:
    """GoogLeNet for pictures of 32x32: two inception modules at each of two sizes.

    ============ ======================== ==========
    layer        what                     output
    ============ ======================== ==========
    conv 1       32 of 3x3                32x32x32
    pool         max 3x3, stride 2        32x16x16
    conv 2       64 of 3x3                64x16x16
    inception 3  two modules: 144, 192    192x16x16
    pool         max 3x3, stride 2        192x8x8
    inception 4  two modules: 256, 304    304x8x8
    fc           mean, connected          10
    ============ ======================== ==========

    Example:
        >>> sum(p.numel() for p in googlenet_mini().parameters())
        384898

    Source: Szegedy et al. 2014, "Going Deeper with Convolutions".
    """
    return GoogLeNetMini(num_classes, in_channels, dropout)
