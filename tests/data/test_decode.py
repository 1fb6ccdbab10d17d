import numpy as np
import pytest
from PIL import Image, ImageOps

from tensorlite.data import decode
from tensorlite.data.decode import PIXEL_LIMIT, decode_mask, peek
from tensorlite.errors import DataError


def save(path, colour=128, size=(8, 6), mode="L", **options):
    Image.new(mode, size, colour).save(path, **options)
    return path


def test_the_middle_of_the_long_side_is_kept(tmp_path):
    pixels = np.zeros((10, 30), np.uint8)
    pixels[:, 10:20] = 255
    (tmp_path / "a").mkdir()
    Image.fromarray(pixels).save(tmp_path / "a" / "x.png")
    middle = decode(tmp_path / "a" / "x.png", 1, (5, 5))[0]
    assert (middle[:, 1:-1] == 255).all() and (middle[:, [0, -1]] > 200).all()


@pytest.mark.parametrize("suffix", "png jpg bmp webp gif tiff ppm".split())
def test_each_format_is_read(tmp_path, suffix):
    path = save(tmp_path / f"a.{suffix}", (200, 100, 50), mode="RGB")
    assert np.abs(decode(path, 3)[:, 3, 4].astype(int) - (200, 100, 50)).max() <= 4
    assert decode(path).shape == (3, 6, 8) and peek(path)[1:] == (6, 8)


@pytest.mark.parametrize(
    "mode, colour, grey",
    [
        ("1", 1, 255),
        ("L", 100, 100),
        ("LA", (100, 0), 255),
        ("I;16", 25_700, 100),
        ("P", 0, 0),
        ("RGB", (100, 100, 100), 100),
        ("RGBA", (100, 100, 100, 0), 255),
        ("RGBA", (100, 100, 100, 255), 100),
    ],
)
def test_each_mode_is_read_and_transparency_is_white(tmp_path, mode, colour, grey):
    path = save(tmp_path / "a.png", colour, mode=mode)
    assert decode(path, 1).shape == (1, 6, 8)
    assert (decode(path, 1) == grey).all()
    assert (decode(path, 3) == grey).all()


def test_cmyk_is_read(tmp_path):
    path = save(tmp_path / "a.jpg", (0, 0, 0, 0), mode="CMYK")
    assert (decode(path, 3) > 250).all()


def test_the_orientation_of_the_camera_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to look at it
    path = save(tmp_path / "a.jpg", size=(8, 6), exif=exif)
    assert decode(path, 1).shape == (1, 8, 6) and peek(path) == (1, 8, 6)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_that_of_pillow(tmp_path, suffix, orientation):
    pixels = np.zeros((6, 8, 3), np.uint8)
    pixels[:3, :4] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(pixels).save(path, exif=exif)
    with Image.open(path) as image:
        upright = np.asarray(ImageOps.exif_transpose(image).convert("RGB")).transpose(2, 0, 1)
    assert np.array_equal(decode(path, 3), upright) and peek(path) == upright.shape


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # as decode itself asks of Python
@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\0"])
def test_a_damaged_note_of_the_camera_does_no_harm(tmp_path, exif):
    path = save(tmp_path / "a.jpg", 200, exif=exif)
    assert (decode(path, 1) == 200).all() and peek(path) == (1, 6, 8)


def test_progressive_and_palette_pictures_are_read(tmp_path):
    path = save(tmp_path / "a.jpg", (200, 100, 50), mode="RGB", progressive=True)
    assert np.abs(decode(path)[:, 0, 0].astype(int) - (200, 100, 50)).max() <= 4
    for colour, channels in ((99, 99, 99), 1), ((99, 0, 9), 3):
        path = tmp_path / "a.png"
        Image.new("RGB", (8, 6), colour).quantize(4).save(path, transparency=bytes([255, 9]))
        assert decode(path).shape == (channels, 6, 8) and peek(path) == (channels, 6, 8)


def test_sixteen_bits_and_fractions_become_bytes(tmp_path):
    (tmp_path / "a.pgm").write_bytes(b"P5 2 1 65535\n" + bytes([100, 0, 200, 0]))
    assert decode(tmp_path / "a.pgm").tolist() == [[[100, 200]]]
    Image.fromarray(np.full((2, 2), 0.5, np.float32)).save(tmp_path / "a.tif")
    assert (decode(tmp_path / "a.tif") == 128).all()


def test_a_whole_picture_is_framed_with_zeros(tmp_path):
    path = save(tmp_path / "a.png", 255, size=(40, 20))
    framed = decode(path, 1, (20, 20), whole=True)[0]
    assert (framed[5:15] == 255).all() and not framed[:5].any() and not framed[15:].any()


def test_masks_keep_their_numbers(tmp_path):
    numbers = np.array([[0, 1, 254], [7, 255, 3]], np.uint8)
    Image.fromarray(numbers).save(tmp_path / "a.png")
    Image.fromarray(numbers.astype(np.uint16)).save(tmp_path / "b.png")
    for name in "ab":
        assert np.array_equal(decode_mask(tmp_path / f"{name}.png"), numbers)
        assert set(decode_mask(tmp_path / f"{name}.png", (5, 9)).ravel()) <= set(numbers.ravel())
    Image.fromarray(numbers.astype(np.uint16) * 2).save(tmp_path / "b.png")
    with pytest.raises(DataError, match="class numbers up to 510"):
        decode_mask(tmp_path / "b.png")


def test_of_a_moving_picture_the_first_frame_is_taken(tmp_path):
    frames = [Image.new("L", (4, 4), value) for value in (250, 10)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert (decode(tmp_path / "a.gif", 1) == 250).all()


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tiff", "webp", "ppm"])
def test_whatever_is_wrong_with_a_picture_is_a_data_error(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(noise).save(path)
    whole = path.read_bytes()
    for length in range(1, len(whole), max(len(whole) // 40, 1)):
        path.write_bytes(whole[:length])
        try:
            decode(path, 3, (8, 8))
        except DataError as error:
            assert str(path) in error.message


def test_too_many_pixels_are_an_error(tmp_path):
    path = save(tmp_path / "a.png", size=(8000, 8001), mode="1", colour=0)
    with pytest.raises(DataError, match=f"64,008,000 pixels; the limit is {PIXEL_LIMIT:,}"):
        decode(path)


def test_an_absurd_number_of_pixels_is_an_error_too(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(DataError, match="cannot be decoded"):
        decode(save(tmp_path / "a.png"))
