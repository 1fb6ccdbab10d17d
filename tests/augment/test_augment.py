import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorlite.augment import (
    Augmentation,
    Compose,
    HorizontalFlip,
    RandomCrop,
    RandomRotation,
    RandomScale,
    RandomShift,
    RandomThinning,
    augment_batch,
    warp,
)
from tensorlite.data import digits
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.random import Generator

EVERY = [
    RandomShift(pixels=2),
    RandomShift(fraction=0.1),
    RandomRotation(15),
    RandomScale(0.8, 1.2),
    HorizontalFlip(),
    RandomCrop(padding=2),
    RandomThinning(1.8),
    Compose([RandomShift(), HorizontalFlip(), RandomRotation(), RandomScale()]),
]


def generators(count, seed=0, epoch=0):
    return [Generator(seed, epoch, index) for index in range(count)]


def noise(*shape):
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def spot(size, x, y):
    image = np.zeros((1, 1, *size), np.float32)
    image[0, 0, y, x] = 1
    return image


def centre(image):
    """The centre of mass as (x, y) from the middle of the image."""
    rows, columns = np.indices(image.shape)
    middle = (np.array(image.shape[::-1]) - 1) / 2
    return np.array([(image * columns).sum(), (image * rows).sum()]) / image.sum() - middle


@settings(max_examples=50, deadline=None)
@given(
    st.floats(-30, 30), st.floats(0.8, 1.5), st.floats(-3, 3), st.floats(-3, 3),
    st.integers(17, 24), st.integers(17, 24),
)  # fmt: skip
def test_a_bright_pixel_moves_where_the_matrix_says(degrees, scale, right, down, height, width):
    angle = np.radians(degrees)
    matrix = np.eye(3)
    matrix[:2, :2] = scale * np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    )
    matrix[:2, 2] = right, down
    image = spot((height, width), width // 2 + 2, height // 2 - 1)
    start = np.append(centre(image[0, 0]), 1)
    moved = warp(image, matrix[None])
    # Sampling puts the centre of a spot within half a pixel of its true place.
    assert np.abs(centre(moved[0, 0]) - (matrix @ start)[:2]).max() < 0.5


def test_a_whole_shift_is_exact():
    image = noise(1, 2, 6, 7)
    matrix = np.eye(3)[None].copy()
    matrix[0, :2, 2] = 2, -1
    moved = warp(image, matrix)
    assert np.array_equal(moved[..., :-1, 2:], image[..., 1:, :-2])
    assert not moved[..., -1, :].any() and not moved[..., :2].any()


def test_half_a_pixel_is_the_mean_of_two():
    matrix = np.eye(3)[None].copy()
    matrix[0, 0, 2] = 0.5
    row = np.array([[[[2.0, 4.0, 8.0]]]], np.float32)
    assert warp(row, matrix).ravel().tolist() == [2, 3, 6]


def test_a_positive_angle_turns_counter_clockwise():
    class Always(RandomRotation):
        def matrices(self, size, generators):
            return RandomRotation.matrices(self, size, [Highest()])

    class Highest:
        numpy = type("draws", (), {"uniform": staticmethod(lambda low, high: high)})

    turned = Always(90)(spot((5, 5), 4, 2)[0], None)[0]
    assert turned[0, 2] == pytest.approx(1, abs=1e-6)


def test_what_lies_far_outside_is_zero():
    matrix = np.eye(3)[None].copy()
    matrix[0, :2, 2] = 1e6, -1e6
    assert not warp(noise(1, 1, 5, 5), matrix).any()


def test_each_image_has_a_matrix_of_its_own():
    images = np.repeat(spot((5, 5), 2, 2), 2, axis=0)
    matrices = np.stack([np.eye(3), np.eye(3)])
    matrices[1, 0, 2] = 1
    moved = warp(images, matrices)
    assert moved[0, 0, 2, 2] == moved[1, 0, 2, 3] == 1


@pytest.mark.parametrize("augmentation", EVERY, ids=repr)
def test_the_draws_follow_from_seed_epoch_and_index(augmentation):
    images = noise(3, 2, 16, 12)
    first = augmentation.batch(images, generators(3))
    assert np.array_equal(first, augmentation.batch(images, generators(3)))
    backwards = augmentation.batch(images[::-1], generators(3)[::-1])[::-1]
    assert np.allclose(first, backwards, atol=1e-6)
    for epoch in range(1, 10):
        if not np.array_equal(first, augmentation.batch(images, generators(3, epoch=epoch))):
            return
    raise AssertionError("nine epochs changed nothing")


@pytest.mark.parametrize("augmentation", EVERY, ids=repr)
def test_one_image_is_a_batch_of_one(augmentation):
    images = noise(2, 3, 10, 10)
    single = augmentation(images[1], Generator(0, 0, 1))
    assert np.allclose(single, augmentation.batch(images, generators(2))[1], atol=1e-6)


@pytest.mark.parametrize("augmentation", EVERY, ids=repr)
def test_inputs_stay_as_they_are_and_floats_stay_float32(augmentation):
    images = noise(2, 1, 10, 10)
    before = images.copy()
    images.setflags(write=False)
    result = augmentation.batch(images, generators(2))
    assert np.array_equal(images, before)
    assert result.dtype == np.float32 and result.shape == images.shape
    assert result.flags.owndata or result.base is not images


@pytest.mark.parametrize("augmentation", EVERY, ids=repr)
def test_each_says_what_it_moves(augmentation):
    assert "boxes" in augmentation.targets and "masks" in augmentation.targets


def test_neighbours_in_a_composition_equal_one_after_the_other():
    images = digits("val").batch(range(8))[0]
    images = np.repeat(np.repeat(images, 2, axis=2), 2, axis=3)  # smooth enough to compare
    steps = [RandomShift(pixels=3), RandomRotation(10), RandomScale(0.9, 1.1)]
    at_once = Compose(steps).batch(images, generators(8))
    one_by_one, sources = images, generators(8)
    for step in steps:
        one_by_one = step.batch(one_by_one, sources)
    # Resampling three times blurs more than once does; the places are the same.
    for ours, theirs in zip(at_once, one_by_one, strict=True):
        assert np.abs(centre(ours[0]) - centre(theirs[0])).max() < 0.05
    assert np.abs(at_once - one_by_one).mean() < 0.03


def test_whole_shifts_in_a_composition_are_exact():
    class Right(RandomShift):
        def matrices(self, size, generators):
            result = np.tile(np.eye(3), (len(generators), 1, 1))
            result[:, 0, 2] = 1
            return result

    moved = Compose([Right(), Right()]).batch(spot((1, 5), 0, 0), generators(1))
    assert moved.ravel().tolist() == [0, 0, 1, 0, 0]


def test_a_composition_takes_plain_functions():
    steps = Compose([RandomShift(pixels=0), lambda image, generator: image * 2])
    assert np.allclose(steps.batch(np.ones((2, 1, 3, 3), np.float32), generators(2)), 2)


def test_an_empty_composition_changes_nothing():
    images = noise(2, 1, 4, 4)
    assert np.array_equal(Compose([]).batch(images, generators(2)), images)


def test_a_function_is_applied_image_by_image():
    doubled = augment_batch(lambda image, generator: image * 2, noise(2, 1, 3, 3), generators(2))
    assert np.allclose(doubled, noise(2, 1, 3, 3) * 2)


def test_an_augmentation_without_a_method_says_what_it_needs():
    class Nothing(Augmentation):
        pass

    with pytest.raises(NotImplementedError, match="Nothing needs a __call__ or a batch method"):
        Nothing()(noise(1, 3, 3), Generator(0))


@pytest.mark.parametrize("shift, limit", [(RandomShift(pixels=3), 3), (RandomShift(), 2)])
def test_a_shift_stays_within_its_limit(shift, limit):
    ways = shift.matrices((20, 20), generators(200))[:, :2, 2]
    assert 0.9 * limit < np.abs(ways).max() <= limit
    assert abs(ways.mean()) < 0.2 * limit


def test_a_fraction_is_of_the_width_and_of_the_height():
    ways = np.abs(RandomShift(fraction=0.5).matrices((10, 40), generators(200))[:, :2, 2])
    assert 18 < ways[:, 0].max() <= 20 and 4.5 < ways[:, 1].max() <= 5


def test_scale_and_rotation_stay_within_their_limits():
    factors = RandomScale(0.8, 1.1).matrices((9, 9), generators(200))[:, 0, 0]
    assert 0.8 <= factors.min() < 0.82 and 1.08 < factors.max() <= 1.1
    angles = np.degrees(np.arcsin(RandomRotation(30).matrices((9, 9), generators(200))[:, 0, 1]))
    assert -30 <= angles.min() < -27 and 27 < angles.max() <= 30


def test_half_of_the_images_are_flipped():
    images = np.tile(np.array([1, 2], np.float32), (400, 1, 1, 1))
    flipped = HorizontalFlip().batch(images, generators(400))[:, 0, 0, 0] == 2
    assert 160 < flipped.sum() < 240
    assert (HorizontalFlip(p=0).batch(images, generators(400)) == images).all()


def test_a_crop_is_a_part_of_the_image():
    image = np.arange(36, dtype=np.float32).reshape(1, 1, 6, 6)
    crops = RandomCrop((2, 3)).batch(np.repeat(image, 50, axis=0), generators(50))
    assert crops.shape == (50, 1, 2, 3)
    corners = set(crops[:, 0, 0, 0].tolist())
    assert len(corners) > 10 and corners <= {float(6 * y + x) for y in range(5) for x in range(4)}
    steps = crops - crops[..., :1, :1]
    assert (steps == [[0, 1, 2], [6, 7, 8]]).all()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: RandomShift(pixels=2, fraction=0.1),
        lambda: RandomShift(pixels=-1),
        lambda: RandomShift(fraction=-0.1),
        lambda: RandomRotation(-5),
        lambda: RandomScale(0, 1),
        lambda: RandomScale(1.2, 1.1),
        lambda: HorizontalFlip(1.5),
        lambda: RandomCrop(0),
        lambda: RandomCrop((4, 4, 4)),
        lambda: RandomCrop(4, padding=-1),
        lambda: RandomThinning(-0.1),
        lambda: RandomThinning(2.1),
    ],
)
def test_impossible_options_are_refused(wrong):
    with pytest.raises(ConfigError, match="expected .*, got"):
        wrong()


def test_a_crop_larger_than_the_image_is_refused_with_the_remedy():
    with pytest.raises(ShapeError, match="more padding"):
        RandomCrop(9)(noise(1, 8, 8), Generator(0))
