"""What is left of data when everything that a check found is left out; nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from tensorlite.data.check.boxes import Boxes, is_bad
from tensorlite.data.check.checking import Progress, examine
from tensorlite.data.check.inventory import Inventory, take_inventory
from tensorlite.data.check.picture import Picture
from tensorlite.data.check.report import Report
from tensorlite.data.picture_list import write_list
from tensorlite.errors import ConfigError

UNUSABLE = frozenset("missing empty corrupt truncated blank conflict unlabelled mask".split())


def write_cleaned(
    source: str | Path,
    path: Path,
    progress: Progress = lambda stage, done, total: None,
) -> tuple[Report, int]:
    """Check data and write a list of the pictures that can be used, as CSV.

    Of pictures that are the same one stays: that of ``test`` or ``val`` if they are in several
    splits, so that the evaluation stays as it was, otherwise the first. Pictures with several
    labels are left out, as nobody knows which is right. A picture whose name has the wrong ending
    stays. Boxes without area, or outside of their picture, are left out; those that reach out of it
    are clipped.

    Args:
        source: A folder of pictures, or a list of them.
        path: The file to write.
        progress: As for ``check_data``.

    Returns:
        What was found, and the number of pictures in the list.

    Raises:
        ConfigError: If the pictures are in arrays, or have masks, which no such list can name.
    """
    found = take_inventory(source)
    if found.sets or found.task == "masks":
        what = "in arrays" if found.sets else "with masks"
        message = f"expected pictures that a list can name; {source} has pictures {what}."
        raise ConfigError(message, where="--fix", hint=f"tensorlite data check {source}")
    if path.exists() and path.resolve() == Path(source).resolve():
        raise ConfigError(f"expected another file than the data, got {path}.", where="--fix")
    report, same = examine(found, str(source), progress)
    kept = list(kept_pictures(found, report, same))
    boxes = {each.place: _good(found.boxes[each.place], each) for each in kept if found.boxes}
    if boxes:
        kept = [each for each in kept if boxes[each.place].corners]
    write_list(path, kept, boxes=boxes or None)
    return report, len(kept)


def kept_pictures(
    found: Inventory, report: Report, same: Sequence[Sequence[int]]
) -> Iterable[Picture]:
    """The pictures that can be used, one of each group that is the same, in their order."""
    unusable = {
        place for finding in report.findings if finding.kind in UNUSABLE for place in finding.places
    }
    out: set[int] = set()
    for group in same:
        held = [i for i in group if found.pictures[i].split != "train"]
        stays = (held or list(group))[0]
        out |= set(group) - {stays}
    for number, picture in enumerate(found.pictures):
        labelled = picture.label is not None if not found.boxes else picture.place in found.boxes
        if labelled and number not in out and picture.place not in unusable:
            yield picture


def _good(boxes: Boxes, picture: Picture) -> Boxes:
    """The boxes that have an area in their picture, clipped to it."""
    from tensorlite.data.decode import peek

    _, height, width = peek(picture.file or Path())
    pairs = zip(boxes.labels, boxes.corners, strict=True)
    good = dict.fromkeys(
        (label, (max(c[0], 0.0), max(c[1], 0.0), min(c[2], width), min(c[3], height)))
        for label, c in pairs
        if label and not is_bad(c, (height, width))
    )
    return replace(boxes, labels=[label for label, _ in good], corners=[c for _, c in good])
