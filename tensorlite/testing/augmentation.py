"""Whether an augmentation is one: its draws, what it leaves alone, boxes and masks that follow."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tensorlite.augment import Augmentation, Samples, augment_samples
from tensorlite.random import Generator
from tensorlite.testing.failure import Claims
from tensorlite.testing.moved import Scene
from tensorlite.testing.samples import tiny_images

Array = np.ndarray[Any, Any]
SIZE = 24, 20
SEEDS = range(24)


def check_augmentation(
    augmentation: Callable[..., Any],
    *,
    options: Mapping[str, Any] | None = None,
    unit: bool = True,
    alone: bool = True,
    follows: bool = True,
) -> None:
    """Check an augmentation.

    The same generators must give the same pictures, each picture may draw from its own generator
    only, what comes in must stay as it is, and what comes out must be finite float32 of one shape.
    If its ``targets`` name boxes and masks, these must follow what they were drawn around. If it
    takes ``p``, a chance of 0 must leave the pictures alone.

    Args:
        augmentation: A class or a function that builds it.
        options: Its arguments.
        unit: Whether values stay in 0..1.
        alone: Whether each picture is changed by itself, not mixed with others of its batch.
        follows: Whether something that is seen before is seen afterwards; not if it may be erased.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> from tensorlite.augment import HorizontalFlip
        >>> check_augmentation(HorizontalFlip)
    """
    claims = Claims("augmentation", augmentation)
    with claims.works("an augmentation that can be built"):
        built = augmentation(**(options or {}))
    check = _Check(claims, built, unit)
    with claims.works("an augmentation that works"):
        check.draws_from_its_generators()
        check.leaves_its_input_alone()
        check.gives_pictures()
        if alone:
            check.treats_each_for_itself()
        check.moves_what_belongs_to_it(follows)
        if "p" in _parameters(augmentation):
            check.does_nothing_at_no_chance(augmentation(**{**(options or {}), "p": 0.0}))


class _Check:
    def __init__(self, claims: Claims, augmentation: Any, unit: bool) -> None:
        self.claims, self.augmentation, self.unit = claims, augmentation, unit
        self.images = tiny_images(4, size=SIZE)

    def run(self, images: Array, seed: int = 0, augmentation: Any = None) -> Array:
        """The pictures, changed by the draws of ``generators(seed)``."""
        frozen = images.copy()
        samples = Samples(frozen, np.arange(len(images)) % 2, classes=2)
        found = augment_samples(augmentation or self.augmentation, samples, _generators(seed))
        return found.images

    def draws_from_its_generators(self) -> None:
        for seed in (0, 1):
            with self.claims.draws_nothing("the generator that it is given"):
                first = self.run(self.images, seed)
            message = "expected the same pictures from the same generators, got others."
            self.claims.equal(first, self.run(self.images, seed), message)

    def leaves_its_input_alone(self) -> None:
        for seed in SEEDS:
            images = self.images.copy()
            samples = Samples(images, np.arange(len(images)) % 2, classes=2)
            result = augment_samples(self.augmentation, samples, _generators(seed)).images
            message = "expected the pictures that come in to stay, but they were written."
            self.claims.equal(images, self.images, message)
            if np.shares_memory(result, images):
                continue  # an untouched batch may be passed on
        locked = self.images.copy()
        locked.setflags(write=False)
        samples = Samples(locked, np.arange(len(locked)) % 2, classes=2)
        augment_samples(self.augmentation, samples, _generators(0))

    def gives_pictures(self) -> None:
        for channels, size in ((3, SIZE), (1, SIZE), (3, (20, 20))):
            images = tiny_images(4, channels, size)
            for seed in (0, 1, 2):
                self._are_pictures(self.run(images, seed), channels)

    def _are_pictures(self, result: Any, channels: int) -> None:
        kind = getattr(result, "dtype", type(result).__name__)
        shape = getattr(result, "shape", None)
        self.claims.that(kind == np.float32, f"expected pictures of float32, got {kind}.")
        right = shape is not None and len(shape) == 4 and shape[:2] == (4, channels)
        self.claims.that(right, f"expected pictures (4, {channels}, H, W), got {shape}.")
        self.claims.that(np.isfinite(result).all(), "expected finite values, got others.")
        low, high = float(result.min()), float(result.max())
        inside = not self.unit or (low >= -1e-5 and high <= 1 + 1e-5)
        message = f"expected values in 0..1, got {low:.3g}..{high:.3g}."
        self.claims.that(inside, message, "Use clip(0, 1).")

    def treats_each_for_itself(self) -> None:
        for seed in (0, 1, 2):
            whole = self.run(self.images, seed)
            generators = _generators(seed)[::-1]
            backwards = augment_samples(
                self.augmentation, Samples(self.images[::-1].copy()), generators
            )
            message = "expected each picture to draw from its own generator, but the order matters."
            self.claims.equal(whole, backwards.images[::-1], message, 1e-5)
            if isinstance(self.augmentation, Augmentation):
                single = self.augmentation(self.images[2].copy(), _generators(seed)[2])
                message = "expected the same for a picture alone as in its batch, got another."
                self.claims.equal(single, whole[2], message, 1e-5)

    def moves_what_belongs_to_it(self, follows: bool) -> None:
        targets = getattr(self.augmentation, "targets", {"image"})
        scenes = [Scene(self.augmentation, seed, targets) for seed in SEEDS]
        if "boxes" in targets:
            for scene in scenes:
                self.claims.that(*scene.boxes_are_in_the_frame())
            self._mostly([scene.boxes_follow(follows) for scene in scenes])
        if "masks" in targets:
            self._mostly([scene.masks_follow() for scene in scenes])

    def _mostly(self, found: list[tuple[bool, str]]) -> None:
        """One odd picture out of many, where a corner is faint, is no fault."""
        wrong = [message for right, message in found if not right]
        self.claims.that(len(wrong) <= 1, wrong[0] if wrong else "")

    def does_nothing_at_no_chance(self, never: Any) -> None:
        for seed in (0, 1):
            message = "expected p=0 to leave the pictures alone, but they changed."
            self.claims.equal(self.run(self.images, seed, never), self.images, message, 1e-6)


def _generators(seed: int) -> list[Generator]:
    return [Generator(seed, 0, index) for index in range(4)]


def _parameters(function: Callable[..., Any]) -> Mapping[str, Any]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
