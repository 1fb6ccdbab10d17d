import numpy as np
import pytest

from tensorlite.augment import Compose, Invert, OneOf, RandomErasing, RandomRotation, Sometimes
from tensorlite.augment.written import parse_augmentations
from tensorlite.errors import TensorliteError
from tensorlite.random import Generator
from tensorlite.registry import augmentations
from tensorlite.training.building import build_augmentation


@pytest.mark.parametrize(
    "text, items",
    [
        ("invert", ["invert"]),
        ("invert, ", ["invert"]),
        ("", []),
        ("rotation()", ["rotation"]),
        ("rotation(15)", [{"name": "rotation", "degrees": 15}]),
        ("rotation(degrees=-1.5)", [{"name": "rotation", "degrees": -1.5}]),
        ("random_crop((8, 9), padding=2)", [{"name": "random_crop", "size": [8, 9], "padding": 2}]),
        ("random_erasing(value=noise)", [{"name": "random_erasing", "value": "noise"}]),
        (
            "one_of(invert, rotation(5), p=0.3), horizontal_flip",
            [
                {
                    "name": "one_of",
                    "augmentations": ["invert", {"name": "rotation", "degrees": 5}],
                    "p": 0.3,
                },
                "horizontal_flip",
            ],
        ),
        (
            "one_of([invert], [1])",
            [{"name": "one_of", "augmentations": ["invert"], "weights": [1]}],
        ),
        ("sometimes(invert, 0.2)", [{"name": "sometimes", "augmentation": "invert", "p": 0.2}]),
        ("tensorlite:invert(p=1)", [{"name": "tensorlite:invert", "p": 1}]),
    ],
)
def test_calls_become_names_and_tables(text, items):
    assert parse_augmentations(text) == items
    build_augmentation([item for item in items if item != {"name": "rotation", "degrees": -1.5}])


@pytest.mark.parametrize(
    "text, message",
    [
        ("rotation(", "expected augmentations"),
        ("rotatoin(10)", "rotation"),
        ("3", "expected an augmentation, got 3"),
        ("rotation(1, 2, 3)", "at most 2 options"),
        ("rotation(10, degrees=5)", "once"),
        ("rotation(**{})", "once"),
        ("rotation(degrees=None)", "expected a number"),
        ("rotation(degrees=1 + 1)", "expected a number"),
        ("a.b(1)", "expected an augmentation"),
        ("invert); (invert", "expected augmentations"),
        ("__import__('os').system('true')", "expected an augmentation"),
    ],
)
def test_what_is_no_list_of_augmentations_is_refused_and_nothing_runs(text, message):
    with pytest.raises(TensorliteError, match=message):
        parse_augmentations(text, "--augment")


def test_names_calls_and_tables_build_the_same():
    for item in ["rotation(degrees=20)", {"name": "rotation", "degrees": 20}]:
        assert build_augmentation([item]).augmentations == [RandomRotation(20)]


def test_nested_tables_are_built():
    table = {"name": "one_of", "augmentations": ["invert(p=1)", {"name": "random_erasing"}]}
    (built,) = build_augmentation([table]).augmentations
    assert isinstance(built, OneOf) and built.augmentations == [Invert(1), RandomErasing()]


def test_every_augmentation_takes_a_probability():
    (built,) = build_augmentation(["rotation(30, p=0.25)"]).augmentations
    assert isinstance(built, Sometimes) and built.p == 0.25
    (own,) = build_augmentation(["invert(p=0.25)"]).augmentations
    assert own == Invert(0.25)


def test_wrong_options_are_named():
    with pytest.raises(TensorliteError, match="degrees"):
        build_augmentation(["rotation(degres=3)"])
    for wrong in (3, {"degrees": 3}, {"name": "one_of", "augmentations": [{"degrees": 3}]}):
        with pytest.raises(TensorliteError, match="a table with a name"):
            build_augmentation([wrong])
    with pytest.raises(TensorliteError, match="p='often'"):
        build_augmentation([{"name": "rotation", "p": "often"}])
    with pytest.raises(TensorliteError, match="brightness"):
        build_augmentation(["color_jitter(brightness=-1)"])


NEEDS = {
    "resize": {"size": 8},
    "one_of": {"augmentations": [Invert()]},
    "compose": {"augmentations": [Invert()]},
    "sometimes": {"augmentation": Invert()},
}


@pytest.mark.parametrize("name", augmentations.names())
def test_every_registered_one_leaves_its_input_alone_and_is_repeatable(name):
    augmentation = augmentations.create(name, **NEEDS.get(name, {}))
    images = np.random.default_rng(0).random((4, 3, 16, 16), dtype=np.float32)
    before = images.copy()
    images.setflags(write=False)
    results = [
        augmentation.batch(images, [Generator(5, 0, index) for index in range(4)]) for _ in range(2)
    ]
    assert np.array_equal(images, before)
    assert np.array_equal(*results) and results[0].dtype == np.float32
    assert not np.shares_memory(results[0], images) or np.array_equal(results[0], images)
    assert np.isfinite(results[0]).all()
    empty = augmentation.batch(images[:0], [])
    assert empty.shape[:2] == (0, 3)


def test_a_composition_of_colour_and_place_draws_the_same_alone_and_in_a_batch():
    steps = build_augmentation(
        ["resized_crop(12), color_jitter, one_of(gaussian_blur(p=1), sharpen(p=1)), elastic(1, 4)"]
    )
    assert isinstance(steps, Compose)
    images = np.random.default_rng(0).random((5, 3, 16, 16), dtype=np.float32)
    together = steps.batch(images, [Generator(1, 2, index) for index in range(5)])
    alone = np.stack([steps(images[i], Generator(1, 2, i)) for i in range(5)])
    assert np.allclose(together, alone, atol=1e-5)
