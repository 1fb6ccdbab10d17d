"""Whether an optimizer is one: it goes downhill, keeps its state, and listens to its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import tensorlite as tl
from tensorlite.testing.failure import Claims
from tensorlite.testing.function import random_array

SHAPES = ((4, 3), (3,))


def check_optimizer(
    optimizer: Callable[..., Any],
    *,
    lr: float | None = 0.01,
    options: Mapping[str, Any] | None = None,
    shapes: Sequence[tuple[int, ...]] = SHAPES,
    steps: int = 60,
    follows_lr: bool = True,
) -> None:
    """Check an optimizer.

    It must go downhill in a simple valley, in place; move each parameter by its own gradient, in
    its own type, and those without a gradient not at all; leave gradients alone; give its closure's
    loss back; and go on from its state as if nothing had happened, to the same bits.

    Args:
        optimizer: A class or a function, called with parameters, ``lr`` and options.
        lr: The learning rate that is tried; the optimizer's own default for None.
        options: Further arguments.
        shapes: Of the parameters that are tried.
        steps: How long it may take to get anywhere.
        follows_lr: Whether a learning rate of 0 stops it.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> check_optimizer(tl.optim.Adam)
    """
    settings = dict(options or {}) if lr is None else {"lr": lr, **(options or {})}
    check = _Check(Claims("optimizer", optimizer), optimizer, settings, shapes)
    with check.claims.works("an optimizer that works"):
        check.has_groups()
        with check.claims.draws_nothing("the default generator", default=False):
            check.goes_downhill(steps)
        check.moves_in_place()
        check.treats_each_for_itself()
        check.leaves_others_alone()
        check.goes_on_from_its_state()
        check.gives_the_loss_back()
        if follows_lr:
            check.stops_at_zero()


class _Check:
    def __init__(
        self,
        claims: Claims,
        make: Callable[..., Any],
        settings: Mapping[str, Any],
        shapes: Sequence[tuple[int, ...]],
    ) -> None:
        self.claims, self.make, self.settings, self.shapes = claims, make, settings, shapes

    def begun(self, kind: str = "float64", shapes: Any = None) -> tuple[list[Any], Any]:
        """Fresh parameters and an optimizer of them."""
        parameters = [
            tl.nn.Parameter(tl.tensor(random_array(shape, i), dtype=kind))
            for i, shape in enumerate(shapes or self.shapes)
        ]
        tl.manual_seed(0)
        return parameters, self.make(parameters, **self.settings)

    def has_groups(self) -> None:
        _, optimizer = self.begun()
        for name in ("param_groups", "step", "zero_grad", "state_dict", "load_state_dict"):
            message = f"expected {name!r}, got an object without it."
            self.claims.that(hasattr(optimizer, name), message, "Derive it from optim.Optimizer.")
        rate = optimizer.param_groups[0].get("lr")
        self.claims.that(rate is not None, "expected a learning rate 'lr' in its groups, got none.")
        if "lr" in self.settings:
            wanted = self.settings["lr"]
            self.claims.that(rate == wanted, f"expected lr {wanted} in its groups, got {rate}.")

    def goes_downhill(self, steps: int) -> None:
        parameters, optimizer = self.begun()
        start = float(valley(parameters).item())
        for _ in range(steps):
            optimizer.zero_grad()
            valley(parameters).backward()
            optimizer.step()
        end = float(valley(parameters).item())
        message = f"expected a loss below {start:.4g} after {steps} steps, got {end:.4g}."
        self.claims.that(np.isfinite(end) and end < start, message)
        for p in parameters:
            self.claims.that(p.dtype == np.float64, f"expected float64 to stay, got {p.dtype}.")

    def moves_in_place(self) -> None:
        for kind in ("float32", "float64"):
            parameters, optimizer = self.begun(kind)
            arrays = [p.array for p in parameters]
            versions = [p.version[0] for p in parameters]
            grads = self._give(parameters, kind)
            optimizer.step()
            for p, array, version, grad in zip(parameters, arrays, versions, grads, strict=True):
                self.claims.that(p.dtype == kind, f"expected {kind} to stay, got {p.dtype}.")
                message = "expected the parameter to be moved in place, got another array."
                self.claims.that(np.shares_memory(p.array, array), message)
                message = "expected a step to be noted in the parameter's version; it was not."
                self.claims.that(p.version[0] != version, message)
                self.claims.equal(
                    p.grad.array, grad, "expected gradients as they were, not written."
                )
                message = "expected every parameter with a gradient to move, one did not."
                self.claims.that(not np.array_equal(p.array, random_array(p.shape)), message)

    def treats_each_for_itself(self) -> None:
        """Together or alone, in this instance or in another, a parameter goes the same way."""
        together = self._walked(*self.begun())
        alone = []
        for i, shape in enumerate(self.shapes):
            parameter = tl.nn.Parameter(tl.tensor(random_array(shape, i)))
            alone += self._walked([parameter], self.make([parameter], **self.settings), first=i)
        for one, other in zip(together, alone, strict=True):
            message = "expected a parameter to go the same way beside others as alone."
            self.claims.equal(one, other, message, 1e-9)

    def leaves_others_alone(self) -> None:
        parameters, optimizer = self.begun()
        before = [p.array.copy() for p in parameters]
        self._give(parameters[:1], "float64")
        optimizer.step()
        for p, old in list(zip(parameters, before, strict=True))[1:]:
            message = "expected a parameter without a gradient to stay, but it moved."
            self.claims.equal(p.array, old, message)
        optimizer.zero_grad()
        left = [p for p in parameters if p.grad is not None and p.grad.array.any()]
        self.claims.that(not left, "expected no gradients after zero_grad, got some.")

    def goes_on_from_its_state(self) -> None:
        whole = self._walked(*self.begun(), steps=range(6))
        parameters, first = self.begun()
        self._walked(parameters, first, steps=range(3))
        state = first.state_dict()
        for number, values in state["state"].items():
            for key, value in values.items():
                plain = isinstance(value, (tl.Tensor, np.ndarray, int, float, str, list, tuple))
                message = f"expected numbers in its state, got {type(value).__name__} for {key!r}."
                self.claims.that(value is None or plain, f"{message} (parameter {number})")
        twins = [tl.nn.Parameter(p.detach().clone()) for p in parameters]
        second = self.make(twins, **self.settings)
        second.load_state_dict(state)
        frozen = repr(_arrays(first.state_dict()))
        resumed = self._walked(twins, second, steps=range(3, 6))
        for one, other in zip(whole, resumed, strict=True):
            message = "expected the same steps after loading its state, got others."
            hint = "Keep what changes from step to step in self.state."
            self.claims.that(np.array_equal(one, other), message, hint)
        message = "expected a loaded state to be a copy, but it is shared with where it came from."
        self.claims.that(frozen == repr(_arrays(first.state_dict())), message)

    def gives_the_loss_back(self) -> None:
        parameters, optimizer = self.begun()

        def closure() -> Any:
            optimizer.zero_grad()
            loss = valley(parameters)
            loss.backward()
            return loss

        wanted = float(valley(parameters).item())
        result = optimizer.step(closure)
        value = None if result is None else float(getattr(result, "array", result))
        message = f"expected step(closure) to return the loss {wanted:.4g}, got {value}."
        self.claims.that(value is not None and np.isclose(value, wanted), message)

    def stops_at_zero(self) -> None:
        parameters, optimizer = self.begun()
        self._walked(parameters, optimizer, steps=range(2))
        for group in optimizer.param_groups:
            group["lr"] = 0.0
        before = [p.array.copy() for p in parameters]
        self._walked(parameters, optimizer, steps=range(2, 3))
        for p, old in zip(parameters, before, strict=True):
            message = "expected no movement at a learning rate of 0, but it moved."
            hint = "Read the rate from the group at every step: schedules change it there."
            self.claims.that(np.array_equal(p.array, old), message, hint)

    def _walked(
        self, parameters: list[Any], optimizer: Any, first: int = 0, steps: range = range(4)
    ) -> list[Any]:
        for step in steps:
            for i, p in enumerate(parameters, first):
                p.grad = tl.tensor(random_array(p.shape, 100 + 10 * step + i), dtype=p.dtype)
            optimizer.step()
        return [p.array.copy() for p in parameters]

    @staticmethod
    def _give(parameters: Sequence[Any], kind: str) -> list[Any]:
        grads = []
        for i, p in enumerate(parameters):
            p.grad = tl.tensor(random_array(p.shape, 50 + i), dtype=kind)
            grads.append(p.grad.array.copy())
        return grads


def valley(parameters: Sequence[Any]) -> Any:
    """A bowl that is three times as steep one way as the other; lowest at 0.3."""
    return sum((((p - 0.3) * (1.0 + 2.0 * (i % 2))) ** 2).sum() for i, p in enumerate(parameters))


def _arrays(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _arrays(value) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return [_arrays(value) for value in state]
    return np.asarray(state.array).tolist() if isinstance(state, tl.Tensor) else state
