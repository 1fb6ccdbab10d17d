"""Parts for training, validation and testing that have no picture in common, as lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tensorlite.data.check.boxes import Boxes
from tensorlite.data.check.checking import Progress, look_at_all, same_pictures
from tensorlite.data.check.inventory import take_inventory
from tensorlite.data.check.picture import Picture
from tensorlite.data.picture_list import relative, write_list, write_text
from tensorlite.errors import ConfigError, DataError
from tensorlite.random import Generator

DEFAULTS = {"val": 0.1, "test": 0.1}


@dataclass
class Parts:
    """Pictures and the split that each was given.

    Args:
        pictures: The pictures, in their order.
        splits: The split of each.
        boxes: The boxes of the pictures, by place.
        left_out: Pictures that cannot be decoded.
        together: Groups of pictures that are the same and were kept together.
    """

    pictures: list[Picture]
    splits: list[str]
    boxes: Mapping[str, Boxes] = field(default_factory=dict)
    left_out: list[Picture] = field(default_factory=list)
    together: int = 0

    def counts(self) -> dict[str, dict[str, int]]:
        """How many pictures of each label every split has."""
        result: dict[str, dict[str, int]] = {}
        pairs = zip(self.splits, self.pictures, strict=True)
        for (split, label), count in sorted(
            Counter((split, each.label or "") for split, each in pairs).items()
        ):
            result.setdefault(split, {})[label] = count
        order = ("train", "val", "test")
        return {split: result[split] for split in order if split in result} | result


def split_data(
    source: str | Path,
    fractions: Mapping[str, float] | None = None,
    seed: int = 0,
    *,
    everything: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Parts:
    """Divide the pictures of ``train``, the same share of each label, by a seed.

    Pictures that are the same, also those that were only saved again, stay on one side. The parts
    that there are already stay as they are.

    Args:
        source: A folder, a list, a file of arrays, or the name of a data set.
        fractions: The share of each part that is to be made; what remains is ``train``. A tenth
            each for ``val`` and ``test``, unless there is such a part, if not given.
        seed: The same seed chooses the same pictures.
        everything: Deal the pictures of all parts anew.
        progress: As for ``check_data``.

    Raises:
        ConfigError: If the shares are not possible, or a part is there already.
        DataError: If there are no pictures.
    """
    found = take_inventory(source)
    there = {picture.split for picture in found.pictures}
    if everything and found.sets:
        message = "expected pictures that are files; pictures in arrays stay in their part."
        raise ConfigError(message, where="split", hint="Leave --all out.")
    if fractions is None:
        fractions = {k: v for k, v in DEFAULTS.items() if everything or k not in there}
    _check(fractions, set() if everything else there)
    looks = look_at_all(found, progress)
    _, same = same_pictures(looks, progress)
    damaged = {i for i, look in enumerate(looks) if look.size is None}
    chosen = [
        i
        for i, picture in enumerate(found.pictures)
        if i not in damaged and (everything or picture.split == "train" or "train" not in there)
    ]
    if not chosen:
        raise DataError(f"{source} has no pictures to divide.", hint="tensorlite data check PATH")
    labels = [_label(picture, found.boxes) for picture in found.pictures]
    given = deal(_units(chosen, same), labels, fractions, seed)
    kept = [i for i in range(len(found.pictures)) if i not in damaged]
    return Parts(
        [found.pictures[i] for i in kept],
        [given.get(i, found.pictures[i].split) for i in kept],
        found.boxes,
        [found.pictures[i] for i in sorted(damaged)],
        len(same),
    )


def deal(
    units: Sequence[Sequence[int]],
    labels: Sequence[str],
    fractions: Mapping[str, float],
    seed: int = 0,
) -> dict[int, str]:
    """Deal units of items out to parts, each label by itself.

    Args:
        units: Items that stay together.
        labels: The label of each item; a unit has that of its first.
        fractions: The share of each part; what remains is ``train``.
        seed: Decides the order in which units are dealt.

    Example:
        >>> given = deal([[0, 5], [1], [2], [3], [4]], list("aaaaaa"), {"test": 0.5}, seed=3)
        >>> given[0] == given[5], sorted(given.values()).count("test")
        (True, 3)
    """
    shares = {"train": 1 - sum(fractions.values()), **fractions}
    by_label: dict[str, list[Sequence[int]]] = {}
    for unit in units:
        by_label.setdefault(labels[unit[0]], []).append(unit)
    generator = Generator(seed).numpy
    given: dict[int, str] = {}
    missing = dict.fromkeys(shares, 0.0)  # of all labels so far, so that rounding does not add up
    for label in sorted(by_label):
        own = by_label[label]
        order = [own[i] for i in generator.permutation(len(own))]
        order.sort(key=len, reverse=True)  # the large ones while there is room
        total = sum(map(len, own))
        lacks = {part: share * total for part, share in shares.items()}
        for unit in order:
            part = max(shares, key=lambda each: (round(lacks[each], 9), missing[each]))
            lacks[part] -= len(unit)
            given.update(dict.fromkeys(unit, part))
        for part in shares:
            missing[part] += lacks[part]
    return given


def write_parts(parts: Parts, out: Path) -> list[Path]:
    """Write a CSV list, or a folder with one file of paths or numbers for each part.

    Args:
        parts: What ``split_data`` returned.
        out: A name that ends in ``.csv``, or a folder, which is made.

    Returns:
        The files.
    """
    if out.suffix.lower() == ".csv":
        write_list(out, parts.pictures, parts.splits, parts.boxes or None)
        return [out]
    files = []
    for split in parts.counts():
        lines = [
            relative(picture.file, out) if picture.file else str(picture.index)
            for picture, part in zip(parts.pictures, parts.splits, strict=True)
            if part == split and (picture.file or picture.split == "train")
        ]
        if lines:
            files.append(out / f"{split}.txt")
            write_text(files[-1], "".join(f"{line}\n" for line in lines))
    return files


def _check(fractions: Mapping[str, float], there: set[str]) -> None:
    for part, share in fractions.items():
        if not 0 < share < 1:
            raise ConfigError(f"expected a share between 0 and 1, got {share}.", where=f"--{part}")
        if part in there:
            message = f"there is a part {part!r} already."
            raise ConfigError(message, where="split", hint="Deal all pictures anew: --all")
    if not fractions or sum(fractions.values()) >= 1:
        message = f"expected shares below 1 together, got {dict(fractions)}."
        raise ConfigError(message, where="split", hint="--val 0.1 --test 0.1")


def _units(chosen: Sequence[int], same: Sequence[Sequence[int]]) -> list[list[int]]:
    inside = set(chosen)
    groups = [group for each in same if (group := [i for i in each if i in inside])]
    grouped = {i for group in groups for i in group}
    return sorted([*groups, *([i] for i in chosen if i not in grouped)])


def _label(picture: Picture, boxes: Mapping[str, Boxes]) -> str:
    """The label, or that of the first box."""
    own = boxes.get(picture.place)
    return picture.label or (own.labels[0] if own and own.labels else "")
