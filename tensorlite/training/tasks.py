"""What a training is about, as one small protocol; the loop knows no task by name.

A batch is a pair of images and a target; what the target is, only the task knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tensorlite.data import Dataset
from tensorlite.data.placement import Placement
from tensorlite.errors import UnknownNameError, close_names
from tensorlite.training.inputs import Shape
from tensorlite.training.settings import Settings

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Args:
        title: Its heading.
        html: Its content, already escaped.
        wide: Whether it takes the whole width of a wide window.
    """

    title: str
    html: str
    wide: bool = True


class Scores(Protocol):
    """What is gathered over one pass of a data set."""

    def update(self, output: Tensor, target: Any) -> None:
        """Add a batch."""

    def figures(self) -> dict[str, float]:
        """Return the numbers by name; the task's ``monitor`` is one of them."""

    def to_dict(self) -> dict[str, Any]:
        """Return everything worth keeping as plain values, for ``--json``."""


class Prediction(Protocol):
    """What a model says about one image."""

    def line(self, top: int) -> str:
        """Say it in one line, with at most ``top`` alternatives."""

    def to_dict(self, top: int) -> dict[str, Any]:
        """Return it as plain values."""

    def in_picture(self, placement: Placement) -> Prediction:
        """Return it in pixels of the picture that was brought to the model's frame."""

    def draw(self, picture: NDArray[np.uint8]) -> Any:
        """Return the picture ``(C, H, W)`` with the answer on it, as a Pillow image."""


class Task(Protocol):
    """What a batch is, which loss, which figures, what a prediction looks like.

    Attributes:
        name: What model entries call it.
        monitor: The figure that chooses the best epoch.
        higher_is_better: Whether a larger value of it is better.
        whole: Whether pictures of another shape are framed, so that nothing of them is lost.
    """

    name: str
    monitor: str
    higher_is_better: bool
    whole: bool

    def loss(self, output: Tensor, target: Any) -> Tensor:
        """Return what is minimised, a single number."""

    def scores(self) -> Scores:
        """Return empty scores for one pass."""

    def baseline(self, train: Dataset, judged: Dataset) -> dict[str, float]:
        """Return figures of somebody who does not look at the pictures; empty for none."""

    def sentence(self, scores: Any, baseline: Mapping[str, float] | None = None) -> str:
        """Say in half a line how good the scores are, beside those of the baseline."""

    def sections(self, scores: Any, dataset: Dataset) -> list[Section]:
        """Return what the report shows about them."""

    def draw_worst(self, scores: Any, dataset: Dataset, count: int) -> list[Any]:
        """Return the answers that went most wrong as Pillow images, the worst first."""

    def charts(self, scores: Any) -> dict[str, str]:
        """Return charts as SVG text by file name, without the ending."""

    def predictions(self, output: NDArray[Any]) -> Sequence[Prediction]:
        """Turn the outputs of a batch into one prediction per image."""


def create_task(name: str, settings: Settings, classes: Sequence[str], shape: Shape) -> Task:
    """Build the task that a model's entry names.

    Args:
        name: Such as ``"classification"``.
        settings: Loss, smoothing and further metrics are taken from here.
        classes: Class names in the order of the outputs.
        shape: Channels, height and width of the images.

    Raises:
        UnknownNameError: If there is no such task.
    """
    factories = _factories()
    if name not in factories:
        close = close_names(name, factories)
        raise UnknownNameError(f"there is no task '{name}'. {close}".rstrip(), where="task")
    return factories[name](settings, classes, shape)


def _factories() -> dict[str, Callable[[Settings, Sequence[str], Shape], Task]]:
    from tensorlite.training.classification import Classification
    from tensorlite.training.localization import Localization

    return {task.name: task.from_settings for task in (Classification, Localization)}
