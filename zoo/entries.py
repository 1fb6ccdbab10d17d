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
        task: What it learns.
    """

    name: str
    family: str
    parameters: int
    multiply_adds: int
    features: tuple[str, ...]
    head: str
    image_size: tuple[int, int] | None = None
    task: str = "classification"

    def details(self, folder: Path) -> dict[str, Any]:
        """What the registry is told beside the name and the factory.

        Args:
            folder: Where recipes and cards lie, and below it the logs and the trained weights.
        """
        found = {
            "image_size": self.image_size,
            "recipe": _file(folder / f"{self.family}.toml"),
            "toml": _file(folder / "written" / f"{self.name}.toml"),
            "log": _file(folder / "logs" / f"{self.name}.json"),
            "weights": _file(folder / "weights" / f"{self.name}.safetensors"),
        }
        return {
            "task": self.task,
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "features": self.features,
            "head": self.head,
            "card": folder / f"{self.name}.md",
            **{key: value for key, value in found.items() if value},
        }


def _file(path: Path) -> Path | None:
    """The path, if there is such a file: a row may be finished later than the others."""
    return path if path.is_file() else None


_FEATURES = ("features",)
_DENSE = ("features", "relu")
_SMALL = ("conv1", "bn1", "relu", "layer1", "layer2", "layer3")
_LARGE = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4")
_GOOGLENET = (
    *("conv1", "maxpool1", "conv2", "conv3", "maxpool2"),
    *("inception3a", "inception3b", "maxpool3"),
    *("inception4a", "inception4b", "inception4c", "inception4d", "inception4e", "maxpool4"),
    *("inception5a", "inception5b"),
)

SMALL = (
    ZooEntry("lenet5", "lenet", 61_706, 416_520, _FEATURES, "classifier.4", (28, 28)),
    ZooEntry("lenet_harley", "lenet", 63_802, 418_600, _FEATURES, "classifier.4", (32, 32)),
    ZooEntry("alexnet_lite", "alexnet", 1_842_570, 89_785_344, _FEATURES, "classifier.6"),
    ZooEntry("zfnet_lite", "alexnet", 1_937_442, 89_668_224, _FEATURES, "classifier.6"),
    ZooEntry("nin", "nin", 966_986, 222_486_528, _FEATURES, "classifier"),
    ZooEntry("nin_mini", "nin", 246_186, 59_338_752, _FEATURES, "classifier"),
    ZooEntry("vgg_mini", "vgg", 1_040_090, 86_656_256, _FEATURES, "classifier.3"),
    ZooEntry("googlenet_mini", "googlenet", 384_898, 46_394_336, _FEATURES, "fc"),
    ZooEntry("resnet8", "resnet", 78_042, 12_501_632, _SMALL, "fc"),
    ZooEntry("resnet20", "resnet", 272_474, 40_813_184, _SMALL, "fc"),
    ZooEntry("densenet_mini", "densenet", 188_906, 21_083_844, _DENSE, "classifier"),
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

FULL_SIZE = (
    ZooEntry("alexnet", "alexnet", 61_100_840, 714_188_480, _FEATURES, "classifier.6"),
    ZooEntry("zfnet", "alexnet", 62_357_608, 1_168_032_896, _FEATURES, "classifier.6"),
    ZooEntry("vgg11", "vgg", 132_863_336, 7_609_090_048, _FEATURES, "classifier.6"),
    ZooEntry("vgg16", "vgg", 138_357_544, 15_470_264_320, _FEATURES, "classifier.6"),
    ZooEntry("googlenet", "googlenet", 13_004_888, 1_498_376_192, _GOOGLENET, "fc"),
    ZooEntry("resnet18", "resnet", 11_689_512, 1_814_073_344, _LARGE, "fc"),
    ZooEntry("resnet50", "resnet", 25_557_032, 4_089_184_256, _LARGE, "fc"),
    ZooEntry("densenet121", "densenet", 7_978_856, 2_834_161_664, _DENSE, "classifier"),
    ZooEntry("squeezenet", "squeezenet", 1_248_424, 818_924_576, _FEATURES, "classifier.1"),
)
