"""From settings to objects: what the names in a configuration stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tensorlite import registry
from tensorlite.augment import Compose
from tensorlite.data import DataLoader, Dataset
from tensorlite.random import manual_seed

from .callbacks import EarlyStopping
from .config import Settings, name_and_options
from .inputs import Shape

if TYPE_CHECKING:
    from tensorlite.nn import Module

EVALUATION_BATCH = 256  # one size everywhere, so that the same weights give the same figures


def build_model(
    name: str, classes: int, shape: Shape, options: Mapping[str, Any], seed: int = 0
) -> Module:
    """Build a model of the registry with fresh weights.

    Args:
        name: Registry name.
        classes: Number of outputs.
        shape: Channels, height and width of its images.
        options: Further arguments of its factory.
        seed: The same seed gives the same weights.

    Raises:
        UnknownNameError: If there is no such model or option.
    """
    manual_seed(seed)
    model: Module = registry.models.create(
        name, num_classes=classes, in_channels=shape[0], image_size=shape[1:], **options
    )
    return model


def image_shape(model: str, data: Shape) -> Shape:
    """Return the shape of the images that a model gets: its own where it is fixed.

    Args:
        model: Registry name; ``image_size`` and ``in_channels`` of its entry's details are fixed.
        data: Channels, height and width of the data's images.
    """
    details = registry.models.info(model).details
    height, width = details.get("image_size") or data[1:]
    return details.get("in_channels") or data[0], height, width


def build_optimizer(settings: Settings, model: Module) -> Any:
    """Build the optimizer over all weights of a model."""
    options = dict(settings.optimizer_options)
    signature = registry.optimizers.info(settings.optimizer).parameters
    # Written out even when it is 0: what run.toml says is what is used, not a class's own default.
    if settings.weight_decay or (signature and "weight_decay" in signature.parameters):
        options["weight_decay"] = settings.weight_decay
    return registry.optimizers.create(
        settings.optimizer, model.parameters(), lr=settings.lr, **options
    )


def build_schedule(settings: Settings, optimizer: Any, batches: int) -> Any:
    """Build the learning-rate schedule over all steps of the training."""
    steps = settings.epochs * batches
    return registry.schedules.create(
        settings.schedule, optimizer, steps, **settings.schedule_options
    )


def build_callbacks(settings: Settings) -> list[Any]:
    """Build the callbacks that the settings name."""
    built = [
        registry.callbacks.create(name, **options)
        for name, options in map(name_and_options, settings.callbacks)
    ]
    return [*built, EarlyStopping(settings.patience)] if settings.patience else built


def build_augmentation(items: Sequence[Any]) -> Compose | None:
    """Build the augmentations of a list of names or tables; None for an empty list."""
    built = [
        registry.augmentations.create(name, **options)
        for name, options in map(name_and_options, items)
    ]
    return Compose(built) if built else None


def training_batches(settings: Settings, dataset: Dataset) -> DataLoader:
    """Return batches in an order that follows from seed and epoch, with augmentation."""
    return DataLoader(
        dataset,
        batch_size=settings.batch_size,
        shuffle=True,
        seed=settings.seed,
        augment=build_augmentation(settings.augment),
    )


def evaluation_batches(dataset: Dataset) -> DataLoader:
    """Return batches in the order of the data set, as they are."""
    return DataLoader(dataset, batch_size=EVALUATION_BATCH)
