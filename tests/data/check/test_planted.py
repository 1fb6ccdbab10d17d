"""Faults that are planted in a generated set of pictures are found, and nothing else is."""

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from tensorlite.data.check import check_data

CLASSES = ("cat", "dog", "owl", "fox")


def photo(generator, size=(96, 80)):
    """Smooth shapes and texture, as photographs have; no two alike."""
    coarse = generator.integers(0, 256, (6, 5, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    fine = generator.normal(0, 8, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(picture) + fine, 0, 255).astype(np.uint8))


def jpeg(picture, quality=90, **options):
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=quality, **options)
    return packed.getvalue()


def png(picture):
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    return packed.getvalue()


def edited(picture, how):
    """The same picture, saved or edited again."""
    width, height = picture.size
    return {
        "quality": lambda: jpeg(picture, 55),
        "smaller": lambda: jpeg(picture.resize((width * 2 // 3, height * 2 // 3))),
        "larger": lambda: jpeg(picture.resize((width * 2, height * 2))),
        "brighter": lambda: jpeg(ImageEnhance.Brightness(picture).enhance(1.15)),
        "contrast": lambda: jpeg(ImageEnhance.Contrast(picture).enhance(0.85)),
        "png": lambda: png(Image.open(io.BytesIO(jpeg(picture)))),
        "grey": lambda: jpeg(picture.convert("L")),
    }[how]()


EDITS = ("quality", "smaller", "larger", "brighter", "contrast", "png", "grey")
DAMAGES = {
    "empty": lambda data, g: b"",
    "half": lambda data, g: data[: len(data) // 2],
    "end": lambda data, g: data[:-2],
    "noise": lambda data, g: data[:900] + g.bytes(400) + data[1300:],
    "text": lambda data, g: b"<html>404 not found</html>" * 20,
    "head": lambda data, g: g.bytes(300) + data[300:],
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """500 pictures in class folders, of which 140 have a fault; the folder and the faults."""
    root, generator = tmp_path_factory.mktemp("data"), np.random.default_rng(5)
    faults, kinds = {}, iter(np.resize(list(DAMAGES), 60))
    edits = iter(np.resize(EDITS, 80))
    for split in ("train", "test"):
        for name in CLASSES:
            (root / split / name).mkdir(parents=True)
    for number in range(430):
        split, name = ("train", "test")[number % 5 == 4], CLASSES[number % 4]
        folder, picture = root / split / name, photo(generator)
        file, data = folder / f"{number}.jpg", jpeg(picture)
        if number < 60:
            kind = str(next(kinds))
            data, faults[file] = DAMAGES[kind](data, generator), kind
        elif number < 80:
            file = folder / f"{number}.png"
            faults[file] = "suffix"
        elif number < 150:
            other = ("test" if split == "train" else "train") if number % 2 else split
            copy = root / other / name / f"copy{number}.jpg"
            exact = number % 3 == 0
            copy.write_bytes(data if exact else edited(picture, next(edits)))
            same = "same" if exact else "edited"
            faults[copy] = same if other == split else f"leaked, {same}"
        file.write_bytes(data)
    return root, faults


def test_what_was_planted_is_found(planted):
    root, faults = planted
    report = check_data(root)
    found = {}
    for finding in report.findings:
        for place in finding.places:
            found.setdefault(root / place, set()).add(finding.kind)
    wanted = {
        "suffix": {"suffix"},
        "same": {"duplicate"},
        "edited": {"near-duplicate", "duplicate"},
    }
    wanted |= {"leaked, same": {"leak"}, "leaked, edited": {"leak"}, "empty": {"empty"}}
    missed = {
        file.relative_to(root): fault
        for file, fault in faults.items()
        if not found.get(file, set()) & wanted.get(fault, {"truncated", "corrupt"})
    }
    assert report.pictures == 500
    assert len(missed) <= 0.01 * len(faults), missed


def test_nothing_else_is_found(planted):
    root, faults = planted
    report = check_data(root)
    meant = {file.name.removeprefix("copy") for file in faults}
    names = {place.split("/")[-1].removeprefix("copy") for place in report.affected()}
    assert len(names - meant) <= 3, names - meant
