"""Whether a model's factory gives what training, fine-tuning and pictures need."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import TensorliteError
from tensorlite.random import manual_seed
from tensorlite.testing.directions import several
from tensorlite.testing.failure import Claims
from tensorlite.testing.function import random_array
from tensorlite.testing.samples import tiny_images

BATCH = 4
STEPS = 40  # of training, at most; most models need a few


def check_model(
    model: Callable[..., Any],
    *,
    options: Mapping[str, Any] | None = None,
    shapes: Sequence[tuple[int, int, int]] | None = None,
    parameters: int | None = None,
    features: str | Sequence[str] | None = None,
    head: str | None = None,
    task: str = "classification",
    learns: bool = True,
) -> None:
    """Check a model's factory.

    What it builds must follow the classes, the channels and the size that it is asked for, draw its
    weights from the default generator, use all of them, come back from its state, treat pictures
    alone in evaluation, give scores (no probabilities), and get better at four pictures.

    Args:
        model: Called with ``(num_classes, in_channels, image_size, **options)``.
        options: Further arguments.
        shapes: Channels, height and width of the pictures that are tried. If not given, those of
            its defaults, with other channels, and larger ones unless the factory refuses them.
        parameters: How many parameters it has by default.
        features: The dotted name of the part that finds features, or of several.
        head: The dotted name of the part that gives the scores.
        task: What is asked of what it returns; only ``"classification"`` asks for scores.
        learns: Whether it is trained for a few steps.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> from tensorlite.zoo.lenet import lenet5
        >>> check_model(lenet5, parameters=61706, features="features", head="classifier.4")
    """
    claims = Claims("model", model)
    check = _Check(claims, model, dict(options or {}), task)
    with claims.works("a model that works"):
        usual = [] if shapes else _usual(model)
        for shape in shapes or usual[:2]:
            check.follows_its_sizes(shape)
        for shape in usual[2:]:
            if check.takes(shape):
                check.follows_its_sizes(shape)
        first = (shapes or usual)[0]
        check.has_its_parts(first, features, head)
        check.draws_its_weights(first)
        check.comes_back_from_its_state(first)
        check.uses_its_parameters(first)
        check.is_still_in_evaluation(first)
        if learns and task == "classification":
            check.learns(first)
        if parameters is not None:
            count = sum(p.numel() for p in model(**check.options).parameters())
            claims.that(count == parameters, f"expected {parameters:,} parameters, got {count:,}.")


class _Check:
    def __init__(
        self, claims: Claims, make: Callable[..., Any], options: dict[str, Any], task: str
    ) -> None:
        self.claims, self.make, self.options, self.task = claims, make, options, task

    def built(self, shape: tuple[int, int, int], classes: int = 5, seed: int = 0) -> Any:
        """A new model for pictures of a shape."""
        manual_seed(seed)
        made = self.make(
            num_classes=classes, in_channels=shape[0], image_size=shape[1:], **self.options
        )
        message = f"expected an nn.Module, got {type(made).__name__}."
        self.claims.that(isinstance(made, nn.Module), message)
        return made

    def takes(self, shape: tuple[int, int, int]) -> bool:
        """Whether the factory builds a model for pictures of a shape, or refuses in words."""
        try:
            self.built(shape)
        except TensorliteError:
            return False
        return True

    def follows_its_sizes(self, shape: tuple[int, int, int]) -> None:
        with self.claims.works(f"a model for pictures of {shape}"):
            for classes in (5, 3):
                model = self.built(shape, classes)
                for count in (BATCH, 1) if classes == 5 else (2,):
                    scores = self._run(model.eval(), shape, count)
                    self._are_scores(scores, (count, classes))

    def _are_scores(self, scores: Any, shape: tuple[int, int]) -> None:
        if self.task != "classification":
            return
        self.claims.that(
            len(scores) == 1 and scores[0].shape == shape,
            f"expected scores (N, classes) = {shape}, got {[s.shape for s in scores]}.",
        )
        values = scores[0]
        self.claims.that(np.isfinite(values).all(), "expected finite scores, got others.")
        shares = (values >= 0).all() and np.allclose(values.sum(axis=1), 1, atol=1e-4)
        hint = "Leave the softmax out: the loss has it."
        self.claims.that(not shares, "expected scores, got probabilities that sum to 1.", hint)
        logs = (values <= 0).all() and np.allclose(np.exp(values).sum(axis=1), 1, atol=1e-4)
        self.claims.that(not logs, "expected scores, got logarithms of probabilities.", hint)

    def has_its_parts(
        self, shape: tuple[int, int, int], features: str | Sequence[str] | None, head: str | None
    ) -> None:
        model = self.built(shape, 7)
        parts = dict(model.named_modules())
        found = [features] if isinstance(features, str) else features or []
        for what, name in (*(("features", name) for name in found), ("head", head)):
            message = f"expected its {what} at {name!r}, but there is no such part."
            self.claims.that(name is None or name in parts, message)
        if head is not None and self.task == "classification":
            sizes = [p.shape[0] for p in parts[head].parameters()]
            message = f"expected 7 outputs of its head {head!r}, got {sizes}."
            self.claims.that(7 in sizes, message)

    def draws_its_weights(self, shape: tuple[int, int, int]) -> None:
        with self.claims.draws_nothing("the default generator", default=False):
            one, again, other = (self._weights(shape, seed) for seed in (1, 1, 2))
        message = "expected the same weights from the same seed, got others."
        for a, b in zip(one, again, strict=True):
            self.claims.equal(a, b, message)
        changed = any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))
        message = "expected other weights from another seed, got the same."
        self.claims.that(changed or not one, message)

    def _weights(self, shape: tuple[int, int, int], seed: int) -> list[Any]:
        return [p.array.copy() for p in self.built(shape, seed=seed).parameters()]

    def comes_back_from_its_state(self, shape: tuple[int, int, int]) -> None:
        one, other = self.built(shape, seed=1), self.built(shape, seed=2)
        one.train()(self._pictures(shape))  # so that running means are not what they were
        state = {name: value.array.copy() for name, value in one.state_dict().items()}
        for i, (name, array) in enumerate(state.items()):
            if array.dtype.kind == "f" and "running" not in name:
                state[name] = array + (0.01 * random_array(array.shape, i)).astype(array.dtype)
        results = []
        for model in (one, other):
            model.load_state_dict(state)
            results.append(self._run(model.eval(), shape))
        message = "expected the same scores from the same state_dict, got others."
        hint = "Keep what it computes with in a Parameter or a Buffer."
        for a, b in zip(*results, strict=True):
            self.claims.that(np.allclose(a, b, rtol=1e-5, atol=1e-6), message, hint)

    def uses_its_parameters(self, shape: tuple[int, int, int]) -> None:
        model = self.built(shape).train()
        results = [y for y in several(model(self._pictures(shape))) if y.requires_grad]
        self.claims.that(bool(results), "expected scores with a gradient, got none.")
        sum((y * y).sum() for y in results).backward()
        unused = [
            name for name, p in model.named_parameters() if p.requires_grad and p.grad is None
        ]
        message = f"expected every parameter to be used, got no gradient for {unused[:3]}."
        self.claims.that(not unused, message)
        moved = any(p.grad is not None and p.grad.array.any() for p in model.parameters())
        self.claims.that(moved, "expected gradients, got nothing but zeros.")

    def is_still_in_evaluation(self, shape: tuple[int, int, int]) -> None:
        model = self.built(shape).eval()
        before = {name: value.array.copy() for name, value in model.state_dict().items()}
        with self.claims.draws_nothing("nothing in evaluation"):
            whole = self._run(model, shape)
        for name, value in model.state_dict().items():
            message = f"expected {name!r} as it was in evaluation, but it changed."
            self.claims.equal(before[name], value.array, message)
        for one, other in zip(self._run(model, shape, 1), whole, strict=True):
            message = "expected each picture to be treated alone in evaluation."
            self.claims.that(np.allclose(one[0], other[0], rtol=1e-4, atol=1e-5), message)

    def learns(self, shape: tuple[int, int, int]) -> None:
        model, target = self.built(shape, BATCH).train(), tl.tensor(np.arange(BATCH))
        optimizer = tl.optim.Adam(model.parameters(), lr=3e-3)
        seen: list[float] = []
        pictures = (self._pictures(shape) - 0.5) * 4  # about as training normalises them
        while len(seen) < STEPS and min(seen, default=0) >= 0.95 * max(seen[:1], default=0):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(pictures), target)
            loss.backward()
            optimizer.step()
            seen.append(float(loss.item()))
        message = f"expected it to get better at {BATCH} pictures, got losses {seen[0]:.3f}.."
        self.claims.that(min(seen) < 0.95 * seen[0], f"{message}{min(seen):.3f} in {STEPS} steps.")

    def _run(self, model: Any, shape: tuple[int, int, int], count: int = BATCH) -> list[Any]:
        with tl.no_grad():
            return [y.array.copy() for y in several(model(self._pictures(shape, count)))]

    @staticmethod
    def _pictures(shape: tuple[int, int, int], count: int = BATCH) -> Any:
        return tl.from_numpy(tiny_images(BATCH, shape[0], shape[1:])[:count])


def _usual(model: Callable[..., Any]) -> list[tuple[int, int, int]]:
    known = inspect.signature(model).parameters
    defaults = {n: p.default for n, p in known.items() if p.default is not p.empty}
    height, width = defaults.get("image_size", (32, 32))
    channels = defaults.get("in_channels", 3)
    others = 4 - channels if channels in (1, 3) else 3
    larger = height + max(4, height // 4), width + max(8, width // 4)
    return [(channels, height, width), (others, height, width), (channels, *larger)]
