import numpy as np
import pytest
from PIL import Image, ImageDraw

from tensorlite.errors import DataError
from tensorlite.training.prediction import prepare_drawing, takes_drawings


def seven(ink, paper, size=(120, 90), at=(30, 20)):
    image = Image.new("L", size, paper)
    left, top = at
    corners = [(left, top), (left + 40, top), (left + 15, top + 55)]
    ImageDraw.Draw(image).line(corners, fill=ink, width=6)
    return np.asarray(image)[None]


def test_dark_ink_on_light_becomes_light_ink_on_black():
    drawing = prepare_drawing(seven(0, 255))
    assert drawing.note == "dark ink on light: inverted; cropped and centred"
    assert drawing.image.shape == (1, 28, 28) and drawing.image.dtype == np.float32
    assert drawing.image[0, 0].max() == 0 and drawing.image.max() > 0.9


def test_both_ways_of_drawing_give_the_same_picture():
    dark, light = prepare_drawing(seven(0, 255)), prepare_drawing(seven(255, 0))
    assert light.note == "cropped and centred"
    np.testing.assert_allclose(dark.image, light.image, atol=1e-6)


def test_it_does_not_matter_where_and_how_large_the_page_is():
    here, there = seven(0, 255), seven(0, 255, (300, 200), (200, 100))
    np.testing.assert_allclose(prepare_drawing(here).image, prepare_drawing(there).image, atol=1e-6)


def test_grey_paper_and_faint_ink_give_the_same_picture_too():
    np.testing.assert_allclose(
        prepare_drawing(seven(60, 180)).image, prepare_drawing(seven(0, 255)).image, atol=1e-6
    )


def test_ink_is_twenty_pixels_long_and_centred_by_mass():
    image = prepare_drawing(seven(0, 255)).image[0]
    rows = np.flatnonzero(image.max(axis=1) > 0.3)
    assert rows[-1] - rows[0] + 1 in (20, 21)
    centre = (image.sum(axis=1) @ np.arange(28)) / image.sum()
    assert abs(centre - 14) <= 1


def test_colour_is_turned_to_grey():
    colour = np.repeat(seven(0, 255), 3, axis=0)
    np.testing.assert_allclose(
        prepare_drawing(colour).image, prepare_drawing(seven(0, 255)).image, atol=1e-5
    )


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_page_is_refused(shade):
    with pytest.raises(DataError, match="nothing is drawn"):
        prepare_drawing(np.full((1, 40, 40), shade, np.uint8))


def test_only_grey_models_of_single_characters_take_drawings():
    assert takes_drawings((1, 32, 32), list("0123456789"))
    assert not takes_drawings((3, 28, 28), list("0123456789"))
    assert not takes_drawings((1, 28, 28), ["T-shirt", "Bag"])
