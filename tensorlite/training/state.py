"""The whole state of a training between two steps, from which it goes on as if nothing happened.

What follows from the settings is built anew and not stored: the order of the images and their
random changes come from (seed, epoch, index), the schedule from the number of steps.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.random import get_rng_state, set_rng_state

if TYPE_CHECKING:
    from tensorlite.training.loop import Trainer

State = dict[str, Any]
_COUNTERS = ("epoch", "batch", "images", "total", "epoch_lr", "best_epoch", "stop")


def capture(trainer: Trainer) -> State:
    """Return everything that the next steps of a training depend on, as ``save`` takes it."""
    averages = trainer.averages
    return {
        "model": {name: value.numpy() for name, value in trainer.model.state_dict().items()},
        "averages": averages and {"arrays": dict(averages.arrays), "steps": averages.steps},
        "optimizer": _optimizer_state(trainer),
        "steps": trainer.learner.steps,
        "generators": {
            "tensorlite": get_rng_state(),
            "numpy": np.random.get_state(legacy=False),
            "python": random.getstate(),
        },
        "counters": {name: getattr(trainer, name) for name in _COUNTERS},
        "seconds": {"epoch": trainer.epoch_seconds, "all": trainer.seconds},
        "history": list(trainer.history),
        "callbacks": [callback.state_dict() for callback in _stateful(trainer)],
    }


def restore(trainer: Trainer, state: State, changed: Mapping[str, Any], where: str) -> None:
    """Put a training where it was.

    Args:
        trainer: Built from the settings, before its first step.
        state: What ``capture`` returned.
        changed: Settings that are not what they were; what they govern is as they say, not as it
            was stored.
        where: Where the state was read from.

    Raises:
        DataError: If the weights belong to another model.
    """
    from tensorlite.training.trained import load_weights

    load_weights(trainer.model, state["model"], where)
    if trainer.averages is not None:
        begun = {"arrays": state["model"], "steps": 0}  # where they were switched on just now
        trainer.averages.load(**(state["averages"] or begun))
    trainer.learner.replay(state["steps"])
    if "optimizer" not in changed:
        _restore_optimizer(trainer, state["optimizer"], groups=not changed)
    generators = state["generators"]
    set_rng_state(generators["tensorlite"])
    np.random.set_state(generators["numpy"])
    random.setstate(generators["python"])
    for name, value in state["counters"].items():
        setattr(trainer, name, value)
    if "batch_size" in changed:
        trainer.batch = trainer.images // int(trainer.train.batch_size or 1)
    trainer.history = list(state["history"])
    trainer.stop = trainer.stop and not changed
    trainer.continue_clock(**state["seconds"])
    for callback, kept in zip(_stateful(trainer), state["callbacks"], strict=False):
        callback.load_state_dict(kept)


def _optimizer_state(trainer: Trainer) -> State:
    """State by the names of the parameters: their order in the groups follows from settings."""
    stored = trainer.optimizer.state_dict()
    names = _names(trainer)
    return {
        "state": {names[number]: values for number, values in stored["state"].items()},
        "groups": [
            {key: value for key, value in group.items() if key != "params"}
            for group in stored["param_groups"]
        ],
    }


def _restore_optimizer(trainer: Trainer, stored: State, groups: bool) -> None:
    own = trainer.optimizer.state_dict()
    numbers = {name: number for number, name in enumerate(_names(trainer))}
    own["state"] = {numbers[name]: values for name, values in stored["state"].items()}
    if groups:
        for group, kept in zip(own["param_groups"], stored["groups"], strict=True):
            group.update(kept)
    trainer.optimizer.load_state_dict(own)


def _names(trainer: Trainer) -> list[str]:
    names = {id(value): name for name, value in trainer.model.named_parameters()}
    return [names[id(p)] for group in trainer.optimizer.param_groups for p in group["params"]]


def _stateful(trainer: Trainer) -> list[Any]:
    return [item for item in trainer.callbacks if hasattr(item, "load_state_dict")]
