"""AlexNet and ZFNet: five convolutions, then fully connected layers with dropout.

The small ones keep what the papers are known for: rectifiers, response normalisation across
channels, pooling windows that overlap, dropout; and no batch norm, which is younger.

Source: Krizhevsky, Sutskever and Hinton 2012, "ImageNet Classification with Deep Convolutional
Neural Networks"; Zeiler and Fergus 2013, "Visualizing and Understanding Convolutional Networks".
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorlite import nn
from tensorlite.tensor import Tensor
from tensorlite.zoo.initialisation import initialise


class AlexNet(nn.Module):
    """Convolutions, a fixed grid of averages, and three fully connected layers.

    Args:
        features: The convolutions, with pooling.
        channels: Channels that they give.
        grid: Side of the grid that they are averaged to, which makes any picture fit.
        hidden: Width of the two hidden layers.
        num_classes: Outputs.
        dropout: Share of the inputs of each hidden layer that is left out in training.

    Shape:
        - Input: ``(N, C, H, W)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(
        self,
        features: Sequence[nn.Module],
        channels: int,
        grid: int,
        hidden: int,
        num_classes: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(grid)
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(channels * grid**2, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, num_classes),
        )
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Extract features, average them to the grid, classify."""
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def alexnet(
    num_classes: int = 1000,
    in_channels: int = 3,
    image_size: tuple[int, int] = (224, 224),
    dropout: float = 0.5,
) -> AlexNet:
    """AlexNet on one machine, with the names and shapes of torchvision's weights.

    ======== ======================== ==========
    layer    what                     output
    ======== ======================== ==========
    conv 1   64 of 11x11, stride 4    64x55x55
    pool 1   max 3x3, stride 2        64x27x27
    conv 2   192 of 5x5               192x27x27
    pool 2   max 3x3, stride 2        192x13x13
    conv 3   384 of 3x3               384x13x13
    conv 4   256 of 3x3               256x13x13
    conv 5   256 of 3x3               256x13x13
    pool 5   max 3x3, stride 2        256x6x6
    fc 6, 7  fully connected          4096
    fc 8     fully connected          1000
    ======== ======================== ==========

    Example:
        >>> sum(p.numel() for p in alexnet().parameters())  # doctest: +SKIP
        61100840

    Source: Krizhevsky 2014, "One Weird Trick for Parallelizing Convolutional Neural Networks".
    """
    features = [
        *_convolution(in_channels, 64, 11, stride=4, padding=2),
        nn.MaxPool2d(3, 2),
        *_convolution(64, 192, 5),
        nn.MaxPool2d(3, 2),
        *_three(192, (384, 256, 256)),
    ]
    return AlexNet(features, 256, 6, 4096, num_classes, dropout)


def alexnet_lite(
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: tuple[int, int] = (32, 32),
    dropout: float = 0.5,
) -> AlexNet:
    """AlexNet for pictures of 32x32, with the paper's response normalisation.

    ======== ======================== ==========
    layer    what                     output
    ======== ======================== ==========
    conv 1   64 of 5x5, LRN           64x32x32
    pool 1   max 3x3, stride 2        64x15x15
    conv 2   128 of 5x5, LRN          128x15x15
    pool 2   max 3x3, stride 2        128x7x7
    conv 3   192 of 3x3               192x7x7
    conv 4   192 of 3x3               192x7x7
    conv 5   128 of 3x3               128x7x7
    pool 5   max 3x3, stride 2        128x3x3
    fc 6, 7  fully connected          512
    fc 8     fully connected          10
    ======== ======================== ==========

    Example:
        >>> sum(p.numel() for p in alexnet_lite().parameters())
        1842570

    Source: Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural
    Networks".
    """
    features = [
        *_convolution(in_channels, 64, 5),
        _response_norm(),
        nn.MaxPool2d(3, 2),
        *_convolution(64, 128, 5),
        _response_norm(),
        nn.MaxPool2d(3, 2),
        *_three(128, (192, 192, 128)),
    ]
    return AlexNet(features, 128, 3, 512, num_classes, dropout)


def zfnet(
    num_classes: int = 1000,
    in_channels: int = 3,
    image_size: tuple[int, int] = (224, 224),
    dropout: float = 0.5,
) -> AlexNet:
    """ZFNet: AlexNet with a smaller first window and stride, normalised after pooling.

    ======== ======================== ==========
    layer    what                     output
    ======== ======================== ==========
    conv 1   96 of 7x7, stride 2      96x110x110
    pool 1   max 3x3, stride 2, LRN   96x55x55
    conv 2   256 of 5x5, stride 2     256x26x26
    pool 2   max 3x3, stride 2, LRN   256x13x13
    conv 3   384 of 3x3               384x13x13
    conv 4   384 of 3x3               384x13x13
    conv 5   256 of 3x3               256x13x13
    pool 5   max 3x3, stride 2        256x6x6
    fc 6, 7  fully connected          4096
    fc 8     fully connected          1000
    ======== ======================== ==========

    Example:
        >>> sum(p.numel() for p in zfnet().parameters())  # doctest: +SKIP
        62357608

    Source: Zeiler and Fergus 2013, "Visualizing and Understanding Convolutional Networks".
    """
    features = [
        *_convolution(in_channels, 96, 7, stride=2, padding=1),
        nn.MaxPool2d(3, 2, padding=1),
        _response_norm(),
        *_convolution(96, 256, 5, stride=2, padding=0),
        nn.MaxPool2d(3, 2, padding=1),
        _response_norm(),
        *_three(256, (384, 384, 256)),
    ]
    return AlexNet(features, 256, 6, 4096, num_classes, dropout)


def zfnet_lite(
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: tuple[int, int] = (32, 32),
    dropout: float = 0.5,
) -> AlexNet:
    """ZFNet for pictures of 32x32, at the cost of ``alexnet_lite``.

    The first window is 3x3 instead of 5x5, which keeps fine detail, maps are normalised after
    pooling, and what that saves goes into wider maps in the middle.

    ======== ======================== ==========
    layer    what                     output
    ======== ======================== ==========
    conv 1   64 of 3x3                64x32x32
    pool 1   max 3x3, stride 2, LRN   64x15x15
    conv 2   128 of 5x5               128x15x15
    pool 2   max 3x3, stride 2, LRN   128x7x7
    conv 3   200 of 3x3               200x7x7
    conv 4   200 of 3x3               200x7x7
    conv 5   136 of 3x3               136x7x7
    pool 5   max 3x3, stride 2        136x3x3
    fc 6, 7  fully connected          512
    fc 8     fully connected          10
    ======== ======================== ==========

    Example:
        >>> sum(p.numel() for p in zfnet_lite().parameters())
        1937442

    Source: Zeiler and Fergus 2013, "Visualizing and Understanding Convolutional Networks".
    """
    features = [
        *_convolution(in_channels, 64, 3),
        nn.MaxPool2d(3, 2),
        _response_norm(),
        *_convolution(64, 128, 5),
        nn.MaxPool2d(3, 2),
        _response_norm(),
        *_three(128, (200, 200, 136)),
    ]
    return AlexNet(features, 136, 3, 512, num_classes, dropout)


def _convolution(
    given: int, width: int, window: int, stride: int = 1, padding: int | None = None
) -> list[nn.Module]:
    around = window // 2 if padding is None else padding
    return [nn.Conv2d(given, width, window, stride, around), nn.ReLU()]


def _three(given: int, widths: tuple[int, int, int]) -> list[nn.Module]:
    """The last three convolutions and the pooling after them."""
    layers: list[nn.Module] = []
    for width in widths:
        layers += _convolution(given, width, 3)
        given = width
    return [*layers, nn.MaxPool2d(3, 2)]


def _response_norm() -> nn.Module:
    """The paper's k = 2, n = 5, alpha = 1e-4 (of the sum, so times 5 of the mean), beta = 0.75."""
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
