import numpy as np
import pytest

from tensorlite.augment import RandomThinning
from tensorlite.augment.strokes import eroded
from tensorlite.random import Generator
from tensorlite.registry import augmentations


class Fixed:
    """A generator whose draw is known."""

    def __init__(self, amount):
        self.numpy = type("Draws", (), {"uniform": staticmethod(lambda low, high: amount)})


def stroke(width):
    """A vertical stroke in the middle of 9x9 pixels."""
    image = np.zeros((1, 9, 9), np.float32)
    image[:, :, (9 - width) // 2 : (9 + width) // 2] = 1
    return image


def thinned(image, amount):
    return RandomThinning(2)(image, Fixed(amount))


@pytest.mark.parametrize("amount, width", [(1, 5), (2, 3)])
def test_whole_pixels_are_taken_from_each_side(amount, width):
    inside = slice(2, -2)  # the ends of the stroke touch the dark outside
    assert np.array_equal(thinned(stroke(7), amount)[:, inside], stroke(width)[:, inside])


@pytest.mark.parametrize("amount", [0.25, 1.25])
def test_a_part_of_a_pixel_is_a_blend_of_two_whole_steps(amount):
    before, after = (thinned(stroke(7), whole) for whole in (int(amount), int(amount) + 1))
    assert np.allclose(thinned(stroke(7), amount), 0.75 * before + 0.25 * after)


def test_what_is_drawn_below_zero_leaves_the_image_as_it_is():
    assert np.array_equal(thinned(stroke(3), -1.5), stroke(3))


def test_half_of_the_strokes_stay_and_none_grows():
    images = np.repeat(stroke(5)[None], 400, axis=0)
    result = RandomThinning(1.8).batch(images, [Generator(0, 0, index) for index in range(400)])
    same = (result == images).all(axis=(1, 2, 3))
    assert 160 < same.sum() < 240 and (result <= images).all()


def test_erosion_takes_the_least_of_a_pixel_and_its_four_neighbours():
    image = np.ones((1, 1, 5, 5), np.float32)
    image[0, 0, 2, 2] = 0.25
    expected = np.zeros((5, 5), np.float32)
    expected[1:4, 1:4] = [[1, 0.25, 1], [0.25, 0.25, 0.25], [1, 0.25, 1]]
    assert np.array_equal(eroded(image)[0, 0], expected)


def test_the_digits_of_both_lenets_are_thinned_first():
    import tomllib

    from tensorlite.registry import models

    for name in ("lenet5", "lenet_harley"):
        recipe = tomllib.loads(models.info(name).details["recipe"].read_text("utf-8"))
        first = recipe["digits"]["augment"][0]
        assert augmentations.create(**first) == RandomThinning(1.8)
