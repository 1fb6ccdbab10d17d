"""What ``tensorlite data info`` says about a data set."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from tensorlite.cli.output import fields, note, print_json

if TYPE_CHECKING:
    from tensorlite.data import Data, Dataset

COLOURS = {1: "grey", 3: "colour"}


def show(source: str, as_json: bool, skip_bad: bool) -> None:
    """Print what a data set holds; raise at the end if something is damaged and not left out."""
    from tensorlite.data import open_data
    from tensorlite.errors import DataError

    found = open_data(source, skip_bad=True)
    splits = {name: _split(dataset) for name, dataset in found.splits.items()}
    if as_json:
        about = {"name": found.name, "source": found.source, "kind": found.kind}
        damaged = [defect.message for defect in found.defects]
        task = {"task": found.task, "classes": found.classes}
        print_json({**about, **task, "splits": splits, "notes": found.notes, "damaged": damaged})
    else:
        _print(found, splits)
    if found.defects and not skip_bad:
        few = "\n  ".join(defect.message for defect in found.defects[:10])
        more = len(found.defects) - 10
        rest = f"\n  and {more:,} more" if more > 0 else ""
        hint = f"tensorlite data check {source}   or leave them out: --skip-bad"
        raise DataError(f"{len(found.defects):,} damaged:\n  {few}{rest}", hint=hint)


def _split(dataset: Dataset) -> dict[str, Any]:
    from tensorlite.data.survey import shapes

    counted = shapes(dataset)
    sizes: Counter[tuple[int, int]] = Counter()
    channels: Counter[int] = Counter()
    for (depth, *size), count in counted.items():
        sizes[(size[0], size[1])] += count
        channels[depth] += count
    return {
        "images": len(dataset),
        "shape": list(dataset.image_shape) if len(dataset) else None,
        "fitted": dataset.adaptation,
        "classes": dataset.counts(),
        "sizes": [
            {"height": height, "width": width, "images": count}
            for (height, width), count in sorted(sizes.items())
        ],
        "channels": {str(depth): channels[depth] for depth in sorted(channels)},
    }


def _print(found: Data, splits: dict[str, Any]) -> None:
    fields([("data", found.sentence()), ("source", found.source)])
    for name, split in splits.items():
        dataset = found.splits[name]
        click.echo()
        noun = "pictures" if dataset.noun == "pictures" else "images"
        rows = [("split", name), ("size", _size(split, noun)), ("channels", _depth(split))]
        rows += [("classes", _classes(split["classes"], found.task)), ("fitted", split["fitted"])]
        fields(rows)
    for text in found.notes:
        note(f"note    {text}")


def _size(split: dict[str, Any], noun: str) -> str:
    """How many pictures, and of which sizes, height before width."""
    sizes = split["sizes"]
    if not sizes:
        return f"no {noun}"
    count = f"{split['images']:,} {noun}"
    if len(sizes) == 1:
        channels = f"{next(iter(split['channels']))}x" if len(split["channels"]) == 1 else ""
        return f"{count} of {channels}{sizes[0]['height']}x{sizes[0]['width']}"
    bounds = [(min(s[side] for s in sizes), max(s[side] for s in sizes)) for side in _SIDES]
    (low, high), (narrow, wide) = bounds
    return f"{count} of {len(sizes):,} sizes, {low} to {high} high and {narrow} to {wide} wide"


_SIDES = ("height", "width")


def _depth(split: dict[str, Any]) -> str:
    found = {COLOURS.get(int(depth), depth): n for depth, n in split["channels"].items()}
    if len(found) == 1:
        return next(iter(found))
    return ", ".join(f"{name} {count:,}" for name, count in found.items())


def _classes(counts: dict[str, int], task: str) -> str:
    """How many pictures, boxes, or which share of the pixels each class has."""
    if task == "masks":
        total = max(sum(counts.values()), 1)
        return ", ".join(f"{name} {count / total:.1%}" for name, count in counts.items())
    listed = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    return f"{listed} (boxes)" if task == "boxes" else listed
