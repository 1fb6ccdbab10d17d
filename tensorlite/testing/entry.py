"""The right check for whatever a plugin registers; what ``tensorlite plugins doctor`` runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from tensorlite.entry import Entry
from tensorlite.testing.augmentation import check_augmentation
from tensorlite.testing.callback import check_callback
from tensorlite.testing.command import check_command
from tensorlite.testing.dataset import check_dataset, check_reader
from tensorlite.testing.failure import NotTried
from tensorlite.testing.function import check_function
from tensorlite.testing.layer import OPTIONS, check_layer
from tensorlite.testing.loss import check_loss
from tensorlite.testing.metric import check_metric
from tensorlite.testing.model import check_model
from tensorlite.testing.optimizer import check_optimizer
from tensorlite.testing.schedule import check_schedule

CHECKS: dict[str, Callable[..., None]] = {
    "augmentation": check_augmentation,
    "callback": check_callback,
    "command": check_command,
    "dataset": check_dataset,
    "function": check_function,
    "layer": check_layer,
    "loss": check_loss,
    "metric": check_metric,
    "model": check_model,
    "optimizer": check_optimizer,
    "reader": check_reader,
    "schedule": check_schedule,
}
GIVEN = {"optimizer": ("params",), "schedule": ("optimizer", "total_steps")}


def check_entry(entry: Entry[Any], **told: Any) -> str:
    """Check what was registered, by its kind.

    The detail ``check`` of a registration, a dict, is given to the check: ``inputs`` is a list of
    its positional arguments, everything else goes by name.

    Args:
        entry: From a registry.
        **told: The same, in addition.

    Returns:
        Why it was not checked; empty if it was.

    Raises:
        CheckFailure: If something is wrong with it.

    Example:
        >>> import tensorlite as tl
        >>> check_entry(tl.layers.info("relu"))
        ''
        >>> check_entry(tl.layers.info("gru"))
        'it needs input_size, hidden_size'
    """
    check, told = CHECKS.get(entry.kind), {**(entry.details.get("check") or {}), **told}
    if check is None:
        return f"there is no check for a {entry.kind}"
    inputs = told.pop("inputs", ())
    missing = _missing(entry, told.get("options") or {})
    if missing:
        return f"it needs {', '.join(missing)}"
    if entry.kind in ("function", "reader") and not inputs:
        return "no inputs were registered for its check"
    if entry.kind == "dataset" and "splits" in entry.details:
        told.setdefault("splits", entry.details["splits"])
    if entry.kind == "model":
        for key in ("features", "head", "task", "parameters"):
            if key in entry.details:
                told.setdefault(key, entry.details[key])
        channels, size = entry.details.get("in_channels"), entry.details.get("image_size")
        if channels and size:
            told.setdefault("shapes", [(channels, *size)])
    try:
        check(entry.object, *inputs, **told)
    except NotTried as error:
        return f"{error.message} {error.hint}"
    return ""


def _missing(entry: Entry[Any], options: Any) -> list[str]:
    """Arguments that have no default and that no check knows a value for."""
    if entry.kind in ("command", "dataset", "function", "model", "reader") or not entry.parameters:
        return []
    known = {*options, *GIVEN.get(entry.kind, ()), *(OPTIONS if entry.kind == "layer" else ())}
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        p.name
        for p in entry.parameters.parameters.values()
        if p.default is p.empty and p.kind not in free and p.name not in known
    ]
