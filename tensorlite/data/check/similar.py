"""Which pictures are the same one, saved again: found by a perceptual hash, then verified.

The hash of a picture is the low frequencies of its thumbnail (a cosine transform), so one matrix
product compares it with all others. Hashes of digits lie close to each other though they show
different digits. So the nearest few are compared pixel by pixel, and a pair counts only when the
rest that a change of brightness and contrast leaves is small, and much smaller than what is left
of the best picture that is *not* taken for a copy: many neighbours that are about equally near are
a kind of picture; one that is far nearer than all others is a copy. Measured on 105,000 clean
pictures, this rule is wrong about less than 1 in 100 of each set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.fit import LUMA

Thumbs = NDArray[np.uint8]
Progress = Callable[[int, int], None]

FREQUENCIES = 12  # per axis that make the hash
NEIGHBOURS = 9  # that are compared pixel by pixel
MOST_COPIES = 6  # of them that may be copies; of more, each is near some
SMALL = 0.05  # the share of the variance that may be left between copies
GAP = 0.15  # and the part of it that it may be of the nearest other picture
BLOCK = 1024


def near_groups(thumbs: Thumbs, progress: Progress = lambda done, total: None) -> list[list[int]]:
    """Group the pictures that are copies of each other; those without a copy are left out.

    Args:
        thumbs: uint8 (N, 3, S, S); no two need be equal.
        progress: Called with how many are compared, and of how many.

    Example:
        >>> pictures = np.random.default_rng(0).integers(0, 255, (5, 3, 32, 32), np.uint8)
        >>> near_groups(np.concatenate([pictures, pictures[3:4] // 2 + 60]))
        [[3, 5]]
    """
    count = len(thumbs)
    if count < 2:
        return []
    hashes = perceptual_hashes(thumbs)
    starts = range(0, count, BLOCK)
    pairs: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as pool:
        blocks = pool.map(lambda start: _copies(thumbs, hashes, start), starts)
        for start, found in zip(starts, blocks, strict=True):
            pairs += found
            progress(min(start + BLOCK, count), count)
    return groups(pairs)


def perceptual_hashes(thumbs: Thumbs) -> NDArray[np.float32]:
    """The low frequencies of each thumbnail, as vectors of length 1 (N, K)."""
    transform = _cosines(thumbs.shape[-1], FREQUENCIES)
    parts = []
    for start in range(0, len(thumbs), BLOCK):
        grey = np.tensordot(thumbs[start : start + BLOCK], LUMA, axes=(1, 0))
        parts.append((transform @ grey @ transform.T).reshape(len(grey), -1)[:, 1:])
    low = np.concatenate(parts)
    return np.asarray(low / np.maximum(np.linalg.norm(low, axis=1, keepdims=True), 1e-6))


def residual(one: Thumbs, other: Thumbs) -> NDArray[np.float32]:
    """The share of the variance that remains after fitting brightness and contrast, for pairs.

    A picture in grey and one in colour are compared in grey.

    Shape:
        - Inputs: ``(N, 3, S, S)``
        - Output: ``(N,)``, 0 for copies, 1 for what has nothing in common.
    """
    a, b = one.astype(np.float32), other.astype(np.float32)
    mixed = _grey(one) != _grey(other)
    for pixels in (a, b):
        pixels[mixed] = np.tensordot(pixels[mixed], LUMA, axes=(1, 0))[:, None]
    a, b = (pixels.reshape(len(pixels), -1) for pixels in (a, b))
    a, b = (pixels - pixels.mean(axis=1, keepdims=True) for pixels in (a, b))
    size = np.sqrt(np.einsum("ij,ij->i", a, a) * np.einsum("ij,ij->i", b, b))
    return np.asarray(1 - np.einsum("ij,ij->i", a, b) / np.maximum(size, 1e-6))


def groups(pairs: Iterable[Sequence[int]]) -> list[list[int]]:
    """Join pairs that have members in common, each group and all of them in order.

    Example:
        >>> groups([(1, 5), (7, 2), (5, 3)])
        [[1, 3, 5], [2, 7]]
    """
    leader: dict[int, int] = {}

    def find(item: int) -> int:
        while leader.setdefault(item, item) != item:
            leader[item] = leader[leader[item]]
            item = leader[item]
        return item

    for first, *rest in pairs:
        for other in rest:
            leader[find(other)] = find(first)
    members: dict[int, list[int]] = {}
    for item in sorted(leader):
        members.setdefault(find(item), []).append(item)
    return sorted(members.values())


def _copies(thumbs: Thumbs, hashes: NDArray[np.float32], start: int) -> list[tuple[int, int]]:
    """The pairs that one block of pictures is in."""
    near = _nearest(hashes, start)
    own = np.arange(start, start + len(near))
    left = np.stack([residual(thumbs[own], thumbs[column]) for column in near.T], axis=1)
    order = np.argsort(left, axis=1)
    left, near = np.take_along_axis(left, order, 1), np.take_along_axis(near, order, 1)
    beyond = np.concatenate([left[:, 1:], np.ones((len(left), 1), np.float32)], axis=1)
    gap = (left < SMALL) & (left <= GAP * beyond)
    gap[:, MOST_COPIES:] = False
    # Everything before the last gap is a copy.
    copies = np.logical_or.accumulate(gap[:, ::-1], axis=1)[:, ::-1]
    return [(int(own[row]), int(near[row, column])) for row, column in np.argwhere(copies)]


def _nearest(hashes: NDArray[np.float32], start: int) -> NDArray[np.intp]:
    """The numbers of the nearest others, for a block of hashes."""
    likeness = hashes[start : start + BLOCK] @ hashes.T
    likeness[np.arange(len(likeness)), np.arange(start, start + len(likeness))] = -2
    count = min(NEIGHBOURS, len(hashes) - 1)
    return np.argpartition(likeness, -count, axis=1)[:, -count:]


def _cosines(size: int, count: int) -> NDArray[np.float32]:
    """The first rows of the cosine transform, (count, size)."""
    turns = np.pi * (np.arange(size) + 0.5) * np.arange(count)[:, None] / size
    return np.cos(turns).astype(np.float32)


def _grey(thumbs: Thumbs) -> NDArray[np.bool_]:
    return np.all(thumbs == thumbs[:, :1], axis=(1, 2, 3))
