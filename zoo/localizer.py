"""The localizer: one class and one box for a picture, read from the maps of any backbone.

Source: Sermanet et al. 2013, "OverFeat: Integrated Recognition, Localization and Detection using
Convolutional Networks", for the two heads on shared maps.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import tensorlite as tl
from tensorlite import nn, registry
from tensorlite.autograd import no_grad
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.tensor import Tensor

GRID = 8  # cells a side in which the box head looks for edges
START = 0.6  # side of the box that an untrained head answers, as a share of the picture


class Localizer(nn.Module):
    """Features, and a head that answers class and box.

    Args:
        backbone: Makes maps ``(N, C, h, w)`` of pictures.
        head: Makes the answer of the maps.

    Shape:
        - Input: ``(N, in_channels, H, W)``
        - Output: ``(N, num_classes + 4)``, see ``ClassAndBox``
    """

    def __init__(self, backbone: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, x: Tensor) -> Tensor:
        """Look, then answer."""
        return self.head(self.backbone(x))


class ClassAndBox(nn.Module):
    """Two heads on the same maps.

    The one for the class averages over the picture. The one for the box must not: it keeps a grid
    of cells, and answers middle and size of the box.

    A map of a small backbone sees only a window of the picture. Where objects are larger than it,
    convolutions between the cells of the grid (``context``) let each of them see its surroundings.

    Args:
        maps: Maps that are given.
        num_classes: Classes.
        width: Maps that the box head keeps of them.
        hidden: Width of its hidden layer.
        dropout: Share of what goes into the last layers that is left out in training.
        context: Number of 3x3 convolutions between the cells.

    Shape:
        - Input: ``(N, maps, h, w)``
        - Output: ``(N, num_classes + 4)``: scores of the classes, then left, top, right and
          bottom of the box as shares of width and height
    """

    def __init__(
        self,
        maps: int,
        num_classes: int,
        *,
        width: int,
        hidden: int,
        dropout: float,
        context: int,
    ) -> None:
        super().__init__()
        self.context = nn.Sequential(*_context(maps, context))
        self.classes = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(maps, num_classes),
        )
        self.box = nn.Sequential(
            nn.Conv2d(maps, width, kernel_size=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(GRID),
            nn.Flatten(),
            nn.Linear(width * GRID**2, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, 4),
        )
        nn.init.zeros_(self.box[-1].weight)
        nn.init.zeros_(self.box[-1].bias)

    def forward(self, maps: Tensor) -> Tensor:
        """Answer twice."""
        maps = self.context(maps)
        place = self.box(maps)
        # Sizes come as logarithms: they stay positive, and small boxes count as much as large.
        middle, half = 0.5 + place[:, :2], (START / 2) * tl.exp(place[:, 2:])
        return tl.cat([self.classes(maps), middle - half, middle + half], dim=1)


def _context(maps: int, count: int) -> Iterator[nn.Module]:
    """The grid, and what looks from cell to cell."""
    if count:
        yield nn.AdaptiveAvgPool2d(GRID)
    for _ in range(count):
        yield nn.Conv2d(maps, maps, kernel_size=3, padding=1, bias=False)
        yield nn.BatchNorm2d(maps)
        yield nn.ReLU()


def localizer(
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: tuple[int, int] = (64, 64),
    *,
    backbone: str = "resnet8",
    width: int = 32,
    hidden: int = 128,
    dropout: float = 0.0,
    context: int = 0,
) -> Localizer:
    """A head for class and box on the features of any registered model that names them.

    Args:
        num_classes: Classes.
        in_channels: Channels of the picture.
        image_size: Height and width of the picture in pixels.
        backbone: Name of the model whose features it takes.
        width: Maps that the box head keeps of them.
        hidden: Width of the box head's hidden layer.
        dropout: Share of that layer that is left out in training.
        context: Number of 3x3 convolutions between the cells of the grid, before both heads.

    Raises:
        UnknownNameError: If there is no such model.
        ConfigError: If the model names no features, or they are no maps.

    Example:
        >>> net = localizer(3, image_size=(32, 32), backbone="lenet5")
        >>> net(tl.zeros((2, 3, 32, 32))).shape
        (2, 7)
    """
    features = take_features(backbone, in_channels, image_size)
    maps = _maps(features, (1, in_channels, *image_size), backbone)
    options: dict[str, Any] = {
        "width": width,
        "hidden": hidden,
        "dropout": dropout,
        "context": context,
    }
    return Localizer(features, ClassAndBox(maps, num_classes, **options))


def take_features(name: str, in_channels: int, image_size: tuple[int, int]) -> nn.Sequential:
    """The features of a model, in the order in which its entry names them, without its head.

    Raises:
        UnknownNameError: If there is no such model.
        ConfigError: If its entry names no features.
    """
    named = registry.models.info(name).details.get("features") or ()
    names = [named] if isinstance(named, str) else list(named)
    if not names:
        models = [m for m, entry in registry.models.items() if entry.details.get("features")]
        hint = f"--set model_options.backbone={models[0]}" if models else None
        raise ConfigError("its entry names no features.", where=f"model '{name}'", hint=hint)
    whole = registry.models.create(name, in_channels=in_channels, image_size=image_size)
    return nn.Sequential(OrderedDict((part, whole.get_submodule(part)) for part in names))


def _maps(features: nn.Module, shape: tuple[int, ...], name: str) -> int:
    """How many maps come out."""
    with no_grad():
        found = features.eval()(tl.zeros(shape)).shape
    features.train()
    if len(found) != 4 or math.prod(found) == 0:
        raise ShapeError(f"expected maps (N, C, H, W), got {found}.", where=f"model '{name}'")
    return int(found[1])
