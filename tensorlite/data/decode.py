"""Picture files to arrays: any mode, any orientation, one size, and errors that name the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.resample import cover
from tensorlite.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = frozenset(
    ".png .jpg .jpeg .bmp .webp .gif .tif .tiff .ppm .pgm .pbm .pnm".split()
)  # of the formats below
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF", "PPM")
PIXEL_LIMIT = 64_000_000  # a small file can unpack to more memory than there is


def decode(
    path: Path, channels: int | None = None, size: tuple[int, int] | None = None
) -> NDArray[np.uint8]:
    """Read a picture as bytes (C, H, W).

    Transparent parts become white, 16 bits become 8, the orientation that a camera noted is
    applied, and of a moving picture the first frame is taken.

    Args:
        path: PNG, JPEG, BMP, WebP, GIF, TIFF or PPM, whatever its suffix.
        channels: 1 for grey, 3 for colour; as in the file if not given.
        size: Height and width: the short side is resized with antialiasing, the long side
            cropped at the centre. As in the file if not given.

    Raises:
        DataError: If the file cannot be read or has more than 64 million pixels.
    """
    from PIL import ImageOps

    with _opened(path) as image:
        if size is not None:
            # JPEG can be decoded at a fraction of its size; twice the goal leaves no trace.
            image.draft(None, (2 * max(size), 2 * max(size)))
        upright = ImageOps.exif_transpose(image)
        mode = "L" if (channels or _channels(upright.mode)) == 1 else "RGB"
        picture = _convert(upright, mode)
        if size is not None:
            picture = _resized(picture, size)
        pixels = np.asarray(picture, dtype=np.uint8)
    return pixels[None] if mode == "L" else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def peek(path: Path) -> tuple[int, int, int]:
    """Channels, height and width of a picture, from its header alone.

    Raises:
        DataError: If the file cannot be read or has more than 64 million pixels.
    """
    with _opened(path) as image:
        turned = image.getexif().get(0x0112, 1) > 4  # the orientations 5 to 8 swap the sides
        width, height = image.size
        return _channels(image.mode), *((width, height) if turned else (height, width))


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
        return DataError(message, hint="Repair the file or take it out of the folder.")


def _reason(error: Exception, path: Path) -> str:
    if type(error).__name__ == "UnidentifiedImageError":
        return f"none of {', '.join(FORMATS)}" if path.stat().st_size else "0 bytes"
    text = str(error).rstrip(".") or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if "truncated" in text.lower():
        return f"truncated after {path.stat().st_size:,} bytes"
    return text[0].lower() + text[1:]


def _channels(mode: str) -> int:
    return 1 if mode in ("1", "L", "LA", "La", "F") or mode.startswith("I") else 3


def _convert(image: Image, mode: str) -> Image:
    from PIL import Image as images

    if image.mode.startswith("I"):
        bits = np.asarray(image).astype(np.int64) >> 8
        return images.fromarray(np.clip(bits, 0, 255).astype(np.uint8)).convert(mode)
    if image.has_transparency_data:
        ground = images.new("RGBA", image.size, "white")
        image = images.alpha_composite(ground, image.convert("RGBA"))
    return image.convert(mode)


def _resized(image: Image, size: tuple[int, int]) -> Image:
    from PIL.Image import Resampling

    box = cover(image.height, image.width, size)
    return image.resize((size[1], size[0]), Resampling.BILINEAR, box=box)
