"""Whether a JPEG file is whole: its segments, and in baseline files every Huffman code.

Decoders fill damaged parts with whatever they have. Here the codes of each scan are read once
more, without making a picture of them: an unknown code, a block of more than 64 coefficients, a
coefficient that no picture can have, or codes that end before or after the data do, mean that
bytes were changed or lost.

Source: ITU-T T.81 (1992), "Digital compression and coding of continuous-tone still images".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels.cache import caching, jit_enabled

_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_END_OF_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_RESTART = re.compile(rb"\xff+[\xd0-\xd7]")
UNKNOWN_CODE, TOO_MANY, TOO_SHORT, TOO_LARGE = -1, -2, -3, -4
REASONS = {
    UNKNOWN_CODE: "its compressed data has a code that is none",
    TOO_MANY: "its compressed data has a block of more than 64 values",
    TOO_SHORT: "its compressed data ends too early",
    TOO_LARGE: "its compressed data has values that no picture has",
}


@dataclass
class _File:
    """What the segments in front of a scan have said."""

    tables: dict[int, bytes] = field(default_factory=dict)  # 0-3 for DC, 16-19 for AC
    steps: dict[int, NDArray[np.int64]] = field(default_factory=dict)  # of the quantization
    frame: int = 0
    size: tuple[int, int] = (0, 0)
    parts: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # across, down, steps
    restart: int = 0


def inspect(data: bytes) -> str | None:
    """Say what is wrong with a JPEG file, or nothing.

    Example:
        >>> inspect(b"\\xff\\xd8\\xff\\xe0")
        'no end mark'
    """
    state, at = _File(), 2
    while True:
        at = data.find(b"\xff", at)
        while 0 <= at < len(data) - 1 and data[at + 1] == 0xFF:
            at += 1
        if at < 0 or at + 1 >= len(data):
            return "no end mark"
        marker = data[at + 1]
        at += 2
        if marker == 0xD9:
            return None if state.frame else "it has no picture"
        if marker in _STANDALONE or marker == 0:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : at + length]
        if length < 2 or at + length > len(data):
            return "no end mark"
        at += length
        if marker != 0xDA:
            _note(state, marker, body)
            continue
        end = _END_OF_SCAN.search(data, at)
        if end is None:
            return "no end mark"
        problem = _scan(state, body, data[at : end.start()])
        if problem:
            return problem
        at = end.start()


def _note(state: _File, marker: int, body: bytes) -> None:
    if marker == 0xC4:
        while len(body) >= 17:
            count = sum(body[1:17])
            state.tables[body[0]] = body[1 : 17 + count]
            body = body[17 + count :]
    elif marker == 0xDB:
        while body:
            wide, number = body[0] >> 4, body[0] & 15
            kind, size = (">u2", 128) if wide else ("u1", 64)
            if len(body) > size:
                state.steps[number] = np.frombuffer(body[1 : 1 + size], kind).astype(np.int64)
            body = body[1 + size :]
    elif marker == 0xDD:
        state.restart = int.from_bytes(body[:2], "big")
    elif marker in _FRAMES and len(body) >= 6:
        state.frame = marker
        state.size = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
        rest = (body[6 + 3 * i : 9 + 3 * i] for i in range(body[5]))
        state.parts = {p[0]: (p[1] >> 4, p[1] & 15, p[2]) for p in rest if len(p) == 3}


def _scan(state: _File, header: bytes, data: bytes) -> str | None:
    """Read the codes of one scan, if it is of the kind that nearly all files have."""
    if state.frame not in (0xC0, 0xC1) or 0 in state.size or not jit_enabled():
        return None
    names = [(header[1 + 2 * i], header[2 + 2 * i]) for i in range(header[0])]
    try:
        parts = [(state.parts[name], tables) for name, tables in names]
        steps = np.stack([state.steps[part[2]] for part, _ in parts])
        luts = np.stack(
            [_lookup(state.tables[t]) for _, n in parts for t in (n >> 4, 16 + (n & 15))]
        )
    except KeyError:
        return "a table is missing that its compressed data needs"
    order = np.array([i for i, ((h, v, _), _) in enumerate(parts) for _ in range(h * v)], np.int64)
    units = _units(state, [part for part, _ in parts])
    if len(parts) == 1:
        order = order[:1]
    every = state.restart or units
    pieces = _RESTART.split(data)
    if len(pieces) != -(-units // every):
        return f"it has {len(pieces) - 1:,} restart marks, not {-(-units // every) - 1:,}"
    for number, piece in enumerate(pieces):
        count = min(every, units - number * every)
        plain = np.frombuffer(piece.replace(b"\xff\x00", b"\xff"), np.uint8)
        left = _read_codes(plain, luts, steps, order, count)
        if left < 0:
            return REASONS[int(left)]
        tail = plain[len(plain) - left // 8 :] if left >= 8 else plain[:0]
        if tail.size and not (np.all(tail == 0) or np.all(tail == 255)):
            return f"{tail.size:,} bytes of its compressed data are too many"
    return None


def _units(state: _File, sampling: list[tuple[int, int, int]]) -> int:
    """The number of units of a scan: of one component its blocks, of several their groups."""
    most = [max(part[axis] for part in state.parts.values()) for axis in (1, 0)]
    own = (sampling[0][1], sampling[0][0]) if len(sampling) == 1 else most
    sizes = zip(state.size, own, most, strict=True)
    if len(sampling) == 1:
        rows, columns = (ceil(ceil(size * mine / top) / 8) for size, mine, top in sizes)
    else:
        rows, columns = (ceil(size / (8 * top)) for size, _, top in sizes)
    return rows * columns


@lru_cache(maxsize=64)
def _lookup(table: bytes) -> NDArray[np.int32]:
    """For every 16 bits that may come: the length of the code and, below it, its symbol."""
    result = np.zeros(1 << 16, np.int32)
    code, symbols = 0, iter(table[16:])
    for length, count in enumerate(table[:16], 1):
        for _ in range(count):
            first = code << (16 - length)
            result[first : first + (1 << (16 - length))] = length << 8 | next(symbols, 0)
            code += 1
        code <<= 1
    return result


def _codes(data: Any, luts: Any, steps: Any, order: Any, units: Any) -> Any:
    """Read all codes of a piece; the bits that are left, or the number of what is wrong."""
    bits, held, at, size = 0, 0, 0, len(data)
    means = np.zeros(len(steps), np.int64)
    given = 0  # bits made up behind the end, so that the last codes can be looked up
    for _ in range(units):
        for part in order:
            index = 0
            while index < 64:
                while held < 32:
                    if at < size:
                        bits = ((bits << 8) | data[at]) & 0xFFFFFFFFFFFF
                        at += 1
                    else:
                        bits = ((bits << 8) | 0xFF) & 0xFFFFFFFFFFFF
                        given += 8
                    held += 8
                entry = luts[2 * part + (1 if index else 0), (bits >> (held - 16)) & 0xFFFF]
                length, symbol = entry >> 8, entry & 255
                if length == 0:
                    return -1 if held - given >= 16 else -3
                extra = symbol & 15 if index else symbol
                if extra > 16:
                    return -1
                held -= length + extra
                if held < given:
                    return -3
                value = (bits >> held) & ((1 << extra) - 1)
                if extra and value < 1 << (extra - 1):
                    value -= (1 << extra) - 1
                if index == 0:
                    index = 1
                    means[part] += value
                    if abs(means[part]) * steps[part, 0] > 1024 + steps[part, 0]:
                        return -4
                elif extra:
                    index += (symbol >> 4) + 1
                    if index > 64:
                        return -2
                    if abs(value) * steps[part, index - 1] > 1024 + steps[part, index - 1]:
                        return -4
                elif symbol == 0xF0:
                    index += 16
                    if index > 64:
                        return -2
                else:
                    index = 64
    return held - given + 8 * (size - at)


if jit_enabled():
    import numba

    with caching() as cache:
        bytes_ = "Array(uint8, 1, 'C', readonly=True)"
        signature = f"int64({bytes_}, int32[:,::1], int64[:,::1], int64[::1], int64)"
        _read_codes = numba.njit(signature, nogil=True, cache=cache)(_codes)
