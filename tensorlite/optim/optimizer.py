"""The base of the optimizers: groups of parameters, their state, and one step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tensorlite.autograd import Array, TensorBase, enable_grad, make_tensor
from tensorlite.errors import ConfigError, ShapeError, StateError
from tensorlite.optim.hooks import Hooked, around
from tensorlite.tensor import Tensor

Group = dict[str, Any]
Closure = Callable[[], Any]


class Optimizer(Hooked):
    """A rule that moves parameters along their gradients.

    A subclass gives its settings to ``__init__`` and writes two methods: ``init``, the state of a
    parameter before its first step, and ``update``, which changes parameter and state in place.
    Both work on arrays; ``state`` shows them as tensors. A subclass in PyTorch's manner overrides
    ``step`` instead and keeps what it likes in ``state``.

    Args:
        params: Parameters, pairs of a name and a parameter, or dicts with ``"params"`` and
            settings of their own.
        defaults: The settings of all groups that have none of their own.

    Attributes:
        param_groups: One dict per group: ``"params"`` and the settings.
        state: For each parameter a dict of tensors and other values.

    Raises:
        ConfigError: If there are no parameters, or one is no tensor that can be trained.

    Example:
        >>> import tensorlite as tl
        >>> class Halve(Optimizer):
        ...     def update(self, parameter, grad, state, group):
        ...         parameter *= 0.5
        >>> w = tl.ones(1, requires_grad=True)
        >>> (w * w).sum().backward()
        >>> Halve([w], {}).step()
        >>> w.item()
        0.5
    """

    elementwise = True  # whether the state of a parameter has its shape

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        where = type(self).__name__
        if defaults.get("differentiable"):
            raise ConfigError(
                "expected differentiable=False, got True.",
                where=where,
                hint="Write the step with ops on tensors to differentiate through it.",
            )
        self.defaults = {name: _number(value) for name, value in defaults.items()}
        self.param_groups: list[Group] = []
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        if isinstance(params, TensorBase):
            raise ConfigError(
                "expected several parameters, got one tensor.", where=where, hint="Write [tensor]."
            )
        given = list(params)
        if not given:
            raise ConfigError("expected parameters, got none.", where=where)
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with settings of their own.

        Args:
            param_group: ``"params"`` and settings; those left out are the optimizer's.

        Raises:
            ConfigError: If a parameter cannot be trained or is there already.
        """
        where = type(self).__name__
        if not isinstance(param_group, dict) or "params" not in param_group:
            raise ConfigError(
                f"expected a dict with 'params', got {type(param_group).__name__}.", where=where
            )
        params = param_group["params"]
        if isinstance(params, (set, frozenset)):
            raise ConfigError(
                "expected parameters in an order, got a set.", where=where, hint="Pass a list."
            )
        members: list[Any] = [params] if isinstance(params, TensorBase) else list(params)
        group = {k: _number(v) for k, v in param_group.items()}
        if any(isinstance(member, tuple) for member in members):
            group["param_names"] = [name for name, _ in members]
            members = [member for _, member in members]
        group = {**group, **{k: v for k, v in self.defaults.items() if k not in group}}
        known = set(self._members())
        for p in members:
            self._check_member(p)
            if p in known:
                raise ConfigError(f"a parameter of shape {p.shape} comes twice.", where=where)
            known.add(p)
        self.param_groups.append({**group, "params": members})

    def _check_member(self, p: Any) -> None:
        if not isinstance(p, Tensor) or not p.is_leaf or p.dtype.kind != "f":
            what = "the result of an op" if isinstance(p, Tensor) and not p.is_leaf else repr(p)
            raise ConfigError(
                f"expected floating point leaf tensors, got {what}.",
                where=type(self).__name__,
                hint="Pass model.parameters().",
            )

    # --- one step ---------------------------------------------------------------------------------

    def init(self, parameter: Array, group: Group) -> dict[str, Any]:
        """The state before the first step."""
        return {}

    def update(self, parameter: Array, grad: Array, state: dict[str, Any], group: Group) -> None:
        """Move one parameter, in place; ``grad`` must not be changed."""
        raise NotImplementedError(f"{type(self).__name__} has no update")

    @around
    def step(self, closure: Closure | None = None) -> Any:
        """Move all parameters that have a gradient.

        Args:
            closure: Computes the loss again, with its gradients, before the step.

        Returns:
            What the closure returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            states = [self._arrays_of(p, group) for p in moved]
            grads = [self._grad_of(p, group) for p in moved]
            self.update_all([p.array for p in moved], grads, states, group)
            for p, state in zip(moved, states, strict=True):
                p.version[0] += 1
                if state:
                    _keep(state, self.state[p])
        return loss

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

    def _grad_of(self, p: Tensor, group: Group) -> Array:
        if p.grad.shape != p.shape:
            raise ShapeError(
                f"expected a gradient of shape {p.shape}, got {p.grad.shape}.",
                where=type(self).__name__,
            )
        return -p.grad.array if group.get("maximize") else p.grad.array

    def _arrays_of(self, p: Tensor, group: Group) -> dict[str, Any]:
        state = self.state.get(p)
        if not state:
            return self.init(p.array, group)
        return {k: v.array if isinstance(v, TensorBase) else v for k, v in state.items()}

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or keep them as zeros."""
        for p in self._members():
            p.grad = None if set_to_none or p.grad is None else p.grad.detach().zero_()

    # --- state ------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """State and settings, with parameters by number, as PyTorch has them."""
        self._passed("state_pre")
        numbers = {p: i for i, p in enumerate(self._members())}
        groups = [
            {k: v for k, v in group.items() if k != "params"}
            | {"params": [numbers[p] for p in group["params"]]}
            for group in self.param_groups
        ]
        state = {numbers.get(p, p): dict(values) for p, values in self.state.items()}
        return self._passed("state", {"state": state, "param_groups": groups})

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` returned.

        Raises:
            StateError: If the groups or the shapes are not this optimizer's.
        """
        where = type(self).__name__
        state_dict = self._passed("load_pre", state_dict)
        if not {"state", "param_groups"} <= set(state_dict):
            raise StateError("expected a dict with 'state' and 'param_groups'.", where=where)
        groups = state_dict["param_groups"]
        sizes = [len(group["params"]) for group in groups]
        if sizes != [len(group["params"]) for group in self.param_groups]:
            raise StateError(
                f"expected groups of {[len(g['params']) for g in self.param_groups]} parameters, "
                f"got {sizes}.",
                where=where,
            )
        numbers = [number for group in groups for number in group["params"]]
        members = dict(zip(map(str, numbers), self._members(), strict=True))
        loaded: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for number, values in state_dict["state"].items():
            p = members.get(str(number), number)
            loaded[p] = {k: _own_copy(v, None if k == "step" else p) for k, v in values.items()}
            if self.elementwise and isinstance(p, Tensor):
                self._check_state(number, p, loaded[p])
        self.state = loaded
        for group, given in zip(self.param_groups, groups, strict=True):
            group.update({k: v for k, v in given.items() if k != "params"})
        self._passed("load")

    def _check_state(self, number: Any, p: Tensor, values: dict[str, Any]) -> None:
        arrays = [v for v in values.values() if isinstance(v, TensorBase)]
        if any(v.shape not in ((), p.shape) for v in arrays):
            raise StateError(
                f"the state of parameter {number} does not have its shape {p.shape}.",
                where=type(self).__name__,
            )

    def _members(self) -> list[Any]:
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines += [""] * bool(i) + [f"Parameter Group {i}"]
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([f"{type(self).__name__} (", *lines, ")"])


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


def check(where: str, **settings: Any) -> None:
    """Raise a ``ConfigError`` for a setting below 0."""
    for name, value in settings.items():
        if not value >= 0:
            raise ConfigError(f"expected {name} of 0 or more, got {_number(value)}.", where=where)


def check_betas(where: str, betas: Iterable[Any]) -> None:
    """Raise a ``ConfigError`` for shares that are not from 0 to below 1."""
    if not all(0 <= beta < 1 for beta in betas):
        raise ConfigError(f"expected betas from 0 to below 1, got {betas}.", where=where)


def count(number: float = 0.0) -> Array:
    """A number of the state: 0-d and float32, as PyTorch keeps it."""
    return np.array(number, np.float32)


def decayed(parameter: Array, grad: Array, group: Group, decoupled: bool = False) -> Array:
    """The gradient with the weight decay added to it, or taken from the parameter at once."""
    decay = group["weight_decay"]
    if decay and decoupled:
        parameter *= 1 - group["lr"] * decay
    return grad + decay * parameter if decay and not decoupled else grad


def blend(mean: Array, value: Array, share: float) -> None:
    """Move a running mean by a share of its distance from a value."""
    mean += share * (value - mean)


def blend_square(mean: Array, value: Array, keep: float) -> None:
    """Move a running mean of squares, of which a share is kept."""
    mean *= keep
    mean += (1 - keep) * value * value


def _number(value: Any) -> Any:
    """Settings given as tensors of one element become numbers."""
    if isinstance(value, tuple):
        return tuple(map(_number, value))
    return value.array.item() if isinstance(value, TensorBase) and not value.shape else value


def _keep(state: dict[str, Any], kept: dict[str, Any]) -> None:
    """Put into the kept state what is new, arrays as tensors; the others changed in place."""
    for name, value in state.items():
        if not isinstance(value, np.ndarray):
            kept[name] = value
        elif getattr(kept.get(name), "array", None) is not value:
            kept[name] = make_tensor(value)


def _own_copy(value: Any, p: Any) -> Any:
    """A copy of a loaded value; arrays of floating point take the parameter's type."""
    if isinstance(value, list):
        return [_own_copy(item, p) for item in value]
    if not isinstance(value, (TensorBase, np.ndarray)):
        return value
    array = np.array(getattr(value, "array", value))
    # A single number keeps its type: with another one, the steps after loading would differ.
    cast = isinstance(p, Tensor) and array.dtype.kind == "f" and (array.shape or not p.shape)
    return make_tensor(array.astype(p.dtype) if cast else array)
