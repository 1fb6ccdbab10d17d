import numpy as np
import pytest
from PIL import Image

from tensorlite.data.fit import describe_fit, fit
from tensorlite.data.resample import cover, cubic, frame_ink, resize, weights
from tensorlite.errors import ShapeError

rng = np.random.default_rng(0)


def noise(*shape):
    return rng.random(shape, dtype=np.float32)


def test_28_to_32_is_a_frame_of_two_zeros():
    image = noise(1, 1, 28, 28)
    framed = fit(image, (1, 32, 32))
    assert np.array_equal(framed[..., 2:-2, 2:-2], image)
    assert framed.sum(dtype=np.float64) == pytest.approx(image.sum(dtype=np.float64))


def test_five_pixels_more_is_a_resize():
    framed = fit(np.ones((1, 1, 28, 28), np.float32), (1, 33, 33))
    assert np.allclose(framed, 1, atol=1e-6)


def test_grey_becomes_three_equal_channels():
    image = noise(2, 1, 4, 4)
    assert np.array_equal(fit(image, (3, 4, 4)), np.concatenate([image] * 3, axis=1))


def test_colour_becomes_the_grey_of_pillow():
    pixels = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(pixels).convert("L")) / 255
    image = pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255
    assert np.abs(fit(image, (1, 8, 8))[0, 0] - expected).max() <= 1 / 255


def test_two_channels_cannot_become_three():
    with pytest.raises(ShapeError, match="in_channels=2"):
        fit(noise(1, 2, 4, 4), (3, 4, 4))


@pytest.mark.parametrize("to", [(20, 20), (61, 80), (10, 30), (37, 61), (1, 1)])
def test_resizing_agrees_with_pillow(to):
    image = noise(37, 61)
    box = cover(37, 61, to)
    pillow = Image.fromarray(image).resize(to[::-1], Image.Resampling.BILINEAR, box=box)
    assert np.allclose(resize(image[None, None], to)[0, 0], pillow, atol=2e-6)


def test_cubic_resampling_agrees_with_pillow():
    image = noise(37, 61)
    pillow = Image.fromarray(image).resize((13, 90), Image.Resampling.BICUBIC)
    ours = weights(37, 90, kernel=cubic) @ image @ weights(61, 13, kernel=cubic).T
    assert np.allclose(ours, pillow, atol=2e-6)


@pytest.mark.parametrize("height, width", [(101, 300), (3, 7), (95, 95), (128, 77)])
def test_the_part_that_is_kept_lies_inside_the_picture(height, width):
    for to in [(28, 28), (33, 17), (224, 224)]:
        left, top, right, bottom = cover(height, width, to)
        assert 0 <= left < right <= width and 0 <= top < bottom <= height
        assert (right - left) / (bottom - top) == pytest.approx(to[1] / to[0])


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ((1, 28, 28), (1, 28, 28), ""),
        ((1, 28, 28), (1, 32, 32), "28x28 padded with zeros to 32x32"),
        ((1, 28, 28), (1, 56, 56), "28x28 resized to 56x56 (bilinear, antialiased)"),
        ((3, 28, 28), (1, 28, 28), "colour to grey"),
    ],
)
def test_what_is_done_is_said(old, new, sentence):
    assert describe_fit(old, new) == sentence


def centre_of_mass(image):
    rows, columns = np.indices(image.shape)
    return (image * rows).sum() / image.sum(), (image * columns).sum() / image.sum()


def test_framed_ink_is_20_long_with_its_centre_of_mass_in_the_middle():
    drawing = np.zeros((1, 200, 300), np.float32)
    drawing[0, 20:150, 210:230] = 1
    drawing[0, 130:150, 180:260] = 1
    framed = frame_ink(drawing)[0]
    rows = np.flatnonzero(framed.max(axis=1) > 0.5)
    assert rows[-1] - rows[0] + 1 == 20
    assert centre_of_mass(framed) == pytest.approx((14, 14), abs=0.6)


def test_ink_far_from_its_centre_of_mass_stays_in_the_frame():
    drawing = np.zeros((1, 100, 100), np.float32)
    drawing[0, :10, :] = 1
    drawing[0, :, 50] = 0.2
    framed = frame_ink(drawing)[0]
    assert framed.sum() == pytest.approx(drawing.sum() / 25, rel=0.05)


def test_a_picture_without_ink_stays_black():
    assert not frame_ink(np.zeros((2, 30, 30), np.float32)).any()


def test_ink_of_one_pixel_is_framed():
    drawing = np.zeros((1, 30, 30), np.float32)
    drawing[0, 3, 4] = 1
    assert frame_ink(drawing)[0, 14, 14] > 0.9
