"""Whether the bytes of a picture file are whole: formats, check sums, ends, entropy-coded data.

Decoders are built to show something, so they pass over much that is damaged: a PNG chunk with a
wrong check sum, a JPEG whose second half was overwritten. What is looked at here is what the
formats themselves say about their being whole.
"""

from __future__ import annotations

import re
import zlib

SUFFIXES_OF = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg"),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
}
_PNM = re.compile(rb"P[1-6][\s#]")
_BASE = re.compile(rb"ftyp(avif|avis|heic|heix|mif1|msf1)")


def format_of(data: bytes) -> str | None:
    """The picture format that the first bytes are of; None for anything else.

    Example:
        >>> format_of(b"GIF89a..."), format_of(b"<html>")
        ('GIF', None)
    """
    starts = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"BM": "BMP"}
    starts |= {b"II*\0": "TIFF", b"MM\0*": "TIFF"}
    for start, name in starts.items():
        if data.startswith(start):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if _BASE.match(data[4:12]):
        return "AVIF or HEIC"
    return "PPM" if _PNM.match(data[:3]) else None


def damage(data: bytes) -> tuple[str, str] | None:
    """The kind of finding and the reason why the bytes of a picture are not whole.

    Example:
        >>> damage(b"GIF89a" + bytes(20))
        ('truncated', 'truncated: no end mark after 26 bytes')
    """
    inspect = {"PNG": _png, "JPEG": _jpeg, "GIF": _gif, "WEBP": _webp}.get(format_of(data) or "")
    return inspect(data) if inspect else None


def _cut(what: str, data: bytes) -> tuple[str, str]:
    return "truncated", f"truncated: {what} after {len(data):,} bytes"


def _png(data: bytes) -> tuple[str, str] | None:
    at = 8
    while at + 12 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            break
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            # Critical chunks have a capital first letter; the others do not change the picture.
            if name[:1].isupper() or not name.isalpha():
                return "corrupt", f"the check sum at byte {at:,} is wrong"
        if name == b"IEND":
            return None
        at = end
    return _cut("no end mark", data)


def _gif(data: bytes) -> tuple[str, str] | None:
    return None if b"\x3b" in data[-64:].rstrip(b"\0")[-1:] else _cut("no end mark", data)


def _webp(data: bytes) -> tuple[str, str] | None:
    wanted = int.from_bytes(data[4:8], "little") + 8
    return None if wanted <= len(data) else _cut(f"{wanted:,} bytes are meant", data)


def _jpeg(data: bytes) -> tuple[str, str] | None:
    from tensorlite.data.check.jpeg import inspect

    reason = inspect(data)
    if reason is None:
        return None
    return _cut(reason, data) if reason == "no end mark" else ("corrupt", reason)
