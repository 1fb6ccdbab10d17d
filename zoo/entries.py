"""What is declared about each model; a test builds them all and compares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ZooEntry:
    """One model of the zoo.

    Args:
        name: Registry name, and that of its factory.
        family: The module that defines it; its recipe and weights are named likewise.
        parameters: Numbers that it learns, as the factory builds it by default.
        multiply_adds: For one picture of the default size.
        features: Dotted names of the parts that find features, in the order of the data.
        head: Dotted name of the layer that gives one score for each class, or all answers.
        image_size: Height and width that pictures are brought to; None takes them as they are.
        trained: Whether there is a recipe for it; the others are for exchanging weights.
        task: What it learns.
    """

    name: str
    family: str
    parameters: int
    multiply_adds: int
    features: tuple[str, ...]
    head: str
    image_size: tuple[int, int] | None = None
    trained: bool = True
    task: str = "classification"

    def details(self, folder: Path) -> dict[str, Any]:
        """What the registry is told beside the name and the factory."""
        size = {"image_size": self.image_size} if self.image_size else {}
        recipe = {"recipe": folder / f"{self.family}.toml"} if self.trained else {}
        return {
            "task": self.task,
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "features": self.features,
            "head": self.head,
            "card": folder / f"{self.name}.md",
            **size,
            **recipe,
        }


_FEATURES = ("features",)
_STAGES = ("conv1", "bn1", "relu", "layer1", "layer2", "layer3")

ENTRIES = (
    ZooEntry("lenet5", "lenet", 61_706, 416_520, _FEATURES, "classifier.4", (28, 28)),
    ZooEntry("lenet_harley", "lenet", 63_802, 418_600, _FEATURES, "classifier.4", (32, 32)),
    ZooEntry("alexnet_lite", "alexnet", 1_842_570, 89_785_344, _FEATURES, "classifier.6"),
    ZooEntry("zfnet_lite", "alexnet", 1_937_442, 89_668_224, _FEATURES, "classifier.6"),
    ZooEntry("nin", "nin", 966_986, 222_486_528, _FEATURES, "classifier"),
    ZooEntry("nin_mini", "nin", 246_186, 59_338_752, _FEATURES, "classifier"),
    ZooEntry("vgg_mini", "vgg", 1_040_090, 86_656_256, _FEATURES, "classifier.3"),
    ZooEntry("googlenet_mini", "googlenet", 317_882, 49_484_448, _FEATURES, "fc"),
    ZooEntry("resnet8", "resnet", 78_042, 12_501_632, _STAGES, "fc"),
    ZooEntry("resnet20", "resnet", 272_474, 40_813_184, _STAGES, "fc"),
    ZooEntry("densenet_mini", "densenet", 185_806, 52_938_324, (*_FEATURES, "relu"), "classifier"),
    ZooEntry(
        "localizer",
        "localizer",
        342_942,
        50_791_552,
        ("backbone",),
        "head",
        (64, 64),
        task="localization",
    ),
)
