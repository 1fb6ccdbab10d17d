"""The LeNets: the first convolutional networks that read handwriting at a bank's scale.

Source: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-Based Learning Applied to Document
Recognition".
"""

from __future__ import annotations

from tensorlite import nn
from tensorlite.errors import ShapeError
from tensorlite.tensor import Tensor


class LeNet(nn.Module):
    """Two rounds of convolution and pooling, then three fully connected layers.

    Args:
        num_classes: Outputs.
        in_channels: Channels of the picture.
        image_size: Height and width of the picture in pixels.
        padding: Zeros around the picture in the first convolution.
        hidden: Widths of the two hidden layers.

    Shape:
        - Input: ``(N, in_channels, *image_size)``
        - Output: scores ``(N, num_classes)``
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        image_size: tuple[int, int],
        padding: int,
        hidden: tuple[int, int],
    ) -> None:
        super().__init__()
        height, width = (_after_features(size, padding) for size in image_size)
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 6, kernel_size=5, padding=padding),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 16, kernel_size=5),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Linear(16 * height * width, hidden[0]),
            nn.ReLU(),
            nn.Linear(hidden[0], hidden[1]),
            nn.ReLU(),
            nn.Linear(hidden[1], num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Extract features, then classify."""
        return self.classifier(self.flatten(self.features(x)))


def _after_features(size: int, padding: int) -> int:
    left = ((size + 2 * padding - 4) // 2 - 4) // 2
    if left < 1:
        raise ShapeError(
            f"expected pictures of at least {16 - 2 * padding} pixels a side, got {size}.",
            where="LeNet",
        )
    return left


def lenet5(
    num_classes: int = 10, in_channels: int = 1, image_size: tuple[int, int] = (28, 28)
) -> LeNet:
    """LeNet-5 as it is taught today: full connections, rectifiers and max pooling.

    ======== =========================== ========
    layer    what                        output
    ======== =========================== ========
    C1       6 filters 5x5, padding 2    6x28x28
    S2       max pooling 2x2             6x14x14
    C3       16 filters 5x5              16x10x10
    S4       max pooling 2x2             16x5x5
    C5       fully connected             120
    F6       fully connected             84
    output   fully connected             10
    ======== =========================== ========

    The paper's C3 sees only some of S2's maps, its units are tanh, its pooling a trained average
    and its output a distance to drawn digits.

    Example:
        >>> sum(p.numel() for p in lenet5().parameters())
        61706

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition".
    """
    return LeNet(num_classes, in_channels, image_size, padding=2, hidden=(120, 84))


def lenet_harley(
    num_classes: int = 10, in_channels: int = 1, image_size: tuple[int, int] = (32, 32)
) -> LeNet:
    """The LeNet of the interactive visualization that CNN tutorials show.

    ======== =========================== ========
    layer    what                        output
    ======== =========================== ========
    conv 1   6 filters 5x5               6x28x28
    pool 1   max pooling 2x2             6x14x14
    conv 2   16 filters 5x5              16x10x10
    pool 2   max pooling 2x2             16x5x5
    fc 1     fully connected             120
    fc 2     fully connected             100
    output   fully connected             10
    ======== =========================== ========

    Example:
        >>> sum(p.numel() for p in lenet_harley().parameters())
        63802

    Source: Harley 2015, "An Interactive Node-Link Visualization of Convolutional Neural Networks".
    """
    return LeNet(num_classes, in_channels, image_size, padding=0, hidden=(120, 100))
