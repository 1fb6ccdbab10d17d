"""Agreement with Pillow to within one grey level: of geometry, and of colour."""

import colorsys

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from tensorlite.augment import (
    Autocontrast,
    Brightness,
    CenterCrop,
    Contrast,
    Elastic,
    Equalize,
    GaussianBlur,
    Grayscale,
    HorizontalFlip,
    Hue,
    Invert,
    PaddedCrop,
    Posterize,
    RandomAffine,
    RandomCrop,
    RandomPerspective,
    RandomResizedCrop,
    RandomRotation,
    RandomScale,
    RandomShear,
    RandomShift,
    Resize,
    Samples,
    Saturation,
    Sharpen,
    Sharpness,
    Solarize,
    VerticalFlip,
)
from tensorlite.augment.crops import resampled
from tensorlite.augment.geometry import rotations
from tensorlite.augment.projective import moved
from tensorlite.random import Generator

SIZES = [(31, 24), (32, 32), (17, 40)]


def picture(size, seed=0, channels=3):
    """A photograph of sorts: smooth shapes, noise, and full black and white."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 5, channels), dtype=np.uint8)
    image = Image.fromarray(small if channels == 3 else small[..., 0])
    smooth = np.asarray(image.resize(size[::-1], Image.Resampling.BICUBIC), np.int64)
    noisy = smooth + rng.integers(-30, 30, smooth.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def array(image):
    """(1, C, H, W) in 0..1."""
    levels = np.atleast_3d(np.asarray(image, np.float32))
    return levels.transpose(2, 0, 1)[None] / np.float32(255)


def levels(images):
    return images[0].transpose(1, 2, 0).squeeze() * 255.0


def assert_close(ours, theirs, most=1.0, beyond=0.0):
    """No pixel is more than ``most`` levels off, up to a share ``beyond`` of them."""
    found = levels(ours)
    assert found.shape == np.asarray(theirs).shape
    off = np.abs(found - np.asarray(theirs, np.float64)) > most + 1e-3
    assert off.mean() <= beyond, (off.mean(), np.argwhere(off)[:5])


def by_matrix(image, matrix, size):
    """What Pillow makes of our matrix; it takes the way back, from corner to corner."""
    width, height = image.size
    corner = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    middle = np.array([[1, 0, -size[1] / 2], [0, 1, -size[0] / 2], [0, 0, 1]])
    back = corner @ np.linalg.inv(matrix) @ middle
    values = (back / back[2, 2]).ravel()[:8]
    return image.transform(
        size[::-1], Image.Transform.PERSPECTIVE, values, Image.Resampling.BILINEAR
    )


GEOMETRY = [
    RandomShift(pixels=5),
    RandomShift(fraction=0.3),
    RandomRotation(180),
    RandomScale(0.5, 2),
    RandomShear(30, 20),
    RandomAffine(40, (0.2, 0.3), (0.6, 1.5), 20),
    RandomPerspective(0.5),
    HorizontalFlip(),
    VerticalFlip(),
    RandomCrop((13, 11)),
    PaddedCrop(padding=5),
    CenterCrop((14, 9)),
]


@pytest.mark.parametrize("augmentation", GEOMETRY, ids=repr)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("channels", [1, 3])
def test_what_moves_by_a_matrix_is_image_transform(augmentation, size, channels):
    for seed in range(5):
        image = picture(size, seed, channels)
        (matrix,) = augmentation.matrices(size, [Generator(seed)])
        ours = augmentation(array(image)[0], Generator(seed))[None]
        # A place within a rounding error of the edge may be inside for one and outside for the
        # other.
        assert_close(ours, by_matrix(image, matrix, augmentation.frame(size)), beyond=0.01)


@pytest.mark.parametrize("angle", [0, 13, -31, 45, 90, 180, 222.5])
def test_a_rotation_is_image_rotate(angle):
    image = picture((31, 24))
    turned = moved(Samples(array(image)), rotations(np.array([angle])), (31, 24)).images
    assert_close(turned, image.rotate(angle, Image.Resampling.BILINEAR), beyond=0.01)


def test_flips_are_exactly_mirror_and_flip():
    image = picture((31, 24))
    assert_close(HorizontalFlip(p=1).batch(array(image), [Generator(0)]), ImageOps.mirror(image), 0)
    assert_close(VerticalFlip(p=1).batch(array(image), [Generator(0)]), ImageOps.flip(image), 0)


def test_crops_are_exactly_crop():
    image = picture((31, 24))
    for seed in range(5):
        ours = RandomCrop((9, 12)).batch(array(image), [Generator(seed)])
        top, left = Generator(seed).numpy.integers((0, 0), (22, 12), endpoint=True)
        assert_close(ours, image.crop((left, top, left + 12, top + 9)), 0)


@pytest.mark.parametrize("to", [(12, 9), (31, 60), (62, 24), (64, 64), (5, 5), (2, 3)], ids=str)
def test_resizing_is_image_resize(to):
    image = picture((31, 24))
    ours = Resize(to).batch(array(image), [Generator(0)])
    assert_close(ours, image.resize(to[::-1], Image.Resampling.BILINEAR))


def test_a_resized_crop_is_image_resize_with_a_box():
    image = picture((61, 44))
    crop = RandomResizedCrop(24)
    for seed in range(10):
        box = crop.part((61, 44), Generator(seed))
        theirs = image.resize((24, 24), Image.Resampling.BILINEAR, box=box)
        assert_close(crop.batch(array(image), [Generator(seed)]), theirs)


def test_a_part_between_pixels_is_resized_as_by_pillow():
    image, box = picture((61, 44)), (3.3, 10.25, 40.5, 55.0)
    ours = resampled(Samples(array(image)), np.array([box]), (20, 30)).images
    assert_close(ours, image.resize((30, 20), Image.Resampling.BILINEAR, box=box))


@pytest.mark.parametrize("factor", [0, 0.3, 0.8, 1, 1.4, 1.9])
@pytest.mark.parametrize(
    "ours, theirs",
    [
        (Brightness, ImageEnhance.Brightness),
        (Contrast, ImageEnhance.Contrast),
        (Saturation, ImageEnhance.Color),
        (Sharpness, ImageEnhance.Sharpness),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_factors_are_those_of_image_enhance(ours, theirs, factor, channels):
    image = picture((31, 24), channels=channels)
    changed = ours((factor, factor)).batch(array(image), [Generator(0)])
    assert_close(changed, theirs(image).enhance(factor))


def test_sharpen_is_image_enhance_sharpness():
    image = picture((31, 24))
    changed = Sharpen(1.8, p=1).batch(array(image), [Generator(0)])
    assert_close(changed, ImageEnhance.Sharpness(image).enhance(1.8))


@pytest.mark.parametrize(
    "ours, theirs",
    [
        (Invert(p=1), ImageOps.invert),
        (Equalize(p=1), ImageOps.equalize),
        (Autocontrast(p=1), ImageOps.autocontrast),
        (Grayscale(p=1), lambda image: image.convert("L").convert(image.mode)),
        *[
            (Posterize(bits, p=1), lambda i, b=bits: ImageOps.posterize(i, b))
            for bits in range(1, 9)
        ],
        *[
            (Solarize(at / 255, p=1), lambda i, t=at: ImageOps.solarize(i, t))
            for at in (0, 1, 100, 128, 255)
        ],
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_tones_are_those_of_image_ops(ours, theirs, channels):
    for seed in range(3):
        image = picture((31, 24), seed, channels)
        assert_close(ours.batch(array(image), [Generator(0)]), theirs(image))


@pytest.mark.parametrize("levels", [[7], [0, 255], [3, 4, 4, 4], list(range(256))])
def test_equalizing_few_levels_is_image_ops_equalize(levels):
    image = Image.fromarray(np.resize(np.array(levels, np.uint8), (20, 20)))
    ours = Equalize(p=1).batch(array(image), [Generator(0)])
    assert_close(ours, ImageOps.equalize(image), 0.01)


@pytest.mark.parametrize("turn", [-0.5, -0.2, 0, 0.05, 0.37, 0.5])
def test_hues_are_those_of_colorsys(turn):
    image = array(picture((31, 24)))
    ours = Hue((turn, turn)).batch(image, [Generator(0)])[0].reshape(3, -1).T
    for before, after in zip(image[0].reshape(3, -1).T, ours, strict=True):
        h, s, v = colorsys.rgb_to_hsv(*map(float, before))
        assert np.abs(after - colorsys.hsv_to_rgb((h + turn) % 1, s, v)).max() < 1e-4


def test_hues_are_near_those_of_pillow_which_has_only_256():
    image = picture((31, 24))
    h, s, v = image.convert("HSV").split()
    turned = Image.merge("HSV", [h.point(lambda level: (level + 64) % 256), s, v]).convert("RGB")
    assert_close(Hue((0.25, 0.25)).batch(array(image), [Generator(0)]), turned, 10)


def test_a_blur_is_near_that_of_pillow_which_runs_three_boxes():
    image = picture((41, 44))
    for sigma in (1, 2, 3):
        ours = GaussianBlur(sigma, p=1).batch(array(image), [Generator(0)])
        assert_close(ours, image.filter(ImageFilter.GaussianBlur(sigma)), 5)


def test_a_blur_is_the_bell_curve():
    image = np.zeros((1, 1, 41, 41), np.float32)
    image[0, 0, 20, 20] = 1
    steps = np.arange(-20, 21)
    curve = np.exp(-np.square(steps / 2.5) / 2)
    curve /= curve.sum()
    blurred = GaussianBlur(2.5, p=1).batch(image, [Generator(0)])[0, 0]
    assert np.abs(blurred - np.outer(curve, curve)).max() < 1e-5


def test_elastic_reads_each_pixel_along_its_way():
    image = array(picture((31, 24)))
    elastic = Elastic(2, 5)
    ours = elastic.batch(image, [Generator(3)])[0]
    (way,) = elastic.ways((31, 24), [Generator(3)])
    assert np.sqrt(np.square(way).mean(axis=(1, 2))) == pytest.approx(2, rel=1e-4)
    rows, columns = np.indices((31, 24))
    x, y = columns + way[0].astype(np.float64), rows + way[1].astype(np.float64)
    inside = (x > 0) & (x < 23) & (y > 0) & (y < 30)
    left, top = np.floor(x[inside]).astype(int), np.floor(y[inside]).astype(int)
    right, down = x[inside] - left, y[inside] - top
    source = image[0]
    expected = (source[:, top, left] * (1 - right) + source[:, top, left + 1] * right) * (1 - down)
    expected += (
        source[:, top + 1, left] * (1 - right) + source[:, top + 1, left + 1] * right
    ) * down
    assert np.abs(ours[:, inside] - expected).max() < 1e-4
    assert (ours[:, (x < -0.51) | (y < -0.51) | (x > 23.51) | (y > 30.51)] == 0).all()
