"""What training will see: a contact sheet of an augmented batch, with boxes and masks drawn."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.augment import augment_targets
from tensorlite.data.dataset import Dataset
from tensorlite.errors import ConfigError
from tensorlite.random import Generator

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST = 160  # pixels that a small picture is enlarged to
GAP, LINE = 8, 15  # between pictures, and for the words below each
GROUND, INK = (250, 250, 250), (40, 40, 40)
# Colours that people with any colour vision tell apart, and that are seen on dark and light.
COLOURS = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
    (128, 128, 128),
)


@dataclass
class Shown:
    """One picture of a sheet.

    Args:
        image: float32 (C, H, W), values 0..1.
        target: A class, a row of probabilities, or a dictionary with boxes or a mask.
        index: Its number in the data set.
        epoch: The epoch whose augmentation it has.
    """

    image: NDArray[np.float32]
    target: Any
    index: int
    epoch: int


def batch_shown(
    dataset: Dataset,
    augmentation: Any = None,
    *,
    count: int = 32,
    seed: int = 0,
    epochs: int = 1,
) -> list[Shown]:
    """The pictures of a sheet, each as it is in one or several epochs.

    What is drawn at random follows from seed, epoch and index, as in training.

    Args:
        dataset: Where the pictures are from, all in one shape.
        augmentation: What is done to them.
        count: How many pictures, chosen by the seed.
        seed: The seed of the training.
        epochs: How many times each is shown, in the epochs from the first.

    Example:
        >>> from tensorlite.data import digits
        >>> shown = batch_shown(digits("train"), count=3, epochs=2)
        >>> [each.epoch for each in shown], shown[0].image.shape
        ([0, 1, 0, 1, 0, 1], (1, 28, 28))
    """
    if count < 1 or epochs < 1:
        raise ConfigError(f"expected at least 1 picture and 1 epoch, got {count} and {epochs}.")
    order = Generator(seed, 0).numpy.permutation(len(dataset))
    chosen = np.sort(order[:count])
    items = [dataset[int(index)] for index in chosen]
    images = np.stack([np.asarray(image, np.float32) for image, _ in items])
    targets: Any = [target for _, target in items]
    if not isinstance(targets[0], Mapping):
        targets = np.asarray(targets)
    shown: list[Shown] = []
    for epoch in range(epochs):
        own, wanted = images, targets
        if augmentation is not None:
            generators = [Generator(seed, epoch, int(index)) for index in chosen]
            classes = len(dataset.classes)
            own, wanted = augment_targets(augmentation, images, targets, generators, classes)
        each = zip(own, _apart(wanted, len(chosen)), chosen, strict=True)
        shown += [Shown(image, target, int(index), epoch) for image, target, index in each]
    return sorted(shown, key=lambda one: (one.index, one.epoch))


def draw(
    shown: Sequence[Shown],
    classes: Sequence[str],
    *,
    columns: int | None = None,
    void: int | None = None,
) -> Image:
    """Draw a contact sheet.

    Args:
        shown: The pictures.
        classes: The class names.
        columns: How many pictures stand beside each other; nearly a square if not given.
        void: The class of a mask that is not coloured, besides negative ones and 255.
    """
    from PIL import Image, ImageDraw

    pictures = [picture(each, void=void) for each in shown]
    width = max(each.width for each in pictures)
    height = max(each.height for each in pictures)
    across = columns or max(int(np.ceil(np.sqrt(len(pictures) * height / width))), 1)
    across = min(across, len(pictures))
    down = -(-len(pictures) // across)
    step = width + GAP, height + LINE + GAP
    sheet = Image.new("RGB", (across * step[0] + GAP, down * step[1] + GAP), GROUND)
    pen = ImageDraw.Draw(sheet)
    font = _font()
    for number, (each, drawn) in enumerate(zip(shown, pictures, strict=True)):
        left, top = GAP + number % across * step[0], GAP + number // across * step[1]
        sheet.paste(drawn, (left, top))
        words = _shortened(caption(each.target, classes), width, font)
        pen.text((left, top + height + 1), words, INK, font)
    return sheet


def picture(shown: Shown, *, void: int | None = None) -> Image:
    """One picture, enlarged if it is small, with its boxes and its mask drawn on it."""
    from PIL import Image

    pixels = np.clip(np.round(shown.image * 255), 0, 255).astype(np.uint8)
    pixels = np.broadcast_to(pixels, (3, *pixels.shape[1:])) if len(pixels) == 1 else pixels[:3]
    canvas = pixels.transpose(1, 2, 0)
    target = shown.target if isinstance(shown.target, Mapping) else {}
    if "mask" in target:
        canvas = _with_mask(canvas, np.asarray(target["mask"]), void)
    times = max(-(-LEAST // max(canvas.shape[:2])), 1)
    drawn = Image.fromarray(np.repeat(np.repeat(canvas, times, 0), times, 1))
    if "boxes" in target:
        _draw_boxes(drawn, target["boxes"], target["labels"], times)
    return drawn


def caption(target: Any, classes: Sequence[str]) -> str:
    """What a target says, in a few words.

    Example:
        >>> caption(1, ["cat", "dog"]), caption(np.array([0.3, 0.7]), ["cat", "dog"])
        ('dog', 'dog 70 %, cat 30 %')
    """
    if isinstance(target, Mapping):
        if "labels" in target:
            numbers = [int(label) for label in target["labels"]]
        else:
            found, areas = np.unique(np.asarray(target["mask"]), return_counts=True)
            numbers = [int(found[i]) for i in np.argsort(-areas)]
        names = dict.fromkeys(classes[n] for n in numbers if 0 <= n < len(classes))
        return ", ".join(names) or "nothing"
    row = np.asarray(target)
    if row.ndim == 0:
        return classes[int(row)]
    parts = [i for i in np.argsort(-row, kind="stable") if row[i] >= 0.005]
    if len(parts) == 1:
        return classes[int(parts[0])]
    return ", ".join(f"{classes[int(i)]} {row[i]:.0%}".replace("%", " %") for i in parts[:3])


def write_sheet(
    path: Path, shown: Sequence[Shown], classes: Sequence[str], title: str, lines: Sequence[str]
) -> None:
    """Write a sheet as PNG, or as a page of HTML with the pictures in it.

    Args:
        path: A name that ends in ``.png`` or ``.html``.
        shown: The pictures.
        classes: The class names.
        title: What the page is called.
        lines: What is said above the pictures, on a page.

    Raises:
        ConfigError: If the name ends otherwise.
    """
    suffix = path.suffix.lower()
    if suffix not in (".png", ".html", ".htm"):
        message = f"expected a file that ends in .png or .html, got {path}."
        raise ConfigError(message, where="--out", hint=f"--out {path.stem or 'preview'}.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix == ".png":
        draw(shown, classes).save(path, "PNG")
        return
    path.write_text(_page(shown, classes, title, lines), encoding="utf-8")


def _page(shown: Sequence[Shown], classes: Sequence[str], title: str, lines: Sequence[str]) -> str:
    figures = "\n".join(_figure(each, classes) for each in shown)
    words = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{html.escape(title)}</title>
<style>
body {{ font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fafafa }}
main {{ display: flex; flex-wrap: wrap; gap: 10px }}
figure {{ margin: 0; max-width: 240px }} figcaption {{ overflow-wrap: anywhere }}
img {{ image-rendering: pixelated; max-width: 100%; display: block }}
small {{ color: #666 }}
</style>
<h1>{html.escape(title)}</h1>{words}
<main>
{figures}
</main>
</html>
"""


def _figure(shown: Shown, classes: Sequence[str]) -> str:
    packed = io.BytesIO()
    picture(shown).save(packed, "PNG")
    source = base64.b64encode(packed.getvalue()).decode()
    words = html.escape(caption(shown.target, classes))
    where = f"<small>{shown.index}, epoch {shown.epoch + 1}</small>"
    return (
        f'<figure><img alt="{words}" src="data:image/png;base64,{source}">'
        f"<figcaption>{words} {where}</figcaption></figure>"
    )


def _apart(targets: Any, count: int) -> list[Any]:
    """The target of each picture, of a list, an array, or a dictionary of lists."""
    if isinstance(targets, Mapping):
        return [{key: value[i] for key, value in targets.items()} for i in range(count)]
    return list(targets)


def _with_mask(canvas: NDArray[np.uint8], mask: NDArray[Any], void: int | None) -> Any:
    """Mix the colour of each class into the picture, and draw the borders between classes."""
    known = (mask >= 0) & (mask != 255) & (mask != (-1 if void is None else void))
    colours = np.array([_colour(number) for number in range(256)])[mask.astype(np.int64) % 256]
    mixed = np.where(known[..., None], canvas * 0.5 + colours * 0.5, canvas * 0.35)
    return mixed.astype(np.uint8)


def _draw_boxes(drawn: Image, boxes: Any, labels: Any, times: int) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(drawn)
    for corners, label in zip(np.asarray(boxes), np.asarray(labels), strict=True):
        left, top, right, bottom = (round(float(value) * times) for value in corners)
        # The edges lie on the outermost pixels of the box; dark beside light is seen anywhere.
        outline = (left, top, max(right - 1, left), max(bottom - 1, top))
        pen.rectangle(outline, outline=(0, 0, 0), width=3)
        pen.rectangle(outline, outline=_colour(int(label)), width=2)


def _colour(number: int) -> tuple[int, int, int]:
    """The colour of a class; when all are used, they come again darker."""
    red, green, blue = COLOURS[number % len(COLOURS)]
    share = (1.0, 0.55, 0.8, 0.35)[number // len(COLOURS) % 4]
    return int(red * share), int(green * share), int(blue * share)


def _font() -> Any:
    from PIL import ImageFont

    return ImageFont.load_default()


def _shortened(words: str, width: int, font: Any) -> str:
    try:
        if font.getlength(words) <= width:
            return words
        while words and font.getlength(words + "...") > width:
            words = words[:-1]
    except UnicodeEncodeError:  # the letters are not in the font
        return _shortened(words.encode("ascii", "replace").decode(), width, font)
    return words + "..."
