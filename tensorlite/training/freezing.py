"""Which weights are trained when: stages of a network, freezing, rates that differ by stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tensorlite import registry
from tensorlite.errors import ConfigError, UnknownNameError
from tensorlite.training.callbacks import Callback
from tensorlite.training.settings import Settings

if TYPE_CHECKING:
    from tensorlite.nn import Module
    from tensorlite.training.loop import Trainer

Stage = list[str]  # dotted names of modules


def stages(model: Module, name: str) -> list[Stage]:
    """The stages of a model's features from the front to the back.

    A stage is a part with weights and what follows it without a convolution or matrix of its own:
    a convolution with its norm, or a whole block.

    Args:
        model: The model.
        name: Its registry name, whose entry says what its features are.

    Raises:
        ConfigError: If the entry says nothing.

    Example:
        >>> stages(registry.models.create("lenet5"), "lenet5")
        [['features.0'], ['features.3']]
    """
    found: list[Stage] = []
    for part in _feature_parts(model, name):
        if any(len(p.shape) > 1 for p in model.get_submodule(part).parameters()):
            found.append([part])
        elif found and _has_weights(model, part):
            found[-1].append(part)
    return found


def frozen_stages(model: Module, settings: Settings) -> list[Stage]:
    """What ``freeze`` names: the features, so many stages of them, or a pattern of names.

    Raises:
        ConfigError: If there are not so many stages, or if none are to be let go.
    """
    what = settings.freeze.strip()
    nothing = what in ("", "none", "0")
    _refuse_idle(settings, nothing)
    if nothing:
        return []
    if what != "features" and not what.isdigit():
        return [[what]]
    found = stages(model, settings.model)
    if what == "features":
        return found
    if int(what) > len(found):
        message = f"expected at most the {len(found)} stages of the features, got {what}."
        raise ConfigError(message, where="freeze", hint="--freeze features")
    return found[: int(what)]


class Freezing(Callback):
    """Keeps stages from training, and lets them go after some epochs.

    What is frozen keeps its running statistics too, to the bit.

    Args:
        model: The model.
        settings: ``freeze``, ``freeze_epochs``, ``gradual`` and ``bn``.

    Attributes:
        frozen: Names of the frozen parameters.
    """

    def __init__(self, model: Module, settings: Settings) -> None:
        self._stages = frozen_stages(model, settings)
        self._epochs, self._gradual = settings.freeze_epochs, settings.gradual
        self._keep_statistics = settings.bn == "frozen"
        self._constant = {name for name, p in model.named_parameters() if not p.requires_grad}
        self.frozen: list[str] = []
        try:
            self.apply(model, 1)
        except UnknownNameError as error:
            message, hint = f"{error.message} {error.hint}", "--freeze features"
            raise UnknownNameError(message, where="freeze", hint=hint) from error

    @property
    def active(self) -> bool:
        """Whether anything is kept from training at all."""
        return bool(self._stages) or self._keep_statistics

    def count(self, model: Module) -> int:
        """How many numbers are frozen."""
        frozen = set(self.frozen)
        return sum(p.numel() for name, p in model.named_parameters() if name in frozen)

    def on_epoch_start(self, trainer: Trainer) -> None:
        """Let go what is due; on going on after a break it is the same as without one."""
        self.apply(trainer.model, trainer.epoch)

    def apply(self, model: Module, epoch: int) -> None:
        """Freeze what is frozen in an epoch, counted from 1, and nothing else."""
        if not self.active:
            return
        model.unfreeze()
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name not in self._constant)
        held = self._stages[: self._held(epoch)]
        self.frozen = [name for stage in held for part in stage for name in model.freeze(part)]
        if self._keep_statistics:
            _hold_statistics(model, {*self.frozen, *self._constant})

    def _held(self, epoch: int) -> int:
        """How many stages are frozen in an epoch; those at the back are let go first."""
        if not self._epochs or epoch <= self._epochs:
            return len(self._stages)
        free = (epoch - 1) // self._epochs if self._gradual else len(self._stages)
        return max(len(self._stages) - free, 0)


def rates(model: Module, settings: Settings) -> Mapping[str, float]:
    """The share of the learning rate that each parameter gets.

    The last stage of the features gets ``lr_mult``, the one before it ``lr_mult`` squared, and so
    on; what is behind the features gets all.

    Source: Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text Classification".
    """
    shares = {name: 1.0 for name, _ in model.named_parameters()}
    if settings.lr_mult == 1:
        return shares
    found = stages(model, settings.model)
    for number, stage in enumerate(found):
        for part in stage:
            for name, _ in model.get_submodule(part).named_parameters():
                shares[f"{part}.{name}"] = settings.lr_mult ** (len(found) - number)
    return shares


def _refuse_idle(settings: Settings, nothing: bool) -> None:
    """Refuse settings about letting go that would silently do nothing."""
    epochs = settings.freeze_epochs
    if nothing and (epochs or settings.gradual):
        said = f"freeze_epochs={epochs}" if epochs else "gradual"
        message = f"expected something that is frozen at first, as {said} lets it go, got none."
        raise ConfigError(message, where="freeze", hint="--freeze features")
    if settings.gradual and not epochs:
        message = "expected epochs after which a stage is let go, as gradual asks for, got 0."
        raise ConfigError(message, where="freeze_epochs", hint="--freeze-epochs 3")


def _feature_parts(model: Module, name: str) -> list[str]:
    """The features taken apart as far as they are modules in a row."""
    from tensorlite.nn import Sequential

    named = registry.models.info(name).details.get("features") or ()
    parts = [named] if isinstance(named, str) else list(named)
    if not parts:
        message = f"the entry of model '{name}' says nothing about its features."
        raise ConfigError(message, where="freeze", hint="Name a part: --freeze 'PATTERN'")
    while len(heavy := [part for part in parts if _has_weights(model, part)]) == 1:
        row = model.get_submodule(heavy[0])
        if not isinstance(row, Sequential):
            break
        parts = [f"{heavy[0]}.{child}" for child, _ in row.named_children()]
    return parts


def _has_weights(model: Module, part: str) -> bool:
    return next(iter(model.get_submodule(part).parameters()), None) is not None


def _hold_statistics(model: Module, constant: set[str]) -> None:
    """Keep all batch norms in evaluation; their factors are trained unless they are constant."""
    for path, module in model.named_modules():
        if getattr(module, "running_mean", None) is not None:
            module.freeze()
            for name, parameter in module.named_parameters():
                parameter.requires_grad_(f"{path}.{name}" not in constant)
