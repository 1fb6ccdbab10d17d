"""The base of the optimizers: groups of parameters, their state, and one step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.errors import ConfigError, ShapeError, StateError
from tensorlite.tensor import Tensor, from_numpy

Group = dict[str, Any]


class Optimizer:
    """A rule that moves parameters along their gradients.

    A subclass gives its settings to ``__init__`` and writes two methods: ``init``, the state of a
    parameter before its first step, and ``update``, which changes parameter and state in place.

    Args:
        params: Parameters, or dicts with ``"params"`` and settings of their own.
        defaults: The settings of all groups that have none of their own.

    Attributes:
        param_groups: One dict per group: ``"params"`` and the settings.
        state: For each parameter a dict of arrays and numbers.

    Raises:
        ConfigError: If there are no parameters, or one is no tensor that can be trained.
    """

    def __init__(self, params: Iterable[Any], **defaults: Any) -> None:
        self.defaults = defaults
        self.param_groups: list[Group] = []
        self.state: dict[Tensor, dict[str, Any]] = {}
        given: list[Any] = [params] if isinstance(params, Tensor) else list(params)
        if not given:
            raise ConfigError("expected parameters, got none.", where=type(self).__name__)
        if isinstance(given[0], dict):
            for group in given:
                self.add_param_group(group)
        else:
            self.add_param_group({"params": given})

    def add_param_group(self, group: Group) -> None:
        """Add parameters with settings of their own."""
        params = group.get("params", ())
        members = [params] if isinstance(params, Tensor) else list(params)
        if not members:
            raise ConfigError("expected parameters, got none.", where=type(self).__name__)
        known = {p for other in self.param_groups for p in other["params"]}
        for p in members:
            if not isinstance(p, Tensor) or not p.is_leaf or p.dtype.kind != "f":
                what = "the result of an op" if isinstance(p, Tensor) and not p.is_leaf else repr(p)
                raise ConfigError(
                    f"expected floating point leaf tensors, got {what}.",
                    where=type(self).__name__,
                    hint="Pass model.parameters().",
                )
            if p in known or sum(p is q for q in members) > 1:
                raise ConfigError(
                    f"a parameter of shape {p.shape} comes twice.", where=type(self).__name__
                )
        self.param_groups.append({**self.defaults, **group, "params": members})

    def init(self, parameter: Array) -> dict[str, Any]:
        """The state before the first step."""
        return {}

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move one parameter, in place; ``grad`` must not be changed."""
        raise NotImplementedError(f"{type(self).__name__} has no update")

    def step(self) -> None:
        """Move all parameters that have a gradient."""
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            for p in moved:
                if p.grad.shape != p.shape:
                    raise ShapeError(
                        f"expected a gradient of shape {p.shape}, got {p.grad.shape}.",
                        where=type(self).__name__,
                    )
            for p in moved:
                if p not in self.state:
                    self.state[p] = self.init(p.array)
                p.version[0] += 1
            arrays = [p.array for p in moved]
            self.update_all(
                arrays, [p.grad.array for p in moved], [self.state[p] for p in moved], group
            )

    def update_all(
        self,
        parameters: list[Array],
        grads: list[Array],
        states: list[dict[str, Any]],
        group: Group,
    ) -> None:
        """Move parameters of one group; a subclass may have a faster way than one by one."""
        for parameter, grad, state in zip(parameters, grads, states, strict=True):
            self.update(parameter, grad, state, group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or keep them as zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if set_to_none or p.grad is None else p.grad.zero_()

    def state_dict(self) -> dict[str, Any]:
        """State and settings, with parameters by number, as PyTorch has them."""
        numbers = {p: i for i, p in enumerate(self._members())}
        state = {
            numbers[p]: {k: _as_tensor(v) for k, v in values.items()}
            for p, values in self.state.items()
        }
        groups = [
            {**group, "params": [numbers[p] for p in group["params"]]}
            for group in self.param_groups
        ]
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` returned.

        Raises:
            StateError: If the groups or the shapes are not this optimizer's.
        """
        members = self._members()
        if not {"state", "param_groups"} <= set(state_dict):
            raise StateError(
                "expected a dict with 'state' and 'param_groups'.", where=type(self).__name__
            )
        sizes = [len(group["params"]) for group in state_dict["param_groups"]]
        if sizes != [len(group["params"]) for group in self.param_groups]:
            raise StateError(
                f"expected groups of {[len(g['params']) for g in self.param_groups]} parameters, "
                f"got {sizes}.",
                where=type(self).__name__,
            )
        loaded: dict[Tensor, dict[str, Any]] = {}
        for number, values in state_dict["state"].items():
            p = members[int(number)]
            loaded[p] = {k: _own_copy(v) for k, v in values.items()}
            if any(isinstance(v, np.ndarray) and v.shape != p.shape for v in loaded[p].values()):
                raise StateError(
                    f"the state of parameter {number} does not have its shape {p.shape}.",
                    where=type(self).__name__,
                )
        self.state = loaded
        for group, given in zip(self.param_groups, state_dict["param_groups"], strict=True):
            group.update({k: v for k, v in given.items() if k != "params"})

    def _members(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        settings = ", ".join(f"{k}={v}" for k, v in self.defaults.items())
        return f"{type(self).__name__}({settings})"


def in_one_pass(parameters: list[Array], grads: list[Array], *states: list[Any]) -> bool:
    """Whether a kernel can go over all of them: contiguous, of one type, and all there."""
    if not parameters:
        return False
    dtype = parameters[0].dtype
    return dtype in (np.float32, np.float64) and all(
        isinstance(x, np.ndarray) and x.dtype == dtype and (x.flags.c_contiguous or x is g)
        for p, g, *others in zip(parameters, grads, *states, strict=True)
        for x in (p, g, *others)
    )


def check(where: str, **settings: float) -> None:
    """Raise a ``ConfigError`` for a setting below 0."""
    for name, value in settings.items():
        if not value >= 0:
            raise ConfigError(f"expected {name} of 0 or more, got {value}.", where=where)


def _as_tensor(value: Any) -> Any:
    return from_numpy(value) if isinstance(value, np.ndarray) else value


def _own_copy(value: Any) -> Any:
    array = getattr(value, "array", value)
    return array.copy() if isinstance(array, np.ndarray) else array
