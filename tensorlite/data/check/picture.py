"""One look at one picture: is it whole, is it what its name says, what does it look like."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.check.report import Finding
from tensorlite.data.check.streams import SUFFIXES_OF, damage, format_of
from tensorlite.data.decode import decode
from tensorlite.data.resample import weights
from tensorlite.errors import DataError

SIDE = 32  # of the thumbnails that are compared


@dataclass
class Picture:
    """A picture of a data set, and where it belongs.

    Args:
        place: What it is called: a path relative to the folder, or ``train[17]``.
        split: ``"train"``, ``"val"``, ``"test"`` or another part.
        label: Its class, if it has one.
        file: The file; None for pictures of an array.
        index: Its number in its split.
    """

    place: str
    split: str = "train"
    label: str | None = None
    file: Path | None = None
    index: int = 0


@dataclass
class Look:
    """What was seen of a picture.

    Args:
        findings: What is wrong with it by itself.
        size: Height and width; None if it could not be decoded.
        digest: Equal for equal pixels; None for what is not to be compared with others.
        thumb: uint8 (3, SIDE, SIDE).
        top: The highest value, for masks.
    """

    findings: list[Finding]
    size: tuple[int, int] | None = None
    digest: bytes | None = None
    thumb: NDArray[np.uint8] | None = None
    top: int = 0


def look_at(picture: Picture, compare: bool = True) -> Look:
    """Read a file, check its bytes and decode it.

    Args:
        picture: A picture that is a file.
        compare: Whether it will be compared with others; masks will not.
    """
    path = picture.file
    if path is None or not path.is_file():
        return Look([_finding("missing", picture, "is not there")])
    try:
        data = path.read_bytes()
    except OSError as error:
        return Look([_finding("missing", picture, f"cannot be read ({error.strerror})")])
    if not data.strip(b"\0"):
        what = f"holds {len(data):,} zeros" if data else "is empty (0 bytes)"
        return Look([_finding("empty", picture, what)])
    findings = list(_named_wrongly(picture, data))
    harm = damage(data)
    if harm:
        return Look([*findings, _finding(harm[0], picture, f"is damaged: {harm[1]}")])
    try:
        pixels = decode(path)
    except DataError as error:
        return Look([*findings, _undecodable(picture, error, path)])
    if not compare:
        return Look(findings, pixels.shape[1:], top=int(pixels.max()))
    look = see(pixels[None])[0]
    return Look([*findings, *blank(picture, look)], look.size, look.digest, look.thumb)


def see(images: NDArray[np.uint8]) -> list[Look]:
    """Digests and thumbnails of decoded pictures (N, C, H, W); none of one colour everywhere."""
    flat = images.reshape(*images.shape[:2], -1)
    varied = np.any(flat.min(axis=2) < flat.max(axis=2), axis=1)
    looks = []
    for image, thumb, several in zip(images, thumbnails(images), varied, strict=True):
        digest = None
        if several:
            start = hashlib.blake2b(str(image.shape).encode(), digest_size=16)
            start.update(np.ascontiguousarray(image).data)
            digest = start.digest()
        looks.append(Look([], image.shape[1:], digest, thumb))
    return looks


def thumbnails(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Shrink or stretch pictures (N, C, H, W) to (N, 3, SIDE, SIDE), with antialiasing."""
    height, width = images.shape[-2:]
    # Half of the work lies in the first product, so large pictures are thinned out before it.
    step = max(min(height, width) // (8 * SIDE), 1)
    images = images[..., ::step, ::step]
    rows, columns = weights(images.shape[-2], SIDE), weights(images.shape[-1], SIDE)
    small = rows @ images.astype(np.float32) @ columns.T
    small = np.broadcast_to(small, (len(images), 3, SIDE, SIDE))
    return np.round(small).astype(np.uint8)


def blank(picture: Picture, look: Look) -> list[Finding]:
    """A finding if the picture has one colour everywhere."""
    if look.size is None or look.digest is not None:
        return []
    return [_finding("blank", picture, "has one colour everywhere")]


def _finding(kind: str, picture: Picture, what: str) -> Finding:
    return Finding(kind, (picture.place,), what)


def _named_wrongly(picture: Picture, data: bytes) -> list[Finding]:
    form = format_of(data)
    suffix = picture.file.suffix if picture.file else ""
    if form is None or suffix.lower() in SUFFIXES_OF.get(form, ()):
        return []
    name = f"its name ends in {suffix}" if suffix else "its name has no ending"
    if form not in SUFFIXES_OF:
        return [_finding("suffix", picture, f"is {form}, which is not read")]
    return [_finding("suffix", picture, f"is {form}, but {name}")]


def _undecodable(picture: Picture, error: DataError, path: Path) -> Finding:
    what = error.message.removeprefix(f"{path} ").rstrip(".")
    return _finding("truncated" if "truncated" in what else "corrupt", picture, what)
