"""The check itself: look at every picture, then at what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import PathLike, cpu_count
from pathlib import Path

import numpy as np

from tensorlite.data.check.boxes import bad_boxes
from tensorlite.data.check.inventory import Inventory, take_inventory
from tensorlite.data.check.picture import Look, Picture, blank, look_at, see
from tensorlite.data.check.report import Finding, Report, in_order
from tensorlite.data.check.similar import groups, near_groups

Progress = Callable[[str, int, int], None]
CHUNK = 2048  # pictures of an array that are looked at together


def check_data(
    source: str | PathLike[str], progress: Progress = lambda stage, done, total: None
) -> Report:
    """Find what is wrong with data: its files, pictures, labels, boxes and masks.

    Nothing is changed, and nothing is believed: all pictures are decoded, and each is compared
    with all others, so that a few minutes are spent on 60,000.

    Args:
        source: A folder, a list of pictures, a file of arrays, or the name of a data set.
        progress: Called with what is being done, how much of it is done, and of how much.

    Raises:
        DataError: If there is no such name or path, or nothing in it that could be data.

    Example:
        >>> check_data("digits").sentence()
        '1,797 pictures looked at, nothing found'
    """
    typed = source if isinstance(source, str) else Path(source)
    return examine(take_inventory(typed), str(source), progress)[0]


def examine(
    found: Inventory, source: str, progress: Progress = lambda stage, done, total: None
) -> tuple[Report, list[list[int]]]:
    """Check what an inventory lists; the report, and the groups of pictures that are the same."""
    looks = look_at_all(found, progress)
    findings = list(found.findings)
    if not found.pictures and not findings:
        findings.append(Finding("empty", (source,), "names no pictures"))
    for picture, look in zip(found.pictures, looks, strict=True):
        findings += look.findings
        if picture.place in found.boxes:
            findings += bad_boxes(picture.place, found.boxes[picture.place], look.size)
    findings += _bad_masks(found, looks)
    exact, same = same_pictures(looks, progress)
    for group in same:
        findings += _about(found, group, [found.pictures[i] for i in group], exact)
    report = Report(source, len(found.pictures), in_order(dict.fromkeys(findings)))
    return report, same


def look_at_all(
    found: Inventory, progress: Progress = lambda stage, done, total: None
) -> list[Look]:
    """Look at every picture of an inventory, in its order."""
    if found.sets:
        return _look_at_arrays(found, progress)
    return _look_at_files(found.pictures, progress)


def same_pictures(
    looks: Sequence[Look], progress: Progress = lambda stage, done, total: None
) -> tuple[dict[int, bytes], list[list[int]]]:
    """Which pictures are the same: the digest of each, and the groups of more than one."""
    digests = {i: look.digest for i, look in enumerate(looks) if look.digest is not None}
    first: dict[bytes, int] = {}
    for number, digest in digests.items():
        first.setdefault(digest, number)
    ones = list(first.values())
    pairs = [(first[digest], number) for number, digest in digests.items()]
    if len(ones) > 1:
        thumbs = np.stack([look.thumb for i in ones if (look := looks[i]).thumb is not None])
        near = near_groups(thumbs, lambda done, total: progress("compare", done, total))
        pairs += [(ones[group[0]], ones[other]) for group in near for other in group[1:]]
    return digests, [group for group in groups(pairs) if len(group) > 1]


def _look_at_files(
    pictures: Sequence[Picture], progress: Progress, compare: bool = True
) -> list[Look]:
    looks = []
    with ThreadPoolExecutor(min(cpu_count() or 1, 8)) as pool:
        for look in pool.map(lambda picture: look_at(picture, compare), pictures):
            looks.append(look)
            progress("look", len(looks), len(pictures))
    return looks


def _look_at_arrays(found: Inventory, progress: Progress) -> list[Look]:
    looks: list[Look] = []
    for dataset in found.sets.values():
        for start in range(0, len(dataset), CHUNK):
            images, _ = dataset.batch(np.arange(start, min(start + CHUNK, len(dataset))))
            looks += see(np.round(images * 255).astype(np.uint8))
            progress("look", len(looks), len(found.pictures))
    for picture, look in zip(found.pictures, looks, strict=True):
        look.findings.extend(blank(picture, look))
    return looks


def _bad_masks(found: Inventory, looks: Sequence[Look]) -> Iterable[Finding]:
    masks = list(found.masks.values())
    sizes = {picture.place: look.size for picture, look in zip(found.pictures, looks, strict=True)}
    seen = _look_at_files(masks, lambda stage, done, total: None, compare=False)
    for place, mask, look in zip(found.masks, masks, seen, strict=True):
        yield from look.findings
        have, want = look.size, sizes[place]
        if have and want and have != want:
            what = f"has {have[1]}x{have[0]} pixels, but its picture {want[1]}x{want[0]}"
            yield Finding("mask", (mask.place,), what)


def _about(
    found: Inventory, group: Sequence[int], members: Sequence[Picture], digests: dict[int, bytes]
) -> Iterable[Finding]:
    places = tuple(dict.fromkeys(picture.place for picture in members))
    if len(places) < 2:
        return  # one file in two lists, which the inventory says
    splits = list(dict.fromkeys(picture.split for picture in members))
    exact = len({digests[i] for i in group}) == 1
    how = "the same pixels" if exact else "the same picture, saved or edited again"
    if len(splits) > 1:
        yield Finding("leak", places, f"{how}, in {' and '.join(splits)}")
    else:
        yield Finding("duplicate" if exact else "near-duplicate", places, how)
    labels = sorted({picture.label for picture in members if picture.label})
    if len(labels) > 1 and found.task == "classification":
        yield Finding("conflict", places, f"the same picture as {' and '.join(labels)}")
