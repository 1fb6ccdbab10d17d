"""From settings to objects: what the names in a configuration stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from math import ceil, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import registry
from tensorlite.augment import Compose
from tensorlite.augment.written import parse_augmentations
from tensorlite.autograd import no_grad
from tensorlite.data import DataLoader, Dataset
from tensorlite.data.cache import cached
from tensorlite.errors import (
    ConfigError,
    DataError,
    TensorliteError,
    UnknownNameError,
    close_names,
)
from tensorlite.nn.lazy import UninitializedParameter
from tensorlite.random import manual_seed
from tensorlite.tensor import tensor, zeros
from tensorlite.training.callbacks import RUN_FILES, EarlyStopping
from tensorlite.training.config import name_and_options
from tensorlite.training.freezing import rates
from tensorlite.training.inputs import Inputs, Parts, Shape, check_shape, few, parts_of
from tensorlite.training.resizing import ImageSizes, resized
from tensorlite.training.settings import FIELDS, Settings
from tensorlite.training.warmup import WarmUp

if TYPE_CHECKING:
    from tensorlite.data import Data
    from tensorlite.nn import Module
    from tensorlite.training.tasks import Task

NEEDS = {"classification": ("classification", "a class"), "localization": ("boxes", "a box")}
only_cached = partial(cached, build=False)
AHEAD = 2, 8  # batches made in advance, at least and at most
ROOM = 128 << 20  # bytes that they may take up, if they are more than the least
EVALUATION_BATCH = 256  # one size everywhere, so that the same weights give the same figures


def construct(
    kind: registry.Registry[Any],
    name: str,
    options: Mapping[str, Any],
    *args: Any,
    **own: Any,
) -> Any:
    """Build something of a registry with the options that settings give it.

    Args:
        kind: The registry.
        name: What to build.
        options: From the settings.
        *args: What it needs from the training.
        **own: What it gets from the data or from settings of their own.

    Raises:
        UnknownNameError: If there is no such name or option.
        ConfigError: If an option has a value that does not fit, or repeats one of ``own``.
    """
    where = f"{kind.kind} '{name}'"
    for option in own.keys() & options.keys():
        source = f"the setting '{option}'" if option in FIELDS else "the data"
        raise ConfigError(
            f"expected {option} once, got {own[option]!r} from {source} and "
            f"{options[option]!r} from its options.",
            where=where,
            hint=f"--set {option}={options[option]}" if option in FIELDS else None,
        )
    given = ", ".join(f"{option}={value!r}" for option, value in options.items())
    sentence = f"expected {kind.info(name).signature}, got {given or 'no options'}"
    with blaming(where, sentence, f"{kind.listing} {name}"):
        return kind.create(name, *args, **own, **options)


@contextmanager
def blaming(where: str, sentence: str, hint: str | None = None) -> Iterator[None]:
    """Turn what a mistyped option sets off into one sentence that names the place.

    Args:
        where: What complains.
        sentence: What is wrong; what was raised is added in brackets.
        hint: The command that says more.
    """
    try:
        yield
    except TensorliteError:
        raise
    except (TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        text = " ".join(str(error).split()).rstrip(".")
        raise ConfigError(f"{sentence} ({text}).", where=where, hint=hint) from error


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
    sizes = {"num_classes": classes, "in_channels": shape[0], "image_size": shape[1:]}
    model: Module = construct(registry.models, name, options, **sizes)
    if any(isinstance(value, UninitializedParameter) for value in model.parameters()):
        with no_grad():
            model.eval()(zeros((1, *shape)))  # lazy layers learn their shapes
    return model


def image_shape(model: str, data: Shape, side: int = 0) -> Shape:
    """Return the shape of the images that a model gets: its own where it is fixed.

    Args:
        model: Registry name; ``image_size`` and ``in_channels`` of its entry's details are fixed.
        data: Channels, height and width of the data's images.
        side: Height and width that were asked for, if any.
    """
    details = registry.models.info(model).details
    height, width = (side, side) if side else details.get("image_size") or data[1:]
    return details.get("in_channels") or data[0], height, width


def model_parts(
    data: Data, settings: Settings, keep: Callable[[Dataset], Dataset] = only_cached
) -> Parts:
    """Return the parts of some data with images as a model takes them.

    The same settings always give the same parts, so that ``evaluate`` finds the images again that
    were kept for validation.

    Args:
        data: What was opened.
        settings: Model, share of validation, seed.
        keep: What is done with each split, to keep its decoded pictures; if not given, those are
            used that another training kept.

    Raises:
        DataError: If there is nothing to train on.
    """
    if "train" not in data.splits or not len(data.splits["train"]):
        raise DataError("there are no images to train on.", where=data.name)
    task = registry.models.info(settings.model).details.get("task", "classification")
    kind, needs = NEEDS.get(task, (data.task, ""))
    if kind != data.task:
        message = f"model '{settings.model}' needs {needs} for each picture, got {data.task}."
        raise DataError(message, where=data.name, hint="tensorlite data list")
    shape = image_shape(settings.model, data.splits["train"].image_shape, settings.image_size)
    check_shape(shape, hint="--image-size 224")
    splits = {name: keep(part.adapt(*shape)) for name, part in data.splits.items()}
    parts = parts_of(splits, settings.val_fraction, settings.seed)
    if settings.overfit:
        train = few(parts.train, settings.overfit, settings.seed)
        return Parts(train, train)
    if settings.limit_train:
        return replace(parts, train=few(parts.train, settings.limit_train, settings.seed))
    return parts


def build_optimizer(settings: Settings, model: Module) -> Any:
    """Build the optimizer over all weights of a model; vectors are not pulled towards zero.

    Biases, and the factors of norms, have one dimension; pulling them would move what a layer
    answers, not make it simpler (He et al. 2018, "Bag of Tricks for Image Classification").
    """
    name, options = settings.optimizer, settings.optimizer_options
    own = {"lr": settings.lr, **_own(registry.optimizers, name, settings, "weight_decay")}
    params = list(_groups(settings, model))
    whole = params[0]["params"] if len(params) == 1 and len(params[0]) == 1 else params
    return construct(registry.optimizers, name, options, whole, **own)


def _groups(settings: Settings, model: Module) -> Iterator[dict[str, Any]]:
    """The parameters by learning rate, the highest first, and by whether they decay."""
    shares, vectors = rates(model, settings), settings.weight_decay and not settings.decay_all
    groups: dict[tuple[float, bool], list[Any]] = {}
    for name, parameter in model.named_parameters():
        spared = bool(vectors) and len(parameter.shape) <= 1
        groups.setdefault((-shares[name], spared), []).append(parameter)
    for (share, spared), members in sorted(groups.items(), key=lambda item: item[0]):
        rate = {"lr": -share * settings.lr} if settings.lr_mult != 1 else {}
        yield {"params": members, **rate, **({"weight_decay": 0.0} if spared else {})}


def build_schedule(settings: Settings, optimizer: Any, batches: int) -> Any:
    """Build the learning-rate schedule over all steps of the training, after the warm-up."""
    per_epoch = ceil(batches / settings.accumulate)
    total = settings.epochs * per_epoch
    rising = min(round(settings.warmup_epochs * per_epoch), total)
    name, options = settings.schedule, settings.schedule_options
    schedule = construct(registry.schedules, name, options, optimizer, max(total - rising, 1))
    return WarmUp(optimizer, schedule, rising) if rising else schedule


def build_loss(settings: Settings, classes: Sequence[str] = ()) -> Any:
    """Build the loss.

    Args:
        settings: Its name and options; ``class_weights`` if they are a table.
        classes: Class names in the order of the outputs.

    Raises:
        ConfigError: If there are weights of classes and the loss takes none.
    """
    own = _own(registry.losses, settings.loss, settings, "label_smoothing")
    weights, signature = settings.class_weights, registry.losses.info(settings.loss).parameters
    if classes and isinstance(weights, Mapping) and weights:
        if signature is not None and "weight" not in signature.parameters:
            message = f"expected a loss with weights of classes, got {settings.loss}."
            raise ConfigError(message, where="class_weights", hint="--set loss=cross_entropy")
        own["weight"] = tensor([float(weights.get(name, 1.0)) for name in classes])
    return construct(registry.losses, settings.loss, settings.loss_options, **own)


def build_box_loss(settings: Settings) -> Any:
    """Build the loss between boxes."""
    return construct(registry.losses, settings.box_loss, settings.box_loss_options)


def class_weights(settings: Settings, dataset: Dataset) -> dict[str, Any]:
    """Return what the classes count in the loss; those that are left out count 1.

    Balanced ones are such that all images of a class together count as much as those of another.

    Raises:
        UnknownNameError: If a class is not there.
    """
    weights = settings.class_weights
    if weights == "balanced":
        counts = dataset.counts()
        mean = sum(counts.values()) / len(counts)
        return {name: mean / max(count, 1) for name, count in counts.items()}
    if not isinstance(weights, dict):
        return {}
    for name in weights:
        if name not in dataset.classes:
            close = close_names(name, dataset.classes)
            message = f"there is no class '{name}'. {close}".rstrip()
            raise UnknownNameError(message, where="class_weights")
    return weights


def build_callbacks(settings: Settings) -> list[Any]:
    """Build the callbacks that the settings name."""
    built = [construct(registry.callbacks, *name_and_options(item)) for item in settings.callbacks]
    for callback in built:
        if isinstance(callback, RUN_FILES):
            name = type(callback).__name__
            message = f"{name} is no setting: it writes into the folder of every run as it is."
            raise ConfigError(message, where="callbacks")
    return [*built, EarlyStopping(settings.patience)] if settings.patience else built


def build_augmentation(items: Sequence[Any]) -> Compose | None:
    """Build the augmentations of a list of names, calls or tables; None for an empty list.

    Every augmentation takes ``p``, the probability that it is done at all.
    """
    built = [_augmentation(item) for item in items]
    return Compose(built) if built else None


def augmentations(settings: Settings) -> list[Any]:
    """Return what is done to training images: the list, then one of the ways to mix them."""
    mixing = [
        {"name": name, "alpha": getattr(settings, name)}
        for name in ("mixup", "cutmix")
        if getattr(settings, name)
    ]
    if len(mixing) > 1:
        mixing = [{"name": "one_of", "augmentations": mixing}]
    return [*settings.augment, *mixing]


def training_batches(settings: Settings, dataset: Dataset) -> DataLoader[Any]:
    """Return batches in an order that follows from seed and epoch, with augmentation."""
    return DataLoader(
        dataset,
        batch_size=settings.batch_size,
        shuffle=True,
        seed=settings.seed,
        augment=build_augmentation([] if settings.overfit else augmentations(settings)),
        num_workers=settings.workers,
        prefetch=_ahead(dataset, settings.batch_size, settings.workers),
    )


def evaluation_batches(dataset: Dataset, workers: int = 1) -> DataLoader[Any]:
    """Return batches in the order of the data set, as they are, made by so many threads."""
    ahead = _ahead(dataset, EVALUATION_BATCH, workers)
    return DataLoader(dataset, EVALUATION_BATCH, seed=0, num_workers=workers, prefetch=ahead)


def _ahead(dataset: Dataset, batch_size: int, workers: int) -> int:
    """How many batches are made in advance: enough to outlast a turn of another program."""
    if not workers:
        return 0
    least, most = AHEAD
    each = max(batch_size * prod(dataset.image_shape) * 4, 1)
    return max(least, workers, min(most, ROOM // each))


def rehearse(
    settings: Settings, batches: DataLoader[Any], inputs: Inputs, model: Module, task: Task
) -> None:
    """Run one batch through augmentation, model, loss and metrics; nothing is changed by it.

    Raises:
        TensorliteError: If they do not fit each other.
    """
    with blaming("augment", "the augmentations do not work"):
        images, target = next(iter(inputs.normalised(batches)))
    with no_grad(), np.errstate(all="ignore"):
        model.eval()
        if smallest := ImageSizes(settings.image_sizes).smallest:
            _rehearse_small(model, resized(images, smallest))
        with blaming(f"model '{settings.model}'", f"it does not work on {inputs.shape} images"):
            output = model(images)
        with blaming(f"loss '{settings.loss}'", "it gives no number for a batch"):
            task.loss(output, target).item()
        with blaming("metrics", "they do not work on the outputs"):
            scores = task.scores()
            scores.update(output, target)
            scores.figures()


def _rehearse_small(model: Module, images: Any) -> None:
    try:
        model(images)
    except (TensorliteError, ValueError) as error:
        reason = error.sentence if isinstance(error, TensorliteError) else str(error)
        message = f"the model does not work on {tuple(images.shape[1:])} images ({reason})"
        raise ConfigError(message, where="image_sizes") from error


def _own(
    kind: registry.Registry[Any], name: str, settings: Settings, setting: str
) -> dict[str, Any]:
    """A setting that only some of a kind take; those get it even when it is 0.

    So what run.toml says is what is used, never a class's own default.
    """
    value, signature = getattr(settings, setting), kind.info(name).parameters
    takes = signature is not None and setting in signature.parameters
    return {setting: value} if value or takes else {}


def _augmentation(item: Any) -> Any:
    if isinstance(item, str):
        items = parse_augmentations(item)
        if len(items) != 1:
            return Compose([_augmentation(each) for each in items])
        item = {"name": items[0]} if isinstance(items[0], str) else items[0]
    if not isinstance(item, Mapping) or "name" not in item:
        message = f"expected a name, a call or a table with a name, got {item!r}."
        raise ConfigError(message, where="augment", hint='Such as { name = "shift", pixels = 2 }.')
    name, options = name_and_options(item)
    if isinstance(options.get("augmentations"), list):
        options["augmentations"] = [_augmentation(each) for each in options["augmentations"]]
    if "augmentation" in options:
        options["augmentation"] = _augmentation(options["augmentation"])
    signature, chance = registry.augmentations.info(name).parameters, None
    if signature is not None and "p" not in signature.parameters:
        chance = options.pop("p", None)
    built = construct(registry.augmentations, name, options)
    if chance is None:
        return built
    return construct(registry.augmentations, "sometimes", {"p": chance}, built)
