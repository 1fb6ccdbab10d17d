"""Whether a loss is one: derivatives, a single finite number, and its reduction."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import tensorlite as tl
from tensorlite.calling import one_line
from tensorlite.testing.failure import Claims, NotTried
from tensorlite.testing.function import check_derivatives
from tensorlite.testing.layer import REFUSALS

Array = np.ndarray[Any, Any]


def check_loss(
    loss: Callable[..., Any],
    prediction: Any = None,
    *targets: Any,
    options: Mapping[str, Any] | None = None,
    exact: bool = True,
    second: bool = True,
) -> None:
    """Check a loss: what ``check_function`` checks, for the prediction, and more.

    A loss gives one finite number, and leaves its target alone. If it has ``reduction``, ``"sum"``
    is the sum of what ``"none"`` gives, and ``"mean"`` stays the same when the batch comes twice.

    Args:
        loss: A class or a function that builds the loss.
        prediction: The array that is compared; common kinds are tried if not given.
        *targets: What it is compared with.
        options: Arguments of the loss.
        exact: Whether its gradient is the derivative; some hold a factor constant on purpose.
        second: Whether it can be differentiated twice.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> from tensorlite import nn
        >>> check_loss(nn.CrossEntropyLoss)
        >>> check_loss(nn.MSELoss, np.ones((2, 3)), np.zeros((2, 3)))
    """
    check = _Check(Claims("loss", loss), loss, dict(options or {}))
    with check.claims.works("a loss that can be built"):
        loss(**check.options)
    cases = [(prediction, *targets)] if prediction is not None else list(_usual())
    check.take(cases)
    with check.claims.works("a loss that works"):
        check.gives_one_number()
        check.leaves_its_targets()
        check_derivatives(
            check.claims, check.of_prediction(), [check.prediction], exact and (1 + second)
        )
        check.reduces()


class _Check:
    def __init__(self, claims: Claims, make: Callable[..., Any], options: dict[str, Any]) -> None:
        self.claims, self.make, self.options = claims, make, options

    def take(self, cases: Sequence[Sequence[Any]]) -> None:
        """Decide on prediction and targets: the first pair that the loss takes."""
        refused: Exception | None = None
        for case in cases:
            self.prediction, *self.targets = (_numbers(each) for each in case)
            with self.claims.works("a loss that works"):
                try:
                    value = self.of_prediction()(tl.tensor(self.prediction)).array
                except REFUSALS as error:
                    refused = refused or error
                else:
                    if len(cases) == 1 or np.isfinite(value).all():
                        return
        text = one_line(refused) if refused else "numbers that are not finite"
        message = f"expected it to take a usual kind of targets, got {text}"
        hint = "Give the check a prediction and its targets."
        raise NotTried(message, where=self.claims.where, hint=hint) from refused

    def of_prediction(self, **more: Any) -> Callable[[Any], Any]:
        """The loss as a function of the prediction."""
        built = self.make(**self.options, **more)
        return lambda x: built(x, *[_target(each, x.dtype) for each in self.targets])

    def gives_one_number(self) -> None:
        value = self.of_prediction()(tl.tensor(self.prediction, requires_grad=True))
        self.claims.that(isinstance(value, tl.Tensor), "expected a tensor, got something else.")
        self.claims.that(value.shape == (), f"expected a single number, got shape {value.shape}.")
        self.claims.that(np.isfinite(value.array), f"expected a finite number, got {value.item()}.")

    def leaves_its_targets(self) -> None:
        targets = [_target(each, np.float64) for each in self.targets]
        self.make(**self.options)(tl.tensor(self.prediction, requires_grad=True), *targets)
        for target, before in zip(targets, self.targets, strict=True):
            self.claims.equal(
                target.array, before, "expected the target as it was; it was written."
            )

    def reduces(self) -> None:
        known = inspect.signature(self.make).parameters
        if "reduction" not in known or "reduction" in self.options:
            return
        x = tl.tensor(self.prediction)
        every = self.of_prediction(reduction="none")(x).array.sum()
        total = self.of_prediction(reduction="sum")(x).array
        message = "expected reduction='sum' to be the sum of reduction='none', got another number."
        self.claims.equal(total, every, message, 1e-6)
        if known["reduction"].default == "mean" and x.shape:
            self._means(x)

    def _means(self, x: Any) -> None:
        once = self.of_prediction(reduction="mean")(x).array
        kept, size = self.targets, len(x)
        self.targets = [np.concatenate([t, t]) if t.ndim and len(t) == size else t for t in kept]
        twice = self.of_prediction(reduction="mean")(tl.cat([x, x])).array
        self.targets = kept
        message = "expected reduction='mean' to stay when the batch comes twice, but it changed."
        self.claims.equal(twice, once, message, 1e-6)


def _usual() -> list[tuple[Array, ...]]:
    """Scores and classes, numbers, probabilities, signs, boxes, pairs, masks."""
    rng = np.random.default_rng(0)
    scores, other, third = rng.standard_normal((3, 4, 3))
    signs, share = np.sign(rng.standard_normal((2, 4))), rng.uniform(0.1, 0.9, (4, 3))
    boxes = np.array([[0.0, 0, 4, 5], [2, 2, 7, 6], [1, 3, 4, 9], [0, 1, 3, 3]])
    return [
        (scores, np.array([0, 2, 1, 1])),
        (boxes + rng.uniform(0, 0.9, boxes.shape), boxes),
        (scores, other),
        (share, (other > 0).astype(float)),
        (scores, np.sign(other)),
        (scores, other, share),
        (scores, other, third),
        (scores, other, signs[0]),
        (scores[:, 0], other[:, 0], signs[0]),
        (rng.standard_normal((2, 3, 4, 4)), rng.integers(0, 3, (2, 4, 4))),
    ]


def _numbers(given: Any) -> Array:
    array = np.asarray(getattr(given, "array", given))
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _target(array: Array, dtype: Any) -> Any:
    return tl.tensor(array.astype(dtype) if array.dtype.kind == "f" else array.copy())
