"""Picture files to arrays: any mode, any orientation, one size, and errors that name the file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.placement import Placement, place
from tensorlite.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = frozenset(
    ".png .apng .jpg .jpeg .jpe .jfif .bmp .dib .webp .gif .tif .tiff .ppm .pgm .pbm .pnm".split()
)  # of the formats below
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF", "PPM")
PIXEL_LIMIT = 64_000_000  # a small file can unpack to more memory than there is

# What Pillow warns of (a damaged EXIF block, a large picture) is read all the same or is an error.
warnings.filterwarnings("ignore", module=r"PIL\.")


def decode(
    path: Path,
    channels: int | None = None,
    size: tuple[int, int] | None = None,
    *,
    whole: bool = False,
) -> NDArray[np.uint8]:
    """Read a picture as bytes (C, H, W).

    Transparent parts become white, 16 bits become 8, the orientation that a camera noted is
    applied, and of a moving picture the first frame is taken.

    Args:
        path: PNG, JPEG, BMP, WebP, GIF, TIFF or PPM, whatever its suffix.
        channels: 1 for grey, 3 for colour; as in the file if not given.
        size: Height and width: the short side is resized with antialiasing, the long side
            cropped at the centre. As in the file if not given.
        whole: Crop nothing; the picture is framed with zeros.

    Raises:
        DataError: If the file cannot be read or has more than 64 million pixels.
    """
    with _opened(path) as image:
        if size is not None:
            # JPEG can be decoded at a fraction of its size; twice the goal leaves no trace.
            image.draft(None, (2 * max(size), 2 * max(size)))
        upright = _upright(image)
        mode = "L" if (channels or _channels(upright)) == 1 else "RGB"
        picture = _convert(upright, mode)
        if size is not None:
            picture = _placed(picture, place(_size(picture), size, whole=whole), "BILINEAR")
        pixels = np.asarray(picture, dtype=np.uint8)
    return pixels[None] if mode == "L" else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def decode_mask(path: Path, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Read a mask as it is stored: numbers (H, W) of grey or palette, or colours (H, W, 3).

    Args:
        path: PNG, TIFF, BMP or GIF; other formats blur numbers.
        size: Height and width: scaled by nearest neighbour and cropped as the picture is.

    Raises:
        DataError: If the file cannot be read, or its numbers do not fit into a byte.
    """
    with _opened(path) as image:
        upright = _upright(image)
        if upright.mode not in ("1", "L", "P") and not upright.mode.startswith("I"):
            upright = upright.convert("RGB")
        if upright.mode.startswith("I"):
            upright = _bytes(upright)
        if size is not None:
            upright = _placed(upright, place(_size(upright), size), "NEAREST")
        return np.asarray(upright).astype(np.uint8)


def peek(path: Path) -> tuple[int, int, int]:
    """Channels, height and width of a picture, from its header alone.

    Raises:
        DataError: If the file cannot be read or has more than 64 million pixels.
    """
    with _opened(path) as image:
        width, height = image.size
        channels = _channels(image)
        return channels, *((width, height) if _turned(image) else (height, width))


class _opened:
    """Open a picture with Pillow; whatever goes wrong inside the block becomes a ``DataError``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Image:
        from PIL import Image

        try:
            self.image: Image.Image = Image.open(self.path, formats=FORMATS)
        except Exception as error:
            raise self._explained(error) from error
        pixels = self.image.width * self.image.height
        if pixels > PIXEL_LIMIT:
            self.image.close()
            raise self._explained(ValueError(f"{pixels:,} pixels; the limit is {PIXEL_LIMIT:,}"))
        return self.image

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.image.close()
        # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and others.
        if isinstance(error, Exception):
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> DataError:
        message = f"{self.path} cannot be decoded ({_reason(error, self.path)})."
        return DataError(message, hint="Repair the file, or leave such files out: --skip-bad")


def _reason(error: Exception, path: Path) -> str:
    if type(error).__name__ == "UnidentifiedImageError":
        return f"none of {', '.join(FORMATS)}" if path.stat().st_size else "0 bytes"
    text = str(error).rstrip(".") or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if "truncated" in text.lower():
        return f"truncated after {path.stat().st_size:,} bytes"
    return text[0].lower() + text[1:]


def _channels(image: Image) -> int:
    if image.mode == "P" and image.palette is not None:
        colours = np.frombuffer(image.palette.tobytes(), np.uint8)
        channels = len(image.palette.mode)
        if channels in (3, 4):
            colours = colours[: len(colours) // channels * channels].reshape(-1, channels)[:, :3]
            return 1 if (colours == colours[:, :1]).all() else 3
    return 1 if image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I") else 3


def _orientation(image: Image) -> int:
    """What the camera noted; a note that cannot be read is none."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # the block is foreign bytes, and Pillow's reader fails in many ways
        return 1


def _turned(image: Image) -> bool:
    """Whether the sides of the picture are swapped in the file; of TIFF, Pillow swaps them."""
    return image.format != "TIFF" and 5 <= _orientation(image) <= 8


def _upright(image: Image) -> Image:
    from PIL.Image import Transpose

    how = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(_orientation(image))
    image.load()  # TIFF applies its own orientation here and takes the note away
    return image if how is None or _orientation(image) == 1 else image.transpose(how)


def _convert(image: Image, mode: str) -> Image:
    from PIL import Image as images

    if image.mode.startswith("I"):
        bits = np.asarray(image).astype(np.int64) >> 8
        return images.fromarray(np.clip(bits, 0, 255).astype(np.uint8)).convert(mode)
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image), posinf=255)
        if values.max(initial=0) <= 1:
            values = values * 255
        return images.fromarray(np.clip(np.round(values), 0, 255).astype(np.uint8)).convert(mode)
    if image.has_transparency_data:
        ground = images.new("RGBA", image.size, "white")
        image = images.alpha_composite(ground, image.convert("RGBA"))
    return image.convert(mode)


def _bytes(image: Image) -> Image:
    """Numbers of 16 or 32 bits as bytes, if they fit."""
    from PIL import Image as images

    numbers = np.asarray(image)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() <= 255:
        raise ValueError(f"class numbers up to {numbers.max()}; masks have them from 0 to 255")
    return images.fromarray(numbers.astype(np.uint8))


def _size(image: Image) -> tuple[int, int]:
    return image.height, image.width


def _placed(image: Image, where: Placement, filter_name: str) -> Image:
    from PIL import Image as images

    top, left, height, width = where.target
    resampling = images.Resampling[filter_name]
    if where.changes:
        image = image.resize((width, height), resampling, box=where.source)
    if (height, width) == where.size:
        return image
    ground = images.new(image.mode, where.size[::-1])
    ground.paste(image, (left, top))
    return ground
